"""The second pass: everything else, of those that showed life."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from camcensus.net import Net
from camcensus.probers.base import Asking, Host, Prober
from camcensus.scope import Plan
from camcensus.sweep.coverage import Coverage
from camcensus.sweep.events import HostFinished
from camcensus.sweep.middlebox import Middleboxes, network_of
from camcensus.sweep.neighbours import Neighbours
from camcensus.sweep.quiet import Breaker, fell_silent
from camcensus.sweep.thrift import in_turn, needless
from camcensus.types import Target

Guarded = Callable[[Prober, Awaitable[None], Target | None], Awaitable[bool]]


@dataclass(slots=True)
class SecondPass:
    """Asks each live host once, within the caps for the sweep and for each /24.

    `asking` gives the surroundings of one host's questions, `guarded` keeps a mistake of ours from
    ending the sweep.
    """

    plan: Plan
    probers: tuple[Prober, ...]
    net: Net
    coverage: Coverage
    neighbours: Neighbours
    middleboxes: Middleboxes
    breaker: Breaker
    asking: Callable[[], Asking]
    guarded: Guarded
    finished: Callable[[HostFinished], Awaitable[None]]
    known: set[str] = field(default_factory=set)  # addresses enlisted, or done by an earlier run
    _hosts: dict[str, Host] = field(default_factory=dict)  # not done with yet
    _waiting: deque[Host] = field(default_factory=deque)
    _running: Counter[str] = field(default_factory=Counter)  # by network
    _work: asyncio.Event = field(default_factory=asyncio.Event)
    _all_enlisted: bool = False

    # ------------------------------------------------------------ who is asked

    def host(self, address: str) -> Host | None:
        """What is known of an address that showed life and is not done with."""
        return self._hosts.get(address)

    def enlist(self, target: Target) -> None:
        """Queue a live address, once."""
        if target.address not in self.known:
            self.take_up(self.neighbours.host(target))

    def take_up(self, host: Host) -> None:
        """Queue a host of which something is known already, once."""
        if host.target.address in self.known:
            return
        self.known.add(host.target.address)
        self._hosts[host.target.address] = host
        self._waiting.append(host)
        self._work.set()

    def close(self, last: Iterable[Target]) -> None:
        """Queue the last ones; `run` ends when all have been asked."""
        for target in last:
            self.enlist(target)
        self._all_enlisted = True
        self._work.set()

    # ------------------------------------------------------------ one after the other

    async def run(self) -> None:
        """Hosts in the order they showed life, until the last is done."""
        limits = self.net.limits
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._work.clear()
                while self._running.total() < limits.hosts_in_flight:
                    host = self._next_host(limits.hosts_per_24)
                    if host is None:
                        break
                    self._running[network_of(host.target.address)] += 1
                    tasks.create_task(self._ask_host(host))
                if self._all_enlisted and not self._waiting and not self._running.total():
                    return
                await self._work.wait()

    def _next_host(self, per_24: int) -> Host | None:
        for _ in range(len(self._waiting)):
            host = self._waiting.popleft()
            network = network_of(host.target.address)
            if network in self.breaker.networks:
                continue
            if self._running[network] < per_24:
                return host
            self._waiting.append(host)
        return None

    async def _ask_host(self, host: Host) -> None:
        target = host.target
        network = network_of(target.address)
        try:
            await self._ask_everything(host, network)
            if network not in self.breaker.networks:
                await self.finished(HostFinished(target))
        finally:
            self.net.forget(target.address)
            self._hosts.pop(target.address, None)
            self._running[network] -= 1
            if not self._running[network]:
                del self._running[network]
            self._work.set()

    # ------------------------------------------------------------ one host

    def _asks(self, prober: Prober, host: Host) -> bool:
        """Whether this prober has a question for live hosts, and one for this host."""
        planned = self.plan.asks(prober.name, "second") or host.unconfirmed(prober.name)
        return prober.ask is not None and planned and prober.wanted(host)

    async def _ask_everything(self, host: Host, network: str) -> None:
        """Each prober whose turn it is, until there is no need or the host goes quiet."""
        target = host.target
        asking = self.asking()
        cut_off = self._cut_off(host)
        await self.neighbours.look(host)
        probers = self.middleboxes.order(self.probers, host)
        # What anybody may have said in its name is confirmed before anything is built on it.
        probers.sort(key=lambda one: not host.unconfirmed(one.name))
        for prober in in_turn(probers, asking, host):
            if not self._asks(prober, host):
                continue
            why = needless(asking, prober, host) if prober.name != cut_off else ""
            if why and not host.asked_before(prober.name):
                self.coverage.spare(target.zone, prober.name, why)
                continue
            if not self.plan.asks(prober.name, "first"):
                self.coverage.ask(target.zone, prober.name)
            if prober.ask is not None and not why:
                await self.guarded(prober, prober.ask(asking, host), target)
            if network in self.breaker.networks or await self._fell_silent(asking, host, network):
                return
        self.middleboxes.take(host)
        await self._fell_silent(asking, host, network, at_the_end=True)

    def _cut_off(self, host: Host) -> str:
        """The prober that an interrupted run was at with this host: it may have had more to ask.

        Answers to the first pass do not count: they may come while a host is in its second.
        """
        if not host.resumed:
            return ""
        asked = (seen.prober for seen in reversed(host.observations))
        return next((name for name in asked if self._only_asks_live_hosts(name)), "")

    def _only_asks_live_hosts(self, prober: str) -> bool:
        return self.plan.asks(prober, "second") and not self.plan.asks(prober, "first")

    async def _fell_silent(
        self, asking: Asking, host: Host, network: str, *, at_the_end: bool = False
    ) -> bool:
        silent = await fell_silent(asking, host, self.probers, at_the_end=at_the_end)
        if silent:
            self.breaker.trip(host, network)
        return silent
