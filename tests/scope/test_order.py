import tracemalloc
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.scope import Plan
from camcensus.scope.order import Order

MakePlan = Callable[..., Plan]


@given(size=st.integers(1, 5000), key=st.integers(0, 2**64 - 1))
def test_every_index_comes_exactly_once(size: int, key: int) -> None:
    order = Order(size, key)
    assert sorted(order.forward(index) for index in range(size)) == list(range(size))


@given(size=st.integers(1, 2**40), key=st.integers(0, 2**64 - 1), data=st.data())
def test_backward_undoes_forward(size: int, key: int, data: st.DataObject) -> None:
    order, index = Order(size, key), data.draw(st.integers(0, size - 1))
    value = order.forward(index)
    assert 0 <= value < size
    assert order.backward(value) == index


def test_another_key_is_another_order() -> None:
    orders = [[Order(1000, key).forward(n) for n in range(1000)] for key in range(20)]
    assert len({tuple(order) for order in orders}) == 20
    agreeing = sum(a == b for a, b in zip(orders[0], orders[1], strict=True))
    assert agreeing < 15  # two random orders of any length agree in one place on average


@pytest.mark.parametrize("key", [0, 1, 0xC0FFEE])
def test_no_24_of_a_16_is_hammered(plan_for: MakePlan, key: int) -> None:
    plan = plan_for("10.9.0.0/16", key=key)
    networks = [target.address.rpartition(".")[0] for _, target in plan.targets()]
    assert len(networks) == 65_536
    window = Counter(networks[:10_000])
    worst = max(window.values())
    for leaving, coming in zip(networks, networks[10_000:], strict=False):
        window[leaving] -= 1
        window[coming] += 1
        worst = max(worst, window[coming])
    assert worst <= 80  # 39 would be even, 512 addresses of one /24 do not exist


def test_the_order_can_be_entered_anywhere(plan_for: MakePlan) -> None:
    plan = plan_for("10.9.0.0/22", "10.77.1-9.1-9")
    every = list(plan.targets())
    assert [index for index, _ in every] == list(range(plan.size))
    assert len({target.address for _, target in every}) == plan.size
    assert list(plan.targets(700)) == every[700:]
    assert list(plan.targets(plan.size)) == []


def test_a_plan_of_a_8_and_its_targets_take_no_memory_to_speak_of(plan_for: MakePlan) -> None:
    tracemalloc.start()
    plan = plan_for("10.0.0.0/8", yes=True)
    targets = plan.targets()
    for _ in range(20_000):
        next(targets)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert plan.size == 1 << 24
    assert peak < 1 << 20
