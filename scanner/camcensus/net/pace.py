"""How fast frames may leave: one bucket for the whole program, and one budget a host."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from camcensus.types import PaceLimits


class Pace:
    """Spaces frames evenly; a stall is never made up for by a burst.

    Any 100 ms carry at most a tenth of the cap and one frame or a tenth more, any second at most
    the cap (docs/safety.md, section 5). Waiters are served in order.
    """

    def __init__(self, frames_per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = 1.0 / frames_per_s
        # Timers wake late by up to a few milliseconds; half of the tolerance above makes up for it.
        self._credit_s = 0.5 * max(1.0, frames_per_s / 100.0) * self._interval_s
        self._clock = clock
        self._next = clock()
        self._turn = asyncio.Lock()
        self.frames = 0

    async def take(self, frames: int) -> None:
        """Wait until this many frames may leave, and count them as sent."""
        async with self._turn:
            delay = self._next - self._clock()
            if delay > 0:
                await asyncio.sleep(delay)
            self.charge(frames)

    def charge(self, frames: int) -> None:
        """Count frames that left without asking (acknowledgements of what arrived)."""
        earliest = self._clock() - self._credit_s
        self._next = max(self._next, earliest) + frames * self._interval_s
        self.frames += frames

    def refund(self, frames: int) -> None:
        """Give back frames that were paid for in advance and never left."""
        self._next = max(self._clock(), self._next - frames * self._interval_s)
        self.frames -= frames


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

    def bytes_left(self) -> int:
        """How many bytes may still be read from this host."""
        return max(0, self.limits.host_bytes - self.bytes_in)

    def seconds_left(self, now: float) -> float:
        """How long this host may still be spoken to."""
        spent = 0.0 if self.started is None else now - self.started
        return max(0.0, self.limits.host_seconds - spent)
