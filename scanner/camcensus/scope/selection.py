"""From what the user typed to the targets: everything that is taken away, and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from camcensus.errors import ScopeError
from camcensus.scope.addresses import (
    NEVER_SENT,
    PRIVATE,
    embedded,
    never_because,
    range_text,
    text_of,
)
from camcensus.scope.links import edges, prefix_of
from camcensus.scope.parts import Part
from camcensus.scope.ranges import Layer, RangeSet, overlay
from camcensus.scope.sources import Resolve, Written, read_exclusions, read_targets
from camcensus.scope.words import Exclusion, PlannedZone, Policy, ScopeRequest
from camcensus.scope.zones import Zone, Zones, read_zones
from camcensus.types import Interface

MOST_TYPED = 65_536  # by hand, without saying that it is meant
MOST_TARGETS = 1 << 25  # two /8: more than all private IPv4 space together


@dataclass(frozen=True, slots=True)
class Selection:
    """The targets of a request, and what was left out of them."""

    site: str
    requested: int
    parts: tuple[Part, ...]
    planned_zones: tuple[PlannedZone, ...]
    exclusions: tuple[Exclusion, ...]
    zones: tuple[Zone, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One exclusion before it is counted; `shown` even where it removes nothing."""

    ranges: RangeSet
    rank: tuple[int, int]
    network: str
    reason: str
    source: str
    shown: bool = True


def select(
    request: ScopeRequest, interfaces: tuple[Interface, ...], resolve: Resolve | None
) -> Selection:
    """The targets, or `ScopeError` with the one line that says why there is no plan."""
    zones = read_zones(request.zones_file, request.site) if request.zones_file else None
    return select_within(zones, request, interfaces, resolve)


def select_within(
    zones: Zones | None,
    request: ScopeRequest,
    interfaces: tuple[Interface, ...] = (),
    resolve: Resolve | None = None,
) -> Selection:
    """The same with zones that were read already; the request's file is only their name."""
    written = _targets(request, zones, resolve)
    asked = RangeSet.of(pair for item in written for pair in item.ranges)
    _refuse_never(written, asked)
    if asked.size > MOST_TARGETS:
        raise ScopeError(f"{asked.size:,} addresses are more than a plan holds ({MOST_TARGETS:,})")
    typed = read_exclusions(request.exclude, request.exclude_files, resolve)
    rows = list(_exclusion_rows(request, zones, typed, asked, interfaces))
    left = asked.minus(RangeSet.of(pair for row in rows for pair in row.ranges))
    exclusions = _count(rows, asked)
    _refuse(request, zones, written, left, exclusions)
    planned, parts = _parts(left, zones)
    return Selection(
        site=zones.site if zones else request.site,
        requested=asked.size,
        parts=parts,
        planned_zones=planned,
        exclusions=exclusions,
        zones=zones.zones if zones else (),
        notes=tuple(item.note for item in (*written, *typed) if item.note),
    )


def _targets(request: ScopeRequest, zones: Zones | None, resolve: Resolve | None) -> list[Written]:
    if request.targets or request.target_files:
        written = read_targets(request.targets, request.target_files, resolve)
        if not written:
            raise ScopeError("no target: the list of targets is empty")
        return written
    if zones is None:
        raise ScopeError("no target: name a network, as in 10.20.0.0/16, or a file with --zones")
    found = [
        Written(range_text(*pair), zone.source, RangeSet.of([pair]))
        for zone in zones.zones
        if zone.policy.sends
        for pair in zone.networks
    ]
    if not found:
        raise ScopeError(f"no target: no zone of site {zones.site} may be probed")
    return found


def _refuse_never(written: list[Written], asked: RangeSet) -> None:
    if not asked.meet(NEVER_SENT):
        return
    for item in written:
        for first, _ in item.ranges.meet(NEVER_SENT):
            raise ScopeError(
                f"{_where(item)}{text_of(first)} is {never_because(first)}; nothing is sent there"
            )


def _where(item: Written) -> str:
    place = "" if item.source == "typed" else f"{item.source}: "
    return f"{place}{item.word}: "


def _exclusion_rows(
    request: ScopeRequest,
    zones: Zones | None,
    typed: list[Written],
    asked: RangeSet,
    interfaces: tuple[Interface, ...],
) -> Iterator[_Row]:
    for order, item in enumerate(typed):
        network = ",".join(range_text(*pair) for pair in item.ranges)
        source = item.source if item.source.startswith("--") else f"--excludefile {item.source}"
        reason = "excluded by the user"
        yield _Row(embedded(item.ranges), (0, order), network, reason, source)
    if zones is not None:
        yield from _zone_rows(zones)
        if not request.allow_unzoned:
            for pair in asked.minus(zones.covered()):
                source = f"--zones {request.zones_file}"
                yield _Row(RangeSet.of([pair]), (2, 0), range_text(*pair), "no zone", source)
    yield from _edge_rows(zones, asked, interfaces)


def _zone_rows(zones: Zones) -> Iterator[_Row]:
    closed = [zone for zone in zones.zones if not zone.policy.sends]
    closed.sort(key=lambda zone: -zone.policy.strictness)
    for order, zone in enumerate(closed):
        for pair in zone.networks:
            ranges = embedded(RangeSet.of([pair]))
            yield _Row(ranges, (1, order), range_text(*pair), zone.because, zone.source)


def _edge_rows(
    zones: Zones | None, asked: RangeSet, interfaces: tuple[Interface, ...]
) -> Iterator[_Row]:
    known = [
        (pair, zone.source) for zone in (zones.zones if zones else ()) for pair in zone.networks
    ]
    known += [(pair, f"interface {it.name}") for it in interfaces for pair in prefix_of(it)]
    seen: set[int] = set()
    for (first, last), source in known:
        for place, kind in edges(first, last):
            if place not in seen and place in asked:
                seen.add(place)
                reason = f"{kind} address of {range_text(first, last)}"
                ranges = RangeSet.of([(place, place)])
                yield _Row(ranges, (3, 0), text_of(place), reason, source, shown=False)


def _count(rows: list[_Row], asked: RangeSet) -> tuple[Exclusion, ...]:
    counts = [0] * len(rows)
    layers = [
        Layer(*pair, (*row.rank, at), at) for at, row in enumerate(rows) for pair in row.ranges
    ]
    for first, last, at in overlay(layers):
        counts[at] += sum(end - start + 1 for start, end in asked.within(first, last))
    return tuple(
        Exclusion(row.network, row.reason, row.source, count)
        for row, count in zip(rows, counts, strict=True)
        if count or row.shown
    )


def _refuse(
    request: ScopeRequest,
    zones: Zones | None,
    written: list[Written],
    left: RangeSet,
    exclusions: tuple[Exclusion, ...],
) -> None:
    if not left:
        most = max(exclusions, key=lambda exclusion: exclusion.count)
        raise ScopeError(
            f"no target is left: every address is excluded, most by {most.source} ({most.reason})"
        )
    public = left.minus(PRIVATE)
    if public and not request.allow_public:
        item = next(item for item in written if item.ranges.meet(public))
        ((first, _), *_) = item.ranges.meet(public)
        raise ScopeError(
            f"{_where(item)}{text_of(first)} is a public address; "
            "if the network is yours to scan, say so with --allow-public"
        )
    by_hand = left.minus(zones.covered()).size if zones else left.size
    if by_hand > MOST_TYPED and not request.yes:
        raise ScopeError(
            f"{by_hand:,} addresses are more than {MOST_TYPED:,}: say --yes if that is meant, "
            "or write the networks into a zones file"
        )


def _parts(left: RangeSet, zones: Zones | None) -> tuple[tuple[PlannedZone, ...], tuple[Part, ...]]:
    if zones is None:
        return (), tuple(Part(first, last) for first, last in left)
    to_all = zones.tcp_for_all()
    numbers: dict[int, int] = {}
    parts: list[Part] = []
    for ranges, tcp_for_all in ((left.meet(to_all), True), (left.minus(to_all), False)):
        for first, last, row in zones.map():
            for start, end in ranges.within(first, last):
                number = numbers.setdefault(row, len(numbers))
                probe = zones.zones[row].policy is Policy.PROBE
                parts.append(Part(start, end, number, tcp_for_all and probe))
    parts += [Part(first, last) for first, last in left.minus(zones.covered())]
    planned = tuple(
        PlannedZone(zones.zones[row].name, zones.zones[row].policy, zones.zones[row].tags)
        for row in numbers
    )
    return planned, tuple(sorted(parts, key=lambda part: part.first))
