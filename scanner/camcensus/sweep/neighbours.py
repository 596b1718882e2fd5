"""The MACs of our own links: asked before all else, read from the kernel's table afterwards."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from camcensus.net import Net
from camcensus.net.neighbours import Known, NeighbourTable, read_neighbours
from camcensus.probers import arp
from camcensus.probers.base import Asking, Emit, Host, Prober
from camcensus.scope import Plan
from camcensus.sweep.coverage import Coverage
from camcensus.types import Observation, Outcome, Target

_READ_EVERY_S = 10.0  # a kernel forgets old neighbours of a large link within a minute
_STILL_NEW_S = 1.0


@dataclass(slots=True)
class Neighbours:
    """Who is on our own links. What it hears is emitted at once, and is a sign of life later.

    `emit` takes observations of hosts not asked yet, `heard` those that make a host worth a
    second question.
    """

    plan: Plan
    net: Net
    coverage: Coverage
    asking: Callable[[Emit], Asking]
    emit: Emit
    heard: Emit
    guarded: Callable[[Prober, Awaitable[None]], Awaitable[bool]]
    prober: Prober | None = None  # `None`: MACs were not asked for, and only safety reads them
    seen: dict[str, Observation] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()  # addresses of our own links that nobody has
    _told: set[str] = field(default_factory=set)  # MACs of proxies that were remarked on
    _table: NeighbourTable = field(default_factory=NeighbourTable)
    _known: dict[str, Known] = field(default_factory=dict)
    _proxies: frozenset[str] = frozenset()
    _read_at: float = float("-inf")
    _wanted: bool = False

    # ------------------------------------------------------------ before anything is sent

    async def ask_first(self, done: frozenset[str]) -> None:
        """ARP to every target of our own links, those that are `done` with left out."""
        self._wanted = self.plan.estimate.on_link > 0
        if self._wanted and self.prober is not None and self.prober.ahead is not None:
            work = self.prober.ahead(self.asking(self._take), self._targets(done))
            await self.guarded(self.prober, self._remember(work))

    async def _remember(self, work: Awaitable[frozenset[str]]) -> None:
        self.absent = await work

    def _targets(self, done: frozenset[str]) -> Iterator[Target]:
        """Whom to ask by ARP; who was asked by an interrupted run counts as asked."""
        own = {one.address for one in self.net.interfaces}
        for target in self.plan.on_link_targets():
            if ":" in target.address or target.address in own:
                continue
            self.coverage.ask(target.zone, arp.NAME)
            if target.address not in done:
                yield target

    async def _take(self, seen: Observation) -> None:
        self.coverage.take(seen)
        if seen.outcome is Outcome.ANSWERED:
            self.seen[seen.address] = seen
            await self.emit(seen)

    # ------------------------------------------------------------ the kernel's table

    async def watch(self) -> None:
        """Read the table while the first pass runs; ends when it is cancelled."""
        while self._wanted:
            await asyncio.sleep(_READ_EVERY_S)
            await self.read()

    async def read(self) -> None:
        """Take every target that the kernel's table knows and that has no MAC yet."""
        if not self._wanted:
            return
        await self._refresh()
        if self._table.why_not and self.prober is not None:
            self.coverage.inaudible(
                arp.NAME, f"this machine's neighbour table: {self._table.why_not}"
            )
        for address in self._known:
            if (seen := self._learn(address)) is not None:
                await self._take(seen)

    async def look(self, host: Host) -> None:
        """Before a live host is asked more: who is it, and may it be asked?"""
        address = host.target.address
        if not self._wanted or address in self.seen or not self.plan.on_link(address):
            return
        if time.monotonic() - self._read_at > _STILL_NEW_S:
            await self._refresh()
        seen = self._learn(address)
        if seen is not None:
            self.seen[address] = seen
            await self.heard(seen)

    async def _refresh(self) -> None:
        self._table = await asyncio.to_thread(read_neighbours, self.net.interfaces)
        self._read_at = time.monotonic()
        self._known = {one.address: one for one in self._table.entries}
        # an IPv6 host has several addresses of its own, so they say nothing of proxies
        macs = Counter(one.mac for one in self._table.entries if ":" not in one.address)
        self._proxies = arp.proxies(macs)
        if self.prober is not None:
            news = self._proxies - self._told
            arp.remark_proxies(self.asking(self.emit), news, macs.elements())
            self._told |= news

    def _learn(self, address: str) -> Observation | None:
        """What the table says of a target that has no MAC yet; proxies say nothing."""
        known = self._known.get(address)
        if known is None or address in self.seen or not self.plan.on_link(address):
            return None
        target = self.plan.contains(address)
        if target is None:
            return None
        self.net.permit.learn(address, known.mac)
        if known.mac in self._proxies or self.prober is None:
            return None
        return arp.of_neighbour(self.asking(self.emit), target, known)

    # ------------------------------------------------------------ after the first pass

    async def alive(self) -> tuple[Target, ...]:
        """Everybody on our own links who has a MAC, so that what is left to ask is asked."""
        await self.read()
        return tuple(Target(one.address, one.site, one.zone) for one in self.seen.values())

    def host(self, target: Target) -> Host:
        """A live host, with what is known of it by its MAC."""
        seen = self.seen.get(target.address)
        return Host(target, [seen] if seen is not None else [])
