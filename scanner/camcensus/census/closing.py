"""What a sweep came to, in words: what could not be seen and why, network by network."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from camcensus.scope import NOBODYS, Area, Exclusion, Plan
from camcensus.sweep import Coverage, CoverageRow

_MOST_LINES = 12
_NOTABLE = 8  # targets from which on a network without any answer is worth a word
_MACHINE = "network"  # what concerns the whole machine is told as a warning


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something could not be seen, or is worth a word.

    `probers` are those whom it concerns; empty where it concerns all that ask by multicast.
    """

    why: str
    probers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """The coverage as a person reads it: each reason once; the counts come last."""

    unseen: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    networks: tuple[str, ...]
    left_out: tuple[tuple[str, int], ...]  # why, how many addresses
    rows: tuple[CoverageRow, ...]


def ending_of(plan: Plan, coverage: Coverage, *, complete: bool) -> Ending:
    """The end of a sweep, from the same counts as the stored coverage."""
    rows = tuple(row for row in coverage.rows() if row.prober != _MACHINE)
    links = tuple(f"{link.interface.name}: " for link in plan.links)
    said = ((row.prober, note) for row in rows for note in row.notes if not note.startswith(links))
    return Ending(
        unseen=(
            *(Reason(why, ()) for why in _reach(plan, plan.areas)),
            *_grouped(_unseen(rows)),
        ),
        notes=_grouped(said),
        networks=_networks(plan.areas, coverage, complete=complete),
        left_out=tuple(_briefly(reasons(plan.exclusions))),
        rows=tuple(row for row in rows if row.asked or row.spared or row.excluded),
    )


def reasons(exclusions: Iterable[Exclusion]) -> tuple[tuple[str, int], ...]:
    """Why addresses were left out, with counts, most first; the networks are in the plan."""
    counts: Counter[str] = Counter()
    for one in exclusions:
        counts[f"{one.reason} [{one.source}]"] += one.count
    return tuple(counts.most_common(20))


def _briefly(counts: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """The same for people: addresses that are nobody's are one line, after the others."""
    nobodys = 0
    for why, count in counts:
        if why.startswith(NOBODYS):
            nobodys += count
        else:
            yield why, count
    if nobodys:
        yield "network and broadcast addresses", nobodys


def _unseen(rows: tuple[CoverageRow, ...]) -> Iterator[tuple[str, str]]:
    """Each prober with each reason why some answers could not come."""
    for row in rows:
        yield from ((row.prober, why) for why in row.not_audible)
        for why, count in row.excluded:
            yield row.prober, f"{_addresses(count)} left out: {why}"
        if row.sated:
            yield row.prober, f"{_addresses(row.sated)} had as many questions as the pace allows"


def _addresses(count: int) -> str:
    return f"{count:,} {'address' if count == 1 else 'addresses'}"


def _grouped(pairs: Iterable[tuple[str, str]]) -> tuple[Reason, ...]:
    """Each sentence once, with all whom it concerns, in the order of the first."""
    whom: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for prober, why in pairs:
        whom[why][prober] = None
    return tuple(Reason(why, tuple(probers)) for why, probers in whom.items())


def closing_words(plan: Plan, coverage: Coverage, *, complete: bool) -> tuple[str, ...]:
    """Sentences for the end of a sweep; of networks with most to say first."""
    areas = plan.areas
    return (*_reach(plan, areas), *_networks(areas, coverage, complete=complete))


def _reach(plan: Plan, areas: tuple[Area, ...]) -> tuple[str, ...]:
    """Where multicast went, and for whom that matters."""
    links = plan.links
    beyond = [area for area in areas if not any(area.touches(one.interface) for one in links)]
    if not beyond:
        return ()
    others = _some([area.name for area in beyond])
    if not links:
        return (f"multicast reached nothing: in {others} only what answers to unicast was heard",)
    near = [area.name for area in areas if area not in beyond]
    reached = near or [one.interface.name for one in links]
    sentence = (
        f"multicast reached {_some(reached)} only: in {others} what answers to multicast alone "
        "stays unseen: sweep from a machine there, or name the interface with -e"
    )
    return (sentence,)


def _networks(areas: tuple[Area, ...], coverage: Coverage, *, complete: bool) -> tuple[str, ...]:
    """Networks without any answer first: they are what somebody must look at."""
    answered: set[str] = set().union(*coverage.answered.values())
    alive = answered.union(*coverage.reached.values())
    counts = [
        (area, sum(one in area for one in alive), sum(one in area for one in answered))
        for area in areas
    ]
    asked = "asked" if complete else "to ask"
    silent = [area for area, live, _ in counts if not live]
    lines = [_silence(silent, complete=complete)] if silent else []
    lines += [
        f"{area.name}: {area.targets:,} {asked}, {live:,} alive, {spoke:,} answered a question"
        for area, live, spoke in sorted(counts, key=lambda one: -one[1])
        if live
    ]
    left = len(lines) - _MOST_LINES
    return (*lines[:_MOST_LINES], *([f"and {left} more networks with answers"] if left > 0 else []))


def _silence(silent: list[Area], *, complete: bool) -> str:
    """What to say of networks in which nobody said anything."""
    targets = sum(area.targets for area in silent)
    names = _some([area.name for area in silent])
    if not complete:
        return f"{names}: 0 answers so far"
    if targets < _NOTABLE:
        return f"{names}: {targets:,} asked, 0 answers"
    return f"{names}: {targets:,} asked, 0 answers: check the firewall and the route to there"


def _some(names: list[str]) -> str:
    """The first few of many names."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
