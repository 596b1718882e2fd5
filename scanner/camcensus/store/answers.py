"""Reading what was answered: host by host, so that memory stays small however long a sweep was."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select

from camcensus.store.models import (
    CoverageRow,
    EvidenceRow,
    HostDoneRow,
    ObservationRow,
    ReadingRow,
    SweepRow,
)
from camcensus.store.records import CoverageRecord, PendingHost, StoredHost, SweepRecord
from camcensus.types import Evidence, Observation, Outcome

_HOSTS = 50  # how many are read at a time
_MANY = 400  # the same where the bytes themselves are not wanted

# Outcomes that only something alive at the address can cause.
SIGNS_OF_LIFE = (
    Outcome.ANSWERED,
    Outcome.MUTE,
    Outcome.REFUSED,
    Outcome.RESET,
    Outcome.CLOSED,
    Outcome.TLS_FAILED,
    Outcome.MALFORMED,
)


def read_sweeps(connection: Connection) -> list[SweepRecord]:
    """All sweeps, the oldest first."""
    rows = connection.execute(select(SweepRow.__table__).order_by(SweepRow.id))
    return [_sweep(row) for row in rows]


def read_coverage(connection: Connection, sweep_id: int) -> list[CoverageRecord]:
    """What a sweep covered, by zone and prober."""
    columns = CoverageRow.__table__.c
    rows = connection.execute(
        select(CoverageRow.__table__)
        .where(columns.sweep_id == sweep_id)
        .order_by(columns.zone, columns.prober)
    )
    return [CoverageRecord(*row[1:]) for row in rows]


def read_hosts(
    connection: Connection, sweep_id: int, *, raw: bool = True
) -> Iterator[list[StoredHost]]:
    """Everything one sweep stored, some hosts at a time; without the bytes if they are not wanted.

    Then `raw` is empty, and the evidence is as it was read when it came.
    """
    addresses = connection.scalars(
        select(ObservationRow.address)
        .where(ObservationRow.sweep_id == sweep_id)
        .distinct()
        .order_by(ObservationRow.address)
    ).all()
    size = _HOSTS if raw else _MANY
    for start in range(0, len(addresses), size):
        some = addresses[start : start + size]
        yield list(hosts_at(connection, sweep_id, some, raw=raw))


def read_readers(connection: Connection, sweep_id: int) -> str:
    """The mark of the readers that all evidence of this sweep was read by, "" if not of one."""
    readers = select(ReadingRow.readers).where(ReadingRow.sweep_id == sweep_id)
    return connection.scalar(readers) or ""


def store_evidence(
    connection: Connection, read: Sequence[tuple[int, tuple[Evidence, ...]]]
) -> None:
    """What today's readers found in these observations, in the place of what was found before."""
    ids = [observation_id for observation_id, _ in read]
    for start in range(0, len(ids), _MANY):
        some = ids[start : start + _MANY]
        connection.execute(delete(EvidenceRow).where(EvidenceRow.observation_id.in_(some)))
    rows = [
        {"observation_id": row_id, "ordinal": ordinal, "field": item.field, "value": item.value}
        for row_id, evidence in read
        for ordinal, item in enumerate(evidence)
    ]
    if rows:
        connection.execute(insert(EvidenceRow), rows)


def store_readers(connection: Connection, sweep_id: int, readers: str) -> None:
    """Records by which readers all evidence of a sweep was read."""
    connection.execute(delete(ReadingRow).where(ReadingRow.sweep_id == sweep_id))
    connection.execute(insert(ReadingRow), [{"sweep_id": sweep_id, "readers": readers}])


def read_pending(connection: Connection, sweep_id: int) -> Iterator[PendingHost]:
    """The addresses with a sign of life whose second pass did not end."""
    done = select(HostDoneRow.address).where(HostDoneRow.sweep_id == sweep_id)
    addresses = connection.scalars(
        select(ObservationRow.address)
        .where(ObservationRow.sweep_id == sweep_id, ObservationRow.outcome.in_(SIGNS_OF_LIFE))
        .where(ObservationRow.address.not_in(done))
        .distinct()
        .order_by(ObservationRow.address)
    ).all()
    for start in range(0, len(addresses), _HOSTS):
        for host in hosts_at(connection, sweep_id, addresses[start : start + _HOSTS]):
            alive = [item for item in host.observations if item.outcome in SIGNS_OF_LIFE]
            yield PendingHost(
                host.address,
                host.zone,
                tuple(sorted({item.port for item in alive})),
                tuple(evidence for item in host.observations for evidence in item.evidence),
            )


def read_alive(connection: Connection, sweep_id: int) -> Iterator[str]:
    """The addresses that showed a sign of life in this sweep."""
    row = ObservationRow
    found = select(row.address).where(row.sweep_id == sweep_id, row.outcome.in_(SIGNS_OF_LIFE))
    yield from connection.scalars(found.distinct())


def read_finished(connection: Connection, sweep_id: int) -> Iterator[str]:
    """The addresses to which every question of the sweep was asked."""
    yield from connection.scalars(
        select(HostDoneRow.address).where(HostDoneRow.sweep_id == sweep_id)
    )


def read_noted(
    connection: Connection, site: str, messages: Sequence[str], note: str, since: datetime
) -> Iterator[str]:
    """The addresses where such a message came to something whose note begins so."""
    row = ObservationRow
    found = select(row.address).where(row.site == site, row.message.in_(messages))
    noted = row.note.startswith(note, autoescape=True)
    yield from connection.scalars(found.where(noted, row.seen_at >= since).distinct())


def hosts_at(
    connection: Connection, sweep_id: int, addresses: Sequence[str], *, raw: bool = True
) -> Iterator[StoredHost]:
    """What one sweep stored of each of these few addresses."""
    columns = ObservationRow.__table__.c
    wanted = [column for column in columns if raw or column is not columns.raw]
    evidence = _evidence(connection, sweep_id, addresses)
    heard: dict[str, list[Observation]] = defaultdict(list)
    ids: dict[str, list[int]] = defaultdict(list)
    for row in connection.execute(
        select(*wanted)
        .where(columns.sweep_id == sweep_id, columns.address.in_(addresses))
        .order_by(columns.address, columns.id)
    ).all():
        heard[row.address].append(_observation(row, tuple(evidence[row.id]), raw=raw))
        ids[row.address].append(row.id)
    for address, observations in heard.items():
        first = observations[0]
        yield StoredHost(
            sweep_id, first.site, first.zone, address, tuple(observations), tuple(ids[address])
        )


def _evidence(
    connection: Connection, sweep_id: int, addresses: Sequence[str]
) -> dict[int, list[Evidence]]:
    read: dict[int, list[Evidence]] = defaultdict(list)
    rows = connection.execute(
        select(EvidenceRow.observation_id, EvidenceRow.field, EvidenceRow.value)
        .join(ObservationRow, ObservationRow.id == EvidenceRow.observation_id)
        .where(ObservationRow.sweep_id == sweep_id, ObservationRow.address.in_(addresses))
        .order_by(EvidenceRow.observation_id, EvidenceRow.ordinal)
    ).all()
    for observation_id, field, value in rows:
        read[observation_id].append(Evidence(field, value))
    return read


def _observation(
    row: Row[*tuple[object, ...]], evidence: tuple[Evidence, ...], *, raw: bool
) -> Observation:
    return Observation(
        site=row.site,
        zone=row.zone,
        address=row.address,
        port=row.port,
        transport=row.transport,
        prober=row.prober,
        message=row.message,
        asked=row.asked,
        seen_at=row.seen_at,
        outcome=row.outcome,
        raw=row.raw if raw else b"",
        evidence=evidence,
        note=row.note,
    )


def _sweep(row: Row[*tuple[object, ...]]) -> SweepRecord:
    return SweepRecord(
        id=row.id,
        site=row.site,
        argv=row.argv,
        plan_text=row.plan_text,
        plan_hash=row.plan_hash,
        key=row.order_key,
        catalogue=row.catalogue,
        version=row.version,
        started_at=row.started_at,
        user=row.run_by,
        change=row.change_ticket,
        networks=row.networks,
        status=row.status,
        position=row.position,
        finished_at=row.finished_at,
    )
