"""A sweep with somebody watching: progress, devices as they are named, a clean stop."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from camcensus.census.machine import may_send_frames
from camcensus.census.owner import as_agreed, owner_login
from camcensus.census.prepare import Prepared
from camcensus.census.sweeping import Status, SweepResult, Watch, run_sweep
from camcensus.cli.mistakes import let_go_of_stdout
from camcensus.cli.screen import Sink, duration, harmless, say, wrapped, writing
from camcensus.config import Settings
from camcensus.store import (
    DeviceChange,
    DeviceRecord,
    Store,
    SweepRecord,
)
from camcensus.types import VIDEO

_REFRESH_S = 0.25
_GONE = 20  # addresses that a sentence names


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the sweep shall be shown."""

    json_lines: bool = False
    output: Path | None = None
    quiet: bool = False
    stats_every_s: float = 10.0
    brief: bool = False  # without the counts of every way of asking at the end
    again_after_s: float = 0.0  # when a pilot is asked a second time; 0 never


def carry_out(
    prepared: Prepared, settings: Settings, wishes: Wishes, record: SweepRecord | None = None
) -> int:
    """Run the sweep with its screen; returns the exit code."""
    login = as_agreed(owner_login(settings), prepared.plan.content.asker)
    prepared = replace(prepared, login=login)
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(settings.db))
        wanted = wishes.json_lines or wishes.output is not None
        sink = stack.enter_context(writing(wishes.output)) if wanted else None
        show = partial(_Screen, prepared, wishes.quiet, wishes.brief, wishes.stats_every_s, sink)
        result = _swept(prepared, store, show(), record)
        pilot = prepared.plan.content.limit is not None and wishes.again_after_s > 0
        if not result.complete or not pilot:
            return 0 if result.complete else 3
        return _asked_again(prepared, store, show(), result, wishes)


def _swept(
    prepared: Prepared, store: Store, screen: "_Screen", record: SweepRecord | None = None
) -> SweepResult:
    """One sweep from its first line to its last."""
    screen.begin(store.path, record)
    try:
        # Windows' usual loop cannot watch a socket; this one is everywhere, and Linux's usual.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            result = runner.run(_watched(prepared, store, screen, record))
    finally:
        screen.end()
    for row in result.coverage:
        screen.line(json.dumps(row.to_json()))
    screen.summary(result, store)
    return result


def _asked_again(
    prepared: Prepared, store: Store, screen: "_Screen", first: SweepResult, wishes: Wishes
) -> int:
    """The second look of a pilot: whether what answered before the questions still does."""
    say(
        f"the pilot is asked again in {duration(wishes.again_after_s)}, to see that every device "
        "still answers; Ctrl-C ends it here (--again-after 0 leaves it out)",
        quiet=wishes.quiet,
    )
    time.sleep(wishes.again_after_s)
    second = _swept(prepared, store, screen)
    if not second.complete:
        return 3
    before, after = store.alive_in(first.sweep_id), store.alive_in(second.sweep_id)
    gone = sorted(before - after, key=lambda one: (":" in one, ip_address(one)))
    for line in wrapped(_second_look(len(before), gone), "  ", first=""):
        say(line, quiet=wishes.quiet and not gone)
    return 3 if gone else 0


def _second_look(before: int, gone: list[str]) -> str:
    if not gone:
        return f"the pilot: all {before:,} that answered first still answer"
    listed = ", ".join(gone[:_GONE]) + (" and others" if len(gone) > _GONE else "")
    return (
        f"warning: {len(gone):,} of {before:,} that answered first are silent now: {listed}; "
        "look at them before you sweep the rest"
    )


async def _watched(
    prepared: Prepared, store: Store, screen: "_Screen", record: SweepRecord | None
) -> SweepResult:
    """The sweep, with Ctrl-C and SIGTERM as a request to stop and keep everything."""
    stop = screen.stop = asyncio.Event()
    _stop_when_asked(stop)
    watch = Watch(device=screen.device, status=screen.status)
    return await run_sweep(prepared, store, watch, record=record, stop=stop)


def _stop_when_asked(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")):
        if number is None:  # Windows knows no SIGHUP
            continue
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


@dataclass(slots=True)
class _Screen:
    """Tells a person, on stderr, where the sweep is."""

    prepared: Prepared
    quiet: bool
    brief: bool
    every_s: float
    sink: Sink | None
    live: Any = None
    stop: asyncio.Event | None = None
    told: dict[int, str] = field(default_factory=dict)
    last: float = field(default_factory=time.monotonic)

    def begin(self, path: str, record: SweepRecord | None) -> None:
        """What is going to happen, in a few lines."""
        if self.quiet:
            return
        plan, limits = self.prepared.plan, self.prepared.limits
        again = f"going on with sweep {record.id}: " if record else ""
        say(
            f"{again}{plan.size:,} addresses at site {plan.site}, pace {limits.name} "
            f"({limits.frames_per_s:g} frames a second), "
            f"about {duration(plan.estimate.seconds)}"
        )
        links = ", ".join(
            f"{link.interface.name} ({link.interface.address})" for link in plan.links
        )
        say(f"multicast on {links or 'no interface'}; {_means(self.prepared)}")
        say(f"database {path}")
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self.live = Live(console=Console(stderr=True), refresh_per_second=4, transient=True)
            self.live.start()

    def line(self, text: str) -> None:
        """A line of results, where results were asked for."""
        if self.sink is None:
            return
        try:
            self.sink.line(text)
            self.sink.flush()
        except BrokenPipeError:  # nobody reads on: stop in order, and keep what was heard
            self.sink = None
            let_go_of_stdout()
            if self.stop is not None:
                self.stop.set()

    def end(self) -> None:
        """Give the terminal back."""
        if self.live is not None:
            with self._perhaps_gone():
                self.live.stop()
            self.live = None

    @contextmanager
    def _perhaps_gone(self) -> Iterator[None]:
        """A terminal that was closed is a wish to stop: in order, and with everything kept."""
        try:
            yield
        except OSError:
            self.live, self.quiet = None, True
            if self.stop is not None:
                self.stop.set()

    def device(self, change: DeviceChange) -> None:
        """A device was named, or changed."""
        self.line(json.dumps(change.record.to_json()))
        if self.quiet or change.record.kind not in VIDEO:
            return
        said = one_line(change.record)
        if self.told.get(change.record.id) == said:
            return  # what changed is no word of this line; `--json` has it
        self.told[change.record.id] = said
        line = f"{change.change:>7}  {said}"
        if self.live is not None:
            with self._perhaps_gone():
                self.live.console.print(harmless(line), markup=False, highlight=False)
        else:
            say(line)

    def status(self, status: Status) -> None:
        """Progress, at most every so often."""
        now = time.monotonic()
        wait_s = _REFRESH_S if self.live is not None else self.every_s
        if self.quiet or now - self.last < wait_s:
            return
        self.last = now
        line = status_line(status)
        if self.live is not None:
            with self._perhaps_gone():
                self.live.update(line)
        else:
            say(line)

    def summary(self, result: SweepResult, store: Store) -> None:
        """What the sweep came to, what it could not see, and what to do next."""
        from camcensus.cli.ending import show_ending

        if not self.quiet:
            show_ending(result, store.path, counts=not self.brief)


def _means(prepared: Prepared) -> str:
    """The sockets and privilege that this sweep uses."""
    asks = prepared.plan.asks("arp", "first") and prepared.plan.estimate.on_link
    if asks and may_send_frames():
        return "ARP by raw frames (CAP_NET_RAW), else ordinary sockets"
    return "ordinary sockets, no privilege used"


def status_line(status: Status) -> str:
    """Counts, rate, time left and cameras so far, on one line."""
    rate = status.frames / status.elapsed_s if status.elapsed_s else 0.0
    left = status.left_s
    asked = f"{status.asked:,} of {status.size:,} addresses asked"
    return (
        f"{asked if status.asked else 'asking this link'}, {status.alive:,} alive, "
        f"{status.done:,} finished, {status.video:,} cameras and recorders, "
        f"{rate:.0f} frames/s, {'about ' + duration(left) + ' left' if left is not None else ''}"
    ).rstrip(", ")


def one_line(record: DeviceRecord) -> str:
    """A device in one line: where, what, whose, which."""
    who = record.brand or record.maker or "unknown maker"
    if record.brand and record.maker and record.brand != record.maker:
        who = f"{record.brand} (made by {record.maker})"
    return f"{record.address:<15}  {record.kind:<8}  {who}  {record.model or ''}".rstrip()
