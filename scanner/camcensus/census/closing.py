"""What a sweep came to, network by network, in words: what was reached, and what to check."""

from camcensus.scope import Area, Plan
from camcensus.sweep import Coverage

_MOST_LINES = 12
_NOTABLE = 8  # targets from which on a network without any answer is worth a word


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
