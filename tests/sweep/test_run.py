"""How a sweep goes through its plan: two passes, caps, honest positions, no end by one mistake."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from camcensus.errors import StoreError
from camcensus.net import Reply
from camcensus.probers.base import Asking, Host, Prober
from camcensus.scope import Plan, PlannedProber, ScopeRequest, make_plan
from camcensus.sweep import Event, HostFinished, Observed, Progress, Sweep
from camcensus.types import Identity, Observation, Outcome, ProberCost, Target, Transport
from probers.asking import LIMITS, NOW, SAFETY, ScriptedNet

FIRST = PlannedProber("first", "first", Transport.UDP, (3702,), ProberCost(1))
SECOND = PlannedProber("second", "second", Transport.TCP, (80,), ProberCost(8, 1))
BROKEN = PlannedProber("broken", "second", Transport.TCP, (81,), ProberCost(8, 1))


def plan_of(*targets: str) -> Plan:
    return make_plan(
        ScopeRequest(targets=targets, allow_public=True),
        interfaces=(),
        probers=(FIRST, SECOND, BROKEN),
        pace=LIMITS,
        denied=SAFETY.denied,
    )


def answer(asking: Asking, target: Target, outcome: Outcome, prober: str) -> Observation:
    reply = Reply(outcome, b"x", target.address, 80)
    return asking.observation(target, reply, prober, "page", Transport.TCP)


@dataclass
class Estate:
    """Two probers of ours: the first finds who is alive, the second writes down whom it met."""

    alive: frozenset[str] | None = None  # all if `None`
    fail_at: frozenset[str] = frozenset()
    handed_out: int = 0
    met: list[str] = field(default_factory=list)
    now_with: Counter[str] = field(default_factory=Counter)  # network -> hosts being asked
    most: Counter[str] = field(default_factory=Counter)
    most_together: int = 0

    async def survey(self, asking: Asking, targets: Iterable[Target]) -> None:
        async def take(reply: Reply) -> None:
            if reply.peer in self.fail_at:
                raise ValueError(f"no reader for {reply.peer}")
            await asking.emit(answer(asking, Target(reply.peer, "s"), reply.outcome, "first"))

        heard = asking.safely("first", take)
        for target in targets:
            self.handed_out += 1
            if self.alive is None or target.address in self.alive:
                await heard(Reply(Outcome.ANSWERED, b"x", target.address, 3702))
            await asyncio.sleep(0)

    async def ask(self, asking: Asking, host: Host) -> None:
        address = host.target.address
        network = str(ip_network((address, 64 if ":" in address else 24), strict=False))
        self.met.append(address)
        self.now_with[network] += 1
        self.most[network] = max(self.most[network], self.now_with[network])
        self.most_together = max(self.most_together, self.now_with.total())
        await asyncio.sleep(0.002)
        self.now_with[network] -= 1
        await asking.emit(answer(asking, host.target, Outcome.ANSWERED, "second"))

    def probers(self) -> tuple[Prober, ...]:
        return (
            Prober("first", (FIRST,), lambda seen: seen.evidence, survey=self.survey),
            Prober("second", (SECOND,), lambda seen: seen.evidence, ask=self.ask),
        )


@dataclass
class Outcomes:
    """Every event of a sweep, and how much was handed out when each came."""

    estate: Estate
    events: list[tuple[int, Event]] = field(default_factory=list)
    sweep: Sweep | None = None
    logged: list[EventDict] = field(default_factory=list)

    def of(self, kind: type) -> list[Event]:
        return [event for _, event in self.events if isinstance(event, kind)]


def carried_out(
    plan: Plan,
    estate: Estate,
    probers: tuple[Prober, ...] = (),
    *,
    hosts: int = 64,
    per_24: int = 8,
) -> Outcomes:
    outcomes = Outcomes(estate)
    limits = replace(LIMITS, hosts_in_flight=hosts, hosts_per_24=per_24)

    async def emit(event: Event) -> None:
        outcomes.events.append((estate.handed_out, event))

    async def run() -> None:
        sweep = Sweep(
            plan,
            probers or estate.probers(),
            ScriptedNet(plan.permit, SAFETY, limits, user_agent="test"),
            emit=emit,
            now=lambda: NOW,
            name=lambda _: Identity(),
        )
        outcomes.sweep = sweep
        await sweep.run()

    with capture_logs() as outcomes.logged:
        asyncio.run(run())
    return outcomes


def test_the_second_pass_goes_to_those_alone_who_showed_life() -> None:
    alive = frozenset({"198.18.0.9", "198.18.0.77"})
    done = carried_out(plan_of("198.18.0.0/24"), Estate(alive))

    assert sorted(done.estate.met) == sorted(alive)
    assert len(done.of(HostFinished)) == 2


def test_every_live_host_is_asked_once() -> None:
    done = carried_out(plan_of("198.18.0.0/25"), Estate())

    assert len(done.estate.met) == len(set(done.estate.met)) == 128


def test_no_network_and_no_sweep_has_more_hosts_in_flight_than_its_cap() -> None:
    plan = plan_of("198.18.0.0/27", "198.18.1.0/27", "198.18.2.0/27")
    done = carried_out(plan, Estate(), hosts=10, per_24=4)

    assert max(done.estate.most.values()) == 4
    assert done.estate.most_together == 10


def test_the_cap_of_a_network_holds_for_ipv6_however_addresses_are_written() -> None:
    done = carried_out(plan_of("fd00::/122", "fd00:0:0:1::/122"), Estate(), per_24=3)

    assert set(done.estate.most.values()) == {3}
    assert len(done.estate.met) == 128


def test_positions_never_run_ahead_of_what_was_asked() -> None:
    done = carried_out(plan_of("198.18.0.0/24"), Estate())
    positions = [(asked, e.position) for asked, e in done.events if isinstance(e, Progress)]

    assert all(position <= asked for asked, position in positions)
    assert positions[-1][1] == 256


def test_one_answer_that_a_prober_fails_on_leaves_a_line_and_all_others_are_heard() -> None:
    done = carried_out(plan_of("198.18.0.0/26"), Estate(fail_at=frozenset({"198.18.0.9"})))

    assert len(done.estate.met) == 63
    assert done.sweep is not None
    assert done.sweep.coverage.outcomes[Outcome.FAILED] == 1
    assert [line["address"] for line in done.logged] == ["198.18.0.9"]
    [row] = [row for row in done.sweep.coverage.rows() if row.prober == "first"]
    assert "failed: ValueError: no reader for 198.18.0.9" in row.notes


async def broken(asking: Asking, host: Host) -> None:
    raise ZeroDivisionError(host.target.address, asking.key)


def test_a_prober_that_raises_leaves_a_line_and_the_next_one_asks_the_host() -> None:
    estate = Estate(alive=frozenset({"198.18.0.9"}))
    first, second = estate.probers()
    failing = Prober("broken", (BROKEN,), lambda seen: seen.evidence, ask=broken)
    done = carried_out(plan_of("198.18.0.0/28"), estate, (first, failing, second))

    assert estate.met == ["198.18.0.9"]
    assert done.sweep is not None
    notes = {row.prober: row.notes for row in done.sweep.coverage.rows()}
    assert notes["broken"][0].startswith("failed: ZeroDivisionError")
    last = done.of(Observed)[-1]
    assert isinstance(last, Observed)
    assert last.observation.prober == "second"


async def broken_survey(asking: Asking, targets: Iterable[Target]) -> None:
    for number, target in enumerate(targets):
        await asyncio.sleep(0)
        if number == 5:
            raise ZeroDivisionError(target.address, asking.key)


def test_a_first_pass_that_breaks_off_is_not_told_as_done() -> None:
    failing = Prober("first", (FIRST,), lambda seen: seen.evidence, survey=broken_survey)
    done = carried_out(plan_of("198.18.0.0/24"), Estate(), (failing,))

    assert max(e.position for _, e in done.events if isinstance(e, Progress)) <= 5


def test_results_that_have_nowhere_to_go_end_the_sweep() -> None:
    estate = Estate()
    plan = plan_of("198.18.0.0/24")

    async def emit(event: Event) -> None:
        if isinstance(event, Observed):
            raise StoreError("the disk is full")

    async def run() -> None:
        net = ScriptedNet(plan.permit, SAFETY, LIMITS, user_agent="test")
        await Sweep(
            plan, estate.probers(), net, emit=emit, now=lambda: NOW, name=lambda _: Identity()
        ).run()

    with pytest.raises(ExceptionGroup) as raised:
        asyncio.run(run())
    assert raised.group_contains(StoreError, match="the disk is full")
    assert len(estate.met) < 256
