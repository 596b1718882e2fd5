"""Reading devices: in pieces, so that a hundred thousand rows need no memory to speak of."""

import ipaddress
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import Connection, Row, Select, and_, func, select

from camcensus.errors import StoreError
from camcensus.store import owning
from camcensus.store.answers import hosts_at
from camcensus.store.facts import address_order
from camcensus.store.models import (
    AddressRow,
    ClaimRow,
    DeviceRow,
    IdentifierRow,
    IdentityRow,
    NamingRow,
    SweepRow,
)
from camcensus.store.records import (
    AddressSpan,
    DeviceDetail,
    DeviceQuery,
    DeviceRecord,
    Owned,
    Presence,
    SweepStatus,
)
from camcensus.types import Certainty, Claim, Evidence, Kind

_DEVICES = 500  # how many are read at a time


def read_devices(connection: Connection, query: DeviceQuery) -> Iterator[DeviceRecord]:
    """The devices that fit, by site, address and id."""
    ids = connection.scalars(_fitting(query)).all()
    asked = _Asked(connection)
    for start in range(0, len(ids), _DEVICES):
        yield from _records(connection, ids[start : start + _DEVICES], asked)


def read_device(connection: Connection, device_id: int) -> DeviceRecord | None:
    """One device, if there is one of this id."""
    latest = connection.scalar(
        select(IdentityRow.sweep_id).where(
            IdentityRow.device_id == device_id, IdentityRow.is_current == 1
        )
    )
    asked = _Asked(connection, since=latest or 0)
    return next(_records(connection, [device_id], asked), None)


def read_records(connection: Connection, ids: Sequence[int]) -> Iterator[DeviceRecord]:
    """The devices of these ids."""
    asked = _Asked(connection)
    for start in range(0, len(ids), _DEVICES):
        yield from _records(connection, ids[start : start + _DEVICES], asked)


def read_detail(connection: Connection, device_id: int) -> DeviceDetail | None:
    """One device with the claims of its latest sweep and the answers behind them.

    Without either where every sighting turned out to be another device: people wrote about it.
    """
    record = read_device(connection, device_id)
    if record is None:
        return None
    changed = owning.history(connection, device_id)
    identity = IdentityRow.__table__.c
    latest = connection.execute(
        select(identity.id, identity.sweep_id).where(
            identity.device_id == device_id, identity.is_current == 1
        )
    ).first()
    if latest is None:
        return DeviceDetail(record, (), (), changed)
    addresses = connection.scalars(
        select(identity.address).where(
            identity.device_id == device_id, identity.sweep_id == latest.sweep_id
        )
    ).all()
    hosts = hosts_at(connection, latest.sweep_id, sorted(addresses))
    return DeviceDetail(
        record,
        _claims(connection, latest.id),
        tuple(observation for host in hosts for observation in host.observations),
        changed,
    )


def _fitting(query: DeviceQuery) -> Select[int]:
    chosen = (
        select(DeviceRow.id)
        .join(
            IdentityRow,
            and_(IdentityRow.device_id == DeviceRow.id, IdentityRow.is_current == 1),
            isouter=True,
        )
        .order_by(DeviceRow.site, func.coalesce(IdentityRow.address_order, ""), DeviceRow.id)
    )
    for column, wanted in (
        (DeviceRow.site, query.site),
        (IdentityRow.maker, query.maker),
        (IdentityRow.brand, query.brand),
        (IdentityRow.kind, query.kind),
    ):
        if wanted is not None:
            chosen = chosen.where(column == wanted)
    if query.seen_since is not None:
        chosen = chosen.where(DeviceRow.last_seen >= query.seen_since)
    if query.conflict:
        chosen = chosen.where(IdentityRow.conflicts != ())
    if query.video_only:
        chosen = chosen.where(IdentityRow.kind.not_in((Kind.UNKNOWN, Kind.NOT_VIDEO)))
    return chosen


class _Asked:
    """Which finished sweeps asked for an address."""

    def __init__(self, connection: Connection, since: int = 0) -> None:
        self._sweeps: dict[str, list[tuple[int, bool, tuple[str, ...]]]] = defaultdict(list)
        self._blocks: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        rows = connection.execute(
            select(SweepRow.id, SweepRow.site, SweepRow.status, SweepRow.networks)
            .where(SweepRow.id >= since)
            .order_by(SweepRow.id)
        )
        for sweep_id, site, status, networks in rows:
            self._sweeps[site].append((sweep_id, status is SweepStatus.DONE, networks))

    def presence(self, site: str, address: str, seen_in: int) -> Presence:
        """Whether the latest sweep of the site that asked for the address saw the device."""
        status = Presence.NOT_ASKED
        for sweep, done, networks in self._sweeps[site]:
            if sweep == seen_in and (not networks or self._within(networks, address)):
                status = Presence.PRESENT
            if sweep > seen_in and done and self._within(networks, address):
                return Presence.NOT_SEEN
        return status

    def _within(self, networks: tuple[str, ...], address: str) -> bool:
        if networks not in self._blocks:
            self._blocks[networks] = sorted(_block(network) for network in networks)
        blocks, wanted = self._blocks[networks], address_order(address)
        below = bisect_right(blocks, wanted, key=lambda block: block[0]) - 1
        return below >= 0 and wanted <= blocks[below][1]


def _block(network: str) -> tuple[str, str]:
    """The first and the last address of a block, as text that sorts."""
    try:
        parsed = ipaddress.ip_network(network, strict=False)
    except ValueError:
        raise StoreError(f"the database holds {network!r} where a network should be") from None
    return address_order(str(parsed[0])), address_order(str(parsed[-1]))


def _records(connection: Connection, ids: Sequence[int], asked: _Asked) -> Iterator[DeviceRecord]:
    """The records of these devices, in this order."""
    device, identity, naming = (one.__table__ for one in (DeviceRow, IdentityRow, NamingRow))
    mine = (column.label(f"device_{column.name}") for column in device.c if column.name != "id")
    rows = connection.execute(
        select(identity, device.c.id.label("number"), *mine, naming.c.catalogue)
        .join_from(
            device,
            identity,
            and_(identity.c.device_id == device.c.id, identity.c.is_current == 1),
            isouter=True,
        )
        .join(naming, naming.c.identity_id == identity.c.id, isouter=True)
        .where(device.c.id.in_(ids))
    )
    by_id = {row.number: row for row in rows}
    spans, macs = _addresses(connection, ids), _macs(connection, ids)
    for device_id in ids:
        row = by_id.get(device_id)
        if row is not None:
            address = row.address or next((span.address for span in spans[device_id]), None)
            seen_in = row.sweep_id or 0
            status = Presence.NOT_ASKED
            if address is not None:
                status = asked.presence(row.device_site, address, seen_in)
            yield _record(row, status, spans[device_id], macs[device_id])


def _addresses(connection: Connection, ids: Sequence[int]) -> dict[int, list[AddressSpan]]:
    spans: dict[int, list[AddressSpan]] = defaultdict(list)
    rows = connection.execute(
        select(
            AddressRow.device_id, AddressRow.address, AddressRow.first_seen, AddressRow.last_seen
        ).where(AddressRow.device_id.in_(ids))
    )
    for device_id, address, first_seen, last_seen in rows:
        spans[device_id].append(AddressSpan(address, first_seen, last_seen))
    for found in spans.values():
        found.sort(key=lambda span: address_order(span.address))
        found.sort(key=lambda span: span.last_seen, reverse=True)
    return spans


def _macs(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    macs: dict[int, tuple[str, ...]] = defaultdict(tuple)
    rows = connection.execute(
        select(IdentifierRow.device_id, IdentifierRow.value)
        .where(IdentifierRow.device_id.in_(ids), IdentifierRow.kind.in_(("mac", "link-mac")))
        .order_by(IdentifierRow.kind.desc(), IdentifierRow.value)
    )
    for device_id, mac in rows:
        if mac not in macs[device_id]:
            macs[device_id] += (mac,)
    return macs


def _record(
    row: Row[*tuple[object, ...]],
    status: Presence,
    spans: Sequence[AddressSpan],
    macs: tuple[str, ...],
) -> DeviceRecord:
    """The record of a row; the columns of a sighting are `None` where no sighting is left."""
    return DeviceRecord(
        id=row.number,
        site=row.device_site,
        zone=row.zone or "",
        status=status,
        kind=row.kind or Kind.UNKNOWN,
        maker=row.maker,
        brand=row.brand,
        model=row.model,
        firmware=row.firmware,
        serial=row.serial,
        name=row.name,
        location=row.location,
        hostnames=row.hostnames or (),
        mac=row.mac,
        macs=macs,
        addresses=tuple(spans),
        endpoint=row.endpoint,
        channels=row.channels,
        cpe=row.cpe,
        certainty=Certainty(
            row.certainty_kind or 0.0,
            row.certainty_maker or 0.0,
            row.certainty_brand or 0.0,
            row.certainty_model or 0.0,
        ),
        owned=Owned(
            row.device_owned_room,
            row.device_owned_owner,
            row.device_owned_tag,
            row.device_owned_note,
            row.device_owned_accepted_until,
        ),
        first_seen=row.device_first_seen,
        last_seen=row.device_last_seen,
        sources=row.sources or (),
        conflicts=row.conflicts or (),
        catalogue=row.catalogue or None,
    )


def read_claims(
    connection: Connection, ids: Sequence[int]
) -> Iterator[tuple[int, tuple[Claim, ...]]]:
    """The claims about these devices in their latest sweep, as they were settled."""
    claim, identity = ClaimRow.__table__, IdentityRow.__table__.c
    for start in range(0, len(ids), _DEVICES):
        rows = connection.execute(
            select(identity.device_id, claim)
            .join(IdentityRow, identity.id == claim.c.identity_id)
            .where(identity.is_current == 1, identity.device_id.in_(ids[start : start + _DEVICES]))
            .order_by(identity.device_id, claim.c.ordinal)
        )
        for device_id, found in groupby(rows, key=lambda row: row.device_id):
            yield device_id, tuple(_claim(row) for row in found)


def _claims(connection: Connection, identity_id: int) -> tuple[Claim, ...]:
    columns = ClaimRow.__table__.c
    rows = connection.execute(
        select(ClaimRow.__table__)
        .where(columns.identity_id == identity_id)
        .order_by(columns.ordinal)
    )
    return tuple(_claim(row) for row in rows)


def _claim(row: Row[*tuple[object, ...]]) -> Claim:
    return Claim(
        signature=row.signature,
        attribute=row.attribute,
        value=row.value,
        certainty=row.certainty,
        evidence=Evidence(row.field, row.evidence),
        why=row.why,
    )
