"""A plan as canonical JSON, and back. What does not hold is refused, as if typed by a stranger.

The text carries a copy of itself under the key `sealed`, so that a plan that somebody edited can
be refused by naming what was edited. It is no signature: who edits both has made another plan,
with another hash.
"""

import binascii
import json
import math
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any, Literal, TypeVar, cast

from camcensus.errors import ScopeError
from camcensus.scope.addresses import NEVER_SENT, PRIVATE, position, range_text
from camcensus.scope.content import PlanContent
from camcensus.scope.edits import edits
from camcensus.scope.grammar import Networks, read_ranges, read_word, too_wide
from camcensus.scope.parts import Part
from camcensus.scope.ranges import Pair, RangeSet
from camcensus.scope.selection import MOST_TARGETS
from camcensus.scope.words import (
    UNSTATED,
    Asker,
    Exclusion,
    LinkLeftOut,
    PlannedLink,
    PlannedProber,
    PlannedZone,
    Policy,
    Reach,
)
from camcensus.types import Interface, PaceLimits, ProberCost, Transport

SCHEMA = "camcensus.plan-file/2"
UNSEALED = "camcensus.plan-file/1"  # as databases hold it of sweeps begun by an older program
_MAKE = "make one with `camcensus plan -o FILE`"
_AGAIN = "make it again with `camcensus plan`, or fetch the file again"
_MOST = 1 << 40  # no count, cost or rate of a plan comes near
_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)


def write_content(content: PlanContent) -> str:
    """The canonical text: the same plan gives the same bytes, its copy among them."""
    table = _table(content)
    return _text({**table, "sealed": seal(table)})


def seal(table: dict[str, Any]) -> str:
    """The copy of a plan that its text carries; base64, so that no search and replace finds it."""
    return b64encode(json.dumps(table, sort_keys=True, separators=(",", ":")).encode()).decode()


def _text(table: dict[str, Any]) -> str:
    return json.dumps(table, indent=1, sort_keys=True, allow_nan=False) + "\n"


def _table(content: PlanContent) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "site": content.site,
        "key": content.key,
        "limit": content.limit,
        "allow_public": content.allow_public,
        "requested": content.requested,
        "own_networks": content.own_networks,
        "targets": [
            {"network": range_text(p.first, p.last), "zone": p.zone, "tcp_for_all": p.tcp_for_all}
            for p in content.parts
        ],
        "zones": [asdict(zone) for zone in content.zones],
        "exclusions": [asdict(exclusion) for exclusion in content.exclusions],
        "links": [asdict(link) for link in content.links],
        "links_left_out": [asdict(link) for link in content.links_left_out],
        "ports": [{"prober": name, "ports": ports} for name, ports in content.ports],
        "probers": [asdict(prober) for prober in content.probers],
        "pace": _pace_table(content.pace),
        "thorough": content.thorough,
        "notes": content.notes,
        "asker": asdict(content.asker),
    }


def _pace_table(pace: PaceLimits) -> dict[str, object]:
    # 100 and 100.0 are the same limit and must be the same text
    real = {row.name for row in fields(PaceLimits) if row.type is float}
    return {key: float(value) if key in real else value for key, value in asdict(pace).items()}


def read_content(text: str, source: str, *, unsealed: bool = False) -> PlanContent:
    """The plan in the text; `ScopeError` names the source and the key that does not hold.

    An edited text is refused with what was edited. `unsealed` also reads what older programs
    stored, which has no copy of itself.
    """
    try:
        table = json.loads(text)
        if unsealed and isinstance(table, dict) and table.get("schema") == UNSEALED:
            return _plan(_Row(source, "", table), UNSEALED)
        sealed = _sealed(_Row(source, "", table))
        content = _plan(_Row(source, "", {k: v for k, v in table.items() if k != "sealed"}), SCHEMA)
    except (ValueError, RecursionError) as error:
        raise ScopeError(f"{source}: not a plan file ({error}); {_MAKE}") from None
    if sealed != seal(_table(content)) or text != write_content(content):
        raise ScopeError(
            f"{source}: not laid out as camcensus wrote it (blanks, order or numbers were "
            f"changed): {_AGAIN}"
        )
    return content


def _sealed(row: "_Row") -> str:
    """The copy; `ScopeError` names where the text is no longer what the copy says."""
    if row.table.get("schema") == UNSEALED:
        raise row.error(
            "schema",
            f"is {UNSEALED}, which cannot show whether somebody edited it: make the plan again",
        )
    row.must("schema", row.table.get("schema") == SCHEMA, f"is not {SCHEMA}: {_MAKE}")
    sealed = row.text("sealed")
    try:
        made = json.loads(b64decode(sealed, validate=True))
    except (binascii.Error, ValueError):
        made = None
    if not isinstance(made, dict):
        raise row.error("sealed", f"does not hold: the file was edited or cut; {_AGAIN}")
    if found := edits(made, row.table):
        raise ScopeError(f"{row.source}: edited since it was made: {'; '.join(found)}")
    return sealed


class _Row:
    """One JSON object, read key by key; a key nobody reads is an error."""

    def __init__(self, source: str, path: str, value: object) -> None:
        self.source = source
        self.path = path
        if not isinstance(value, dict):
            raise self.error("", "is not an object")
        self.table = cast(dict[str, Any], dict(value))

    def error(self, key: str, why: str) -> ScopeError:
        place = f"{self.path}{key}".removesuffix(".") or "the file"
        return ScopeError(f"{self.source}: {place} {why}")

    def take(self, key: str) -> object:
        if key not in self.table:
            raise self.error(key, "is missing")
        return self.table.pop(key)

    def done(self, made: _T) -> _T:
        for key in self.table:
            raise self.error(ascii(key), "is a key this program does not know")
        return made

    def text(self, key: str) -> str:
        value = self.take(key)
        if not isinstance(value, str):
            raise self.error(key, "is not a text")
        return value

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if not isinstance(value, bool):
            raise self.error(key, "is not true or false")
        return value

    def whole(self, key: str, low: int = 0, high: int = _MOST) -> int:
        value = self.take(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(key, f"is not a whole number from {low} to {high}")
        return value

    def whole_or_none(self, key: str, low: int) -> int | None:
        if key in self.table and self.table[key] is None:
            del self.table[key]
            return None
        return self.whole(key, low)

    def number(self, key: str, low: float = 0.0) -> float:
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, "is not a number")
        if not (low <= value <= _MOST) or not math.isfinite(value):
            raise self.error(key, f"is not from {low:g} to {_MOST}")
        return float(value)

    def word(self, key: str, kind: type[_E]) -> _E:
        value = self.text(key)
        if value not in [*kind]:
            raise self.error(key, f"is none of {', '.join(kind)}")
        return kind(value)

    def each(self, key: str, read: Callable[["_Row"], _T]) -> tuple[_T, ...]:
        rows = self.items(key)
        return tuple(
            read(_Row(self.source, f"{self.path}{key}[{at}].", row)) for at, row in enumerate(rows)
        )

    def items(self, key: str) -> list[object]:
        value = self.take(key)
        if not isinstance(value, list):
            raise self.error(key, "is not a list")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        found = self.items(key)
        self.must(key, all(isinstance(item, str) for item in found), "holds more than texts")
        return tuple(cast(list[str], found))

    def inner(self, key: str) -> "_Row":
        return _Row(self.source, f"{self.path}{key}.", self.take(key))

    def must(self, key: str, holds: bool, why: str) -> None:
        if not holds:
            raise self.error(key, why)


def _plan(row: _Row, schema: str) -> PlanContent:
    row.must("schema", row.text("schema") == schema, f"is not {schema}")
    content = PlanContent(
        site=row.text("site"),
        key=row.whole("key", 0, (1 << 64) - 1),
        limit=row.whole_or_none("limit", 1),
        allow_public=row.flag("allow_public"),
        requested=row.whole("requested"),
        own_networks=_networks(row, "own_networks"),
        parts=row.each("targets", _part),
        zones=row.each("zones", _zone),
        exclusions=row.each("exclusions", _exclusion),
        links=row.each("links", _link),
        links_left_out=row.each("links_left_out", _left_out),
        ports=row.each("ports", _ports),
        probers=row.each("probers", _prober),
        pace=_pace(row.inner("pace")),
        thorough=row.flag("thorough"),
        notes=row.texts("notes"),
        asker=UNSTATED if schema == UNSEALED else _asker(row.inner("asker")),
    )
    _check(row, content)
    return row.done(content)


def _check(row: _Row, content: PlanContent) -> None:
    last, total = -1, 0
    for part in content.parts:
        row.must("targets", part.first > last, "are not in order, each address once")
        row.must("targets", part.zone < len(content.zones), "name a zone that is not there")
        last, total = part.last, total + part.last - part.first + 1
    ranges = RangeSet.of((part.first, part.last) for part in content.parts)
    row.must("targets", not too_wide(ranges), "hold an IPv6 network wider than /112")
    row.must("targets", 0 < total <= MOST_TARGETS, "are none, or more than a plan holds")
    row.must("targets", not ranges.meet(NEVER_SENT), "hold an address that is never sent to")
    public = content.allow_public or not ranges.minus(PRIVATE)
    row.must("targets", public, "hold public addresses, and allow_public is false")
    row.must("requested", content.requested >= total, "is less than the targets")
    names = [name for name, _ in content.ports]
    row.must("ports", len(set(names)) == len(names), "name a prober twice")


def _asker(row: _Row) -> Asker:
    return row.done(
        Asker(
            program=row.text("program"),
            rules=row.text("rules"),
            contact=row.text("contact"),
            source_port=row.whole("source_port", 0, 65535),
            login=row.text("login"),
        )
    )


def _range(row: _Row) -> Pair:
    word = row.text("network")
    try:
        read = read_word(word)
    except ScopeError as error:
        raise row.error("network", str(error)) from None
    if not isinstance(read, Networks) or len(read.ranges.starts) != 1:
        raise row.error("network", "is not one network")
    ((first, last),) = read.ranges
    return first, last


def _networks(row: _Row, key: str) -> tuple[str, ...]:
    return tuple(_checked(row, key, text) for text in row.texts(key))


def _checked(row: _Row, key: str, text: str) -> str:
    try:
        read_ranges(text)
    except ScopeError as error:
        raise row.error(key, str(error)) from None
    return text


def _part(row: _Row) -> Part:
    first, last = _range(row)
    return row.done(Part(first, last, row.whole("zone", -1), row.flag("tcp_for_all")))


def _zone(row: _Row) -> PlannedZone:
    zone = PlannedZone(row.text("name"), row.word("policy", Policy), row.texts("tags"))
    row.must("policy", zone.policy.sends, "allows no target")
    return row.done(zone)


def _exclusion(row: _Row) -> Exclusion:
    network = row.text("network")
    try:
        read_ranges(network)
    except ScopeError as error:
        raise row.error("network", str(error)) from None
    return row.done(Exclusion(network, row.text("reason"), row.text("source"), row.whole("count")))


def _interface(row: _Row) -> Interface:
    address = row.text("address")
    row.must("address", position(address) is not None, "is not an IP address")
    most = 128 if ":" in address else 32
    return row.done(
        Interface(
            name=row.text("name"),
            address=address,
            prefix_length=row.whole("prefix_length", 0, most),
            multicast=row.flag("multicast"),
            bridge=row.flag("bridge"),
        )
    )


def _link(row: _Row) -> PlannedLink:
    interface = _interface(row.inner("interface"))
    return row.done(PlannedLink(interface, row.texts("groups"), row.text("why")))


def _left_out(row: _Row) -> LinkLeftOut:
    return row.done(LinkLeftOut(_interface(row.inner("interface")), row.text("why")))


def _ports(row: _Row) -> tuple[str, tuple[int, ...]]:
    return row.done((row.text("prober"), _port_list(row)))


def _port_list(row: _Row) -> tuple[int, ...]:
    found: list[int] = []
    for port in row.items("ports"):
        whole = isinstance(port, int) and not isinstance(port, bool)
        row.must("ports", whole and 1 <= cast(int, port) <= 65535, "hold no port number")
        found.append(cast(int, port))
    return tuple(found)


def _prober(row: _Row) -> PlannedProber:
    stage = row.text("stage")
    row.must("stage", stage in {"first", "second", "link"}, "is none of first, second, link")
    cost = row.inner("cost")
    return row.done(
        PlannedProber(
            name=row.text("name"),
            stage=cast(Literal["first", "second", "link"], stage),
            transport=row.word("transport", Transport),
            ports=_port_list(row),
            cost=cost.done(
                ProberCost(
                    frames=cost.whole("frames"),
                    connections=cost.whole("connections"),
                    requests=cost.whole("requests"),
                    bytes_in=cost.whole("bytes_in"),
                    usual_frames=cost.whole("usual_frames"),
                    usual_share=cost.number("usual_share"),
                )
            ),
            groups=row.texts("groups"),
            reach=row.word("reach", Reach),
        )
    )


def _pace(row: _Row) -> PaceLimits:
    return row.done(
        PaceLimits(
            name=row.text("name"),
            frames_per_s=row.number("frames_per_s", 0.001),
            host_frames_per_s=row.number("host_frames_per_s", 0.001),
            hosts_in_flight=row.whole("hosts_in_flight", 1),
            hosts_per_24=row.whole("hosts_per_24", 1),
            host_connections=row.whole("host_connections"),
            host_requests=row.whole("host_requests"),
            host_bytes=row.whole("host_bytes"),
            host_seconds=row.number("host_seconds"),
            request_gap_s=row.number("request_gap_s"),
            connect_timeout_s=row.number("connect_timeout_s"),
        )
    )
