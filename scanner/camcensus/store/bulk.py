"""Settling many hosts of one sweep at once.

What was settled as it would be now is left as it is, a sighting that finds its device by the same
names is written anew without looking, and strangers that share no name with anybody become devices
together. Everything else is matched host by host (`store.settling`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from camcensus.store import settling
from camcensus.store.facts import Facts, read_facts
from camcensus.store.marks import mark, names_mark, store_marks
from camcensus.store.matching import Place
from camcensus.store.models import (
    AddressRow,
    ClaimRow,
    DeviceRow,
    IdentifierRow,
    IdentityRow,
    NamingRow,
)
from camcensus.store.records import Change
from camcensus.types import Evidence, Identity

_MATCHED = frozenset({"mac", "link-mac", "serial", "endpoint"})
_PIECE = 400  # values in one question to the database
_IDENTITY = cast("Table", IdentityRow.__table__)
_Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NamedHost:
    """What one host of a sweep turned out to be, and where and when it was heard."""

    site: str
    zone: str
    address: str
    seen_at: datetime
    identity: Identity
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class _Case:
    """One host on its way: its facts and the marks of what would be stored."""

    host: NamedHost
    facts: Facts
    names: str
    mark: str


@dataclass(frozen=True, slots=True)
class _Stored:
    """A sighting as it is stored: its row, its device, and the marks of what it came from."""

    id: int
    device_id: int
    names: str
    mark: str


class BulkSettling:
    """The hosts of one sweep, piece by piece; `moved` are devices written anew on the way.

    A device that changed in an earlier sweep may have handed on what a later one left open, so
    one object goes through all sweeps, the oldest first.
    """

    def __init__(self, catalogue: str) -> None:
        self.catalogue = catalogue
        self.moved: set[int] = set()

    def settle(
        self, connection: Connection, sweep_id: int, hosts: Sequence[NamedHost]
    ) -> list[tuple[int, Change]]:
        """Stores these hosts of one sweep; the device of each that was stored, and what is new."""
        cases = [_case(host) for host in hosts]
        stored = _stored(connection, sweep_id, [case.host.address for case in cases])
        kept, anew, strange, rest = self._sorted(cases, stored)
        results = [(one.device_id, Change.SEEN) for one in kept]
        self._rename(connection, kept)
        results += self._write_anew(connection, sweep_id, anew)
        alone, others = _strangers(connection, strange)
        results += self._make(connection, sweep_id, alone)
        for case in (*others, *rest):
            results.append(self._one(connection, sweep_id, case))
        return results

    def _sorted(
        self, cases: Sequence[_Case], stored: Mapping[str, _Stored]
    ) -> tuple[list[_Stored], list[tuple[_Case, _Stored]], list[_Case], list[_Case]]:
        """The cases by how much work they are."""
        kept, anew, strange, rest = [], [], [], []
        for case in cases:
            old = stored.get(case.host.address)
            if old is None:
                strange.append(case)
            elif old.names != case.names:
                rest.append(case)
            elif old.mark != case.mark or old.device_id in self.moved:
                anew.append((case, old))
            else:
                kept.append(old)
        return kept, anew, strange, rest

    def _rename(self, connection: Connection, kept: Sequence[_Stored]) -> None:
        """The same word by today's catalogue."""
        for ids in _pieces([one.id for one in kept]):
            connection.execute(
                update(NamingRow)
                .where(NamingRow.identity_id.in_(ids), NamingRow.catalogue != self.catalogue)
                .values(catalogue=self.catalogue)
            )

    def _one(self, connection: Connection, sweep_id: int, case: _Case) -> tuple[int, Change]:
        with Session(connection) as session:
            place = _place(sweep_id, case.host)
            device_id, change = settling.settle(
                session, place, case.host.identity, case.host.evidence, None, self.catalogue
            )
            session.flush()
        self.moved.add(device_id)
        return device_id, change

    def _write_anew(
        self, connection: Connection, sweep_id: int, cases: Sequence[tuple[_Case, _Stored]]
    ) -> list[tuple[int, Change]]:
        """New words of sightings whose device is certain: no name of theirs has changed."""
        if not cases:
            return []
        rows = _rows(connection, [old.id for _, old in cases])
        latest = _latest(connection, sweep_id, [old.device_id for _, old in cases])
        results, values, crowded = [], [], []
        for case, old in cases:
            before = rows[old.id]
            others = [one for one in latest[old.device_id] if one.id != old.id]
            after = _columns(sweep_id, case, old.device_id)
            if others:
                after |= settling.carried(after, others[0])
            after |= {"matched_by": before.matched_by, "is_current": before.is_current}
            values.append(after | {"row_id": old.id})
            results.append((old.device_id, _change(before, after)))
            self.moved.add(old.device_id)
            if any(one.sweep_id == sweep_id for one in others):
                crowded.append(old.device_id)
        names = [name for name in values[0] if name != "row_id"]
        connection.execute(
            update(_IDENTITY)
            .where(_IDENTITY.c.id == bindparam("row_id"))
            .values({name: bindparam(name) for name in names}),
            values,
        )
        written = [(old.id, case) for case, old in cases]
        self._claim(connection, written)
        if crowded:
            with Session(connection) as session:
                for device_id in dict.fromkeys(crowded):
                    settling.choose_current(session, device_id)
                session.flush()
        return results

    def _claim(self, connection: Connection, cases: Sequence[tuple[int, _Case]]) -> None:
        """The claims and the marks of these sightings, in the place of what was there."""
        for piece in _pieces([row_id for row_id, _ in cases]):
            connection.execute(delete(ClaimRow).where(ClaimRow.identity_id.in_(piece)))
        rows = [
            row for row_id, case in cases for row in settling.claim_rows(row_id, case.host.identity)
        ]
        if rows:
            connection.execute(insert(ClaimRow), rows)
        for some in _pieces([(row_id, case.names, case.mark) for row_id, case in cases]):
            store_marks(connection, self.catalogue, some)

    def _make(
        self, connection: Connection, sweep_id: int, cases: Sequence[_Case]
    ) -> list[tuple[int, Change]]:
        """A new device for each of these strangers."""
        if not cases:
            return []
        devices = [
            {
                "site": case.host.site,
                "first_seen": case.host.seen_at,
                "last_seen": case.host.seen_at,
            }
            for case in cases
        ]
        ids = _inserted(connection, DeviceRow, devices)
        rows = [
            _columns(sweep_id, case, device_id) | {"matched_by": "new", "is_current": 1}
            for case, device_id in zip(cases, ids, strict=True)
        ]
        sightings = _inserted(connection, IdentityRow, rows)
        self._claim(connection, list(zip(sightings, cases, strict=True)))
        span = [
            (device_id, case, case.host.seen_at) for device_id, case in zip(ids, cases, strict=True)
        ]
        connection.execute(
            insert(AddressRow),
            [
                {"device_id": one, "address": case.host.address, "first_seen": at, "last_seen": at}
                for one, case, at in span
            ],
        )
        identifiers = [
            {
                "device_id": one, "kind": kind, "value": value, "maker": maker,
                "first_seen": at, "last_seen": at,
            }
            for one, case, at in span
            for kind, value, maker in dict.fromkeys(settling.identifiers(case.facts))
        ]  # fmt: skip
        if identifiers:
            connection.execute(insert(IdentifierRow), identifiers)
        return [(device_id, Change.NEW) for device_id in ids]


def _case(host: NamedHost) -> _Case:
    facts = read_facts(host.identity, host.evidence, None)
    return _Case(host, facts, names_mark(facts), mark(host.identity, facts))


def _place(sweep_id: int, host: NamedHost) -> Place:
    return Place(sweep_id, host.site, host.zone, host.address, host.seen_at)


def _columns(sweep_id: int, case: _Case, device_id: int) -> _Columns:
    return settling.columns(device_id, _place(sweep_id, case.host), case.host.identity, case.facts)


def _stored(connection: Connection, sweep_id: int, addresses: Sequence[str]) -> dict[str, _Stored]:
    """What this sweep settled at these addresses before."""
    found: dict[str, _Stored] = {}
    for piece in _pieces(addresses):
        rows = connection.execute(
            select(
                _IDENTITY.c.address, _IDENTITY.c.id, _IDENTITY.c.device_id,
                func.coalesce(NamingRow.names_mark, ""), func.coalesce(NamingRow.mark, ""),
            )
            .join_from(_IDENTITY, NamingRow, NamingRow.identity_id == _IDENTITY.c.id, isouter=True)
            .where(_IDENTITY.c.sweep_id == sweep_id, _IDENTITY.c.address.in_(piece))
        )  # fmt: skip
        found |= {address: _Stored(*rest) for address, *rest in rows}
    return found


def _rows(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    return {
        row.id: row
        for piece in _pieces(ids)
        for row in connection.execute(select(_IDENTITY).where(_IDENTITY.c.id.in_(piece)))
    }


def _latest(
    connection: Connection, sweep_id: int, devices: Sequence[int]
) -> dict[int, list[Row[Any]]]:
    """The sightings of each device up to this sweep that may hand on a word, the latest first."""
    ranked = (
        select(
            _IDENTITY.c.id,
            func.row_number()
            .over(
                partition_by=_IDENTITY.c.device_id,
                order_by=(_IDENTITY.c.sweep_id.desc(), _IDENTITY.c.id.desc()),
            )
            .label("rank"),
        )
        .where(
            _IDENTITY.c.sweep_id <= sweep_id,
            _IDENTITY.c.device_id.in_(bindparam("ids", expanding=True)),
        )
        .subquery()
    )
    wanted = select(_IDENTITY).join(ranked, ranked.c.id == _IDENTITY.c.id).where(ranked.c.rank <= 2)
    found: dict[int, list[Row[Any]]] = {device: [] for device in devices}
    for piece in _pieces(list(dict.fromkeys(devices))):
        for row in connection.execute(wanted, {"ids": piece}):
            found[row.device_id].append(row)
    for rows in found.values():
        rows.sort(key=lambda row: (-row.sweep_id, -row.id))
    return found


def _change(before: Row[Any], after: _Columns) -> Change:
    if not before.is_current:
        return Change.SEEN
    return settling.change(
        {name: getattr(before, name) for name in settling.COMPARED},
        {name: after[name] for name in settling.COMPARED},
        moved=False,
    )


def _strangers(connection: Connection, cases: Sequence[_Case]) -> tuple[list[_Case], list[_Case]]:
    """Those that share no name and no address with each other or any device, and the others."""
    if not cases:
        return [], []
    names = Counter(name for case in cases for name in _names(case))
    taken = _taken(connection, [value for _, value in names])
    places = _taken_places(connection, [case.host.address for case in cases])
    alone: list[_Case] = []
    others: list[_Case] = []
    for case in cases:
        known = case.host.address in places or any(
            names[name] > 1 or name[1] in taken for name in _names(case)
        )
        (others if known else alone).append(case)
    return alone, others


def _names(case: _Case) -> Iterator[tuple[str, str]]:
    """What `store.matching` looks for, but the address; a MAC is one name, whoever states it."""
    found = {
        ("mac" if kind == "link-mac" else kind, value)
        for kind, value, _ in settling.identifiers(case.facts)
        if kind in _MATCHED
    }
    yield from found


def _taken(connection: Connection, values: Sequence[str]) -> set[str]:
    return {
        value
        for piece in _pieces(list(dict.fromkeys(values)))
        for value in connection.scalars(
            select(IdentifierRow.value).where(
                IdentifierRow.kind.in_(_MATCHED), IdentifierRow.value.in_(piece)
            )
        )
    }


def _taken_places(connection: Connection, addresses: Sequence[str]) -> set[str]:
    return {
        address
        for piece in _pieces(addresses)
        for address in connection.scalars(
            select(AddressRow.address).where(AddressRow.address.in_(piece))
        )
    }


def _inserted(
    connection: Connection, table: type[DeviceRow | IdentityRow], rows: Sequence[_Columns]
) -> list[int]:
    """The ids of these rows, in their order."""
    # SQLite numbers the rows of one INSERT in their order, so sorting is enough; asked to return
    # them in order it would be given one INSERT a row.
    in_order = connection.dialect.name != "sqlite"
    ids = connection.scalars(
        insert(table).returning(table.id, sort_by_parameter_order=in_order), rows
    ).all()
    return list(ids) if in_order else sorted(ids)


def _pieces(items: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _PIECE):
        yield list(items[start : start + _PIECE])
