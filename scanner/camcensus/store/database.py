"""The store: sweeps, what devices answered, and the devices over time."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, delete, insert, update
from sqlalchemy.orm import Session

from camcensus.errors import StoreError
from camcensus.store import answers, owning, reader, settling
from camcensus.store.bulk import BulkSettling, NamedHost
from camcensus.store.engine import WRITES, connect, location, make_file, sentences
from camcensus.store.lock import SweepLock
from camcensus.store.matching import Place
from camcensus.store.migrate import bring_up_to_date
from camcensus.store.models import CoverageRow, SweepRow
from camcensus.store.records import (
    Change,
    CoverageRecord,
    DeviceChange,
    DeviceDetail,
    DeviceQuery,
    DeviceRecord,
    OwnedChange,
    OwnedEdit,
    PendingHost,
    Signed,
    StoredHost,
    SweepRecord,
    SweepStart,
    SweepStatus,
)
from camcensus.store.writer import Writer
from camcensus.types import Claim, Evidence, Identity, Observation

LOCK_WAIT_S = 30.0  # how long another program may hold the database before we give up
_ALL = DeviceQuery()


class Store:
    """One open database. Every method raises StoreError, one sentence, if it cannot be used."""

    def __init__(self, engine: Engine, path: str, lock: SweepLock | None) -> None:
        self.path = path
        self._engine = engine
        self._lock = lock

    @classmethod
    def open(
        cls, where: str | Path, *, create: bool = True, lock_wait_s: float = LOCK_WAIT_S
    ) -> Self:
        """Opens a file or URL, makes it if it is missing, and brings its tables up to date."""
        url, file, shown = location(where)
        if file is not None:
            _look_at(file, create=create)
        engine = connect(url, lock_wait_s=lock_wait_s)
        try:
            bring_up_to_date(engine, shown)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, shown, SweepLock(file) if file is not None else None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the database."""
        self._engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def begin_sweep(self, start: SweepStart) -> int:
        """Records a new sweep; StoreError if another one is writing to the same file."""
        self._take_lock()
        row = {
            "site": start.site,
            "argv": start.argv,
            "plan_text": start.plan_text,
            "plan_hash": start.plan_hash,
            "order_key": start.key,
            "networks": start.networks,
            "catalogue": start.catalogue,
            "version": start.version,
            "run_by": start.user,
            "change_ticket": start.change,
            "status": SweepStatus.RUNNING,
            "position": 0,
            "started_at": start.started_at,
        }
        with self._writing() as connection:
            sweep_id = connection.scalars(insert(SweepRow).returning(SweepRow.id), [row]).one()
            answers.store_readers(connection, sweep_id, start.readers)
            return sweep_id

    def writer(self, sweep_id: int, readers: str = "") -> Writer:
        """A thread that stores what this sweep observes; the sweep counts as running again.

        `readers` is the mark of those that read the evidence from here on.
        """
        self._take_lock()
        with self._writing() as connection:
            found = connection.execute(
                update(SweepRow)
                .where(SweepRow.id == sweep_id)
                .values(status=SweepStatus.RUNNING, finished_at=None)
            )
            if found.rowcount != 1:
                raise StoreError(f"{self.path} has no sweep {sweep_id}")
            if answers.read_readers(connection, sweep_id) != readers:
                answers.store_readers(connection, sweep_id, "")
        return Writer(self._engine, self.path, sweep_id)

    def sweeps(self) -> list[SweepRecord]:
        """All sweeps, the oldest first."""
        with self._reading() as connection:
            return answers.read_sweeps(connection)

    def unfinished_sweep(self, sweep_id: int | None = None) -> SweepRecord | None:
        """The last sweep that did not end by itself, or this one if it did not."""
        open_sweeps = [
            sweep
            for sweep in self.sweeps()
            if sweep.status is not SweepStatus.DONE and sweep_id in {None, sweep.id}
        ]
        return open_sweeps[-1] if open_sweeps else None

    def pending_hosts(self, sweep_id: int) -> list[PendingHost]:
        """The addresses with a sign of life whose second pass did not end."""
        with self._reading() as connection:
            return list(answers.read_pending(connection, sweep_id))

    def finished_hosts(self, sweep_id: int) -> frozenset[str]:
        """The addresses to which every question of the sweep was asked."""
        with self._reading() as connection:
            return frozenset(answers.read_finished(connection, sweep_id))

    def alive_in(self, sweep_id: int) -> frozenset[str]:
        """The addresses that showed a sign of life in this sweep."""
        with self._reading() as connection:
            return frozenset(answers.read_alive(connection, sweep_id))

    def addresses_noted(
        self, site: str, messages: Sequence[str], note: str, since: datetime
    ) -> frozenset[str]:
        """Where one of these messages came to something whose note begins so, since then."""
        with self._reading() as connection:
            return frozenset(answers.read_noted(connection, site, messages, note, since))

    def heard_of(self, sweep_id: int, address: str) -> tuple[Observation, ...]:
        """Everything a sweep stored of one address so far."""
        with self._reading() as connection:
            hosts = answers.hosts_at(connection, sweep_id, [address])
            return tuple(item for host in hosts for item in host.observations)

    def finish_sweep(
        self,
        sweep_id: int,
        status: SweepStatus,
        coverage: Sequence[CoverageRecord],
        finished_at: datetime,
    ) -> None:
        """Records how a sweep ended, and what it covered (replacing what a first try said)."""
        rows = [{"sweep_id": sweep_id, **asdict(record)} for record in coverage]
        with self._writing() as connection:
            connection.execute(delete(CoverageRow).where(CoverageRow.sweep_id == sweep_id))
            if rows:
                connection.execute(insert(CoverageRow), rows)
            connection.execute(
                update(SweepRow)
                .where(SweepRow.id == sweep_id)
                .values(status=status, finished_at=finished_at)
            )
        if self._lock is not None:
            self._lock.release()

    def coverage(self, sweep_id: int) -> list[CoverageRecord]:
        """What a sweep covered, by zone and prober."""
        with self._reading() as connection:
            return answers.read_coverage(connection, sweep_id)

    def settle(
        self,
        sweep_id: int,
        site: str,
        zone: str,
        address: str,
        identity: Identity,
        evidence: Sequence[Evidence],
        seen_at: datetime,
        interface_mac: str | None = None,
        catalogue: str = "",
    ) -> DeviceChange:
        """Stores what one host turned out to be, and says what is new about the device.

        `interface_mac` is the MAC seen on the link (a neighbour table), not one it stated.
        """
        place = Place(sweep_id, site, zone, address, seen_at)
        with self._writing() as connection, Session(connection) as session:
            device_id, change = settling.settle(
                session, place, identity, evidence, interface_mac, catalogue
            )
            session.flush()
            record = reader.read_device(connection, device_id)
        if record is None:  # pragma: no cover - it was stored a line above
            raise StoreError(f"device {device_id} was not stored in {self.path}")
        return DeviceChange(record, change)

    def devices(self, query: DeviceQuery = _ALL) -> Iterator[DeviceRecord]:
        """The devices that fit, by site, address and id; read in pieces."""
        with self._reading() as connection:
            yield from reader.read_devices(connection, query)

    def device(self, device_id: int) -> DeviceDetail | None:
        """One device with its claims and the answers behind them; `None` if there is none."""
        with self._reading() as connection:
            return reader.read_detail(connection, device_id)

    def claims_of(self, ids: Sequence[int]) -> dict[int, tuple[Claim, ...]]:
        """The claims behind the names of these devices."""
        with self._reading() as connection:
            return dict(reader.read_claims(connection, ids))

    def hosts_of(self, sweep_id: int | None = None) -> Iterator[StoredHost]:
        """Everything one sweep (or all, the oldest first) stored, host by host."""
        with self._reading() as connection:
            sweeps = answers.read_sweeps(connection)
            for one in [sweep.id for sweep in sweeps] if sweep_id is None else [sweep_id]:
                for hosts in answers.read_hosts(connection, one):
                    yield from hosts

    def hosts_read_by(self, sweep_id: int, readers: str) -> Iterator[list[StoredHost]]:
        """Everything one sweep stored, some hosts at a time.

        Without the bytes where all evidence was read by these readers: it says what they would.
        """
        with self._reading() as connection:
            raw = answers.read_readers(connection, sweep_id) != readers
            yield from answers.read_hosts(connection, sweep_id, raw=raw)

    def settle_many(
        self,
        sweep_id: int,
        hosts: Sequence[NamedHost],
        bulk: BulkSettling,
        read: Sequence[tuple[int, tuple[Evidence, ...]]] = (),
    ) -> list[tuple[int, Change]]:
        """Stores what hosts of one sweep turned out to be; their devices, and what is new.

        `read` is the evidence of observations that other readers found in them this time.
        """
        with self._writing() as connection:
            answers.store_evidence(connection, read)
            return bulk.settle(connection, sweep_id, hosts)

    def read_by(self, sweep_id: int, readers: str) -> None:
        """Records that all evidence of a sweep is what these readers find."""
        with self._writing() as connection:
            answers.store_readers(connection, sweep_id, readers)

    def records(self, ids: Sequence[int]) -> dict[int, DeviceRecord]:
        """These devices, by their ids."""
        with self._reading() as connection:
            return {record.id: record for record in reader.read_records(connection, ids)}

    def owned_changes(self, edits: Mapping[int, OwnedEdit]) -> list[OwnedChange]:
        """What `write_owned` would alter: nothing is written."""
        with self._reading() as connection:
            return owning.changes(connection, edits)

    def write_owned(self, edits: Mapping[int, OwnedEdit], signed: Signed) -> list[OwnedChange]:
        """Writes what people know about devices, all of it or nothing; what that altered.

        StoreError if a device is not there. Fields that hold the value already are left alone.
        """
        with self._writing() as connection:
            return owning.write(connection, edits, signed)

    def _take_lock(self) -> None:
        if self._lock is not None:
            self._lock.take()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with sentences(self.path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with (
            sentences(self.path),
            self._engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection


def _look_at(file: Path, *, create: bool) -> None:
    """Makes the file if it may be made, and refuses what cannot be a database."""
    try:
        if file.is_dir():
            raise StoreError(f"{file} is a folder: name a file with --db")
        missing = not file.exists()
    except OSError as error:
        raise StoreError(f"{file} cannot be opened: {error.strerror}; check --db") from error
    if missing and not create:
        raise StoreError(f"there is no census at {file} yet: run a sweep, or check --db")
    if missing:
        make_file(file)
    elif not os.access(file, os.R_OK):
        raise StoreError(f"{file} cannot be read: check its permissions, or name another --db")
