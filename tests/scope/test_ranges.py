from hypothesis import given
from hypothesis import strategies as st

from camcensus.scope.parts import Part, Parts
from camcensus.scope.ranges import Layer, RangeSet, overlay

PAIRS = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 40)).map(lambda p: (p[0], p[0] + p[1])),
    max_size=12,
)


def members(pairs: list[tuple[int, int]] | RangeSet) -> set[int]:
    return {n for first, last in pairs for n in range(first, last + 1)}


@given(PAIRS, PAIRS)
def test_range_sets_are_sets(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    one, two = RangeSet.of(left), RangeSet.of(right)
    assert members(one) == members(left)
    assert one.size == len(members(left))
    assert members(one.meet(two)) == members(left) & members(right)
    assert members(one.minus(two)) == members(left) - members(right)
    assert {n for n in range(400) if n in one} == members(left)
    assert members(list(one.within(50, 120))) == members(left) & set(range(50, 121))


@given(PAIRS)
def test_in_an_overlay_the_lowest_rank_holds_each_position(pairs: list[tuple[int, int]]) -> None:
    layers = [Layer(*pair, ((at * 7) % 5, at), at) for at, pair in enumerate(pairs)]
    told = {n: row for first, last, row in overlay(layers) for n in range(first, last + 1)}
    for n in range(400):
        here = [layer for layer in layers if layer.first <= n <= layer.last]
        assert told.get(n) == (min(here, key=lambda it: it.rank).row if here else None)


@given(PAIRS)
def test_parts_give_each_target_its_rank_and_count_blocks_of_256(
    pairs: list[tuple[int, int]],
) -> None:
    spread = RangeSet.of((first * 9, last * 9) for first, last in pairs)
    parts = Parts(Part(first, last) for first, last in spread)
    ordered = sorted(members(spread))
    assert parts.size == len(ordered)
    assert [parts.at(rank)[0] for rank in range(parts.size)] == ordered
    assert [parts.rank(place) for place in ordered] == list(range(parts.size))
    blocks = [sum(place >> 8 == block for place in ordered) for block in range(16)]
    assert max(parts.by_256()) == max(blocks)
