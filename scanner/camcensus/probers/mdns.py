"""Multicast DNS service discovery: UDP 5353, group 224.0.0.251 (RFC 6762, RFC 6763)."""

import ipaddress
import re
from collections import Counter
from functools import partial

from camcensus.net import Reply
from camcensus.probers.base import Asking, Host, Prober
from camcensus.probers.evidence import mdns_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.scope import PlannedProber
from camcensus.types import (
    Evidence,
    Interface,
    Observation,
    Outcome,
    ProberCost,
    Request,
    Target,
    Transport,
)
from camcensus.wire import MalformedError
from camcensus.wire.mdns import Message, build_query, parse

NAME = "mdns"
PORT = 5353
GROUP = "224.0.0.251"
ENUMERATION = "_services._dns-sd._udp.local."
SERVICES = (
    "_axis-video._tcp.local.",
    "_rtsp._tcp.local.",
    "_http._tcp.local.",
    "_psia._tcp.local.",
    "_CGI._tcp.local.",
)
_PER_SOURCE = 16
_MOST_QUESTIONS = 12
_SERVICE_TYPE = re.compile(r"_[A-Za-z0-9-]{1,15}\._(?:tcp|udp)\.local\.")


def _request(names: tuple[str, ...]) -> Request:
    return Request(NAME, "query", build_query(names, unicast_response=True))


def read(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored answer."""
    try:
        return mdns_evidence(parse(observation.raw))
    except MalformedError:
        return ()


def _speaker(asking: Asking, reply: Reply, message: Message) -> Target | None:
    """Whose word this is: the sender's, or, from a link-local address, the one it names itself.

    Some cameras answer from 169.254/16 and give their routable address in an A record.
    """
    target = asking.locate(reply.peer)
    if target is None and ipaddress.ip_address(reply.peer).is_link_local:
        named = {record.address for record in message.records if record.address}
        found = [one for address in sorted(named) if (one := asking.locate(address)) is not None]
        target = found[0] if len(found) == 1 else None
    return target


async def _take(asking: Asking, seen: Counter[str], types: set[str], reply: Reply) -> None:
    """Every answer is taken when it arrives, so that no flood can push it out again."""
    if reply.outcome is not Outcome.ANSWERED:
        return
    seen[reply.peer] += 1
    if seen[reply.peer] > _PER_SOURCE:
        asking.remark(NAME, f"left aside: more answers than {_PER_SOURCE} from one address")
        return
    try:
        message = parse(reply.data)
    except MalformedError as error:
        target = asking.locate(reply.peer)
        if target is not None:
            await asking.emit(_malformed(asking, target, reply, error))
        return
    if not message.is_response:
        return
    if len(types) < _MOST_QUESTIONS:
        types.update(_announced_types(message))
    target = _speaker(asking, reply, message)
    if target is None:
        asking.remark(NAME, "left aside: an answer from outside the plan")
    else:
        await asking.emit(_observe(asking, target, reply, message))


def _announced_types(message: Message) -> set[str]:
    """Service types that the enumeration named and that we have not asked for yet."""
    return {
        record.target
        for record in message.records
        if record.type == "PTR"
        and record.name == ENUMERATION
        and _SERVICE_TYPE.fullmatch(record.target)
        and record.target not in SERVICES
    }


def _malformed(asking: Asking, target: Target, reply: Reply, error: MalformedError) -> Observation:
    return asking.observation(
        target, reply, NAME, "query", Transport.UDP, outcome=Outcome.MALFORMED, note=str(error)
    )


def _observe(asking: Asking, target: Target, reply: Reply, message: Message) -> Observation:
    note = f"from {reply.peer}" if reply.peer != target.address else ""
    return asking.observation(
        target,
        reply,
        NAME,
        "query",
        Transport.UDP,
        evidence=mdns_evidence(message),
        note="; ".join(text for text in (note, *message.problems) if text),
    )


async def link(asking: Asking, interface: Interface) -> None:
    """Ask the link for video and web services, then for every type that it announced."""
    seen: Counter[str] = Counter()
    types: set[str] = set()
    take = asking.safely(NAME, partial(_take, asking, seen, types))
    await asking.net.multicast(
        interface, GROUP, PORT, [_request((ENUMERATION, *SERVICES))], take, window_s=3.0
    )
    if types:
        further = tuple(sorted(types)[:_MOST_QUESTIONS])
        await asking.net.multicast(interface, GROUP, PORT, [_request(further)], take, window_s=2.0)
    asking.remark(NAME, f"{interface.name}: {len(seen)} answered on the link")


async def ask(asking: Asking, host: Host) -> None:
    """The same question to one live host by unicast.

    RFC 6762, 5.5 lets a device ignore it from off its link, and many do: silence says nothing.
    """
    if host.answered(NAME):
        return
    replies = await asking.net.udp_exchange(
        host.target.address, PORT, _request((ENUMERATION, *SERVICES)), timeout_s=1.5
    )
    for reply in replies:
        if reply.outcome is not Outcome.ANSWERED:
            await asking.emit(asking.observation(host.target, reply, NAME, "query", Transport.UDP))
            continue
        try:
            message = parse(reply.data)
        except MalformedError as error:
            await asking.emit(_malformed(asking, host.target, reply, error))
            continue
        if message.is_response:
            await asking.emit(_observe(asking, host.target, reply, message))
        else:
            back = MalformedError("our question came back, not an answer")
            await asking.emit(_malformed(asking, host.target, reply, back))


def samples(occasion: Occasion) -> tuple[Sample, ...]:
    """The question, and the one that follows it on a link."""
    further = _request(occasion.services)
    return (
        Sample(_request((ENUMERATION, *SERVICES))),
        Sample(
            further,
            "once more on a link, for the kinds of service that its devices announced "
            f"(up to {_MOST_QUESTIONS})",
        ),
    )


PROBER = Prober(
    name=NAME,
    planned=(
        PlannedProber(NAME, "link", Transport.UDP, (PORT,), ProberCost(2, 0, 2), (GROUP,)),
        PlannedProber(NAME, "second", Transport.UDP, (PORT,), ProberCost(1)),
    ),
    read=read,
    link=link,
    ask=ask,
    samples=samples,
    beyond_router="a device should ignore multicast DNS from another network (RFC 6762, 5.5)",
)
