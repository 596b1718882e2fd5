"""A link of ours that goes down: waited for by everybody at once, and not for ever."""

import asyncio
from collections.abc import Callable

from camcensus.net import outage
from camcensus.net.outage import Outage
from camcensus.types import Interface

LINKS = (Interface("lo", "127.0.0.1", 8), Interface("eth0", "198.18.0.1", 24))


def after(looks: int) -> Callable[[str], bool]:
    """Up at first, then down for so many looks, then up again."""
    seen = [0]

    def running(_: str) -> bool:
        seen[0] += 1
        return seen[0] == 1 or seen[0] > 1 + looks

    return running


def test_while_all_links_are_up_nobody_waits() -> None:
    assert asyncio.run(Outage(LINKS, lambda _: True).over()) is False


def test_a_link_that_was_down_from_the_start_is_no_outage() -> None:
    assert asyncio.run(Outage(LINKS, lambda _: False).over()) is False


def test_everybody_waits_for_the_same_outage_and_it_is_told_once() -> None:
    told: list[float] = []

    async def run() -> tuple[list[bool], Outage]:
        links = Outage(LINKS, after(3))
        links.tell = told.append
        return list(await asyncio.gather(*(links.over() for _ in range(8)))), links

    waited, links = asyncio.run(run())

    assert waited == [True] * 8
    assert len(told) == 1
    assert links.notes["eth0"].startswith("eth0 went down during the sweep, which waited")


def test_a_link_that_stays_down_is_given_up_and_told_of() -> None:
    async def run() -> tuple[bool, bool, Outage]:
        links = Outage(LINKS, after(10**9))
        links._left_s = 2 * outage._WAIT_S
        return await links.over(), await links.over(), links

    first, second, links = asyncio.run(run())

    assert (first, second) == (True, False)
    assert links.notes["eth0"].endswith("stayed down: what was asked after that is lost")
