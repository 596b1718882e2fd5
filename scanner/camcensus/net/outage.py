"""A link of ours that goes down in the middle of a sweep: waited for, and never told as silence."""

import asyncio
import time
from collections.abc import Callable, Sequence

from camcensus.net.interfaces import is_running
from camcensus.types import Interface

PATIENCE_S = 120.0  # in one sweep, for all outages together
_LOOK_EVERY_S = 0.1
_WAIT_S = 0.5


class Outage:
    """Knows which of our links carried frames at the start, and waits while one does not."""

    def __init__(
        self, interfaces: Sequence[Interface], running: Callable[[str], bool] = is_running
    ) -> None:
        self._running = running
        names = dict.fromkeys(one.name for one in interfaces if not _is_loopback(one))
        self._names = tuple(name for name in names if running(name))
        self._looked = float("-inf")
        self._left_s = PATIENCE_S
        self._waiting = asyncio.Lock()
        self.notes: dict[str, str] = {}  # by interface, for the coverage
        self.tell: Callable[[float], None] = lambda _seconds: None  # how long all of us waited

    def down(self) -> str:
        """The name of a link that went down, "" if none did or patience is over."""
        now = time.monotonic()
        if self._left_s <= 0 or now - self._looked < _LOOK_EVERY_S:
            return ""
        self._looked = now
        return next((name for name in self._names if not self._running(name)), "")

    async def over(self, *, failed: bool = False) -> bool:
        """Wait for a link that is down; whether there was one to wait for.

        After a question that `failed` it looks at once, else it trusts a look just taken.
        """
        if failed:
            self._looked = float("-inf")
        name = self.down()
        if not name and not self._waiting.locked():
            return False
        async with self._waiting:  # one looks, the others wait for it
            started = time.monotonic()
            while name and self._left_s > 0 and not self._running(name):
                await asyncio.sleep(_WAIT_S)
                self._left_s -= _WAIT_S
            waited = time.monotonic() - started
            if name and waited >= _WAIT_S:
                self._note(name, waited)
                self.tell(waited)
        return True

    def _note(self, name: str, waited_s: float) -> None:
        if self._running(name):
            said = f"went down during the sweep, which waited {waited_s:.0f} s for it"
        else:
            said = "went down during the sweep and stayed down: what was asked after that is lost"
        self.notes[name] = f"{name} {said}"


def _is_loopback(interface: Interface) -> bool:
    return interface.address.startswith("127.") or interface.address == "::1"
