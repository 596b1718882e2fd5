"""From an identity to a device over time: match, merge, and say what changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from camcensus.store.facts import Facts, address_order, read_facts
from camcensus.store.marks import mark, names_mark, store_marks
from camcensus.store.matching import Place, find_device
from camcensus.store.models import (
    AddressRow,
    ClaimRow,
    DeviceRow,
    IdentifierRow,
    IdentityRow,
)
from camcensus.store.owning import written_about
from camcensus.store.records import Change
from camcensus.types import Evidence, Identity, Kind

# An attribute of an identity, and the certainty that goes with it.
_ATTRIBUTES = {
    "kind": "certainty_kind",
    "maker": "certainty_maker",
    "brand": "certainty_brand",
    "model": "certainty_model",
    "firmware": None,
    "serial": None,
    "mac": None,
}
_UNCLAIMED = ("name", "location", "endpoint", "channels", "cpe")
COMPARED = (*_ATTRIBUTES, "name")
_CERTAIN_RULES = ("mac", "serial")
_WEAK_RULES = ("address", "endpoint")


def settle(
    session: Session,
    place: Place,
    identity: Identity,
    evidence: Sequence[Evidence],
    interface_mac: str | None,
    catalogue: str = "",
) -> tuple[int, Change]:
    """Stores what one host turned out to be; the device's id, and what is new about it."""
    facts = read_facts(identity, evidence, interface_mac)
    row = session.scalars(
        select(IdentityRow).where(
            IdentityRow.sweep_id == place.sweep_id, IdentityRow.address == place.address
        )
    ).first()
    device, rule = find_device(session, place, facts)
    former = row.device_id if row is not None else None
    before: dict[str, object] | None = None
    if device is None:
        device = DeviceRow(site=place.site, first_seen=place.seen_at, last_seen=place.seen_at)
        session.add(device)
        session.flush()
    else:
        before = _speaks(session, device.id)
    if row is None:
        row = IdentityRow(sweep_id=place.sweep_id, matched_by=rule)
    elif rule != "again":
        row.matched_by = rule
    _fill(row, device.id, place, identity, facts)
    _carry_over(session, row)
    session.add(row)
    session.flush()
    _store_claims(session, row.id, identity)
    store_marks(
        session.connection(), catalogue, [(row.id, names_mark(facts), mark(identity, facts))]
    )
    moved = _store_names(session, device, place, facts)
    if former not in {None, device.id}:
        _leave(session, former)
    if rule in _CERTAIN_RULES:
        _release_weak_sightings(session, place, device, facts)
    choose_current(session, device.id)
    return device.id, change(before, _speaks(session, device.id), moved=moved)


def columns(device_id: int, place: Place, identity: Identity, facts: Facts) -> dict[str, object]:
    """The columns of a sighting, but for how it was matched and whether it speaks."""
    sure = identity.certainty
    return {
        "sweep_id": place.sweep_id,
        "device_id": device_id,
        "zone": place.zone,
        "address": place.address,
        "address_order": address_order(place.address),
        "seen_at": place.seen_at,
        "kind": identity.kind,
        "maker": identity.maker,
        "brand": identity.brand,
        "model": identity.model,
        "firmware": identity.firmware,
        "serial": identity.serial,
        "mac": identity.mac or next(iter(facts.macs), None) or facts.interface_mac,
        "name": facts.name,
        "location": facts.location,
        "hostnames": facts.hostnames,
        "endpoint": facts.endpoint,
        "channels": identity.channels,
        "cpe": identity.cpe,
        "certainty_kind": sure.kind,
        "certainty_maker": sure.maker,
        "certainty_brand": sure.brand,
        "certainty_model": sure.model,
        "conflicts": identity.conflicts,
        "sources": facts.sources,
    }


def _fill(row: IdentityRow, device_id: int, place: Place, identity: Identity, facts: Facts) -> None:
    row.is_current = 0
    for name, value in columns(device_id, place, identity, facts).items():
        setattr(row, name, value)


def _carry_over(session: Session, row: IdentityRow) -> None:
    """Fills what this sighting left open from the latest other one that it does not contradict."""
    with session.no_autoflush:
        last = session.scalars(
            select(IdentityRow)
            .where(
                IdentityRow.device_id == row.device_id,
                IdentityRow.sweep_id <= row.sweep_id,
                IdentityRow.id != (row.id or 0),
            )
            .order_by(IdentityRow.sweep_id.desc(), IdentityRow.id.desc())
        ).first()
    if last is not None:
        names = (*_ATTRIBUTES, *_UNCLAIMED, "conflicts", "hostnames")
        for name, value in carried({name: getattr(row, name) for name in names}, last).items():
            setattr(row, name, value)


def carried(said: Mapping[str, Any], last: IdentityRow | Row[Any]) -> dict[str, object]:
    """What a sighting left open, and the latest other one of its device says."""
    if not (_agree(said["maker"], last.maker) and _agree(said["brand"], last.brand)):
        return {}
    taken: dict[str, object] = {}
    for name, certainty in _ATTRIBUTES.items():
        if said[name] in {None, Kind.UNKNOWN} and name not in said["conflicts"]:
            taken[name] = getattr(last, name)
            if certainty is not None:
                taken[certainty] = getattr(last, certainty)
    for name in _UNCLAIMED:
        if said[name] is None:
            taken[name] = getattr(last, name)
    if not said["hostnames"]:
        taken["hostnames"] = last.hostnames
    return taken


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _store_claims(session: Session, identity_id: int, identity: Identity) -> None:
    session.execute(delete(ClaimRow).where(ClaimRow.identity_id == identity_id))
    rows = claim_rows(identity_id, identity)
    if rows:
        session.execute(insert(ClaimRow), rows)


def claim_rows(identity_id: int, identity: Identity) -> list[dict[str, object]]:
    """The claims behind an identity, as the table holds them."""
    return [
        {
            "identity_id": identity_id,
            "ordinal": ordinal,
            "signature": claim.signature,
            "attribute": claim.attribute,
            "value": claim.value,
            "certainty": claim.certainty,
            "field": claim.evidence.field,
            "evidence": claim.evidence.value,
            "why": claim.why,
        }
        for ordinal, claim in enumerate(identity.claims)
    ]


def _store_names(session: Session, device: DeviceRow, place: Place, facts: Facts) -> bool:
    """Dates the device, its identifiers and its address; whether the address is new to it."""
    _widen(device, place.seen_at)
    for kind, value, maker in identifiers(facts):
        identifier = session.get(IdentifierRow, (device.id, kind, value, maker))
        if identifier is None:
            identifier = IdentifierRow(
                device_id=device.id,
                kind=kind,
                value=value,
                maker=maker,
                first_seen=place.seen_at,
                last_seen=place.seen_at,
            )
            session.add(identifier)
        _widen(identifier, place.seen_at)
    address = session.get(AddressRow, (device.id, place.address))
    if address is not None:
        _widen(address, place.seen_at)
        return False
    session.add(
        AddressRow(
            device_id=device.id,
            address=place.address,
            first_seen=place.seen_at,
            last_seen=place.seen_at,
        )
    )
    return True


def identifiers(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Kind, value, and the maker that scopes it."""
    yield from (("mac", mac, "") for mac in facts.macs)
    if facts.interface_mac is not None and facts.interface_mac not in facts.macs:
        yield "link-mac", facts.interface_mac, ""
    if facts.serial is not None:
        yield "serial", facts.serial, facts.namespace
    if facts.endpoint is not None:
        yield "endpoint", facts.endpoint, ""
    yield from (("certificate", value, "") for value in facts.certificates)
    yield from (("udn", value, "") for value in facts.udns)


def _widen(row: DeviceRow | IdentifierRow | AddressRow, seen_at: datetime) -> None:
    row.first_seen = min(row.first_seen, seen_at)
    row.last_seen = max(row.last_seen, seen_at)


def choose_current(session: Session, device_id: int) -> None:
    """Lets the latest sweep's fullest sighting speak for the device."""
    session.flush()
    rows = session.scalars(
        select(IdentityRow).where(
            IdentityRow.device_id == device_id,
            IdentityRow.sweep_id
            == select(func.max(IdentityRow.sweep_id))
            .where(IdentityRow.device_id == device_id)
            .scalar_subquery(),
        )
    ).all()
    if not rows:
        return
    best = max(rows, key=lambda row: (_fullness(row), row.id))
    session.execute(
        update(IdentityRow)
        .where(IdentityRow.device_id == device_id, IdentityRow.id != best.id)
        .where(IdentityRow.is_current == 1)
        .values(is_current=0)
    )
    best.is_current = 1
    session.flush()


def _fullness(row: IdentityRow) -> int:
    return sum(getattr(row, name) not in {None, Kind.UNKNOWN} for name in _ATTRIBUTES)


def _speaks(session: Session, device_id: int) -> dict[str, object] | None:
    """What the device's current identity says; `None` if it has none."""
    current = session.scalars(
        select(IdentityRow).where(IdentityRow.device_id == device_id, IdentityRow.is_current == 1)
    ).first()
    return None if current is None else {name: getattr(current, name) for name in COMPARED}


def change(
    before: dict[str, object] | None, after: dict[str, object] | None, *, moved: bool
) -> Change:
    """What is new about a device that spoke so before, and speaks so now."""
    if before is None or after is None:
        return Change.NEW
    if not (before["maker"] or before["brand"]) and (after["maker"] or after["brand"]):
        return Change.NAMED
    return Change.CHANGED if moved or before != after else Change.SEEN


def _leave(session: Session, device_id: int | None) -> None:
    """A sighting went to another device: the one it left ends with its last sighting."""
    session.flush()
    device = session.get(DeviceRow, device_id)
    if device is None:
        return
    remaining = session.scalars(
        select(IdentityRow.id).where(IdentityRow.device_id == device.id)
    ).first()
    if remaining is None and not written_about(session, device):
        session.delete(device)
        session.flush()
    elif remaining is not None:
        choose_current(session, device.id)


def _release_weak_sightings(
    session: Session, place: Place, device: DeviceRow, facts: Facts
) -> None:
    """Gives a row of its own to whatever this sweep took for the device on weak grounds.

    The device itself has turned up elsewhere, under its own MAC or serial number.
    """
    weak = session.scalars(
        select(IdentityRow).where(
            IdentityRow.sweep_id == place.sweep_id,
            IdentityRow.device_id == device.id,
            IdentityRow.address != place.address,
            IdentityRow.matched_by.in_(_WEAK_RULES),
        )
    ).all()
    for row in weak:
        own = DeviceRow(site=place.site, first_seen=row.seen_at, last_seen=row.seen_at)
        session.add(own)
        session.flush()
        row.device_id, row.matched_by, row.is_current = own.id, "new", 0
        _forget_carried(session, row)
        _restore_address(session, device, row.address)
        _hand_over_identifiers(session, device, own, row.seen_at, facts)
        session.add(
            AddressRow(
                device_id=own.id,
                address=row.address,
                first_seen=row.seen_at,
                last_seen=row.seen_at,
            )
        )
        choose_current(session, own.id)


def _forget_carried(session: Session, row: IdentityRow) -> None:
    """Leaves only what the sighting's own claims say."""
    claimed = set(session.scalars(select(ClaimRow.attribute).where(ClaimRow.identity_id == row.id)))
    for name, certainty in _ATTRIBUTES.items():
        if name not in claimed:
            setattr(row, name, Kind.UNKNOWN if name == "kind" else None)
            if certainty is not None:
                setattr(row, certainty, 0.0)
    if "channels" not in claimed:
        row.channels = None
    row.name = row.location = row.endpoint = None
    row.hostnames = ()


def _restore_address(session: Session, device: DeviceRow, address: str) -> None:
    """Dates a device's address by the sightings it has left there."""
    session.flush()
    span = session.get(AddressRow, (device.id, address))
    seen = session.scalars(
        select(IdentityRow.seen_at).where(
            IdentityRow.device_id == device.id, IdentityRow.address == address
        )
    ).all()
    if span is not None and seen:
        span.last_seen = max(seen)
    elif span is not None:
        session.delete(span)


def _hand_over_identifiers(
    session: Session, device: DeviceRow, own: DeviceRow, seen_at: datetime, facts: Facts
) -> None:
    """Moves what the released sighting brought in: first seen then, and not stated now."""
    stated = {value for _, value, _ in identifiers(facts)}
    session.execute(
        update(IdentifierRow)
        .where(IdentifierRow.device_id == device.id, IdentifierRow.first_seen == seen_at)
        .where(IdentifierRow.value.not_in(stated))
        .values(device_id=own.id)
    )
