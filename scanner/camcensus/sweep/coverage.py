"""What was asked, what answered, what was left out and why, and what cannot be heard from here."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from camcensus.types import Observation, Outcome

_ALIVE = {Outcome.ANSWERED, Outcome.MALFORMED}


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One prober in one zone: counts of addresses, not of packets."""

    zone: str
    prober: str
    asked: int
    answered: int
    silent: int
    excluded: tuple[tuple[str, int], ...] = ()  # reason, count
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Coverage:
    """Counts while the sweep runs; bounded by the addresses that are alive."""

    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered: defaultdict[tuple[str, str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    excluded: defaultdict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    notes: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    links_asked: bool = True  # not so where an interrupted run had asked them already
    heard_by_multicast: set[str] = field(default_factory=set)
    heard_by_unicast: set[str] = field(default_factory=set)  # on the link, ws-discovery

    def ask(self, zone: str, prober: str) -> None:
        """One address of the zone was asked by this prober."""
        self.asked[zone, prober] += 1

    def take(self, seen: Observation) -> None:
        """Count one observation."""
        self.outcomes[seen.outcome] += 1
        place = (seen.zone, seen.prober)
        if seen.outcome in _ALIVE:
            self.answered[place].add(seen.address)
        elif seen.outcome is Outcome.EXCLUDED:
            self.excluded[place][seen.note] += 1

    def remark(self, prober: str, sentence: str) -> None:
        """A sentence for the person who reads the coverage; equal ones are counted."""
        notes = self.notes[prober]
        if sentence in notes or len(notes) < 64:
            notes[sentence] += 1

    def rows(self) -> tuple[CoverageRow, ...]:
        """The counts, sorted by zone and prober."""
        places = {*self.asked, *self.answered, *self.excluded}
        places |= {("", prober) for prober in self.notes if not any(p == prober for _, p in places)}
        return tuple(self._row(zone, prober) for zone, prober in sorted(places))

    def _row(self, zone: str, prober: str) -> CoverageRow:
        answered = len(self.answered[zone, prober])
        asked = max(self.asked[zone, prober], answered)
        return CoverageRow(
            zone=zone,
            prober=prober,
            asked=asked,
            answered=answered,
            silent=asked - answered,
            excluded=tuple(sorted(self.excluded[zone, prober].items())),
            notes=tuple(
                text if count == 1 else f"{text} ({count} times)"
                for text, count in sorted(self.notes[prober].items())
            ),
        )

    def deafness(self) -> str | None:
        """What this machine itself seems unable to hear, in one sentence; `None` if nothing."""
        unicast = len(self.heard_by_unicast)
        if unicast and self.links_asked and not self.heard_by_multicast:
            return (
                f"unicast found {unicast} on this link, multicast none: this host's firewall "
                "drops answers to multicast, or the switch keeps multicast away from this port"
            )
        return None
