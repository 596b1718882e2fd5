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

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def departures(cap: float, frames: list[int], stalls: dict[int, float]) -> list[float]:
    """When each frame left, if the sender stalls before some of them."""
    clock = Clock()
    pace = Pace(cap, clock, clock.sleep)
    times: list[float] = []

    async def run() -> None:
        for index, count in enumerate(frames):
            clock.now += stalls.get(index, 0.0)
            await pace.take(count, begun=index % 2 == 0)
            times.extend([clock.now] * count)

    asyncio.run(run())
    return times


def fullest(times: list[float], window: float) -> int:
    return max(sum(start <= t < start + window - 1e-9 for t in times) for start in times)


@given(
    cap=st.sampled_from([50.0, 100.0, 500.0, 1000.0]),
    frames=st.lists(st.integers(1, 4), min_size=1, max_size=300),
    stalls=st.dictionaries(st.integers(0, 299), st.floats(0, 5), max_size=5),
)
def test_whatever_is_asked_for_keeps_to_every_window(
    cap: float, frames: list[int], stalls: dict[int, float]
) -> None:
    times = departures(cap, frames, stalls)

    assert fullest(times, 0.1) <= cap / 10 + max(1, cap / 100)
    assert fullest(times, 1.0) <= cap


def test_a_long_run_keeps_to_the_rate_and_comes_near_it() -> None:
    times = departures(100, [2] * 1000, {})

    assert 20.0 <= times[-1] <= 21.0


def test_a_step_larger_than_a_window_goes_alone_and_not_never() -> None:
    times = departures(2, [4, 4], {})

    assert times[4] - times[3] >= 2.0


def test_frames_paid_in_advance_hold_the_next_back() -> None:
    times = departures(100, [8, 1], {})

    assert times[-1] >= 0.07


def test_a_refund_corrects_the_count_and_lets_nobody_catch_up() -> None:
    clock = Clock()
    pace = Pace(100, clock, clock.sleep)
    pace.charge(10)
    held_back = pace._next
    pace.refund(9)

    assert pace.frames == 1
    assert pace._next == held_back


def test_who_has_begun_waits_for_one_newcomer_at_most() -> None:
    served: list[str] = []

    async def wait(pace: Pace, name: str, *, begun: bool) -> None:
        await pace.take(1, begun=begun)
        served.append(name)

    async def run() -> None:
        pace = Pace(1000)
        newcomers = [asyncio.create_task(wait(pace, "new", begun=False)) for _ in range(20)]
        await asyncio.sleep(0)
        await asyncio.gather(wait(pace, "begun", begun=True), *newcomers)

    asyncio.run(run())
    assert served.index("begun") <= 2


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
