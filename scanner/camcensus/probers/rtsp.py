"""RTSP: what a streaming server can do, and its root's description or refusal (RFC 2326).

Nothing is set up or played, no path is guessed, and no credential is ever sent.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from camcensus.net import Reply
from camcensus.net.frames import CONNECTION_FRAMES
from camcensus.net.tcp import REQUEST_FRAMES
from camcensus.probers.base import Asking, Host, Prober
from camcensus.probers.evidence import rtsp_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.probers.tls import observe_certificate
from camcensus.scope import PlannedProber
from camcensus.types import Evidence, Observation, Outcome, ProberCost, Request, Transport
from camcensus.wire import MalformedError, mdns
from camcensus.wire.rtsp import (
    Answer,
    answer_complete,
    answer_start,
    build_describe,
    build_options,
    parse_answer,
)

NAME = "rtsp"
RTSPS = "rtsps"  # how a user names ports that are asked over TLS
PORT = 554
FURTHER_PORTS = (8554,)
_BYTES = 32768  # of one connection: an answer is a head, and at most a description
_MOST_STATED_PORTS = 2
_WORST_CONNECTIONS = 1 + len(FURTHER_PORTS) + _MOST_STATED_PORTS + 1  # one is asked once more
_USUAL_FRAMES = 4  # two SYNs where nothing streams, five frames where something does (measured)
_BROKEN_OFF = frozenset({Outcome.CLOSED, Outcome.RESET})
_STATED_PORT = re.compile(r"(?i)rtsp[ _-]?port=(\d{1,5})")


@dataclass(frozen=True, slots=True)
class _Question:
    """One request with what the message leaves open, and the number it is answered under."""

    message: str
    asked: str
    sequence: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class _Said:
    """What one question came to."""

    question: _Question
    outcome: Outcome
    answer: Answer | None

    @property
    def settled(self) -> bool:
        """Whether a streaming server answered, and did not reject the form of the question."""
        if self.answer is None or self.answer.version.startswith("HTTP"):
            return False
        return self.question.asked != "*" or self.answer.status in {None, 200, 401, 403}


def read(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored answer."""
    try:
        return rtsp_evidence(parse_answer(observation.raw))
    except MalformedError:
        return ()


async def ask(asking: Asking, host: Host) -> None:
    """554 and what answers or the user named; 8554 only where these gave nothing."""
    stated = tuple(port for port in _stated_ports(host) if _may_ask(asking, host, port))
    named = (*asking.ports.get(NAME, ()), *asking.ports.get(RTSPS, ()), *stated)
    first = tuple(dict.fromkeys((PORT, *named)))
    spare = _Spare()
    for ports in (first, tuple(port for port in FURTHER_PORTS if port not in first)):
        heard = [await _ask_port(asking, host, port, spare) for port in ports]
        if any(heard):
            return


async def again(asking: Asking, host: Host) -> Outcome:
    """Whether the port that answered still does."""
    port = next(x.port for x in host.observations if x.answered and x.prober == NAME)
    tls = port in asking.ports.get(RTSPS, ())
    question = _questions(asking, host, port, tls=tls, whole_server=False)[0]
    request = Request(NAME, question.message, question.payload)
    reply = await asking.net.tcp_exchange(
        host.target.address, port, request, tls=tls, limit=2048, complete=answer_complete
    )
    return reply.outcome


def _stated_ports(host: Host) -> tuple[int, ...]:
    """Ports for streams that the device's own answers gave, asked at its own address only."""
    found: list[int] = []
    for item in host.evidence():
        stated = _STATED_PORT.fullmatch(item.value) if item.field.value.endswith(".field") else None
        found += [int(stated[1])] if stated else []
    for seen in host.observations:
        if seen.prober == "mdns":
            found += _announced_ports(seen.raw)
    ports = (port for port in dict.fromkeys(found) if 0 < port < 65536)
    return tuple(ports)[:_MOST_STATED_PORTS]


def _may_ask(asking: Asking, host: Host, port: int) -> bool:
    """Whether a port that the device stated is one that we ask; if not, its word stays recorded."""
    question = _questions(asking, host, port, tls=False)[0]
    request = Request(NAME, question.message, question.payload)
    return not asking.net.objection(request, host.target.address, Transport.TCP, port)


def _announced_ports(raw: bytes) -> Iterator[int]:
    """The ports of the RTSP services that a multicast DNS answer announces."""
    try:
        services = mdns.services(mdns.parse(raw))
    except MalformedError:
        return
    yield from (one.port for one in services if one.type.startswith("_rtsp._tcp"))


@dataclass(slots=True)
class _Spare:
    """The one connection a host is given again after it broke one off."""

    left: int = 1


async def _ask_port(asking: Asking, host: Host, port: int, spare: _Spare) -> bool:
    """OPTIONS and DESCRIBE on one connection; whether a streaming server answered either."""
    tls = port in asking.ports.get(RTSPS, ())
    questions = _questions(asking, host, port, tls=tls)
    said = await _converse(asking, host, port, questions, tls=tls)
    if _may_ask_again(said) and spare.left:
        spare.left -= 1
        root = _questions(asking, host, port, tls=tls, whole_server=False)
        again = root[1:] if said[0].settled else root
        said += await _converse(asking, host, port, again, tls=tls)
    return any(one.answer is not None and one.settled for one in said)


def _may_ask_again(said: Sequence[_Said]) -> bool:
    """Whether the server took our first question ill, or takes only one a connection."""
    if said[-1].question.message == "describe" and said[-1].settled:
        return False
    streams = said[0].answer is not None and not said[0].answer.version.startswith("HTTP")
    return said[0].outcome in _BROKEN_OFF or (streams and said[-1].outcome in _BROKEN_OFF)


def _questions(
    asking: Asking, host: Host, port: int, *, tls: bool, whole_server: bool = True
) -> tuple[_Question, _Question]:
    address, agent = host.target.address, asking.net.user_agent
    return _questions_to(address, agent, port, tls=tls, whole_server=whole_server)


def _questions_to(
    address: str, agent: str, port: int, *, tls: bool, whole_server: bool = True
) -> tuple[_Question, _Question]:
    options = build_options(address, port, agent, sequence=1, whole_server=whole_server, tls=tls)
    describe = build_describe(address, port, agent, sequence=2, tls=tls)
    return (
        _Question("options", "*" if whole_server else "/", 1, options),
        _Question("describe", "/", 2, describe),
    )


async def _converse(
    asking: Asking, host: Host, port: int, questions: Sequence[_Question], *, tls: bool
) -> list[_Said]:
    """The questions on one connection, and an observation of what each came to."""
    replies = await asking.net.tcp_dialogue(
        host.target.address,
        port,
        tuple(Request(NAME, one.message, one.payload) for one in questions),
        tls=tls,
        limit=_BYTES,
        complete=answer_complete,
    )
    if replies[0].certificate:
        await observe_certificate(asking, host, replies[0])
    return [
        await _observe(asking, host, question, reply)
        for question, reply in zip(questions, replies, strict=False)
    ]


async def _observe(asking: Asking, host: Host, question: _Question, reply: Reply) -> _Said:
    """One observation; what an answer brought before its first word is not kept."""
    make = partial(
        asking.observation,
        host.target,
        reply,
        NAME,
        question.message,
        Transport.TCP,
        asked=question.asked,
    )
    if reply.outcome is not Outcome.ANSWERED:
        await asking.emit(make())
        return _Said(question, reply.outcome, None)
    try:
        answer = parse_answer(reply.data)
    except MalformedError as error:
        await asking.emit(make(outcome=Outcome.MALFORMED, note=str(error)))
        return _Said(question, Outcome.MALFORMED, None)
    observation = make(
        raw=reply.data[answer_start(reply.data) :],
        evidence=rtsp_evidence(answer),
        note="; ".join((*answer.problems, *_sequence_problem(answer, question))),
    )
    host.observations.append(observation)
    await asking.emit(observation)
    return _Said(question, reply.outcome, answer)


def _sequence_problem(answer: Answer, question: _Question) -> tuple[str, ...]:
    stated = answer.sequence
    return () if stated is None or stated == str(question.sequence) else ("other-cseq",)


def samples(occasion: Occasion) -> tuple[Sample, ...]:
    """The two questions, and the first one as a server gets it that rejects the form `*`."""
    address, agent = occasion.address, occasion.agent
    port = occasion.stream_port
    options, describe = _questions_to(address, agent, port, tls=False)
    root, _ = _questions_to(address, agent, port, tls=False, whole_server=False)
    return (
        Sample(Request(NAME, options.message, options.payload)),
        Sample(Request(NAME, root.message, root.payload), "where a server rejects the form above"),
        Sample(Request(NAME, describe.message, describe.payload)),
    )


PROBER = Prober(
    name=NAME,
    planned=(
        PlannedProber(
            NAME,
            "second",
            Transport.TCP,
            (PORT, *FURTHER_PORTS),
            ProberCost(
                frames=_WORST_CONNECTIONS * (CONNECTION_FRAMES + REQUEST_FRAMES),
                connections=_WORST_CONNECTIONS,
                requests=2 * _WORST_CONNECTIONS,
                bytes_in=_WORST_CONNECTIONS * _BYTES,
                usual_frames=_USUAL_FRAMES,
            ),
        ),
    ),
    read=read,
    ask=ask,
    again=again,
    samples=samples,
)
