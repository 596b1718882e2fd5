"""Sets of addresses as sorted, disjoint ranges of positions (`addresses.py`)."""

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

Pair = tuple[int, int]  # first and last, both inside


@dataclass(frozen=True, slots=True)
class RangeSet:
    """A set of positions. Make it with `of`, which sorts and joins."""

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> Self:
        """The union of the pairs, whatever their order and overlap."""
        starts: list[int] = []
        ends: list[int] = []
        for first, last in sorted(pairs):
            if ends and first <= ends[-1] + 1:
                ends[-1] = max(ends[-1], last)
            else:
                starts.append(first)
                ends.append(last)
        return cls(tuple(starts), tuple(ends))

    @property
    def size(self) -> int:
        """How many positions."""
        return sum(self.ends) - sum(self.starts) + len(self.starts)

    def __bool__(self) -> bool:
        return bool(self.starts)

    def __contains__(self, position: int) -> bool:
        index = bisect_right(self.starts, position) - 1
        return index >= 0 and position <= self.ends[index]

    def __iter__(self) -> Iterator[Pair]:
        return zip(self.starts, self.ends, strict=True)

    def within(self, first: int, last: int) -> Iterator[Pair]:
        """The parts of this set that lie between `first` and `last`."""
        index = max(bisect_right(self.starts, first) - 1, 0)
        while index < len(self.starts) and self.starts[index] <= last:
            if self.ends[index] >= first:
                yield max(self.starts[index], first), min(self.ends[index], last)
            index += 1

    def meet(self, other: Self) -> Self:
        """What lies in both."""
        few, many = (self, other) if len(self.starts) < len(other.starts) else (other, self)
        return type(self).of(part for pair in few for part in many.within(*pair))

    def minus(self, other: Self) -> Self:
        """What lies in this one and not in the other."""
        left: list[Pair] = []
        holes = iter(other)
        hole = next(holes, None)
        for start, end in self:
            first = start
            while hole is not None and hole[1] < first:
                hole = next(holes, None)
            while hole is not None and hole[0] <= end:
                if hole[0] > first:
                    left.append((first, hole[0] - 1))
                first = hole[1] + 1
                if hole[1] > end:
                    break
                hole = next(holes, None)
            if first <= end:
                left.append((first, end))
        return type(self).of(left)


@dataclass(frozen=True, slots=True)
class Layer:
    """A range that competes for its positions: the lowest rank wins; `row` is the caller's."""

    first: int
    last: int
    rank: tuple[int, ...]
    row: int


def overlay(layers: Sequence[Layer]) -> Iterator[tuple[int, int, int]]:
    """Disjoint ranges in order, each with the `row` of the layer that wins there."""
    ordered = sorted(layers, key=lambda layer: layer.first)
    cuts = sorted({layer.first for layer in layers} | {layer.last + 1 for layer in layers})
    waiting: list[tuple[tuple[int, ...], int, int]] = []
    taken = 0
    for index, cut in enumerate(cuts[:-1]):
        while taken < len(ordered) and ordered[taken].first == cut:
            heapq.heappush(waiting, (ordered[taken].rank, taken, ordered[taken].last))
            taken += 1
        while waiting and waiting[0][2] < cut:
            heapq.heappop(waiting)
        if waiting:
            yield cut, cuts[index + 1] - 1, ordered[waiting[0][1]].row
