"""One device as `show` tells it: what it is, its state, why, and what it was asked."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from camcensus.cli.screen import harmless
from camcensus.identify.states import State, states_of
from camcensus.store import DeviceDetail, DeviceRecord, OwnedEntry, OwnedField, rfc3339
from camcensus.types import RECORDERS, Claim, Identity, Observation

if TYPE_CHECKING:
    from camcensus.identify import Catalogue

_ORDER = ("kind", "maker", "brand", "model", "firmware", "serial", "mac", "channels")
_RAW_LINES = 200
_CHANGES = 5  # of what people wrote that are shown
_VALUE_KEPT = 120  # characters of a value that a line shows


def detail_lines(detail: DeviceDetail, catalogue: "Catalogue", *, raw: bool) -> Iterator[str]:
    """Everything about a device, what matters most first; each line is harmless."""
    record = detail.record
    yield f"device {record.id} at {', '.join(span.address for span in record.addresses)}"
    for key, value in _identity(record).items():
        if value:
            yield harmless(f"  {key}: {value}")
    yield from _written(detail)
    yield from map(harmless, relabel_lines(detail, catalogue))
    if states := _states(detail):
        yield "state:"
        for one in states:
            yield harmless(f"  {one.about}: {one.says} [{one.evidence.field}]")
    if not detail.claims and not detail.observations:
        yield "no sighting is left: what was heard of it turned out to be another device"
        return
    yield "why:"
    for claim in sorted(detail.claims, key=_rank):
        yield from _claim(claim)
    yield "asked (times in UTC):"
    for seen in detail.observations:
        yield from _asked(seen, raw=raw)


def _written(detail: DeviceDetail) -> Iterator[str]:
    """What people wrote, and who changed it last; `show --json` has all changes."""
    for field in OwnedField:
        value = detail.record.owned.value(field)
        if value is not None:
            passed = isinstance(value, date) and value < datetime.now(UTC).date()
            yield harmless(f"  {field.label}: {value}{', which has passed' if passed else ''}")
    if not detail.history:
        return
    yield "written by people (the latest first):"
    for one in detail.history[:_CHANGES]:
        yield harmless(
            f"  {one.changed_at:%Y-%m-%d %H:%M} UTC {one.changed_by}: {one.field.label}"
            f" {one.old or '-'} -> {one.new or '-'} ({one.how})"
        )
    if (more := len(detail.history) - _CHANGES) > 0:
        yield f"  ... and {more} before; --json has them all"


def _identity(record: DeviceRecord) -> dict[str, str | None]:
    sure = record.certainty
    return {
        "kind": _sure(record.kind, sure.kind),
        "maker": _sure(record.maker, sure.maker),
        "brand": _sure(record.brand, sure.brand),
        "label": _label(record),
        "model": _sure(record.model, sure.model),
        "firmware": record.firmware,
        "serial": record.serial,
        "MAC": record.mac,
        "also": ", ".join(mac for mac in record.macs if mac != record.mac),
        "name": record.name,
        "location": record.location,
        "host names": ", ".join(record.hostnames),
        "hides": _hidden_channels(record),
        "endpoint": record.endpoint,
        "contradicts itself": ", ".join(record.conflicts),
        "named by": record.catalogue and f"catalogue {record.catalogue}",
        "site": record.site,
        "zone": record.zone,
        "status": record.status,
        "first seen": f"{record.first_seen:%Y-%m-%d %H:%M} UTC",
        "last seen": f"{record.last_seen:%Y-%m-%d %H:%M} UTC",
        "heard by": ", ".join(record.sources),
    }


def _sure(value: str | None, certainty: float) -> str | None:
    return f"{value} ({certainty:.0%} sure)" if value and certainty else value


def _label(record: DeviceRecord) -> str | None:
    """A label that names another firm, in one sentence."""
    if not record.brand or not record.maker or record.brand == record.maker:
        return None
    return f"the label says {record.brand}, the electronics are {record.maker}'s"


def relabel_lines(detail: DeviceDetail, catalogue: "Catalogue") -> Iterator[str]:
    """Both lines of evidence where label and electronics name different firms."""
    record = detail.record
    if _label(record) is None:
        return
    from camcensus.identify import explain_relabel

    words = [
        replace(claim, value=catalogue.brand(claim.value) or claim.value)
        for claim in detail.claims
        if claim.attribute in {"maker", "brand"}
    ]
    relabel = catalogue.relabel(
        Identity(
            kind=record.kind,
            maker=catalogue.brand(record.maker or ""),
            brand=catalogue.brand(record.brand or ""),
            claims=tuple(words),
        )
    )
    if relabel is not None:
        yield "relabelled:"
        yield from (f"  {line}" for line in explain_relabel(relabel, catalogue.names))


def _hidden_channels(record: DeviceRecord) -> str | None:
    """What may stand behind a device that other devices' pictures run into."""
    if not record.channels or record.kind not in RECORDERS:
        return None
    some = "1 channel" if record.channels == 1 else f"up to {record.channels} channels"
    return f"{some}: cameras behind it that may not be on this network"


def _states(detail: DeviceDetail) -> tuple[State, ...]:
    return states_of(item for seen in detail.observations for item in seen.evidence)


def _rank(claim: Claim) -> tuple[int, float, str]:
    """Claims about one thing together, the surest first."""
    place = _ORDER.index(claim.attribute) if claim.attribute in _ORDER else len(_ORDER)
    return place, -claim.certainty, claim.signature


def _claim(claim: Claim) -> Iterator[str]:
    yield harmless(
        f"  {claim.attribute} {claim.value} ({claim.certainty:.2f}): "
        f"{claim.evidence.field} was {_short(claim.evidence.value)} [{claim.signature}]"
    )
    if claim.why:
        yield harmless(f"    {claim.why}")


def _asked(seen: Observation, *, raw: bool) -> Iterator[str]:
    what = " ".join(part for part in (seen.prober, seen.message, seen.asked) if part)
    note = f" ({seen.note})" if seen.note else ""
    yield harmless(
        f"  {seen.seen_at:%Y-%m-%d %H:%M:%S} {seen.address} {_where(seen)} "
        f"{what}: {seen.outcome}, {len(seen.raw)} bytes{note}"
    )
    if raw and seen.raw:
        text = seen.raw.decode("utf-8", "backslashreplace")
        yield from (f"    | {harmless(line)}" for line in text.splitlines()[:_RAW_LINES])


def _where(seen: Observation) -> str:
    return f"{seen.transport}/{seen.port}" if seen.port else seen.transport


def _short(text: str) -> str:
    return repr(text if len(text) <= _VALUE_KEPT else text[: _VALUE_KEPT - 3] + "...")


# ---------------------------------------------------------------- for programs


def detail_json(detail: DeviceDetail) -> dict[str, object]:
    """The line `camcensus.device/1` with what only `show` has."""
    return {
        **detail.record.to_json(),
        "conflicts": list(detail.record.conflicts),
        "states": [
            {"about": one.about, "says": one.says, "evidence": _evidence(one)}
            for one in _states(detail)
        ],
        "claims": list(_claims_json(detail.claims)),
        "observations": [_observation_json(seen) for seen in detail.observations],
        "owned_changes": [_change_json(one) for one in detail.history],
    }


def _evidence(one: State | Claim) -> dict[str, object]:
    return {"field": one.evidence.field, "value": one.evidence.value[:256]}


def _claims_json(claims: Iterable[Claim]) -> Iterator[dict[str, object]]:
    for claim in claims:
        yield {
            "signature": claim.signature,
            "field": claim.attribute,
            "value": claim.value,
            "certainty": claim.certainty,
            "why": claim.why,
            "evidence": _evidence(claim),
        }


def _change_json(one: OwnedEntry) -> dict[str, object]:
    return {
        "changed_at": rfc3339(one.changed_at),
        "changed_by": one.changed_by,
        "field": one.field,
        "old": one.old,
        "new": one.new,
        "how": one.how,
    }


def _observation_json(seen: Observation) -> dict[str, object]:
    return {
        "seen_at": rfc3339(seen.seen_at),
        "address": seen.address,
        "port": seen.port,
        "transport": seen.transport,
        "prober": seen.prober,
        "message": seen.message,
        "asked": seen.asked,
        "outcome": seen.outcome,
        "bytes": len(seen.raw),
        "note": seen.note,
    }
