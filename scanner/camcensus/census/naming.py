"""Naming again what is stored, with today's catalogue; no packet is sent."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from camcensus.identify import Catalogue
from camcensus.probers import canary, tls
from camcensus.probers.mark import readers_mark
from camcensus.probers.table import PROBERS
from camcensus.store import BulkSettling, Change, DeviceChange, NamedHost, Store, StoredHost
from camcensus.types import Evidence, Identity, Observation, Outcome


@dataclass(frozen=True, slots=True)
class Renaming:
    """What naming again came to."""

    hosts: int
    changes: Counter[Change]
    catalogue: str


def in_names(identity: Identity, catalogue: Catalogue) -> Identity:
    """The same identity in the names that people read instead of the catalogue's words."""
    names = catalogue.names
    return replace(
        identity,
        cpe=next(iter(catalogue.cpe(identity)), None),
        maker=names.get(identity.maker or "", identity.maker),
        brand=names.get(identity.brand or "", identity.brand),
        claims=tuple(
            replace(claim, value=names.get(claim.value, claim.value))
            if claim.attribute in {"maker", "brand"}
            else claim
            for claim in identity.claims
        ),
    )


def named(
    observations: Iterable[Observation], catalogue: Catalogue
) -> tuple[Identity, list[Evidence]]:
    """What one host is, and what it said that counts.

    Of two words that contradict, not the one that anybody may have sent.
    """
    said = [(seen.proved, seen.evidence) for seen in observations if seen.evidence]
    everything = [item for _, items in said for item in items]
    identity = catalogue.identify(everything)
    if not identity.conflicts or all(sure for sure, _ in said):
        return identity, everything
    proved = [item for sure, items in said if sure for item in items]
    surer = catalogue.identify(proved)
    if proved and len(surer.conflicts) < len(identity.conflicts):
        return surer, proved
    return identity, everything


def evidence_again(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence that today's readers find in a stored answer."""
    if observation.outcome not in {Outcome.ANSWERED, Outcome.MALFORMED}:
        return ()
    if observation.prober == tls.NAME:
        return tls.read(observation)
    for prober in PROBERS:
        if prober.name == observation.prober:
            return prober.read(observation)
    return observation.evidence  # imported, or of a prober that is no more


def reidentify(
    store: Store,
    sweep_id: int | None,
    catalogue: Catalogue,
    tell: Callable[[DeviceChange], None] | None = None,
) -> Renaming:
    """Every stored host of a sweep (of all, the oldest first, if none is named), named again."""
    with few_collections():
        return _reidentify(store, sweep_id, catalogue, tell)


@contextmanager
def few_collections() -> Iterator[None]:
    """Lets the garbage collector look seldom, and never at the catalogue.

    Nothing here is garbage that needs it, and it would look at everything young again and again.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _reidentify(
    store: Store,
    sweep_id: int | None,
    catalogue: Catalogue,
    tell: Callable[[DeviceChange], None] | None,
) -> Renaming:
    readers = readers_mark()
    bulk = BulkSettling(catalogue.version)
    changes: Counter[Change] = Counter()
    for one in [sweep_id] if sweep_id is not None else [sweep.id for sweep in store.sweeps()]:
        for hosts in store.hosts_read_by(one, readers):
            read = _read_again(hosts)
            hosts_named = [_named(host, catalogue) for host, _ in read]
            settled = store.settle_many(
                one,
                [host for host in hosts_named if host is not None],
                bulk,
                [newer for _, evidence in read for newer in evidence],
            )
            changes.update(change for _, change in settled)
            if tell is not None:
                _tell(store, settled, tell)
        store.read_by(one, readers)
    return Renaming(changes.total(), changes, catalogue.version)


Reread = list[tuple[int, tuple[Evidence, ...]]]


def _read_again(hosts: Iterable[StoredHost]) -> list[tuple[StoredHost, Reread]]:
    """The hosts as today's readers see them, and what they see other than what is stored.

    A host whose bytes were not loaded is as today's readers saw it already.
    """
    return [_reread(host) for host in hosts]


def _reread(host: StoredHost) -> tuple[StoredHost, Reread]:
    changed: Reread = []
    observations = list(host.observations)
    for number, (row_id, seen) in enumerate(zip(host.ids, host.observations, strict=True)):
        evidence = evidence_again(seen) if seen.raw else seen.evidence
        if evidence != seen.evidence:
            observations[number] = replace(seen, evidence=evidence)
            changed.append((row_id, evidence))
    return replace(host, observations=tuple(observations)), changed


def _named(host: StoredHost, catalogue: Catalogue) -> NamedHost | None:
    """What the host turns out to be; `None` for what only accepts connections."""
    if canary.is_suspect(host.observations):
        return None
    identity, evidence = named(host.observations, catalogue)
    identity = in_names(identity, catalogue)
    last = host.observations[-1].seen_at
    return NamedHost(host.site, host.zone, host.address, last, identity, evidence)


def _tell(
    store: Store,
    settled: Iterable[tuple[int, Change]],
    tell: Callable[[DeviceChange], None],
) -> None:
    news = {device: change for device, change in settled if change is not Change.SEEN}
    records = store.records(list(news))
    for device, change in news.items():
        if device in records:
            tell(DeviceChange(records[device], change))
