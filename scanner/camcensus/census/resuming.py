"""Where an interrupted sweep goes on, read back from what it stored."""

from collections.abc import Iterable

from camcensus.probers.base import Host
from camcensus.scope import Plan
from camcensus.store import DeviceQuery, DeviceRecord, Store, SweepRecord
from camcensus.sweep import Coverage, Resume
from camcensus.types import Target


def resume_of(store: Store, record: SweepRecord) -> Resume:
    """Where the stored sweep stopped: its live hosts that are not done are asked again."""
    pending = tuple(
        Host(
            Target(host.address, record.site, host.zone),
            list(store.heard_of(record.id, host.address)),
            resumed=True,
        )
        for host in store.pending_hosts(record.id)
    )
    return Resume(record.position, pending, store.finished_hosts(record.id))


def count_again(store: Store, record: SweepRecord, plan: Plan, coverage: Coverage) -> None:
    """What the interrupted run heard, and what it could not hear, is part of the coverage."""
    finished = store.finished_hosts(record.id)
    for host in store.hosts_of(record.id):
        for seen in host.observations:
            coverage.take(seen)
        for prober in {seen.prober for seen in host.observations if host.address in finished}:
            if plan.asks(prober, "second") and not plan.asks(prober, "first"):
                coverage.ask(host.zone, prober)
    rows = store.coverage(record.id)
    for row in rows:
        for sentence in filter(None, row.not_audible.split("; ")):
            coverage.inaudible(row.prober, sentence)
        for sentence in filter(None, row.remarks.split("; ") if row.prober != "all" else ()):
            coverage.remark(row.prober, sentence)
        if row.convergence_percent is not None:
            coverage.converge(row.prober, row.rounds, row.convergence_percent / 100)
    if record.position and plan.links and not rows:
        coverage.remark("network", "this sweep was killed: what multicast came to is not known")


def devices_at(store: Store, record: SweepRecord, addresses: Iterable[str]) -> list[DeviceRecord]:
    """The devices that the interrupted run found at these addresses."""
    wanted = frozenset(addresses)
    query = DeviceQuery(site=record.site, seen_since=record.started_at.replace(microsecond=0))
    return [
        device
        for device in store.devices(query)
        if any(span.address in wanted for span in device.addresses)
    ]
