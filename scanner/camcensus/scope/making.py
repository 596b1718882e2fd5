"""From a request to its plan."""

from dataclasses import replace
from hashlib import sha256

from camcensus.errors import ScopeError
from camcensus.scope.addresses import LOOPBACK
from camcensus.scope.content import PlanContent
from camcensus.scope.grammar import read_ranges
from camcensus.scope.links import choose_links, prefix_of
from camcensus.scope.plan import Plan
from camcensus.scope.ports import Denials, read_ports
from camcensus.scope.ranges import RangeSet
from camcensus.scope.selection import select
from camcensus.scope.sources import Resolve
from camcensus.scope.stored import write_content
from camcensus.scope.words import DeniedPorts, Exclusion, PlannedLink, PlannedProber, ScopeRequest
from camcensus.types import Interface, PaceLimits


def make_plan(
    request: ScopeRequest,
    *,
    interfaces: tuple[Interface, ...],
    probers: tuple[PlannedProber, ...],
    pace: PaceLimits,
    denied: tuple[DeniedPorts, ...],
    key: int | None = None,
    resolve: Resolve | None = None,
) -> Plan:
    """The plan for a request, or `ScopeError`: one line that says what is wrong and where.

    Without a key the order follows from the plan itself: the same scope on the same machine
    gives the same plan and hash.
    """
    if request.limit is not None and request.limit < 1:
        raise ScopeError(f"--limit {request.limit}: a pilot asks at least one target")
    denials = Denials(denied)
    ports = read_ports(request.ports, probers, denials)
    selection = select(request, interfaces, resolve)
    targets = RangeSet.of((part.first, part.last) for part in selection.parts)
    links, left_out = choose_links(
        interfaces,
        named=request.interfaces,
        targets=targets,
        zones=selection.zones,
        probers=probers,
        pilot=request.limit is not None,
    )
    near = RangeSet.of(pair for it in interfaces for pair in prefix_of(it)).minus(LOOPBACK)
    content = PlanContent(
        site=selection.site,
        key=key or 0,
        limit=request.limit,
        allow_public=request.allow_public,
        requested=selection.requested,
        on_link=targets.meet(near).size,
        parts=selection.parts,
        zones=selection.planned_zones,
        exclusions=selection.exclusions,
        links=links,
        links_left_out=left_out,
        ports=tuple(sorted(ports.items())),
        probers=probers,
        pace=pace,
        notes=selection.notes + _heard_beyond(links, selection.exclusions),
    )
    if key is None:
        content = replace(
            content, key=int(sha256(write_content(content).encode()).hexdigest()[:16], 16)
        )
    return Plan(content, denied)


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
