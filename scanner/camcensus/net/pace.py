"""How fast frames may leave: one bucket for the whole program, and one budget a host."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from camcensus.types import PaceLimits

_INSTANT_S = 1e-6


class Pace:
    """Spaces frames evenly; a stall is never made up for by a burst.

    Any 100 ms carry at most a tenth of the cap and one frame or a tenth more, any second at most
    the cap (docs/safety.md, section 5). Waiters are served in order; of those who have begun
    something and those who have not, one newcomer at most stands in the line.
    """

    def __init__(
        self,
        frames_per_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval_s = 1.0 / frames_per_s
        # Timers wake late by up to a few milliseconds; half of the tolerance above makes up for it.
        self._credit_s = 0.5 * max(1.0, frames_per_s / 100.0) * self._interval_s
        # A little wider than promised, and without the tolerance: the kernel sends a little later
        # than we ask it to, and now and then a frame more than we paid for.
        self._windows = (
            _Window(0.104, max(1.0, frames_per_s / 10.0)),
            _Window(1.01, max(1.0, frames_per_s)),
        )
        self._clock = clock
        self._sleep = sleep
        self._next = clock()
        self._door = asyncio.Lock()
        self._turn = asyncio.Lock()
        self.frames = 0

    async def take(self, frames: int, *, begun: bool = False) -> None:
        """Wait until this many frames may leave, and count them as sent.

        `begun` is for what goes on with a connection that stands: it never waits behind all who
        want to open one.
        """
        if begun:
            await self._depart(frames)
            return
        async with self._door:
            await self._depart(frames)

    async def _depart(self, frames: int) -> None:
        async with self._turn:
            while (delay := self._delay_s(frames)) > _INSTANT_S:
                await self._sleep(delay)
            self.charge(frames)

    def _delay_s(self, frames: int) -> float:
        now = self._clock()
        return max(self._next - now, *(window.wait_s(now, frames) for window in self._windows))

    def charge(self, frames: int) -> None:
        """Count frames that leave without asking: repeated ARP, group memberships."""
        now = self._clock()
        self._next = max(self._next, now - self._credit_s) + frames * self._interval_s
        for window in self._windows:
            window.add(now, frames)
        self.frames += frames

    def refund(self, frames: int) -> None:
        """Take frames that were paid for and never left out of the count; the gap stays a gap."""
        self.frames -= frames


class _Window:
    """What left within the last so many seconds."""

    def __init__(self, seconds: float, most: float) -> None:
        self._seconds = seconds
        self._most = most
        self._left: deque[tuple[float, int]] = deque()
        self._sum = 0

    def wait_s(self, now: float, frames: int) -> float:
        """How long until so many more fit; what never fits goes alone."""
        while self._left and self._left[0][0] <= now - self._seconds + _INSTANT_S:
            self._sum -= self._left.popleft()[1]
        over = self._sum + frames - self._most
        wait = 0.0
        for moment, count in self._left:
            if over <= 0:
                break
            over -= count
            wait = moment + self._seconds - now
        return wait

    def add(self, now: float, frames: int) -> None:
        """So many leave now."""
        self._left.append((now, frames))
        self._sum += frames


@dataclass(slots=True)
class Purse:
    """Pays for the frames of one connection, step by step, just before they leave."""

    pace: Pace
    paid: int

    async def pay(self, frames: int) -> None:
        """Wait until so many more frames may leave."""
        await self.pace.take(frames, begun=True)
        self.paid += frames


@dataclass(slots=True)
class HostBudget:
    """What one host has had of us; everything is bounded by the pace."""

    limits: PaceLimits
    connections: int = 0
    requests: int = 0
    bytes_in: int = 0
    started: float | None = None
    not_before: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def refusal(self, now: float, *, connection: bool) -> str | None:
        """Why this host will not be asked again, `None` if it may be."""
        limits = self.limits
        if connection and self.connections >= limits.host_connections:
            return f"{limits.host_connections} connections were made"
        if self.requests >= limits.host_requests:
            return f"{limits.host_requests} requests were made"
        if self.bytes_in >= limits.host_bytes:
            return f"{limits.host_bytes} bytes were read"
        if self.started is not None and now - self.started >= limits.host_seconds:
            return f"{limits.host_seconds:g} seconds were spent"
        return None

    def spend(self, now: float, frames: int, *, connection: bool) -> None:
        """Count one request, and hold the next back as the pace asks."""
        if self.started is None:
            self.started = now
        self.connections += connection
        self.requests += 1
        self.rest(now, frames)

    def rest(self, now: float, frames: int) -> None:
        """Leave this host alone for as long as these frames take at its own rate."""
        gap_s = max(self.limits.request_gap_s, frames / self.limits.host_frames_per_s)
        self.not_before = now + gap_s

    def requests_left(self) -> int:
        """How many more requests this host may get."""
        return max(0, self.limits.host_requests - self.requests)

    def bytes_left(self) -> int:
        """How many bytes may still be read from this host."""
        return max(0, self.limits.host_bytes - self.bytes_in)

    def seconds_left(self, now: float) -> float:
        """How long this host may still be spoken to."""
        spent = 0.0 if self.started is None else now - self.started
        return max(0.0, self.limits.host_seconds - spent)
