"""The networks of a plan as people speak of them: its zones, or what was asked for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from camcensus.scope.addresses import position, range_text
from camcensus.scope.content import PlanContent
from camcensus.scope.grammar import read_ranges
from camcensus.scope.links import prefix_of
from camcensus.scope.ranges import Pair, RangeSet
from camcensus.types import Interface


@dataclass(frozen=True, slots=True)
class Area:
    """A network of the plan under its name, with how many targets it has."""

    name: str
    targets: int
    _ranges: RangeSet

    def __contains__(self, address: str) -> bool:
        place = position(address)
        return place is not None and place in self._ranges

    def touches(self, interface: Interface) -> bool:
        """Whether some of it is on the link of this interface."""
        return bool(self._ranges.meet(prefix_of(interface)))


def areas_of(content: PlanContent) -> tuple[Area, ...]:
    """Each zone, or, without zones, each range that was asked for, in order of address."""
    pieces: dict[str, list[Pair]] = defaultdict(list)
    wholes = _as_asked(content)
    for part in content.parts:
        if part.zone >= 0:
            pieces[f"zone {content.zones[part.zone].name}"].append((part.first, part.last))
        else:
            here = RangeSet.of([(part.first, part.last)])
            for whole in wholes:
                pieces[range_text(*whole)] += here.within(*whole)
    found = ((name, RangeSet.of(ranges)) for name, ranges in pieces.items())
    return tuple(Area(name, ranges.size, ranges) for name, ranges in found if ranges)


def _as_asked(content: PlanContent) -> tuple[Pair, ...]:
    """The targets with what was taken out of the middle of them; our own links apart."""
    asked = RangeSet.of([*_targets(content), *_taken_out(content)])
    own = RangeSet.of(pair for one in content.own_networks for pair in read_ranges(one))
    return (*asked.meet(own), *asked.minus(own))


def _targets(content: PlanContent) -> Iterable[Pair]:
    return ((part.first, part.last) for part in content.parts)


def _taken_out(content: PlanContent) -> Iterable[Pair]:
    """Exclusions that lay wholly in what was asked for."""
    for exclusion in content.exclusions:
        ranges = read_ranges(exclusion.network)
        if ranges.size == exclusion.count:
            yield from ranges
