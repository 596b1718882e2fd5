"""Which interfaces multicast may leave by: a link nobody planned hears nothing."""

from camcensus.errors import ScopeError
from camcensus.scope.addresses import LINK_LOCAL6, V6, network_range
from camcensus.scope.ranges import RangeSet
from camcensus.scope.words import LinkLeftOut, PlannedLink, PlannedProber
from camcensus.scope.zones import Zone
from camcensus.types import Interface

Choice = tuple[tuple[PlannedLink, ...], tuple[LinkLeftOut, ...]]


def choose_links(
    interfaces: tuple[Interface, ...],
    *,
    named: tuple[str, ...],
    targets: RangeSet,
    zones: tuple[Zone, ...],
    probers: tuple[PlannedProber, ...],
    pilot: bool,
) -> Choice:
    """The links of the plan, and the interfaces left out with the reason."""
    for name in named:
        if name not in {interface.name for interface in interfaces}:
            have = ", ".join(dict.fromkeys(interface.name for interface in interfaces)) or "none"
            raise ScopeError(
                f"interface {name!a}: this machine has no such interface; it has {have}"
            )
    links: list[PlannedLink] = []
    left_out: list[LinkLeftOut] = []
    for interface in interfaces:
        groups = _groups(interface, probers)
        if not groups:
            continue
        beside = [other for other in interfaces if other.name == interface.name]
        if why := _obstacle(interface, beside, zones):
            left_out.append(LinkLeftOut(interface, why))
        elif interface.name in named:
            links.append(PlannedLink(interface, groups, "named with --interface"))
        elif why := _absence(interface, beside, targets, pilot=pilot):
            left_out.append(LinkLeftOut(interface, why))
        else:
            links.append(PlannedLink(interface, groups, "it holds targets of the plan"))
    return tuple(links), tuple(left_out)


def _groups(interface: Interface, probers: tuple[PlannedProber, ...]) -> tuple[str, ...]:
    six = ":" in interface.address
    groups = (group for prober in probers if prober.stage == "link" for group in prober.groups)
    return tuple(dict.fromkeys(group for group in groups if (":" in group) == six))


def _obstacle(interface: Interface, beside: list[Interface], zones: tuple[Zone, ...]) -> str:
    """What no flag overcomes. A link is one: each of its prefixes counts for all of them."""
    if not interface.multicast:
        return "the interface carries no multicast"
    for zone in zones:
        if zone.policy.sends or zone.multicast:
            continue
        if any(zone.covered.meet(prefix_of(other)) for other in beside):
            return f"its network touches zone {zone.name} ({zone.policy})"
    return ""


def _absence(
    interface: Interface, beside: list[Interface], targets: RangeSet, *, pilot: bool
) -> str:
    """Why an interface that was not named stays silent."""
    if interface.bridge:
        return "a bridge for containers or virtual machines; --interface names it if it is meant"
    if pilot:
        return "a pilot asks its own few targets; --interface names a link to ask as a whole"
    # fe80::/64 is on every link, so it tells nothing about which link was meant
    prefixes = (prefix_of(other).minus(LINK_LOCAL6) for other in beside)
    return "" if any(targets.meet(prefix) for prefix in prefixes) else "no target is in its network"


def prefix_of(interface: Interface) -> RangeSet:
    """The network an interface address stands in."""
    return RangeSet.of([network_range(interface.address, interface.prefix_length)])


def edges(first: int, last: int) -> tuple[tuple[int, str], ...]:
    """The network and broadcast addresses of an IPv4 network of four addresses or more."""
    size = last - first + 1
    if last >= V6 or size < 4 or size & (size - 1) or first % size:
        return ()
    return (first, "network"), (last, "broadcast")
