"""What was asked, what answered, what was left out and why, and what cannot be heard from here."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from camcensus.types import Observation, Outcome

_ALIVE = {Outcome.ANSWERED, Outcome.MALFORMED}
_NOT_SENT = {Outcome.EXCLUDED, Outcome.LOCAL_SHORTAGE, Outcome.SKIPPED_BUDGET}
_SATED = "they had had as many questions as the pace allows"

Place = tuple[str, str]  # zone, prober


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One prober in one zone: counts of addresses, not of packets.

    `asked` is `answered` plus `silent`. What the scope forbade, and what this machine was too
    short of sockets or neighbours to send, was not asked, and is never called silent. `spared`
    are addresses that there was no need to ask.
    """

    zone: str
    prober: str
    asked: int
    answered: int
    silent: int
    excluded: tuple[tuple[str, int], ...] = ()  # reason, count
    notes: tuple[str, ...] = ()
    not_audible: tuple[str, ...] = ()
    spared: int = 0
    spared_why: tuple[str, ...] = ()
    rounds: int = 0
    convergence: float | None = None
    sated: int = 0  # of the spared: those that had no question left in their budget


@dataclass(slots=True)
class Coverage:
    """Counts while the sweep runs; bounded by the addresses that are alive."""

    asked: Counter[Place] = field(default_factory=Counter)
    answered: defaultdict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    reached: defaultdict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    # of the addresses that the prober came to: those that no question left for, and why
    held_back: defaultdict[Place, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    spared: defaultdict[Place, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sated: defaultdict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    notes: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unheard: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    rounds: Counter[str] = field(default_factory=Counter)
    converged: dict[str, float] = field(default_factory=dict)
    links_asked: bool = False  # not where none is planned, nor where a run before this one asked
    heard_by_multicast: set[str] = field(default_factory=set)
    heard_by_unicast: set[str] = field(default_factory=set)  # on links that were asked

    def ask(self, zone: str, prober: str) -> None:
        """One address of the zone was asked by this prober."""
        self.asked[zone, prober] += 1

    def spare(self, zone: str, prober: str, why: str) -> None:
        """One address of the zone was not asked by this prober: there was no need."""
        self.spared[zone, prober][why] += 1

    def take(self, seen: Observation) -> None:
        """Count one observation."""
        self.outcomes[seen.outcome] += 1
        place = (seen.zone, seen.prober)
        if seen.outcome in _ALIVE:
            self.answered[place].add(seen.address)
        elif seen.outcome not in _NOT_SENT:
            if seen.outcome is not Outcome.UNREACHABLE:  # of these a large link has thousands
                self.reached[place].add(seen.address)
        elif seen.outcome is Outcome.SKIPPED_BUDGET:
            self.sated[place].add(seen.address)
        elif seen.outcome is Outcome.EXCLUDED:
            self.held_back[place][seen.address] = seen.note.removeprefix(f"{seen.address}: ")
        else:
            self.held_back[place].setdefault(seen.address, "")

    def remark(self, prober: str, sentence: str) -> None:
        """A sentence for the person who reads the coverage; equal ones are counted."""
        notes = self.notes[prober]
        if sentence in notes or len(notes) < 64:
            notes[sentence] += 1

    def inaudible(self, prober: str, why: str) -> None:
        """Answers to this prober could not be heard from here, and why."""
        if why not in self.unheard[prober]:
            self.unheard[prober].append(why)

    def converge(self, prober: str, rounds: int, share: float) -> None:
        """A link was asked so often, and the last round found this share known already."""
        self.rounds[prober] = max(self.rounds[prober], rounds)
        self.converged[prober] = min(self.converged.get(prober, 1.0), share)

    def rows(self) -> tuple[CoverageRow, ...]:
        """The counts, sorted by zone and prober."""
        places = {*self.asked, *self.answered, *self.held_back, *self.spared, *self.sated}
        said = {*self.notes, *(prober for prober, why in self.unheard.items() if why)}
        places |= {("", prober) for prober in said if not any(p == prober for _, p in places)}
        return tuple(self._row(place) for place in sorted(places))

    def _row(self, place: Place) -> CoverageRow:
        heard = self.answered[place] | self.reached[place]
        held_back = {one: why for one, why in self.held_back[place].items() if one not in heard}
        excluded = Counter(why for why in held_back.values() if why)
        short = len(held_back) - excluded.total()
        spared = self.spared[place].copy()
        if sated := len(self.sated[place] - heard - held_back.keys()):
            spared[_SATED] += sated
        answered = len(self.answered[place])
        asked = max(self.asked[place] - len(held_back) - sated, answered)
        return CoverageRow(
            zone=place[0],
            prober=place[1],
            asked=asked,
            answered=answered,
            silent=asked - answered,
            excluded=tuple(sorted(excluded.items())),
            notes=self._remarks(place[1]),
            not_audible=(*_short(short), *self.unheard.get(place[1], ())),
            spared=spared.total(),
            spared_why=tuple(f"{why} ({n})" for why, n in sorted(spared.items())),
            rounds=self.rounds[place[1]],
            convergence=self.converged.get(place[1]),
            sated=sated,
        )

    def _remarks(self, prober: str) -> tuple[str, ...]:
        return tuple(
            text if count == 1 else f"{text} ({count} times)"
            for text, count in sorted(self.notes[prober].items())
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


def _short(addresses: int) -> tuple[str, ...]:
    """What to say of addresses that this machine could not ask."""
    if not addresses:
        return ()
    sentence = (
        f"{addresses} addresses were not asked: this machine ran short of sockets, memory or "
        "neighbours"
    )
    return (sentence,)
