"""`axis` and `unifi`: the one question of each maker that its devices answer without login."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from camcensus.net import Reply
from camcensus.net.frames import CONNECTION_FRAMES, TLS_FRAMES
from camcensus.probers.base import Asking, Host, Prober, Said, judged
from camcensus.probers.evidence import field_evidence, http_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.probers.web import NO_PAGE, WebPort, ask_web_port, web_ports
from camcensus.scope import PlannedProber
from camcensus.types import (
    Evidence,
    Field,
    Observation,
    ProberCost,
    Request,
    Transport,
)
from camcensus.wire import MalformedError, web_identity
from camcensus.wire.http import Response, parse_response


@dataclass(frozen=True, slots=True)
class _Question:
    """What one maker's devices are asked, where, and how their answer is read."""

    prober: str
    message: str
    path: str
    build: Callable[..., bytes]
    parse: Callable[[bytes], tuple[tuple[str, str], ...]]
    field: Field
    tls_only: bool = False


_AXIS = _Question(
    prober="axis",
    message="basic-device-info",
    path=web_identity.AXIS_PATH,
    build=web_identity.build_axis_question,
    parse=web_identity.parse_axis,
    field=Field.AXIS_FIELD,
)
_UNIFI = _Question(
    prober="unifi",
    message="system",
    path=web_identity.UNIFI_PATH,
    build=web_identity.build_unifi_question,
    parse=web_identity.parse_unifi,
    field=Field.UNIFI_FIELD,
    tls_only=True,
)


def _evidence(question: _Question, response: Response) -> tuple[Evidence, ...]:
    """The properties; of a refusal what any page says, for its realm may name the device."""
    if response.status == 200:
        try:
            return field_evidence(question.field, question.parse(response.body))
        except MalformedError:
            pass
    return http_evidence(response, question.path)


def _read(question: _Question, observation: Observation) -> tuple[Evidence, ...]:
    try:
        return _evidence(question, parse_response(observation.raw))
    except MalformedError:
        return ()


def _place(question: _Question, host: Host) -> WebPort | None:
    """The first place where this question may be asked."""
    places = (one for one in web_ports(host) if one.tls or not question.tls_only)
    return next(places, None)


def _spares(question: _Question, asking: Asking, host: Host) -> str:
    """Why this host is not asked: only this maker's devices know the question."""
    if _place(question, host) is None:
        return NO_PAGE
    expected = asking.expects(question.prober, host.evidence())
    return "" if expected else "another maker's device, or nobody knows whose"


async def _ask(question: _Question, asking: Asking, host: Host) -> None:
    """Once, at the first place that speaks the web, to a host that may be this maker's."""
    place = _place(question, host)
    if place is None or not asking.expects(question.prober, host.evidence()):
        return
    request = _request(question, host.target.address, asking.net.user_agent, place.host_port)
    reply = await ask_web_port(asking, host, place, request)
    await asking.emit(_observe(question, asking, host, reply))


def _request(question: _Question, address: str, agent: str, port: int | None = None) -> Request:
    payload = question.build(address, agent, port=port)
    return Request(question.prober, question.message, payload)


def _samples(question: _Question, occasion: Occasion) -> tuple[Sample, ...]:
    return (Sample(_request(question, occasion.address, occasion.agent)),)


def _observe(question: _Question, asking: Asking, host: Host, reply: Reply) -> Observation:
    make = partial(
        asking.observation,
        host.target,
        reply,
        question.prober,
        question.message,
        Transport.TCP,
        asked=question.path,
    )

    def said(data: bytes) -> Said:
        response = parse_response(data)
        return _evidence(question, response), response.problems

    return judged(make, reply, said)


def _prober(question: _Question) -> Prober:
    return Prober(
        name=question.prober,
        planned=(
            PlannedProber(
                question.prober,
                "second",
                Transport.TCP,
                (443,) if question.tls_only else (80, 443),
                ProberCost(
                    frames=CONNECTION_FRAMES + TLS_FRAMES,
                    connections=1,
                    usual_frames=CONNECTION_FRAMES,
                    usual_share=0.05,
                ),
            ),
        ),
        read=partial(_read, question),
        ask=partial(_ask, question),
        spares=partial(_spares, question),
        samples=partial(_samples, question),
    )


AXIS = _prober(_AXIS)
UNIFI = _prober(_UNIFI)
