"""The two passes: datagrams to every address, then everything else to those that are alive."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address, ip_network
from itertools import islice

import structlog

from camcensus.errors import CamcensusError, SafetyError
from camcensus.net import Net
from camcensus.probers.base import Asking, Emit, Host, Prober
from camcensus.scope import Plan
from camcensus.sweep.coverage import Coverage
from camcensus.sweep.middlebox import Middleboxes, network_of
from camcensus.sweep.neighbours import Neighbours
from camcensus.sweep.quiet import Breaker, fell_silent
from camcensus.sweep.thrift import in_turn, needless
from camcensus.types import Evidence, Identity, Observation, Outcome, OwnerLogin, Target

_LIFE = {Outcome.ANSWERED, Outcome.MALFORMED, Outcome.REFUSED}
_NO_NEWS = {Outcome.SILENT, Outcome.EXCLUDED}  # counted in the coverage, not stored
_TELL_S = 1.0
_STRETCH = 16384  # addresses that one prober asks before the next one's turn
_SETTLE_S = 4.0  # an address handed out this long ago has answered, or will not
_LOG = structlog.get_logger("camcensus.sweep")


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation of an address of the plan."""

    observation: Observation


@dataclass(frozen=True, slots=True)
class HostFinished:
    """A live address has been asked everything that the plan asks."""

    target: Target


@dataclass(frozen=True, slots=True)
class Progress:
    """Every first-pass address before `position` is asked and heard; `frames` left so far.

    `asked` counts also those that may still answer.
    """

    position: int
    frames: int
    asked: int


Event = Observed | HostFinished | Progress


@dataclass(frozen=True, slots=True)
class Resume:
    """Where an interrupted sweep goes on."""

    position: int = 0
    pending: tuple[Host, ...] = ()
    finished: frozenset[str] = frozenset()


@dataclass(slots=True)
class Sweep:
    """One sweep of one plan. `emit` gets every event, in order, and may hold the sweep back."""

    plan: Plan
    probers: tuple[Prober, ...]
    net: Net
    emit: Callable[[Event], Awaitable[None]]
    now: Callable[[], datetime]
    name: Callable[[Iterable[Evidence]], Identity]
    resume: Resume = Resume()
    speakers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    login: OwnerLogin | None = None
    coverage: Coverage = field(default_factory=Coverage)
    middleboxes: Middleboxes = field(default_factory=Middleboxes)
    breaker: Breaker = field(default_factory=Breaker)
    _waiting: deque[Host] = field(default_factory=deque)
    _hosts: dict[str, Host] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    _work: asyncio.Event = field(default_factory=asyncio.Event)
    _handed_out: deque[tuple[float, int]] = field(default_factory=deque)
    _position: int = 0
    _asked: int = 0
    _first_pass_over: bool = False
    _neighbours: Neighbours = field(init=False)

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

    async def run(self) -> Coverage:
        """Carry the plan out. Cancel it to stop: what was emitted stays."""
        self._position = self._asked = self.resume.position
        self._known |= self.resume.finished
        for host in self.resume.pending:
            self._enlist(host)
        async with asyncio.TaskGroup() as tasks:
            clock = tasks.create_task(self._tell_progress())
            await self._neighbours.ask_first(self.resume.finished)
            watch = tasks.create_task(self._neighbours.watch())
            second = tasks.create_task(self._second_pass())
            self._remark_routers()
            await self._links()
            await self._first_pass()
            watch.cancel()
            for target in await self._neighbours.alive():
                self._enlist(self._host(target))
            self._first_pass_over = True
            self._work.set()
            await second
            clock.cancel()
        for note in (*self.net.notes, *self.middleboxes.sentences()):
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
                self._enlist(self._host(target))
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
                self._enlist(self._host(target))
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
                self._enlist(self._host(target))
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
        host = self._hosts.get(seen.address)
        if host is None and seen.outcome in _LIFE and seen.address not in self._known:
            host = self._host(Target(seen.address, seen.site, seen.zone))
            self._enlist(host)
        if host is not None and seen not in host.observations:
            host.observations.append(seen)
        if seen.address in self._known and seen.outcome not in _NO_NEWS:
            await self.emit(Observed(seen))
        await self._tell_position()

    async def _heard_again(self, seen: Observation) -> None:
        """An answer of a live host, or its silence, which says something now."""
        if seen.outcome is Outcome.SILENT:
            await self.emit(Observed(seen))
        await self._heard(seen)

    def _host(self, target: Target) -> Host:
        return self._hosts.setdefault(target.address, self._neighbours.host(target))

    def _enlist(self, host: Host) -> None:
        """Queue a live address for its second pass, once."""
        if host.target.address in self._known:
            return
        self._known.add(host.target.address)
        self._hosts[host.target.address] = host
        self._waiting.append(host)
        self._work.set()

    # ------------------------------------------------------------ the second pass

    async def _second_pass(self) -> None:
        """Hosts in the order they showed life, within the caps for the sweep and for each /24."""
        running: Counter[str] = Counter()
        limits = self.net.limits
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._work.clear()
                while running.total() < limits.hosts_in_flight:
                    host = self._next_host(running, limits.hosts_per_24)
                    if host is None:
                        break
                    running[network_of(host.target.address)] += 1
                    tasks.create_task(self._ask_host(host, running))
                if self._first_pass_over and not self._waiting and not running.total():
                    return
                await self._work.wait()

    def _next_host(self, running: Counter[str], per_24: int) -> Host | None:
        for _ in range(len(self._waiting)):
            host = self._waiting.popleft()
            network = network_of(host.target.address)
            if network in self.breaker.networks:
                continue
            if running[network] < per_24:
                return host
            self._waiting.append(host)
        return None

    async def _ask_host(self, host: Host, running: Counter[str]) -> None:
        target = host.target
        network = network_of(target.address)
        try:
            await self._ask_everything(host, network)
            if network not in self.breaker.networks:
                await self.emit(HostFinished(target))
        finally:
            self.net.forget(target.address)
            self._hosts.pop(target.address, None)
            running[network] -= 1
            if not running[network]:
                del running[network]
            self._work.set()

    def _asks(self, prober: Prober, host: Host) -> bool:
        """Whether this prober has a question for live hosts, and one for this host."""
        planned = prober.ask is not None and self.plan.asks(prober.name, "second")
        return planned and prober.wanted(host)

    async def _ask_everything(self, host: Host, network: str) -> None:
        """Each prober whose turn it is, until there is no need or the host goes quiet."""
        target = host.target
        asking = self._asking(self._heard_again)
        await self._neighbours.look(host)
        for prober in in_turn(self.middleboxes.order(self.probers, host), asking, host):
            if not self._asks(prober, host):
                continue
            why = needless(asking, prober, host)
            if why and not host.asked_before(prober.name):
                self.coverage.spare(target.zone, prober.name, why)
                continue
            if not self.plan.asks(prober.name, "first"):
                self.coverage.ask(target.zone, prober.name)
            if prober.ask is not None and not why:
                await self._guarded(prober, prober.ask(asking, host), target)
            if network in self.breaker.networks or await self._fell_silent(host, network):
                return
        self.middleboxes.take(host)
        await self._fell_silent(host, network, at_the_end=True)

    async def _fell_silent(self, host: Host, network: str, *, at_the_end: bool = False) -> bool:
        asking = self._asking(self._heard_again)
        silent = await fell_silent(asking, host, self.probers, at_the_end=at_the_end)
        if silent:
            self.breaker.trip(host, network)
        return silent

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
