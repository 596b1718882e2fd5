"""From a request to its plan."""

from dataclasses import replace
from hashlib import sha256

from camcensus.errors import ScopeError
from camcensus.scope.addresses import range_text
from camcensus.scope.content import PlanContent
from camcensus.scope.grammar import read_ranges
from camcensus.scope.links import choose_links, prefix_of
from camcensus.scope.plan import Plan
from camcensus.scope.ports import Denials, read_ports
from camcensus.scope.ranges import RangeSet
from camcensus.scope.selection import Selection, select
from camcensus.scope.sources import Resolve
from camcensus.scope.stored import write_content
from camcensus.scope.words import (
    UNSTATED,
    Asker,
    DeniedPorts,
    Exclusion,
    PlannedLink,
    PlannedProber,
    Reach,
    ScopeRequest,
)
from camcensus.types import Interface, PaceLimits

REASONABLE_S = 1800.0
"""How much longer a sweep may take so that makers' own questions go to every address."""
_PILOT = (
    "a pilot: its targets are asked a second time ten minutes later (--again-after), to see that "
    "every device still answers; the figures are of one time"
)


def make_plan(
    request: ScopeRequest,
    *,
    interfaces: tuple[Interface, ...],
    probers: tuple[PlannedProber, ...],
    pace: PaceLimits,
    denied: tuple[DeniedPorts, ...],
    asker: Asker = UNSTATED,
    key: int | None = None,
    resolve: Resolve | None = None,
) -> Plan:
    """The plan for a request, or `ScopeError`: one line that says what is wrong and where.

    Without a key the order follows from the plan itself: the same scope on the same machine
    gives the same plan and hash.
    """
    if request.limit is not None and request.limit < 1:
        raise ScopeError(f"--limit {request.limit}: a pilot asks at least one target")
    ports = read_ports(request.ports, probers, Denials(denied))
    selection = select(request, interfaces, resolve)
    content = _content(request, selection, interfaces, probers, pace)
    content = replace(content, ports=tuple(sorted(ports.items())), key=key or 0, asker=asker)
    content = _within_reason(content, denied)
    if key is None:
        digest = sha256(write_content(content).encode()).hexdigest()
        content = replace(content, key=int(digest[:16], 16))
    return Plan(content, denied)


def _content(
    request: ScopeRequest,
    selection: Selection,
    interfaces: tuple[Interface, ...],
    probers: tuple[PlannedProber, ...],
    pace: PaceLimits,
) -> PlanContent:
    targets = RangeSet.of((part.first, part.last) for part in selection.parts)
    links, left_out = choose_links(
        interfaces,
        named=request.interfaces,
        targets=targets,
        zones=selection.zones,
        probers=probers,
        pilot=request.limit is not None,
    )
    own = RangeSet.of(pair for interface in interfaces for pair in prefix_of(interface))
    return PlanContent(
        site=selection.site,
        key=0,
        limit=request.limit,
        allow_public=request.allow_public,
        requested=selection.requested,
        own_networks=tuple(range_text(*pair) for pair in own),
        parts=selection.parts,
        zones=selection.planned_zones,
        exclusions=selection.exclusions,
        links=links,
        links_left_out=left_out,
        ports=(),
        probers=probers,
        pace=pace,
        thorough=request.thorough,
        notes=(
            *selection.notes,
            *_heard_beyond(links, selection.exclusions),
            *([_PILOT] if request.limit is not None else []),
        ),
        asker=UNSTATED,
    )


def _within_reason(content: PlanContent, denied: tuple[DeniedPorts, ...]) -> PlanContent:
    """Each prober that may ask all or only the living, with the one pass that time allows.

    The first in the table have the first call on the time; what does not fit asks the living.
    """

    def seconds(probers: tuple[PlannedProber, ...]) -> float:
        return Plan(replace(content, probers=probers), denied).estimate.seconds

    chosen = tuple(row for row in content.probers if row.reach is Reach.ALL)
    start = seconds(chosen)
    asks_all: set[str] = set()
    notes: list[str] = []
    for row in content.probers:
        if row.reach is not Reach.AFFORDABLE or row.stage != "first":
            continue
        trial = tuple(x for x in content.probers if x in chosen or x is row)
        longer = seconds(trial) - start
        if longer <= REASONABLE_S:
            chosen = trial
            asks_all.add(row.name)
        else:
            notes.append(
                f"{row.name} is asked only of addresses that show life: "
                f"to ask all would take {longer / 60:.0f} minutes more"
            )
    probers = tuple(
        row
        for row in content.probers
        if row.reach is Reach.ALL or (row.stage == "first") == (row.name in asks_all)
    )
    return replace(content, probers=probers, notes=(*content.notes, *notes))


def _heard_beyond(
    links: tuple[PlannedLink, ...], exclusions: tuple[Exclusion, ...]
) -> tuple[str, ...]:
    """Multicast has no exclusions: whoever excluded a device should read that it will hear."""
    typed = [read_ranges(row.network) for row in exclusions if row.source.startswith("--exclude")]
    return tuple(
        f"multicast by {link.interface.name} is heard by every device of that link, "
        "those excluded too; leave the interface out with a do-not-probe zone"
        for link in links
        if any(ranges.meet(prefix_of(link.interface)) for ranges in typed)
    )
