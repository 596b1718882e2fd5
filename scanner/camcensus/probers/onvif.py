"""The ONVIF device service: the questions that need no login, and two that some answer without.

Each is a POST on a connection of its own. A device that says "not authorized" has said that it is
an ONVIF device: that is evidence, and nothing that needs a right is asked after it.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from functools import partial
from http import HTTPStatus

from camcensus.errors import CamcensusError
from camcensus.net import Reply
from camcensus.net.frames import CONNECTION_FRAMES, TLS_FRAMES
from camcensus.probers.base import Asking, Host, Prober, settled
from camcensus.probers.evidence import http_service_evidence, onvif_evidence
from camcensus.probers.http import NAME as HTTP
from camcensus.probers.http import TLS_PORTS
from camcensus.probers.onvif_messages import (
    MissingWsdlError,
    content_type,
    message,
    signed_message,
)
from camcensus.probers.samples import Occasion, Sample
from camcensus.probers.tls import NAME as TLS
from camcensus.scope import PlannedProber
from camcensus.types import (
    Evidence,
    Field,
    Kind,
    Observation,
    Outcome,
    OwnerLogin,
    ProberCost,
    Request,
    Transport,
)
from camcensus.wire import MalformedError
from camcensus.wire.http import Response, build_post, host_port, parse_response, response_complete
from camcensus.wire.onvif import Answer, parse
from camcensus.wire.ws_discovery import xaddr_endpoint

NAME = "onvif"
PATH = "/onvif/device_service"
_MOST_NAMED = 2  # addresses that the device gave for itself
_MOST_WEB = 2  # ports that showed a page
_USUAL_FRAMES = 6  # three connections to a camera, none to what is none: one in four is a guess
_BYTES = 65536  # of one connection
_NOBODY = frozenset(
    {Outcome.REFUSED, Outcome.SILENT, Outcome.UNREACHABLE, Outcome.EXCLUDED}
)  # nothing was said, so another port may be tried


@dataclass(frozen=True, slots=True)
class Question:
    """One call of the device service; `pre_auth` as its access class in ONVIF Core says."""

    operation: str
    message: str
    pre_auth: bool = True
    thorough: bool = False  # left out of an ordinary sweep


QUESTIONS = (
    Question("GetSystemDateAndTime", "get-system-date-and-time"),
    Question("GetDeviceInformation", "get-device-information", pre_auth=False),
    Question("GetScopes", "get-scopes", pre_auth=False),
    Question("GetHostname", "get-hostname"),
    Question("GetServices", "get-services", thorough=True),
    Question("GetCapabilities", "get-capabilities", thorough=True),
    Question("GetServiceCapabilities", "get-service-capabilities", thorough=True),
    Question("GetEndpointReference", "get-endpoint-reference", thorough=True),
    Question("GetWsdlUrl", "get-wsdl-url", thorough=True),
)

AS_OWNER = (
    Question("GetDeviceInformation", "owner-get-device-information", pre_auth=False),
    Question("GetNetworkInterfaces", "owner-get-network-interfaces", pre_auth=False),
)
# Everything asked at the last of the places, and the others in vain.
_WORST_CONNECTIONS = len(QUESTIONS) + len(AS_OWNER) + _MOST_NAMED + _MOST_WEB - 1
NOT_ACCEPTED = "the owner's login was not accepted"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a device service may be."""

    port: int
    path: str = PATH
    tls: bool = False


class Verdict(Enum):
    """What one question came to."""

    ANSWER = auto()
    REFUSAL = auto()  # an ONVIF device, and we have no right to ask
    END = auto()  # anything else that was said, or an end of our budget
    NOBODY = auto()


async def ask(asking: Asking, host: Host) -> None:
    """The first place where anything answers is the only one that is asked."""
    endpoints = _endpoints(asking, host)
    if not endpoints:
        return
    try:  # zeep reads its files in a thread of its own: nothing else may wait for that
        await asyncio.to_thread(message, QUESTIONS[0].operation)
    except MissingWsdlError as error:
        asking.remark(NAME, f"not asked: {error}")
        return
    for endpoint in endpoints:
        if await _converse(asking, host, endpoint):
            return


# ------------------------------------------------------------ where


def _endpoints(asking: Asking, host: Host) -> tuple[Endpoint, ...]:
    """What the device gives for itself, what the user named, and the web ports of a camera."""
    typed = [Endpoint(port, tls=port in TLS_PORTS) for port in asking.ports.get(NAME, ())]
    web = _web(host) if _may_be_video(asking, host) else []
    by_port: dict[int, Endpoint] = {}
    for endpoint in (*_named(host), *typed, *web):
        by_port.setdefault(endpoint.port, endpoint)
    return tuple(by_port.values())


def _may_be_video(asking: Asking, host: Host) -> bool:
    """Something says that it is a camera, or whose, and nothing that it is something else."""
    kind = asking.name(host.evidence()).kind
    return kind is not Kind.NOT_VIDEO and (
        kind is not Kind.UNKNOWN or bool(asking.suspects(host.evidence()))
    )


def _named(host: Host) -> list[Endpoint]:
    """Places at this very address, those without TLS first; whether we may ask is seen later."""
    found: list[Endpoint] = []
    for item in host.evidence():
        if item.field is not Field.WSD_XADDR:
            continue
        claim = xaddr_endpoint(item.value, host.target.address)
        if claim is not None and claim.matches_source:
            found.append(Endpoint(claim.port, claim.path, claim.scheme == "https"))
    return sorted(dict.fromkeys(found), key=lambda one: one.tls)[:_MOST_NAMED]


def _web(host: Host) -> list[Endpoint]:
    """The usual port unless it is known to be closed, and those that showed a page."""
    seen_there = [seen for seen in host.observations if seen.prober == HTTP]
    closed = {seen.port for seen in seen_there if seen.outcome in _NOBODY}
    pages = [seen.port for seen in seen_there if seen.outcome is Outcome.ANSWERED]
    secure = {seen.port for seen in host.observations if seen.prober == TLS}
    ports = [port for port in dict.fromkeys((80, *pages)) if port not in closed]
    return [Endpoint(port, tls=port in secure) for port in ports[:_MOST_WEB]]


# ------------------------------------------------------------ what


async def _converse(asking: Asking, host: Host, endpoint: Endpoint) -> bool:
    """Ask there until the answers end; whether anybody answered at all."""
    refused = False
    for question in QUESTIONS:
        if (question.thorough and not asking.thorough) or (refused and not question.pre_auth):
            continue
        if not asking.thorough and settled(asking.name(host.evidence())):
            return True
        verdict = await _put(asking, host, endpoint, question)
        if verdict is Verdict.NOBODY:
            return question is not QUESTIONS[0]
        if verdict is Verdict.END:
            return True
        if verdict is Verdict.REFUSAL:
            refused = True
            if question.pre_auth:
                break
    if refused and asking.login is not None:
        await _as_owner(asking, host, endpoint, asking.login)
    return True


async def _as_owner(asking: Asking, host: Host, endpoint: Endpoint, login: OwnerLogin) -> None:
    """Once, after a refusal, over the scheme that the owner allows; never after a failure."""
    address = host.target.address
    tried = {question.message for question in AS_OWNER} & {one.message for one in host.observations}
    if tried or address in login.refused:
        return
    secure = (one for one in (endpoint, *_named(host)) if one.tls)
    place = next(secure, endpoint if login.allow_http else None)
    if place is None:
        asking.remark(NAME, "the owner's login was kept back where a device offers no https")
        return
    created = asking.now() + timedelta(seconds=_ahead(host))
    for question in AS_OWNER:
        try:
            body = await asyncio.to_thread(_signed, question.operation, login, created)
        except CamcensusError as error:  # its file went away: no reason to stop a sweep
            asking.remark(NAME, f"the owner's login was not used: {error}")
            return
        verdict = await _put(asking, host, place, question, body)
        if _failed(question, verdict):
            asking.remark(NAME, f"{NOT_ACCEPTED} by {address}: it is not tried there again")
        if verdict is not Verdict.ANSWER:
            return


def _failed(question: Question, verdict: Verdict) -> bool:
    """Whether the device did not take the login; that it lacks the second call is no failure."""
    first = question is AS_OWNER[0]
    return verdict is Verdict.REFUSAL or (first and verdict is not Verdict.ANSWER)


def _signed(operation: str, login: OwnerLogin, created: datetime) -> bytes:
    return signed_message(operation, login.user, login.password(), created)


def _ahead(host: Host) -> int:
    """How many seconds the device's clock is ahead of ours: its token must fit its own time."""
    told = [one.value for one in host.evidence() if one.field is Field.ONVIF_CLOCK]
    return int(told[-1]) if told else 0


async def _put(
    asking: Asking, host: Host, endpoint: Endpoint, question: Question, signed: bytes = b""
) -> Verdict:
    """One question, and what was observed; `signed` is its body with the owner's login."""
    address, port = host.target.address, endpoint.port
    body = signed or message(question.operation)
    request = _request(asking.net.user_agent, address, endpoint, question, body)
    if asking.net.objection(request, address, Transport.TCP, port):
        return Verdict.NOBODY  # the device's own word leads where we do not go: it stays recorded
    reply = await asking.net.tcp_exchange(
        address,
        port,
        request,
        tls=endpoint.tls,
        limit=_BYTES,
        complete=response_complete,
        careful=bool(signed),
    )
    verdict, observation = _judge(asking, host, endpoint, question, reply)
    if signed and _failed(question, verdict):
        note = "; ".join(filter(None, (NOT_ACCEPTED, observation.note)))
        observation = replace(observation, note=note)
    if signed or observation.outcome is Outcome.ANSWERED:
        host.observations.append(observation)
    await asking.emit(observation)
    return verdict


def _request(
    agent: str, address: str, endpoint: Endpoint, question: Question, body: bytes
) -> Request:
    payload = build_post(
        address,
        endpoint.path,
        agent,
        content_type=content_type(question.operation),
        body=body,
        port=host_port(endpoint.port, tls=endpoint.tls),
    )
    return Request(NAME, question.message, payload)


def _judge(
    asking: Asking, host: Host, endpoint: Endpoint, question: Question, reply: Reply
) -> tuple[Verdict, Observation]:
    """What the reply means for the next question, and the observation of it."""
    make = partial(
        asking.observation,
        host.target,
        reply,
        NAME,
        question.message,
        Transport.TCP,
        asked=endpoint.path,
    )
    if reply.outcome is not Outcome.ANSWERED:
        return (Verdict.NOBODY if reply.outcome in _NOBODY else Verdict.END), make()
    try:
        response = parse_response(reply.data)
    except MalformedError as error:
        return Verdict.END, make(outcome=Outcome.MALFORMED, note=str(error))
    answer, problems = _answer(response)
    verdict = _verdict(response, answer, question)
    outcome = Outcome.ANSWERED
    if verdict is Verdict.END and (answer is None or answer.fault is None):
        outcome = Outcome.MALFORMED
        problems = (f"no answer to {question.operation}", *problems)
    observation = make(outcome=outcome, note="; ".join(problems))
    return verdict, replace(observation, evidence=_evidence(response, answer, observation.seen_at))


def _answer(response: Response) -> tuple[Answer | None, tuple[str, ...]]:
    """The body as an answer of the service, and what was odd about it."""
    try:
        answer = parse(response.body)
    except MalformedError as error:
        return None, (*response.problems, str(error))
    return answer, (*response.problems, *answer.problems)


def _verdict(response: Response, answer: Answer | None, question: Question) -> Verdict:
    refuses = answer is not None and answer.fault is not None and answer.fault.refuses
    if refuses or response.status == HTTPStatus.UNAUTHORIZED:
        return Verdict.REFUSAL
    if answer is None or answer.fault is not None or question.operation not in answer.operations:
        return Verdict.END
    return Verdict.ANSWER


def _evidence(response: Response, answer: Answer | None, seen_at: datetime) -> tuple[Evidence, ...]:
    """What the service said; of HTTP only who served it and how it asks for a login."""
    found = http_service_evidence(response)
    if answer is not None:
        found += onvif_evidence(answer, seen_at)
    if response.status == HTTPStatus.UNAUTHORIZED and (answer is None or answer.fault is None):
        found += (Evidence(Field.ONVIF_FAULT, f"401 {response.reason[:256]}".strip()),)
    return found


def read(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored answer."""
    try:
        response = parse_response(observation.raw)
    except MalformedError:
        return ()
    return _evidence(response, _answer(response)[0], observation.seen_at)


def samples(occasion: Occasion) -> tuple[Sample, ...]:
    """Every question of the plan; `MissingWsdlError` where the messages cannot be made."""
    address, agent = occasion.address, occasion.agent
    place = Endpoint(80, occasion.onvif_path)
    asked = [one for one in QUESTIONS if occasion.thorough or not one.thorough]
    said = [Sample(_request(agent, address, place, one, message(one.operation))) for one in asked]
    for one in AS_OWNER if occasion.login else ():
        created = datetime.fromtimestamp(int.from_bytes(occasion.number[:4]), UTC)
        body = signed_message(one.operation, occasion.user, occasion.secret, created)
        when = "with the owner's account, after a refusal; its name and digest vary with it"
        said.append(Sample(_request(agent, address, place, one, body), when))
    return tuple(said)


PROBER = Prober(
    name=NAME,
    planned=(
        PlannedProber(
            NAME,
            "second",
            Transport.TCP,
            (80,),
            ProberCost(
                frames=_WORST_CONNECTIONS * (CONNECTION_FRAMES + TLS_FRAMES),
                connections=_WORST_CONNECTIONS,
                requests=_WORST_CONNECTIONS,
                bytes_in=_WORST_CONNECTIONS * _BYTES,
                usual_frames=_USUAL_FRAMES,
            ),
        ),
    ),
    read=read,
    ask=ask,
    samples=samples,
)
