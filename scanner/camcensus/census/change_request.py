"""A plan as a change request: all that somebody who approves it must know, as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from camcensus.census.messages import Said
from camcensus.census.prepare import Prepared, user_agent
from camcensus.net.outage import PATIENCE_S
from camcensus.probers.samples import Part
from camcensus.scope import (
    NOBODYS,
    DeniedPorts,
    Estimate,
    Exclusion,
    LinkLeftOut,
    PlannedLink,
    PlannedProber,
    PlannedZone,
    Policy,
)
from camcensus.sweep.quiet import HOSTS, IN_A_ROW, WITHIN_S
from camcensus.types import PaceLimits, Transport

_ASKED = {"link": "own links", "first": "all", "second": "live"}


@dataclass(frozen=True, slots=True)
class Network:
    """A range of targets that are treated alike."""

    range: str
    targets: int
    zone: PlannedZone | None
    tcp_for_all: bool

    @property
    def contact(self) -> str:
        """What its addresses get, in words."""
        if self.zone is not None and self.zone.policy is Policy.UDP_ONLY:
            return "datagrams only"
        return "datagrams and TCP" if self.tcp_for_all else "datagrams; TCP where it shows life"


@dataclass(frozen=True, slots=True)
class Question:
    """One row of what is asked: by which protocol, whom, where, and what that comes to."""

    protocol: str
    prober: str
    whom: str
    where: str
    frames_to_one: int
    requests: int
    frames: int


@dataclass(frozen=True, slots=True)
class NeverTouched:
    """Ports that no flag opens, with the one reason for all of them."""

    transport: Transport
    ports: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """Devices that are left alone by their MAC."""

    what: str
    why: str
    owners: int


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What the page and the announcement say; every figure is the plan's or the program's own."""

    hash: str
    site: str
    change: str
    made_at: datetime
    program: str
    catalogue: str
    contact: str
    user_agent: str
    source_port: int
    reply_ports: tuple[tuple[str, int], ...]  # protocol, the port of ours that it answers to
    own_addresses: tuple[str, ...]
    sends_frames: bool
    size: int
    pilot: int | None
    of: int  # targets before the pilot was drawn
    public: bool
    networks: tuple[Network, ...]
    exclusions: tuple[Exclusion, ...]
    links: tuple[PlannedLink, ...]
    links_left_out: tuple[LinkLeftOut, ...]
    questions: tuple[Question, ...]
    left_out: tuple[tuple[str, str], ...]
    ports: tuple[tuple[str, tuple[int, ...]], ...]  # that the user named
    said: tuple[Said, ...]
    greeting: tuple[Part, ...]  # TLS
    never: tuple[NeverTouched, ...]
    withheld: tuple[Withheld, ...]
    pace: PaceLimits
    estimate: Estimate
    thorough: bool
    login: str
    stops: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def zones(self) -> tuple[tuple[PlannedZone, int], ...]:
        """Each zone with its targets."""
        counts: dict[PlannedZone, int] = {}
        for row in self.networks:
            if row.zone is not None:
                counts[row.zone] = counts.get(row.zone, 0) + row.targets
        return tuple(counts.items())

    @property
    def uses_tls(self) -> bool:
        """Whether any of it may go over TLS."""
        return any(row.where.startswith("tcp") for row in self.questions)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the plan does not hold and the page says: by whom, when and where it was made."""

    made_at: datetime
    catalogue: str
    sends_frames: bool
    change: str = ""


def change_request(
    prepared: Prepared,
    said: tuple[Said, ...],
    greeting: tuple[Part, ...],
    circumstances: Circumstances,
) -> ChangeRequest:
    """The request for this plan. Pure: everything is in its arguments."""
    plan, order = prepared.plan, prepared.order
    content = plan.content
    return ChangeRequest(
        hash=plan.hash,
        site=plan.site,
        change=circumstances.change,
        made_at=circumstances.made_at,
        program=content.asker.program,
        catalogue=circumstances.catalogue,
        contact=content.asker.contact,
        user_agent=user_agent(order.contact),
        source_port=content.asker.source_port,
        reply_ports=_reply_ports(said),
        own_addresses=_own_addresses(prepared),
        sends_frames=circumstances.sends_frames,
        size=plan.size,
        pilot=content.limit,
        of=sum(part.last - part.first + 1 for part in content.parts),
        public=content.allow_public,
        networks=tuple(_networks(prepared)),
        exclusions=_exclusions(plan.exclusions),
        links=plan.links,
        links_left_out=plan.links_left_out,
        questions=tuple(_questions(prepared, said)),
        left_out=prepared.left_out,
        ports=content.ports,
        said=said,
        greeting=greeting,
        never=_never(prepared.safety.denied),
        withheld=tuple(
            Withheld(row.what, row.why, len(row.owners)) for row in prepared.safety.withheld
        ),
        pace=content.pace,
        estimate=plan.estimate,
        thorough=content.thorough,
        login=content.asker.login,
        stops=_stops(),
        notes=plan.notes,
    )


def whom(row: PlannedProber) -> str:
    """Whom a prober asks: a maker's own question goes to few of the live."""
    if row.transport is Transport.LINK:
        return _ASKED["link"]
    few = row.stage == "second" and row.cost.usual_share < 1
    return "some live" if few else _ASKED[row.stage]


def where(row: PlannedProber) -> str:
    """The transport and ports that a prober asks at."""
    if row.transport is Transport.LINK:
        return "frames, no port"
    named = ", ".join(map(str, row.ports)) or "the port it names"
    return f"{row.transport} {named}"


def _own_addresses(prepared: Prepared) -> tuple[str, ...]:
    """From where the questions may come: this machine's addresses, of the targets' families."""
    versions = {":" in part.text for part in prepared.plan.content.parts}
    return tuple(
        f"{one.address} ({one.name})"
        for one in prepared.interfaces
        if (":" in one.address) in versions
        and not one.address.startswith(("127.", "fe80:"))
        and one.address != "::1"
    )


def _questions(prepared: Prepared, said: tuple[Said, ...]) -> Iterable[Question]:
    titles = {one.protocol.prober: one.protocol.title for one in said}
    plan = prepared.plan
    for row, expected in zip(plan.content.probers, plan.estimate.probers, strict=True):
        yield Question(
            protocol=titles.get(row.name, row.name),
            prober=row.name,
            whom=whom(row),
            where=where(row),
            frames_to_one=row.cost.frames,
            requests=row.cost.requests,
            frames=expected.frames,
        )


def _networks(prepared: Prepared) -> Iterable[Network]:
    content = prepared.plan.content
    for part in content.parts:
        zone = content.zones[part.zone] if part.zone >= 0 else None
        yield Network(part.text, part.last - part.first + 1, zone, part.tcp_for_all)


def _exclusions(rows: Iterable[Exclusion]) -> tuple[Exclusion, ...]:
    """Each one; addresses that are nobody's are one row."""
    told = [row for row in rows if not row.reason.startswith(NOBODYS)]
    nobodys = sum(row.count for row in rows if row.reason.startswith(NOBODYS))
    if nobodys:
        why = "network and broadcast addresses: they are no device's"
        told.append(Exclusion("of each known network", why, "camcensus", nobodys))
    return tuple(told)


def _reply_ports(said: Iterable[Said]) -> tuple[tuple[str, int], ...]:
    found = {
        (one.protocol.title, message.source_port)
        for one in said
        for message in one.messages
        if message.source_port
    }
    return tuple(sorted(found))


def _never(denied: Iterable[DeniedPorts]) -> tuple[NeverTouched, ...]:
    """The denied ports, those of one row of `safety.toml` together."""
    grouped: dict[tuple[Transport, str, str], list[str]] = {}
    for row in denied:
        text = f"{row.first}-{row.last}" if row.last > row.first else f"{row.first}"
        grouped.setdefault((row.transport, row.why, row.source), []).append(text)
    return tuple(
        NeverTouched(transport, ", ".join(ports), why, source)
        for (transport, why, source), ports in grouped.items()
    )


def _stops() -> tuple[str, ...]:
    """What ends or pauses a sweep, or spares a device, by itself; the program's own figures."""
    quiet = (
        f"A device that had answered, and then leaves {IN_A_ROW} connections in a row (or the last "
        "one) without any answer, is asked once more what it had answered. If that stays silent "
        "too, it gets nothing more, and the end of the sweep names it and what it was asked last."
    )
    network = (
        f"When {HOSTS} devices of one /24 (IPv6: /64) go quiet in this way within {WITHIN_S:.0f} "
        "seconds, nothing new is begun with any device of that network."
    )
    link = (
        "While a link of this machine is down, nothing is asked; the sweep waits "
        f"{PATIENCE_S:.0f} seconds for it, all outages together, then goes on."
    )
    return (
        quiet,
        network,
        link,
        "When the budget of a device (above) is used up, it gets nothing more.",
        "When results cannot be stored (disk full, database gone), the sweep ends.",
    )
