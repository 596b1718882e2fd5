"""The plan: which targets, asked how, at what cost; shown before anything is sent."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Self

from netaddr import iprange_to_cidrs

from camcensus.errors import SafetyError, ScopeError
from camcensus.scope.addresses import (
    LOOPBACK,
    MULTICAST,
    embedded,
    position,
    range_text,
    text_of,
)
from camcensus.scope.areas import Area, areas_of
from camcensus.scope.content import PlanContent
from camcensus.scope.estimate import Estimate, Load, estimate
from camcensus.scope.grammar import read_ranges
from camcensus.scope.links import prefix_of
from camcensus.scope.order import Order
from camcensus.scope.parts import Parts
from camcensus.scope.permit import ScopePermit
from camcensus.scope.ports import Denials, check_ports
from camcensus.scope.ranges import Pair, RangeSet
from camcensus.scope.stored import read_content, write_content
from camcensus.scope.words import (
    UNSTATED,
    Asker,
    DeniedPorts,
    Exclusion,
    LinkLeftOut,
    PlannedLink,
    PlannedProber,
    PlannedZone,
    Policy,
    Stage,
)
from camcensus.types import Interface, PaceLimits, Permit, Target

_ASKER = {
    "program": "program",
    "rules": "the rules of what may be sent: SHA-256",
    "contact": "contact",
    "source_port": "source port",
    "login": "the owner's ONVIF login",
}


class Plan:
    """A plan, made by `make_plan` or read back from its text."""

    def __init__(self, content: PlanContent, denied: tuple[DeniedPorts, ...]) -> None:
        self.content = content
        self._parts = Parts(content.parts)
        denials = Denials(denied)
        check_ports(content.probers, dict(content.ports), denials)
        _check_groups(content)
        self._own_networks = RangeSet.of(_pairs(content.own_networks)).minus(LOOPBACK)
        self._order = Order(self._parts.size, content.key)
        self.size = min(self._parts.size, content.limit or self._parts.size)
        pilot = None if content.limit is None else (self._order, self.size)
        reasons = tuple((embedded(read_ranges(row.network)), row) for row in content.exclusions)
        self._permit = ScopePermit(
            self._parts, content.zones, reasons, content.links, denials, pilot
        )

    @classmethod
    def from_text(
        cls,
        text: str,
        *,
        denied: tuple[DeniedPorts, ...],
        source: str = "the plan",
        unsealed: bool = False,
    ) -> Self:
        """A plan from its text. What may never be sent to is asked of today's lists, not of it.

        `unsealed` also reads what older programs stored of sweeps that were interrupted.
        """
        content = read_content(text, source, unsealed=unsealed)
        try:
            return cls(content, denied)
        except (SafetyError, ScopeError) as error:
            raise ScopeError(f"{source}: {error}") from None

    def to_text(self) -> str:
        """The canonical text, for `from_text`."""
        return write_content(self.content)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical text, in hexadecimal."""
        return sha256(self.to_text().encode()).hexdigest()

    @property
    def site(self) -> str:
        """The site whose networks these are."""
        return self.content.site

    @property
    def key(self) -> int:
        """The key of the order."""
        return self.content.key

    @property
    def permit(self) -> Permit:
        """What `net` asks before each send to one address."""
        return self._permit

    @property
    def networks(self) -> tuple[str, ...]:
        """The blocks of addresses that the plan may ask, exclusions taken out."""
        return tuple(
            str(network)
            for part in self.content.parts
            for network in iprange_to_cidrs(text_of(part.first), text_of(part.last))
        )

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """What was left out of what was asked for, and why."""
        return self.content.exclusions

    @property
    def links(self) -> tuple[PlannedLink, ...]:
        """The interfaces that multicast leaves by, with its groups."""
        return self.content.links

    @property
    def links_left_out(self) -> tuple[LinkLeftOut, ...]:
        """The interfaces that no multicast leaves by, and why."""
        return self.content.links_left_out

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """Its networks under the names that people use."""
        return areas_of(self.content)

    @property
    def ports(self) -> Mapping[str, tuple[int, ...]]:
        """The ports the user named, by prober."""
        return MappingProxyType(dict(self.content.ports))

    @property
    def notes(self) -> tuple[str, ...]:
        """Where a word was read as another than typed, and what names were resolved to."""
        return self.content.notes

    def asks(self, prober: str, stage: Stage) -> bool:
        """Whether this prober has such a pass in the plan."""
        return any(row.name == prober and row.stage == stage for row in self.content.probers)

    def targets(self, start: int = 0) -> Iterator[tuple[int, Target]]:
        """Each target once, in the plan's order, with its place in it; from place `start` on."""
        at, forward, site = self._parts.at, self._order.forward, self.site
        names = [zone.name for zone in self.content.zones] + [""]
        for index in range(start, self.size):
            place, part = at(forward(index))
            yield index, Target(text_of(place), site, names[part.zone])

    def contains(self, address: str) -> Target | None:
        """The target with this address, `None` if it is none."""
        found = self._permit.find(address)
        if found is None:
            return None
        zone = self._zone(found[1].zone)
        return Target(text_of(found[0]), self.site, zone.name if zone else "")

    def zone_of(self, address: str) -> PlannedZone | None:
        """The zone of a target, `None` where no zone names it or it is no target."""
        found = self._permit.find(address)
        return None if found is None else self._zone(found[1].zone)

    def tcp_everywhere(self, target: Target) -> bool:
        """Whether TCP may go to this target although it showed no sign of life."""
        found = self._permit.find(target.address)
        return found is not None and found[1].tcp_for_all

    def on_link(self, address: str) -> bool:
        """Whether the address lies in a network of this machine's own interfaces."""
        place = position(address)
        return place is not None and place in self._own_networks

    def on_link_targets(self) -> Iterator[Target]:
        """The targets in networks of this machine's own interfaces, in order of address."""
        for first, last in self._parts.ranges().meet(self._own_networks):
            for place in range(first, last + 1):
                if (target := self.contains(text_of(place))) is not None:
                    yield target

    def _zone(self, number: int) -> PlannedZone | None:
        return self.content.zones[number] if number >= 0 else None

    @cached_property
    def estimate(self) -> Estimate:
        """Frames and time."""
        rows = self.content.probers
        if self.content.thorough:
            rows = tuple(replace(row, cost=replace(row.cost, usual_share=1.0)) for row in rows)
        return estimate(self._load(), rows, self.ports, self.content.pace)

    def _load(self) -> Load:
        def share(count: int) -> int:
            return -(-count * self.size // self._parts.size)

        udp_only = tcp_for_all = 0
        for part in self.content.parts:
            zone = self._zone(part.zone)
            count = part.last - part.first + 1
            if zone and zone.policy is Policy.UDP_ONLY:
                udp_only += count
            elif part.tcp_for_all:
                tcp_for_all += count
        return Load(
            targets=self.size,
            on_link=share(self._parts.ranges().meet(self._own_networks).size),
            udp_only=share(udp_only),
            tcp_for_all=share(tcp_for_all),
            busiest_256=share(max(self._parts.by_256())),
            links=tuple(
                (prober.name, sum(len({*link.groups} & {*prober.groups}) for link in self.links))
                for prober in self.content.probers
                if prober.stage == "link"
            ),
        )

    def differences(
        self,
        *,
        interfaces: tuple[Interface, ...],
        probers: tuple[PlannedProber, ...],
        pace: PaceLimits,
        asker: Asker = UNSTATED,
    ) -> tuple[str, ...]:
        """What would not be as planned if this plan ran here and now; empty if all is."""
        found = [
            f"interface {link.interface.name} no longer has {link.interface.address}/"
            f"{link.interface.prefix_length} as planned"
            for link in self.links
            if link.interface not in interfaces
        ]
        found += self._moved(interfaces)
        found += [
            f"{_ASKER[row.name]} {getattr(asker, row.name)!a} is not "
            f"{getattr(self.content.asker, row.name)!a} as planned"
            for row in fields(Asker)
            if getattr(asker, row.name) != getattr(self.content.asker, row.name)
        ]
        planned = self.content.probers
        gone = (it for it in planned if it not in probers)
        names = {it.name for it in planned}
        # of a prober that may ask all or only the living, a plan keeps one row: that is no news
        new = (it for it in probers if it not in planned and not (it.name in names and it.optional))
        found += [f"prober {it.name} ({it.stage}) is not here as planned" for it in gone]
        found += [f"prober {it.name} ({it.stage}) is not in the plan" for it in new]
        if pace.name != self.content.pace.name:
            found.append(f"pace {pace.name} is not pace {self.content.pace.name} as planned")
        elif pace != self.content.pace:
            found += [
                f"{row.name} of pace {pace.name} is {getattr(pace, row.name):g}, not "
                f"{getattr(self.content.pace, row.name):g} as planned"
                for row in fields(PaceLimits)
                if getattr(pace, row.name) != getattr(self.content.pace, row.name)
            ]
        return tuple(found)

    def _moved(self, interfaces: tuple[Interface, ...]) -> Iterator[str]:
        """Targets that are neighbours of this machine now and were not, or the other way round."""
        targets = self._parts.ranges()
        here = RangeSet.of(pair for one in interfaces for pair in prefix_of(one)).minus(LOOPBACK)
        then, now = (ranges.meet(targets) for ranges in (self._own_networks, here))
        for first, last in now.minus(then):
            yield f"{range_text(first, last)} is on a link of this machine, and was not as planned"
        for first, last in then.minus(now):
            yield f"{range_text(first, last)} is on no link of this machine, and was as planned"


def _pairs(networks: tuple[str, ...]) -> Iterator[Pair]:
    for network in networks:
        yield from read_ranges(network)


def _check_groups(content: PlanContent) -> None:
    groups = {group for link in content.links for group in link.groups}
    groups.update(group for prober in content.probers for group in prober.groups)
    for group in groups:
        place = position(group)
        if place is None or place not in MULTICAST:
            raise SafetyError(f"{group!a} is no multicast group: the plan must not send to it")
