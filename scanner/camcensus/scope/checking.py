"""What a zones file comes to: who wins where zones overlap, what none names, what a plan finds."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from camcensus.errors import ScopeError
from camcensus.scope.ranges import Layer, Pair, RangeSet
from camcensus.scope.selection import select_within
from camcensus.scope.words import Policy, ScopeRequest
from camcensus.scope.zones import Zone, Zones, ZonesFile, layers


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two zones of a site that share addresses, which of them holds there, and why."""

    site: str
    wins: str
    over: str
    networks: tuple[Pair, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A network that zones of several sites name."""

    network: Pair
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreached:
    """A zone that may be asked, and of which no plan can have a target."""

    site: str
    zone: str
    why: str


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """One site: its zones, how many addresses each policy holds on, and what a plan would have.

    `refusal` is why `plan --zones` would end without a plan. `holds` is false if that is so
    whatever the flags, although there are addresses to ask.
    """

    site: str
    zones: int
    addresses: tuple[tuple[Policy, int], ...]
    targets: int
    refusal: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """What of a network is in no zone, as networks."""

    within: Pair
    networks: tuple[Pair, ...]

    @property
    def addresses(self) -> int:
        """How many addresses."""
        return sum(last - first + 1 for first, last in self.networks)


@dataclass(frozen=True, slots=True)
class Check:
    """All of it, site by site in the order of the file."""

    source: str
    sites: tuple[SiteCheck, ...]
    overlaps: tuple[Overlap, ...]
    shared: tuple[Shared, ...]
    unreached: tuple[Unreached, ...]
    gaps: tuple[Gap, ...]


def check_zones(file: ZonesFile, within: RangeSet, site: str | None = None) -> Check:
    """A file that holds, looked at; `site` looks at one site only, or raises `ScopeError`."""
    names = file.sites if site is None else (file.of_site(site).site,)
    sites = [file.of_site(name) for name in names]
    checked = [_site(file, zones) for zones in sites]
    return Check(
        source=file.source,
        sites=tuple(found for found, _ in checked),
        overlaps=tuple(overlap for zones in sites for overlap in _overlaps(zones)),
        shared=tuple(_shared(sites)),
        unreached=tuple(one for _, unreached in checked for one in unreached),
        gaps=tuple(_gaps(sites, within)),
    )


# ---------------------------------------------------------------- one site


def _site(file: ZonesFile, zones: Zones) -> tuple[SiteCheck, tuple[Unreached, ...]]:
    wins = _winning(zones)
    addresses = tuple(
        (
            policy,
            sum(wins[row].size for row, zone in enumerate(zones.zones) if zone.policy is policy),
        )
        for policy in Policy
    )
    targets, reached, refusal, lasting = _planned(file, zones)
    asked = any(wins[row] for row, zone in enumerate(zones.zones) if zone.policy.sends)
    found = SiteCheck(
        site=zones.site,
        zones=len(zones.zones),
        addresses=addresses,
        targets=targets,
        refusal=refusal,
        holds=not lasting or not asked,
    )
    names = (
        reached
        if reached is not None
        else {zone.name for row, zone in enumerate(zones.zones) if wins[row]}
    )
    unreached = tuple(
        Unreached(zones.site, zone.name, _why_unreached(zones, row, won=bool(wins[row])))
        for row, zone in enumerate(zones.zones)
        if zone.policy.sends and zone.name not in names
    )
    return found, unreached


def _winning(zones: Zones) -> dict[int, RangeSet]:
    """For each zone, by its place, the addresses of its networks where its word holds."""
    pieces: dict[int, list[Pair]] = defaultdict(list)
    for first, last, row in zones.map():
        pieces[row].append((first, last))
    return {
        row: RangeSet.of(pieces[row]).meet(RangeSet.of(zone.networks))
        for row, zone in enumerate(zones.zones)
    }


def _planned(file: ZonesFile, zones: Zones) -> tuple[int, set[str] | None, str, bool]:
    """What a plan of this site has: targets, zones with some, why it is refused, and for good."""
    refusal = ""
    for allow_public in (False, True):
        request = ScopeRequest(
            zones_file=Path(file.source), site=zones.site, allow_public=allow_public
        )
        try:
            found = select_within(zones, request)
        except ScopeError as error:
            refusal = refusal or str(error)
            continue
        targets = sum(part.last - part.first + 1 for part in found.parts)
        return targets, {zone.name for zone in found.planned_zones}, refusal, False
    return 0, None, refusal, True


def _why_unreached(zones: Zones, row: int, *, won: bool) -> str:
    if won:
        return "all its addresses are the first or last of a network, and no host's"
    over = {wins: None for wins, loses, *_ in _meetings(zones) if loses == row}
    told = ", ".join(f"{zones.zones[one].name} ({zones.zones[one].policy})" for one in over)
    return f"stricter or smaller zones hold on every address of it: {told}"


# ---------------------------------------------------------------- overlaps


def _overlaps(zones: Zones) -> Iterator[Overlap]:
    """Each pair of zones that overlap, once for each reason, in order of address."""
    found: dict[tuple[int, int, str], list[Pair]] = defaultdict(list)
    for wins, loses, pair, why in _meetings(zones):
        found[wins, loses, why].append(pair)
    for (wins, loses, why), pairs in found.items():
        yield Overlap(
            zones.site,
            zones.zones[wins].name,
            zones.zones[loses].name,
            tuple(RangeSet.of(pairs)),
            why,
        )


def _meetings(zones: Zones) -> Iterator[tuple[int, int, Pair, str]]:
    """Networks that meet: the zone that holds there, the other one, where, and why."""
    ordered = sorted(
        (layer for row, zone in enumerate(zones.zones) for layer in _own_layers(zone, row)),
        key=lambda layer: (layer.first, -layer.last, layer.row),
    )
    open_: list[Layer] = []
    for layer in ordered:
        open_ = [one for one in open_ if one.last >= layer.first]
        for other in open_:
            if other.row != layer.row:
                wins, loses = sorted((layer, other), key=lambda one: one.rank)
                where = (layer.first, min(layer.last, other.last))
                yield wins.row, loses.row, where, _why(zones, wins, loses)
        open_.append(layer)


def _own_layers(zone: Zone, row: int) -> Iterator[Layer]:
    """The layers of its own networks, without the IPv6 forms that a closed zone covers too."""
    own = RangeSet.of(zone.networks)
    return (layer for layer in layers(zone, row) if layer.first in own)


def _why(zones: Zones, wins: Layer, loses: Layer) -> str:
    strict, loose = zones.zones[wins.row].policy, zones.zones[loses.row].policy
    if strict is not loose:
        return f"{strict} is stricter than {loose}"
    if wins.rank[1] != loses.rank[1]:
        return "its network is smaller"
    return "it stands first in the file"


# ---------------------------------------------------------------- all sites


def _shared(sites: list[Zones]) -> Iterator[Shared]:
    named: dict[Pair, dict[str, None]] = defaultdict(dict)
    for zones in sites:
        for zone in zones.zones:
            for pair in zone.networks:
                named[pair][zones.site] = None
    for pair in sorted(named):
        if len(named[pair]) > 1:
            yield Shared(pair, tuple(named[pair]))


def _gaps(sites: list[Zones], within: RangeSet) -> Iterator[Gap]:
    """What no zone of any of the sites names."""
    named = RangeSet.of(pair for zones in sites for zone in zones.zones for pair in zone.networks)
    for whole in within:
        left = RangeSet.of([whole]).minus(named)
        yield Gap(whole, tuple(network for pair in left for network in networks_of(*pair)))


def networks_of(first: int, last: int) -> Iterator[Pair]:
    """The fewest networks that make up a range."""
    while first <= last:
        size = first & -first if first else 1 << 128
        while first + size - 1 > last:
            size >>= 1
        yield first, first + size - 1
        first += size
