"""The two passes: datagrams to every address, then everything else to those that are alive."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address, ip_network
from itertools import islice

import structlog

from camcensus.errors import CamcensusError, SafetyError
from camcensus.net import Net
from camcensus.net.udp import refusals_unheard
from camcensus.probers.base import Asking, Emit, Prober
from camcensus.scope import Plan
from camcensus.sweep.coverage import Coverage
from camcensus.sweep.events import Event, Observed, Progress, Resume
from camcensus.sweep.middlebox import Middleboxes, network_of
from camcensus.sweep.neighbours import Neighbours
from camcensus.sweep.quiet import Breaker
from camcensus.sweep.second import SecondPass
from camcensus.types import Evidence, Identity, Observation, Outcome, OwnerLogin, Target

_LIFE = {Outcome.ANSWERED, Outcome.MALFORMED, Outcome.REFUSED}
_NO_NEWS = {Outcome.SILENT, Outcome.EXCLUDED}  # counted in the coverage, not stored
_TELL_S = 1.0
_STRETCH = 16384  # addresses that one prober asks before the next one's turn
_SETTLE_S = 4.0  # an address handed out this long ago has answered, or will not
_LOG = structlog.get_logger("camcensus.sweep")


@dataclass(slots=True)
class Sweep:
    """One sweep of one plan. `emit` gets every event, in order, and may hold the sweep back."""

    plan: Plan
    probers: tuple[Prober, ...]
    net: Net
    emit: Callable[[Event], Awaitable[None]]
    now: Callable[[], datetime]
    name: Callable[[Iterable[Evidence]], Identity]
    resume: Resume = field(default_factory=Resume)
    speakers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    login: OwnerLogin | None = None
    coverage: Coverage = field(default_factory=Coverage)
    middleboxes: Middleboxes = field(default_factory=Middleboxes)
    breaker: Breaker = field(default_factory=Breaker)
    _handed_out: deque[tuple[float, int]] = field(default_factory=deque)
    _position: int = 0
    _asked: int = 0
    _neighbours: Neighbours = field(init=False)
    _second: SecondPass = field(init=False)

    def __post_init__(self) -> None:
        self._neighbours = Neighbours(
            self.plan,
            self.net,
            self.coverage,
            self._asking,
            lambda seen: self.emit(Observed(seen)),
            self._heard,
            self._guarded,
            next((one for one in self.probers if one.ahead is not None), None),
        )
        self._second = SecondPass(
            self.plan,
            self.probers,
            self.net,
            self.coverage,
            self._neighbours,
            self.middleboxes,
            self.breaker,
            lambda: self._asking(self._heard_again),
            self._guarded,
            self.emit,
        )

    async def run(self) -> Coverage:
        """Carry the plan out. Cancel it to stop: what was emitted stays."""
        self._position = self._asked = self.resume.position
        self._second.known |= self.resume.finished
        for host in self.resume.pending:
            self._second.take_up(host)
        async with asyncio.TaskGroup() as tasks:
            clock = tasks.create_task(self._tell_progress())
            await self._neighbours.ask_first(self.resume.finished)
            watch = tasks.create_task(self._neighbours.watch())
            second = tasks.create_task(self._second.run())
            self._remark_routers()
            await self._links()
            await self._first_pass()
            watch.cancel()
            self._second.close(await self._neighbours.alive())
            await second
            clock.cancel()
        outages = self.net.outage.notes.values()
        unheard = refusals_unheard()
        for note in (unheard, *self.net.notes, *outages, *self.middleboxes.sentences()):
            if note:
                self.coverage.inaudible("network", note)
        if self.net.lost:
            self.coverage.inaudible(
                "network", f"{self.net.lost} answers came too fast and were lost"
            )
        return self.coverage

    # ------------------------------------------------------------ the questions

    def _asking(self, emit: Emit) -> Asking:
        return Asking(
            net=self.net,
            emit=emit,
            locate=self.plan.contains,
            now=self.now,
            name=self.name,
            remark=self.coverage.remark,
            key=self.plan.key.to_bytes(16, "big", signed=False),
            ports=self.plan.ports,
            thorough=self.plan.content.thorough,
            speakers=self.speakers,
            login=self.login,
            unheard=self.coverage.inaudible,
            converge=self.coverage.converge,
            failed=self._failed,
        )

    async def _tell_position(self) -> None:
        await self.emit(Progress(self._position, self.net.pace.frames, self._asked))

    async def _links(self) -> None:
        """Multicast, on the interfaces that the plan lists, one protocol after the other."""
        if self.resume.position:
            return
        self._remark_deaf_links()
        asking = self._asking(self._heard_on_link)
        for prober in self.probers:
            if prober.link is None:
                continue
            self.coverage.links_asked |= bool(self.plan.links)
            async with asyncio.TaskGroup() as tasks:
                for link in self.plan.links:
                    tasks.create_task(self._guarded(prober, prober.link(asking, link.interface)))

    def _remark_deaf_links(self) -> None:
        """Where no link is planned, what answers only to multicast stays unseen: say why."""
        if self.plan.links:
            return
        whys = {f"{one.interface.name}: {one.why}" for one in self.plan.links_left_out}
        why = "; ".join(sorted(whys)[:3]) or "no interface of this machine can"
        for prober in self.probers:
            if prober.link is not None:
                self.coverage.inaudible(prober.name, f"multicast was not asked ({why})")

    def _remark_routers(self) -> None:
        """What no router passes cannot be heard from the networks behind it."""
        routed = self.plan.estimate.routed
        for prober in self.probers if routed else ():
            if prober.beyond_router:
                self.coverage.inaudible(
                    prober.name, f"{routed:,} addresses behind a router: {prober.beyond_router}"
                )

    async def _first_pass(self) -> None:
        asking = self._asking(self._heard_by_unicast)
        surveys = [one for one in self.probers if one.survey and self.plan.asks(one.name, "first")]
        await self._pass_over(surveys)
        for index, target in () if surveys else self.plan.targets(self.resume.position):
            if self.plan.tcp_everywhere(target):
                self._second.enlist(target)
            if index % 1000 == 0:
                await asyncio.sleep(0)
        whole = True
        # One question to so many addresses, then the next: never two in a row to one address,
        # and an interrupted sweep of a large network repeats no more than a stretch.
        for start in range(self.resume.position, self.plan.size, _STRETCH):
            for prober in surveys:
                if prober.survey is not None:
                    targets = self._targets(prober, start, last=prober is surveys[-1])
                    whole &= await self._guarded(prober, prober.survey(asking, targets))
            if whole:
                self._handed_out.clear()
                self._position = self._asked = min(start + _STRETCH, self.plan.size)
            await self._tell_position()

    async def _pass_over(self, surveys: list[Prober]) -> None:
        """What an interrupted run asked counts as asked; TCP it still owes is enlisted again."""
        if not self.plan.content.zones:
            for prober in surveys:
                self.coverage.asked["", prober.name] += self.resume.position
            return
        for index, target in islice(self.plan.targets(), self.resume.position):
            if self.plan.tcp_everywhere(target):
                self._second.enlist(target)
            for prober in surveys:
                self.coverage.ask(target.zone, prober.name)
            if index % 1000 == 0:
                await asyncio.sleep(0)

    def _targets(self, prober: Prober, start: int, *, last: bool) -> Iterator[Target]:
        """A stretch of targets; only the last survey tells how far the first pass has come."""
        for index, target in islice(self.plan.targets(start), _STRETCH):
            if last:
                self._handed_over(index)
                self._asked = index + 1
            if self.plan.tcp_everywhere(target):
                self._second.enlist(target)
            if network_of(target.address) in self.breaker.networks:
                self.coverage.remark(prober.name, "left alone: a network whose devices went quiet")
                continue
            if target.address in self._neighbours.absent:
                self.coverage.spare(target.zone, prober.name, "nobody on this link has the address")
                continue
            self.coverage.ask(target.zone, prober.name)
            yield target

    def _handed_over(self, index: int) -> None:
        now = time.monotonic()
        if not self._handed_out or now - self._handed_out[-1][0] > 0.25:
            self._handed_out.append((now, index))

    async def _tell_progress(self) -> None:
        """Also where nobody answers: positions count as heard once late answers had their time."""
        while True:
            await asyncio.sleep(_TELL_S)
            now = time.monotonic()
            while self._handed_out and now - self._handed_out[0][0] > _SETTLE_S:
                self._position = self._handed_out.popleft()[1]
            await self._tell_position()

    # ------------------------------------------------------------ the answers

    async def _heard_on_link(self, seen: Observation) -> None:
        if seen.outcome is Outcome.ANSWERED:
            self.coverage.heard_by_multicast.add(seen.address)
        await self._heard(seen)

    async def _heard_by_unicast(self, seen: Observation) -> None:
        if seen.outcome is Outcome.ANSWERED and self._on_asked_link(seen.address):
            self.coverage.heard_by_unicast.add(seen.address)
        await self._heard(seen)

    def _on_asked_link(self, address: str) -> bool:
        place = ip_address(address)
        return any(
            place in ip_network((link.interface.address, link.interface.prefix_length), False)
            for link in self.plan.links
        )

    async def _heard(self, seen: Observation) -> None:
        """Count it, pass it on, and enlist its address for the second pass if it is alive."""
        self.coverage.take(seen)
        if seen.outcome in _LIFE:
            self._second.enlist(Target(seen.address, seen.site, seen.zone))
        host = self._second.host(seen.address)
        if host is not None and seen not in host.observations:
            host.observations.append(seen)
        if seen.address in self._second.known and seen.outcome not in _NO_NEWS:
            await self.emit(Observed(seen))
        await self._tell_position()

    async def _heard_again(self, seen: Observation) -> None:
        """An answer of a live host, or its silence, which says something now."""
        if seen.outcome is Outcome.SILENT:
            await self.emit(Observed(seen))
        await self._heard(seen)

    # ------------------------------------------------------------ mistakes of ours

    async def _guarded(
        self, prober: Prober, work: Awaitable[None], target: Target | None = None
    ) -> bool:
        """A mistake of ours in one prober never ends the sweep; whether it went well."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - the boundary that names our bugs
            self._failed(prober.name, target.address if target else "", error)
            return False
        return True

    def _failed(self, prober: str, address: str, error: Exception) -> None:
        """Leave a line that says so; raise it again if the results have nowhere to go."""
        if _must_stop(error):
            raise error
        _LOG.error("prober failed", prober=prober, address=address, exc_info=error)
        self.coverage.outcomes[Outcome.FAILED] += 1
        self.coverage.remark(prober, f"failed: {type(error).__name__}: {error}")


def _must_stop(error: Exception) -> bool:
    """Whether the sweep cannot go on: its results have nowhere to go."""
    if isinstance(error, ExceptionGroup):
        return any(_must_stop(inner) for inner in error.exceptions)
    return isinstance(error, CamcensusError) and not isinstance(error, SafetyError)
