"""WS-Discovery 2005/04, as ONVIF devices speak it: UDP 3702, group 239.255.255.250."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from camcensus.net import Reply
from camcensus.probers.base import Asking, Host, Prober, Said, judged
from camcensus.probers.evidence import ws_discovery_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.scope import PlannedProber
from camcensus.types import (
    UNSOLICITED,
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
from camcensus.wire.ws_discovery import Message, ProbeForm, build_probe, parse, xaddr_endpoint

NAME = "ws-discovery"
PORT = 3702
GROUP = "239.255.255.250"
_FORMS = {
    ProbeForm.NVT: "probe-nvt",
    ProbeForm.DEVICE: "probe-device",
    ProbeForm.UNTYPED: "probe-untyped",
}
_PER_SOURCE = 8  # more messages than this from one address say nothing new
_FURTHER_ROUNDS = 2  # five questions a link in all (docs/safety.md)


def _message_id(asking: Asking, address: str) -> str:
    """An id that only a Probe of this sweep to this address carried."""
    return f"uuid:{uuid.UUID(bytes=asking.seed(NAME, address), version=4)}"


def _request(form: ProbeForm, message_id: str) -> Request:
    return Request(NAME, _FORMS[form], build_probe(message_id, form))


def read(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored answer."""
    try:
        return ws_discovery_evidence(parse(observation.raw))
    except MalformedError:
        return ()


async def _take(
    asking: Asking,
    message: str,
    expected: Callable[[str], str],
    seen: Counter[str],
    reply: Reply,
) -> None:
    """Turn one reply into an observation of the address that sent it."""
    target = asking.locate(reply.peer)
    if target is None:
        asking.remark(NAME, "left aside: an answer from outside the plan")
        return
    seen[reply.peer] += 1
    if seen[reply.peer] > _PER_SOURCE:
        asking.remark(NAME, f"left aside: more answers than {_PER_SOURCE} from one address")
        return
    await asking.emit(_observe(asking, target, message, expected(reply.peer), reply))


def _observe(
    asking: Asking, target: Target, message: str, message_id: str, reply: Reply
) -> Observation:
    make = partial(asking.observation, target, reply, NAME, message, Transport.UDP)

    def said(data: bytes) -> Said:
        answer = parse(data)
        evidence = ws_discovery_evidence(answer)
        if not evidence:
            raise MalformedError("an envelope that says nothing")
        doubts = (*_doubts(answer, message_id), *_strange_addresses(answer, target.address))
        return evidence, (*doubts, *answer.problems)

    return judged(make, reply, said)


def _strange_addresses(answer: Message, source: str) -> tuple[str, ...]:
    """Whether every address that it claims leads elsewhere: kept as its word, and not used."""
    claimed = [xaddr_endpoint(xaddr, source) for one in answer.matches for xaddr in one.xaddrs]
    own = any(one is not None and one.matches_source for one in claimed)
    return ("xaddr-mismatch",) if claimed and not own else ()


def _doubts(answer: Message, message_id: str) -> tuple[str, ...]:
    """Whether the answer proves that it answers us; many honest devices get this wrong."""
    if not answer.relates_to:
        return (f"{UNSOLICITED}: RelatesTo is missing",)
    if answer.relates_to.removeprefix("urn:") != message_id:
        return (f"{UNSOLICITED}: RelatesTo names another message",)
    return ()


def _constant(message_id: str) -> Callable[[str], str]:
    """What to expect in RelatesTo, whoever answers a question to a group."""
    return lambda _: message_id


async def link(asking: Asking, interface: Interface) -> None:
    """Ask the link in every form, then again until nobody new answers."""
    seen: Counter[str] = Counter()
    asked = 0
    known_before = 0
    rounds = [*_FORMS, *[ProbeForm.NVT] * _FURTHER_ROUNDS]
    for form in rounds:
        known_before = len(seen)
        message_id = f"uuid:{uuid.uuid4()}"
        await asking.net.multicast(
            interface,
            GROUP,
            PORT,
            [_request(form, message_id)],
            asking.safely(NAME, partial(_take, asking, _FORMS[form], _constant(message_id), seen)),
        )
        asked += 1
        if asked >= len(_FORMS) and len(seen) == known_before:
            break
    asking.converge(NAME, asked, known_before / len(seen) if seen else 1.0)
    asking.remark(NAME, f"{interface.name}: {len(seen)} answered {asked} multicast questions")


async def survey(asking: Asking, targets: Iterable[Target]) -> None:
    """One Probe for network video transmitters to every target."""
    expected = partial(_message_id, asking)
    await asking.net.survey(
        targets,
        PORT,
        lambda target: _request(ProbeForm.NVT, expected(target.address)),
        asking.safely(NAME, partial(_take, asking, _FORMS[ProbeForm.NVT], expected, Counter())),
    )


async def ask(asking: Asking, host: Host) -> None:
    """The other forms, one after the other, to a host that did not answer the first."""
    if host.answered(NAME) or _refused(host):
        return
    for form in (ProbeForm.DEVICE, ProbeForm.UNTYPED):
        message_id = _message_id(asking, host.target.address + form)
        replies = await asking.net.udp_exchange(
            host.target.address, PORT, _request(form, message_id)
        )
        for reply in replies:
            await asking.emit(_observe(asking, host.target, _FORMS[form], message_id, reply))
        if any(reply.outcome is not Outcome.SILENT for reply in replies):
            return


async def again(asking: Asking, host: Host) -> Outcome:
    """Whether it still answers the form that it had answered: computers ignore some of them."""
    address = host.target.address
    heard = {seen.message for seen in host.observations if seen.answered and seen.prober == NAME}
    form = next((one for one, message in _FORMS.items() if message in heard), ProbeForm.NVT)
    request = _request(form, _message_id(asking, f"{address} again"))
    replies = await asking.net.udp_exchange(address, PORT, request, timeout_s=4.0)
    return replies[0].outcome


def _refused(host: Host) -> bool:
    """Port 3702 is closed there: no form of the question will change that."""
    return any(
        seen.prober == NAME and seen.outcome is Outcome.REFUSED for seen in host.observations
    )


def samples(occasion: Occasion) -> tuple[Sample, ...]:
    """Each form of the question."""
    message_id = f"uuid:{uuid.UUID(bytes=occasion.number[:16], version=4)}"
    return tuple(Sample(_request(form, message_id)) for form in _FORMS)


PROBER = Prober(
    name=NAME,
    planned=(
        PlannedProber(NAME, "link", Transport.UDP, (PORT,), ProberCost(5, 0, 5), (GROUP,)),
        PlannedProber(NAME, "first", Transport.UDP, (PORT,), ProberCost(1)),
        PlannedProber(NAME, "second", Transport.UDP, (PORT,), ProberCost(2, 0, 2)),
    ),
    read=read,
    link=link,
    survey=survey,
    ask=ask,
    again=again,
    samples=samples,
)
