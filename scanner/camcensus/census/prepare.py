"""From what the user asked for to a plan, before anything is sent."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from camcensus import __version__
from camcensus.errors import UsageError
from camcensus.net import Net, Safety, load_safety
from camcensus.net.interfaces import interfaces
from camcensus.net.names import resolve
from camcensus.probers import snmp
from camcensus.probers.base import Prober
from camcensus.probers.table import PROBERS
from camcensus.scope import Asker, Plan, PlannedProber, Reach, ScopeRequest, make_plan
from camcensus.types import Interface, OwnerLogin, PaceLimits

DEFAULT_SOURCE_PORT = 53702
_GIVE_COMMUNITY = (
    "write it into a file and name that with --snmp-community-file FILE, or set "
    "CAMCENSUS_SNMP_COMMUNITY, or snmp_community in the settings file"
)
_ALIASES = {
    "tls": "http",
    "https": "http",
    "https-cert": "http",
    "rtsps": "rtsp",
    "wsd": "ws-discovery",
}


@dataclass(frozen=True, slots=True)
class Order:
    """What a sweep should be: scope, pace ("" is as planned), probers, and who asks."""

    request: ScopeRequest
    pace: str = "gentle"
    max_rate: float | None = None
    probers: tuple[str, ...] = ()
    contact: str = ""
    source_port: int | None = None
    argv: tuple[str, ...] = ()
    change: str = ""
    community: snmp.Community | None = None
    signatures: Path | None = None  # the user's own folder, over ours
    login: str = "none"  # the owner's ONVIF account: none, https, http (`scope.Asker`)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and everything needed to carry it out; nothing has been sent."""

    order: Order
    plan: Plan
    limits: PaceLimits
    safety: Safety
    probers: tuple[Prober, ...]
    interfaces: tuple[Interface, ...]
    left_out: tuple[tuple[str, str], ...] = ()  # prober that asks nobody, and why
    login: OwnerLogin | None = None

    def net(self) -> Net:
        """The sockets for this plan and no other."""
        return Net(
            self.plan.permit,
            self.safety,
            self.limits,
            user_agent=user_agent(self.order.contact),
            source_port=self.order.source_port or DEFAULT_SOURCE_PORT,
            on_link=self.plan.on_link,
            interfaces=self.interfaces,
        )


def user_agent(contact: str) -> str:
    """How the scanner says who it is, in every HTTP request."""
    said = "".join(char for char in contact if " " <= char <= "~")[:120]
    return f"camcensus/{__version__} (asset inventory{'; ' + said if said else ''})"


def prepare(order: Order) -> Prepared:
    """Plan the sweep; `ScopeError` or `UsageError` says in one line why it cannot be."""
    safety = load_safety()
    limits = pace_limits(safety, order.pace, order.max_rate)
    probers, left_out = _equipped(chosen_probers(order.probers), order)
    here = interfaces()
    plan = make_plan(
        order.request,
        interfaces=here,
        probers=tuple(_planned(probers, lambda _: bool(order.probers))),
        pace=limits,
        denied=safety.denied,
        asker=_asker(order, safety),
        resolve=resolve,
    )
    _must_reach(plan, probers)
    return Prepared(order, plan, limits, safety, probers, here, left_out)


def _asker(order: Order, safety: Safety) -> Asker:
    return Asker(
        program=f"camcensus {__version__}",
        rules=safety.digest,
        contact=order.contact,
        source_port=order.source_port or DEFAULT_SOURCE_PORT,
        login=order.login,
    )


def _equipped(
    probers: tuple[Prober, ...], order: Order
) -> tuple[tuple[Prober, ...], tuple[tuple[str, str], ...]]:
    """SNMP asks with the user's community or not at all; `UsageError` if it was named alone."""
    if order.community is not None:
        bound = snmp.with_community(order.community)
        return tuple(bound if one.name == snmp.NAME else one for one in probers), ()
    rest = tuple(prober for prober in probers if prober.name != snmp.NAME)
    if len(rest) == len(probers):
        return probers, ()
    if snmp.NAME in {name.strip() for name in order.probers}:
        raise UsageError(f"--probers snmp: {snmp.NO_COMMUNITY}; {_GIVE_COMMUNITY}")
    return rest, ((snmp.NAME, snmp.NO_COMMUNITY),)


def _planned(
    probers: Iterable[Prober], named: Callable[[PlannedProber], bool]
) -> Iterator[PlannedProber]:
    """The rows of these probers; one that the user named asks all where time allows it."""
    for prober in probers:
        for row in prober.planned:
            wider = replace(row, reach=Reach.AFFORDABLE)
            yield wider if row.reach is Reach.NAMED and named(wider) else row


def _must_reach(plan: Plan, probers: tuple[Prober, ...]) -> None:
    """Refuse a sweep that would ask nobody: TCP goes to addresses with a sign of life only."""
    everywhere = any(part.tcp_for_all for part in plan.content.parts)
    if everywhere or plan.links or any(plan.asks(prober.name, "first") for prober in probers):
        return
    first = ", ".join(
        prober.name
        for prober in PROBERS
        if any(row.stage == "first" and row.reach is Reach.ALL for row in prober.planned)
    )
    raise UsageError(
        f"--probers {','.join(prober.name for prober in probers)} alone would ask nobody: it is "
        f'sent only to addresses that answered something; add {first}, or a zone with tcp = "all"'
    )


def restore(
    order: Order, plan_text: str, *, source: str = "the stored plan", exact: bool = False
) -> Prepared:
    """The same plan again, from its text; pace, contact and source port where the order has none.

    If it must be `exact`, `UsageError` names what would not be as planned.
    """
    prepared = reread(order, plan_text, source=source, unsealed=not exact)
    if exact and (found := drift(prepared)):
        raise UsageError(
            f"{source} cannot be carried out as it stands: {'; '.join(found)}; "
            "make it again with `camcensus plan`"
        )
    return prepared


def reread(
    order: Order,
    plan_text: str,
    *,
    source: str,
    unsealed: bool = False,
    to_show: bool = False,
) -> Prepared:
    """The plan in a text, whether or not it could be carried out here and now.

    `to_show` needs no SNMP community: no page and no text shows one.
    """
    safety = load_safety()
    plan = Plan.from_text(plan_text, denied=safety.denied, source=source, unsealed=unsealed)
    known = plan.content.asker
    order = replace(
        order,
        contact=order.contact or known.contact,
        source_port=order.source_port or known.source_port or None,
    )
    planned = plan.content.pace
    same_pace = order.pace in {"", planned.name}
    rate = planned.frames_per_s if same_pace and order.max_rate is None else order.max_rate
    limits = pace_limits(safety, order.pace or planned.name, rate)
    rows = [row for row in plan.content.probers if row.name == snmp.NAME]
    if to_show and rows and order.community is None:
        version_1_too = any(row.cost.requests > 1 for row in rows)
        order = replace(order, community=snmp.Community("given later", version_1_too))
    probers, left_out = _as_planned({row.name for row in plan.content.probers}, order, source)
    return Prepared(order, plan, limits, safety, probers, interfaces(), left_out)


def drift(prepared: Prepared) -> tuple[str, ...]:
    """What would not be as planned if the plan were carried out here and now."""
    plan = prepared.plan
    asked = tuple(_planned(prepared.probers, lambda row: row in plan.content.probers))
    return plan.differences(
        interfaces=prepared.interfaces,
        probers=asked,
        pace=prepared.limits,
        asker=_asker(prepared.order, prepared.safety),
    )


def _as_planned(
    names: set[str], order: Order, source: str
) -> tuple[tuple[Prober, ...], tuple[tuple[str, str], ...]]:
    """The probers of a plan, which holds no community: whoever carries it out gives it again."""
    if snmp.NAME in names and order.community is None:
        raise UsageError(f"{source} asks by SNMP: {snmp.NO_COMMUNITY}; {_GIVE_COMMUNITY}")
    everything_else = names == {prober.name for prober in PROBERS if prober.planned}
    why = snmp.NO_COMMUNITY if order.community is None else "not in the plan"
    left_out = ((snmp.NAME, why),) if everything_else else ()
    return _equipped(chosen_probers(names), order)[0], left_out


def pace_limits(safety: Safety, name: str, max_rate: float | None) -> PaceLimits:
    """The limits of a pace, capped by the user's own rate."""
    if name not in safety.paces:
        raise UsageError(f"there is no pace {name!r}; choose one of {', '.join(safety.paces)}")
    limits = safety.paces[name]
    if max_rate is None:
        return limits
    if max_rate <= 0:
        raise UsageError(f"--max-rate {max_rate:g}: give a number of frames a second above 0")
    return replace(limits, frames_per_s=min(limits.frames_per_s, max_rate))


def chosen_probers(names: Iterable[str]) -> tuple[Prober, ...]:
    """The probers of these names, all if none is named."""
    wanted = {_ALIASES.get(name.strip(), name.strip()) for name in names if name.strip()}
    known = {prober.name for prober in PROBERS}
    strange = sorted(wanted - known)
    if strange:
        raise UsageError(
            f"--probers: there is no prober {strange[0]!r}; choose from {', '.join(sorted(known))}"
        )
    return tuple(prober for prober in PROBERS if not wanted or prober.name in wanted)
