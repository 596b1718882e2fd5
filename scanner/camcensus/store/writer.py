"""One thread that writes what a sweep observes, in batches, so that the event loop never waits."""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, insert, select, update

from camcensus.errors import StoreError
from camcensus.store.engine import WRITES, sentences
from camcensus.store.models import EvidenceRow, HostDoneRow, ObservationRow, SweepRow
from camcensus.store.records import HostDone, Position
from camcensus.types import Observation

Item = Observation | HostDone | Position

BATCH = 500  # items a transaction; four of these hold what is on its way
QUEUE = 2_000
LINGER_S = 0.25  # how long an item waits for company before it is committed
_RETRY_S = 0.02


class _Flush:
    """Asks the thread to commit what came before, and says when it has."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = threading.Event()


class Writer:
    """Takes items from any one thread or task; `flush` returns when they are on disk.

    After a failure nothing more is taken: `offer`, `put` and `flush` raise the StoreError, which
    also stays in `error`. What was committed before stays committed.
    """

    def __init__(
        self, engine: Engine, path: str, sweep_id: int, *, batch: int = BATCH, size: int = QUEUE
    ) -> None:
        self.error: StoreError | None = None
        self.committed = 0  # items known to be on disk
        self._engine = engine
        self._path = path
        self._sweep_id = sweep_id
        self._batch = batch
        self._told = False
        self._queue: queue.Queue[Item | _Flush | None] = queue.Queue(size)
        self._thread = threading.Thread(target=self._run, name="camcensus-writer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def offer(self, item: Item) -> bool:
        """Takes the item without waiting; False when the queue is full. Raises StoreError."""
        self._raise_failure()
        if not self._thread.is_alive():
            raise StoreError(f"the writer to {self._path} is closed")
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            return False
        return True

    async def put(self, item: Item) -> None:
        """Takes the item, letting other tasks run while the queue is full. Raises StoreError."""
        if not self.offer(item):
            await asyncio.to_thread(self._send, item)

    def flush(self) -> None:
        """Waits until everything taken so far is on disk. Raises StoreError."""
        flush = _Flush()
        self._send(flush)
        while not flush.done.wait(_RETRY_S):
            self._raise_failure()
            if not self._thread.is_alive() and not flush.done.is_set():
                break
        self._raise_failure()

    def close(self) -> None:
        """Writes what is left and ends the thread; raises a StoreError not yet raised."""
        if self._thread.is_alive():
            self._send(None, quiet=True)
            self._thread.join()
        if not self._told:
            self._raise_failure()

    def _send(self, item: Item | _Flush | None, *, quiet: bool = False) -> None:
        while self._thread.is_alive():
            if not quiet:
                self._raise_failure()
            try:
                self._queue.put(item, timeout=_RETRY_S)
            except queue.Full:
                continue
            return
        if not quiet:
            self._raise_failure()
            raise StoreError(f"the writer to {self._path} is closed")

    def _raise_failure(self) -> None:
        if self.error is not None:
            self._told = True
            raise self.error

    def _run(self) -> None:
        try:
            while self._write_next():
                pass
        except StoreError as error:
            self.error = error
        except Exception as bug:  # noqa: BLE001 - a thread that dies in silence loses answers
            self.error = StoreError(f"writing to {self._path} failed: {bug!r}")
            self.error.__cause__ = bug

    def _write_next(self) -> bool:
        """Takes one batch and commits it; False when it was the last."""
        items, flushes, more = self._take()
        if items:
            with (
                sentences(self._path),
                self._engine.connect().execution_options(**{WRITES: True}) as connection,
                connection.begin(),
            ):
                _store(connection, self._sweep_id, items)
            self.committed += len(items)
        for flush in flushes:
            flush.done.set()
        return more

    def _take(self) -> tuple[list[Item], list[_Flush], bool]:
        """The next batch: full, or complete up to a flush, the end, or the linger time."""
        items: list[Item] = []
        deadline: float | None = None
        while len(items) < self._batch:
            wait = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                item = self._queue.get(timeout=wait)
            except queue.Empty:
                break
            if item is None:
                return items, [], False
            if isinstance(item, _Flush):
                return items, [item], True
            items.append(item)
            if deadline is None:
                deadline = time.monotonic() + LINGER_S
        return items, [], True


def _store(connection: Connection, sweep_id: int, items: Sequence[Item]) -> None:
    """One transaction's work: a position is never on disk before the answers it counts."""
    observations = [item for item in items if isinstance(item, Observation)]
    if observations:
        _store_observations(connection, sweep_id, observations)
    done = {item.address for item in items if isinstance(item, HostDone)}
    if done:
        known = select(HostDoneRow.address).where(
            HostDoneRow.sweep_id == sweep_id, HostDoneRow.address.in_(done)
        )
        done -= set(connection.scalars(known))
    if done:
        rows = [{"sweep_id": sweep_id, "address": address} for address in sorted(done)]
        connection.execute(insert(HostDoneRow), rows)
    positions = [item.index for item in items if isinstance(item, Position)]
    if positions:
        farther = update(SweepRow).where(
            SweepRow.id == sweep_id, SweepRow.position < max(positions)
        )
        connection.execute(farther.values(position=max(positions)))


def _store_observations(
    connection: Connection, sweep_id: int, observations: Sequence[Observation]
) -> None:
    # SQLite numbers the rows of one INSERT in their order, so sorting is enough; asked to return
    # them in order it would be given one INSERT a row.
    in_order = connection.dialect.name != "sqlite"
    returned = connection.scalars(
        insert(ObservationRow).returning(ObservationRow.id, sort_by_parameter_order=in_order),
        [_observation_row(sweep_id, observation) for observation in observations],
    ).all()
    ids = returned if in_order else sorted(returned)
    evidence = [
        {"observation_id": row_id, "ordinal": ordinal, "field": item.field, "value": item.value}
        for row_id, observation in zip(ids, observations, strict=True)
        for ordinal, item in enumerate(observation.evidence)
    ]
    if evidence:
        connection.execute(insert(EvidenceRow), evidence)


def _observation_row(sweep_id: int, observation: Observation) -> dict[str, object]:
    return {
        "sweep_id": sweep_id,
        "site": observation.site,
        "zone": observation.zone,
        "address": observation.address,
        "port": observation.port,
        "transport": observation.transport,
        "prober": observation.prober,
        "message": observation.message,
        "asked": observation.asked,
        "seen_at": observation.seen_at,
        "outcome": observation.outcome,
        "note": observation.note,
        "raw": observation.raw,
    }
