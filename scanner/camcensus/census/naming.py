"""Naming again what is stored, with today's catalogue; no packet is sent."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from camcensus.identify import Catalogue
from camcensus.probers import canary, tls
from camcensus.probers.table import PROBERS
from camcensus.store import Change, DeviceChange, Store
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


def believed(observations: Iterable[Observation], catalogue: Catalogue) -> list[Evidence]:
    """What one host said; of two words that contradict, not the one that anybody may have sent."""
    said = [(item, seen.proved) for seen in observations for item in seen.evidence]
    everything = [item for item, _ in said]
    proved = [item for item, sure in said if sure]
    conflicts = catalogue.identify(everything).conflicts if len(proved) < len(said) else ()
    settles = conflicts and len(catalogue.identify(proved).conflicts) < len(conflicts)
    return proved if settles else everything


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
    tell: Callable[[DeviceChange], None],
) -> Renaming:
    """Every stored host of a sweep (of all, the oldest first, if none is named), named again."""
    changes: Counter[Change] = Counter()
    hosts = 0
    for host in store.hosts_of(sweep_id):
        if canary.is_suspect(host.observations):
            continue
        again = (replace(seen, evidence=evidence_again(seen)) for seen in host.observations)
        evidence = believed(again, catalogue)
        change = store.settle(
            host.sweep_id,
            host.site,
            host.zone,
            host.address,
            in_names(catalogue.identify(evidence), catalogue),
            evidence,
            host.observations[-1].seen_at,
        )
        hosts += 1
        changes[change.change] += 1
        if change.change is not Change.SEEN:
            tell(change)
    return Renaming(hosts, changes, catalogue.version)
