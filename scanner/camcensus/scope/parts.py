"""The targets of a plan as disjoint ranges that an index can be mapped onto."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from camcensus.scope.addresses import range_text
from camcensus.scope.ranges import RangeSet


@dataclass(frozen=True, slots=True)
class Part:
    """A range of targets with one and the same treatment; `zone` numbers the plan's zones."""

    first: int
    last: int
    zone: int = -1
    tcp_for_all: bool = False

    @property
    def text(self) -> str:
        """The range as people write it."""
        return range_text(self.first, self.last)


class Parts:
    """All parts in order of address. Memory goes by the number of parts, not of targets."""

    __slots__ = ("_before", "_ends", "_starts", "rows", "size")

    def __init__(self, rows: Iterable[Part]) -> None:
        self.rows = tuple(sorted(rows, key=lambda part: part.first))
        self._starts = [part.first for part in self.rows]
        self._ends = [part.last for part in self.rows]
        counts = accumulate((part.last - part.first + 1 for part in self.rows), initial=0)
        self._before = list(counts)
        self.size = self._before.pop()

    def at(self, rank: int) -> tuple[int, Part]:
        """The target at this rank in order of address, and the part it lies in."""
        index = bisect_right(self._before, rank) - 1
        return self._starts[index] + rank - self._before[index], self.rows[index]

    def find(self, place: int) -> Part | None:
        """The part that holds a position."""
        index = bisect_right(self._starts, place) - 1
        return self.rows[index] if index >= 0 and place <= self._ends[index] else None

    def rank(self, place: int) -> int:
        """The rank of a position that is known to be a target."""
        index = bisect_right(self._starts, place) - 1
        return self._before[index] + place - self._starts[index]

    def ranges(self) -> RangeSet:
        """The targets as a plain set."""
        return RangeSet.of((part.first, part.last) for part in self.rows)

    def by_256(self) -> Iterator[int]:
        """How many targets each block of 256 addresses holds; full blocks in a row count once."""
        block, count = -1, 0
        for part in self.rows:
            first, last = part.first >> 8, part.last >> 8
            if first != block:
                yield count
                block, count = first, 0
            if last == first:
                count += part.last - part.first + 1
                continue
            yield count + 256 - (part.first & 255)
            if last > first + 1:
                yield 256
            block, count = last, (part.last & 255) + 1
        yield count
