"""Frames leave evenly: no window carries more than its share, and a stall is not made up for."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from camcensus.net.pace import HostBudget, Pace
from camcensus.types import PaceLimits

GENTLE = PaceLimits("gentle", 100, 10, 64, 8, 12, 15, 262144, 20.0, 0.2, 1.0)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def departures(cap: float, frames: list[int], stalls: dict[int, float]) -> list[float]:
    """When each frame left, if the sender stalls before some of them."""
    clock = Clock()
    pace = Pace(cap, clock)
    times: list[float] = []

    async def run() -> None:
        for index, count in enumerate(frames):
            clock.now += stalls.get(index, 0.0)
            delay = pace._next - clock.now
            clock.now += max(0.0, delay)
            pace.charge(count)
            times.extend([clock.now] * count)

    asyncio.run(run())
    return times


def fullest(times: list[float], window: float) -> int:
    return max(sum(start <= t < start + window - 1e-9 for t in times) for start in times)


@given(
    cap=st.sampled_from([50.0, 100.0, 500.0, 1000.0]),
    count=st.integers(1, 300),
    stalls=st.dictionaries(st.integers(0, 299), st.floats(0, 5), max_size=5),
)
def test_single_frames_keep_to_every_window(
    cap: float, count: int, stalls: dict[int, float]
) -> None:
    times = departures(cap, [1] * count, stalls)

    assert fullest(times, 0.1) <= cap / 10 + max(1, cap / 100)
    assert fullest(times, 1.0) <= cap + max(1, cap / 100)


def test_frames_paid_in_advance_hold_the_next_back() -> None:
    times = departures(100, [8, 1], {})

    assert times[-1] >= 0.07


def test_a_refund_gives_time_back_but_never_the_past() -> None:
    clock = Clock()
    pace = Pace(100, clock)
    pace.charge(10)
    pace.refund(9)
    assert pace.frames == 1
    assert pace._next >= clock.now


def test_waiters_are_served_in_order() -> None:
    served: list[int] = []

    async def run() -> None:
        pace = Pace(2000)

        async def wait(number: int) -> None:
            await pace.take(1)
            served.append(number)

        await asyncio.gather(*[wait(number) for number in range(20)])

    asyncio.run(run())
    assert served == list(range(20))


def test_a_budget_names_what_is_spent() -> None:
    budget = HostBudget(GENTLE)
    for _ in range(12):
        assert budget.refusal(0.0, connection=True) is None
        budget.spend(0.0, 1, connection=True)

    assert budget.refusal(0.0, connection=True) == "12 connections were made"
    assert budget.refusal(0.0, connection=False) is None
    assert budget.refusal(20.0, connection=False) == "20 seconds were spent"


def test_a_budget_rests_as_long_as_the_hosts_own_rate_asks() -> None:
    budget = HostBudget(GENTLE)
    budget.spend(5.0, 8, connection=True)

    assert budget.not_before == 5.8
