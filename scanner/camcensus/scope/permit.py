"""The permit that `net` asks before every send. What it does not know, it refuses."""

from camcensus.scope.addresses import never_because, position
from camcensus.scope.order import Order
from camcensus.scope.parts import Part, Parts
from camcensus.scope.ports import Denials
from camcensus.scope.ranges import RangeSet
from camcensus.scope.words import Exclusion, PlannedLink, PlannedZone, Policy
from camcensus.types import Interface, Transport


class ScopePermit:
    """Allows what the plan allows: its targets, by their zone's policy, at ports not denied."""

    __slots__ = (
        "_denials",
        "_exclusions",
        "_limit",
        "_links",
        "_order",
        "_parts",
        "_udp_only",
        "_zones",
    )

    def __init__(
        self,
        parts: Parts,
        zones: tuple[PlannedZone, ...],
        exclusions: tuple[tuple[RangeSet, Exclusion], ...],
        links: tuple[PlannedLink, ...],
        denials: Denials,
        pilot: tuple[Order, int] | None,
    ) -> None:
        self._parts = parts
        self._zones = zones
        self._udp_only = [zone.policy is not Policy.PROBE for zone in zones] + [False]
        self._exclusions = exclusions
        self._links = frozenset(
            (link.interface.name, link.interface.address, position(group))
            for link in links
            for group in link.groups
        )
        self._denials = denials
        self._order = pilot[0] if pilot else None
        self._limit = pilot[1] if pilot else 0

    def find(self, address: str) -> tuple[int, Part] | None:
        """The position and part of a target, `None` if the plan does not allow the address."""
        place = position(address)
        part = None if place is None else self._parts.find(place)
        if place is None or part is None:
            return None
        if self._order and self._order.backward(self._parts.rank(place)) >= self._limit:
            return None
        return place, part

    def refusal(self, address: str, transport: Transport, port: int) -> str | None:
        """Why this must not be sent, `None` if it may be."""
        found = self.find(address)
        if found is None:
            return f"{address}: {self._because(address)}"
        zone = found[1].zone
        if self._udp_only[zone] and transport is Transport.TCP:
            return f"{address}: zone {self._zones[zone].name} is {self._zones[zone].policy}"
        return self._denials.refusal(transport, port)

    def link_refusal(self, interface: Interface, group: str) -> str | None:
        """Why this group must not be asked on this interface, `None` if the plan lists it."""
        if (interface.name, interface.address, position(group)) in self._links:
            return None
        return f"{group}: the plan sends no such multicast by {interface.name}"

    def _because(self, address: str) -> str:
        place = position(address)
        if place is None:
            return "not an IP address"
        if why := never_because(place):
            return f"never sent to: {why}"
        for ranges, exclusion in self._exclusions:
            if place in ranges:
                return f"excluded: {exclusion.reason} ({exclusion.source})"
        if self._parts.find(place) is not None:
            return f"not one of the {self._limit} targets of this pilot"
        return "not a target of this plan"
