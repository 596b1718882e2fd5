"""MACs of our own links in a sweep: what was asked before is counted, and off-link nothing is."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field, replace

from camcensus.probers import arp
from camcensus.probers.base import Asking, Emit, Prober
from camcensus.scope import Plan, ScopeRequest, make_plan
from camcensus.sweep.coverage import Coverage
from camcensus.sweep.neighbours import Neighbours
from camcensus.types import (
    Identity,
    Interface,
    Observation,
    Target,
)
from probers.asking import LIMITS, NOW, SAFETY, ScriptedNet

SCAN0 = Interface("scan0", "198.18.0.1", 29)


def plan_of(*targets: str) -> Plan:
    return make_plan(
        ScopeRequest(targets=targets),
        interfaces=(SCAN0,),
        probers=arp.PROBER.planned,
        pace=LIMITS,
        denied=SAFETY.denied,
    )


@dataclass
class Round:
    """The step before everything else, with a prober that only writes down whom it may ask."""

    plan: Plan
    coverage: Coverage = field(default_factory=Coverage)
    asked: list[str] = field(default_factory=list)

    def run(self, done: frozenset[str] = frozenset()) -> None:
        net = ScriptedNet(
            self.plan.permit,
            SAFETY,
            LIMITS,
            user_agent="test",
            on_link=self.plan.on_link,
            interfaces=(SCAN0,),
        )

        async def nothing(_: Observation) -> None:
            return None

        async def write_down(_: Asking, targets: Iterable[Target]) -> frozenset[str]:
            self.asked += [one.address for one in targets]
            return frozenset()

        async def guarded(_: Prober, work: Awaitable[None]) -> bool:
            await work
            return True

        def asking(emit: Emit) -> Asking:
            return Asking(
                net, emit, self.plan.contains, lambda: NOW, lambda _: Identity(),
                self.coverage.remark, b"k" * 16, lambda *_: None,
            )  # fmt: skip

        prober = replace(arp.PROBER, ahead=write_down)
        step = Neighbours(self.plan, net, self.coverage, asking, nothing, nothing, guarded, prober)
        asyncio.run(step.ask_first(done))


def test_targets_of_our_own_links_are_asked_and_we_ourselves_and_others_are_not() -> None:
    one = Round(plan_of("198.18.0.0/29", "198.18.1.0/29"))
    one.run()

    assert one.asked == [f"198.18.0.{number}" for number in range(2, 7)]
    assert one.coverage.asked["", "arp"] == 5


def test_after_an_interruption_who_is_finished_counts_as_asked_and_is_not_asked_again() -> None:
    one = Round(plan_of("198.18.0.0/29"))
    one.run(frozenset({"198.18.0.3", "198.18.0.4"}))

    assert one.asked == ["198.18.0.2", "198.18.0.5", "198.18.0.6"]
    assert one.coverage.asked["", "arp"] == 5


def test_where_nothing_is_on_our_link_nobody_is_asked_and_no_socket_is_opened() -> None:
    one = Round(plan_of("198.18.1.0/29"))
    one.run()

    assert one.asked == []
    assert one.coverage.asked == {}


def test_the_plan_counts_arp_for_our_own_links_alone_and_never_twice() -> None:
    near, far = plan_of("198.18.0.0/29").estimate, plan_of("198.18.1.0/29").estimate

    assert (near.probers[0].frames, near.arp_frames) == (2 * near.on_link, 0)
    assert far.frames == 0
