"""One sweep from plan to devices: observations are stored and named while it runs."""

import asyncio
import getpass
import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from camcensus import __version__
from camcensus.census.closing import Ending, ending_of
from camcensus.census.covering import coverage_records, warnings_of
from camcensus.census.machine import neighbour_overflows
from camcensus.census.naming import in_names, named
from camcensus.census.owner import with_failures
from camcensus.census.prepare import Prepared
from camcensus.census.resuming import count_again, devices_at, resume_of
from camcensus.census.tally import Found, Tally
from camcensus.data import mac_owner
from camcensus.identify import Catalogue, load_catalogue
from camcensus.probers import canary
from camcensus.probers.mark import readers_mark
from camcensus.store import (
    Change,
    CoverageRecord,
    DeviceChange,
    HostDone,
    Position,
    Store,
    SweepRecord,
    SweepStart,
    SweepStatus,
    Writer,
)
from camcensus.sweep import Event, HostFinished, Observed, Progress, Resume, Sweep
from camcensus.types import VIDEO, Observation, Outcome

_STOP_S = 1.0  # how long a stop may go on naming what was heard


@dataclass(slots=True)
class Status:
    """Where a running sweep is, for whoever watches."""

    size: int
    started: float = field(default_factory=time.monotonic)
    asked: int = 0
    frames: int = 0
    alive: int = 0
    done: int = 0
    before: tuple[int, int] = (0, 0)  # asked and done of the run that was interrupted
    devices: dict[int, Found] = field(default_factory=dict)

    @property
    def video(self) -> int:
        """How many cameras, recorders and the like are found so far."""
        return sum(one.kind in VIDEO for one in self.devices.values())

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left_s(self) -> float | None:
        """Seconds left by what was done so far; `None` while that says nothing.

        Both passes go on at once, so the longer one counts.
        """
        asked, finished = self.asked - self.before[0], self.done - self.before[1]
        to_ask = self.size - self.asked
        if self.elapsed_s < 2.0 or not self.asked or (to_ask and not asked):
            return None
        to_finish = self.alive * self.size / self.asked - self.done
        if to_finish > 0 and not finished:
            return None
        first = self.elapsed_s * to_ask / asked if to_ask else 0.0
        second = self.elapsed_s * to_finish / finished if to_finish > 0 else 0.0
        return max(first, second)


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told what while a sweep runs; both must return at once."""

    device: Callable[[DeviceChange], None] = lambda _: None
    status: Callable[[Status], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep came to."""

    sweep_id: int
    status: SweepStatus
    coverage: tuple[CoverageRecord, ...]
    tally: Tally
    ending: Ending
    frames: int
    elapsed_s: float
    warnings: tuple[str, ...]
    failures: int
    quiet: tuple[str, ...] = ()  # what is to be told of devices that stopped answering

    @property
    def stopped(self) -> bool:
        """Whether somebody ended it early, so that it can be resumed."""
        return self.status is SweepStatus.INTERRUPTED

    @property
    def complete(self) -> bool:
        """Whether everything that was planned was done, and nothing went quiet over it."""
        return self.status is SweepStatus.DONE and not self.failures and not self.quiet


def start_of(prepared: Prepared, catalogue: Catalogue) -> SweepStart:
    """What is known of a sweep before its first frame."""
    plan = prepared.plan
    return SweepStart(
        site=plan.site,
        argv=prepared.order.argv,
        plan_text=plan.to_text(),
        plan_hash=plan.hash,
        key=str(plan.key),
        catalogue=catalogue.version,
        version=__version__,
        readers=readers_mark(),
        started_at=datetime.now(UTC),
        user=_user(),
        change=prepared.order.change,
        networks=plan.networks,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # no name in the environment, and none for the number
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


async def run_sweep(
    prepared: Prepared,
    store: Store,
    watch: Watch,
    *,
    record: SweepRecord | None = None,
    stop: asyncio.Event | None = None,
) -> SweepResult:
    """Carry the plan out, or go on with `record`; `stop` ends it early with everything kept."""
    keeper, sweep = await asyncio.to_thread(_set_up, prepared, store, watch, record)
    overflows = await asyncio.to_thread(neighbour_overflows)
    status = await _until_stopped(sweep, keeper, stop)
    if await asyncio.to_thread(neighbour_overflows) > overflows:
        sweep.coverage.inaudible(
            "network",
            "this machine's neighbour table was full: addresses on this link may be missing; "
            "sweep smaller networks, or raise net.ipv4.neigh.default.gc_thresh3",
        )
    complete = status is SweepStatus.DONE
    coverage = coverage_records(prepared, sweep.coverage, complete=complete)
    finished = (keeper.sweep_id, status, coverage, datetime.now(UTC))
    await asyncio.to_thread(store.finish_sweep, *finished)
    return SweepResult(
        keeper.sweep_id,
        status,
        coverage,
        Tally.of(keeper.status.devices.values()),
        ending_of(prepared.plan, sweep.coverage, complete=complete),
        sweep.net.pace.frames,
        keeper.status.elapsed_s,
        warnings_of(sweep.coverage),
        sweep.coverage.outcomes[Outcome.FAILED],
        tuple(sweep.breaker.words()),
    )


def _set_up(
    prepared: Prepared, store: Store, watch: Watch, record: SweepRecord | None
) -> "tuple[_Keeper, Sweep]":
    """Everything that reads or writes files before the first frame: it may wait for a lock."""
    catalogue = load_catalogue(own=prepared.order.signatures)
    mac_owner("00:00:0c:00:00:01")  # loads the registry now, not in the middle of the sweep
    sweep_id = record.id if record else store.begin_sweep(start_of(prepared, catalogue))
    keeper = _Keeper(
        prepared, store, store.writer(sweep_id, readers_mark()), catalogue, watch, sweep_id
    )
    resume = resume_of(store, record) if record else Resume()
    sweep = Sweep(
        prepared.plan,
        prepared.probers,
        prepared.net(),
        emit=keeper.take,
        now=lambda: datetime.now(UTC),
        name=catalogue.identify,
        resume=resume,
        speakers=catalogue.speakers(),
        login=with_failures(prepared.login, store, prepared.plan.site),
    )
    if record is not None:
        keeper.go_on(record, resume)
        count_again(store, record, prepared.plan, sweep.coverage)
    return keeper, sweep


async def _until_stopped(
    sweep: Sweep, keeper: "_Keeper", stop: asyncio.Event | None
) -> SweepStatus:
    """Run until the end or until `stop` is set; what was heard is settled either way."""
    work = asyncio.create_task(sweep.run())
    waiting: set[asyncio.Task[object]] = {work}
    if stop is not None:
        waiting.add(asyncio.create_task(stop.wait()))
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
    try:
        await keeper.close(within_s=_STOP_S if work.cancelled() else None)
    finally:
        if not work.cancelled() and (error := work.exception()) is not None:
            raise _bare(error)
    return SweepStatus.INTERRUPTED if work.cancelled() else SweepStatus.DONE


def _bare(error: BaseException) -> BaseException:
    """The one error inside a group, so that the user reads a sentence."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


@dataclass(slots=True)
class _Keeper:
    """Stores what the sweep emits, and names each host when it has been asked everything."""

    prepared: Prepared
    store: Store
    writer: Writer
    catalogue: Catalogue
    watch: Watch
    sweep_id: int
    status: Status = field(init=False)
    position: int = 0  # the farthest that was offered to the store
    heard: defaultdict[str, list[Observation]] = field(default_factory=lambda: defaultdict(list))
    finished: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)  # spoke again after they were finished

    def __post_init__(self) -> None:
        self.status = Status(self.prepared.plan.size)

    def go_on(self, record: SweepRecord, resume: Resume) -> None:
        """Take over what the interrupted run heard, finished and named."""
        for host in resume.pending:
            self.heard[host.target.address] = list(host.observations)
        self.finished |= resume.finished
        status = self.status
        status.asked, status.done = resume.position, len(self.finished)
        status.before = status.asked, status.done
        status.alive = len({*self.heard, *self.finished})
        for device in devices_at(self.store, record, (*self.heard, *self.finished)):
            status.devices[device.id] = Found.of(device)

    async def take(self, event: Event) -> None:
        """One event of the sweep; waits while the database is behind."""
        match event:
            case Observed(observation):
                await self._offer(observation)
                self._note(observation)
            case HostFinished(target):
                self.finished.add(target.address)
                await self._settle(target.address)
                await self._offer(HostDone(target.address))
                self.status.done += 1
            case Progress(position, frames, asked):
                if position > self.position:
                    await self._offer(Position(position))
                    self.position = position
                self.status.asked, self.status.frames = asked, frames
        self.watch.status(self.status)

    def _note(self, observation: Observation) -> None:
        """Keep it until its host is finished; what comes later is settled at the end."""
        address = observation.address
        if address in self.finished:
            self.late.add(address)
            return
        if address not in self.heard:
            self.status.alive += 1
        self.heard[address].append(observation)

    async def _offer(self, item: Observation | HostDone | Position) -> None:
        while not self.writer.offer(item):
            self._check()
            await asyncio.sleep(0.01)
        self._check()

    def _check(self) -> None:
        if self.writer.error is not None:
            raise self.writer.error

    async def _settle(self, address: str) -> None:
        observations = self.heard.pop(address, [])
        if not observations or canary.is_suspect(observations):
            return
        identity, evidence = named(observations, self.catalogue)
        identity = in_names(identity, self.catalogue)
        first = observations[0]
        change = await asyncio.to_thread(
            self.store.settle,
            self.sweep_id,
            first.site,
            first.zone,
            address,
            identity,
            evidence,
            observations[-1].seen_at,
            catalogue=self.catalogue.version,
        )
        self.status.devices[change.record.id] = Found.of(change.record)
        if change.change is not Change.SEEN:
            self.watch.device(change)

    async def close(self, within_s: float | None = None) -> None:
        """Put everything on disk, and name who was heard but not finished.

        Whoever said most comes first; past `within_s` the rest waits, stored, for the resume.
        """
        deadline = None if within_s is None else time.monotonic() + within_s
        try:
            await asyncio.to_thread(self.writer.flush)
            said = {one: sum(len(x.evidence) for x in seen) for one, seen in self.heard.items()}
            for address in sorted({*self.heard, *self.late}, key=lambda x: -said.get(x, 0)):
                if deadline is not None and time.monotonic() > deadline:
                    break
                stored = await asyncio.to_thread(self.store.heard_of, self.sweep_id, address)
                self.heard[address] = list(stored)
                await self._settle(address)
        finally:
            await asyncio.to_thread(self.writer.close)
        self._check()
