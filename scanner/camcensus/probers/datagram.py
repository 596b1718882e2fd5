"""Probers that send one datagram and read what comes back: most makers' own discovery."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from camcensus.net import Reply
from camcensus.probers.base import Asking, Host, Prober, Said, judged
from camcensus.probers.samples import Occasion, Sample
from camcensus.scope import PlannedProber, Reach
from camcensus.types import (
    UNECHOED,
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

_PER_SOURCE = 8  # more messages than this from one address say nothing new
_VENDOR_SHARE = 0.1  # of the live hosts, those that a maker's own question commonly goes to


@dataclass(frozen=True, slots=True)
class Question:
    """One datagram protocol.

    `build` is given sixteen bytes of its own for each address, and the port of ours that answers
    come to (0 if any). `evidence` raises `MalformedError` for what is not of this protocol.
    `reply_port` is a fixed port of ours that devices answer to; questions leave from it.
    `echo` finds, in a question or an answer, what the answer repeats of the question.
    """

    prober: str
    message: str  # a row of `fingerprints/safety.toml`
    port: int
    build: Callable[[bytes, int], bytes]
    evidence: Callable[[bytes], tuple[Evidence, ...]]
    group: str = ""
    reply_port: int = 0
    timeout_s: float = 2.0
    window_s: float = 2.5  # how long a link is listened to
    reach: Reach = Reach.NAMED
    echo: Callable[[bytes], bytes] | None = None

    def request(self, seed: bytes) -> Request:
        """The datagram."""
        return Request(self.prober, self.message, self.build(seed, self.reply_port))


def datagram_prober(question: Question) -> Prober:
    """The prober of this protocol."""
    name, ports = question.prober, (question.port,)
    share = _VENDOR_SHARE if question.reach is Reach.NAMED else 1.0
    groups = (question.group,) if question.group else ()
    link = (PlannedProber(name, "link", Transport.UDP, ports, ProberCost(1), groups),)
    return Prober(
        name=name,
        planned=(
            *(link if groups else ()),
            PlannedProber(name, "first", Transport.UDP, ports, ProberCost(1), reach=question.reach),
            PlannedProber(
                name,
                "second",
                Transport.UDP,
                ports,
                ProberCost(1, usual_share=share),
                reach=question.reach,
            ),
        ),
        read=partial(_read, question),
        link=partial(_link, question) if groups else None,
        survey=partial(_survey, question),
        ask=partial(_ask, question),
        again=partial(_again, question),
        vendor=question.reach is Reach.NAMED,
        reply_port=question.reply_port,
        samples=partial(_samples, question),
    )


def _samples(question: Question, occasion: Occasion) -> tuple[Sample, ...]:
    return (Sample(question.request(occasion.number[:16]), source_port=question.reply_port),)


def _read(question: Question, observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored answer."""
    try:
        return question.evidence(observation.raw)
    except MalformedError:
        return ()


def _observe(
    question: Question, asking: Asking, target: Target, reply: Reply, seed: bytes
) -> Observation:
    """`seed` is that of the question; empty where only who heard the question knows our port."""
    make = partial(
        asking.observation, target, reply, question.prober, question.message, Transport.UDP
    )
    return judged(make, reply, partial(_telling, question, seed))


def _telling(question: Question, seed: bytes, data: bytes) -> Said:
    evidence = question.evidence(data)
    if not evidence:
        raise MalformedError("an answer that says nothing")
    return evidence, (_doubt(question, data, seed),) if seed else ()


def _doubt(question: Question, answer: bytes, seed: bytes) -> str:
    """Why anybody may have sent this answer to a port that everybody knows; "" if not so."""
    if question.echo is None:
        return f"{UNECHOED}: an answer of this protocol does not show whom it answers"
    repeated = question.echo(answer)
    if not repeated:
        return f"{UNSOLICITED}: it repeats nothing of our question"
    ours = question.echo(question.request(seed).payload)
    return "" if repeated == ours else f"{UNSOLICITED}: it repeats another question"


async def _take(
    question: Question,
    asking: Asking,
    seen: Counter[str],
    seed_of: Callable[[str], bytes],
    reply: Reply,
) -> None:
    """Turn one reply into an observation of the address that sent it."""
    target = asking.locate(reply.peer)
    if target is None:
        asking.remark(question.prober, "left aside: an answer from outside the plan")
        return
    seed = seed_of(reply.peer)
    seen[reply.peer] += 1
    if seen[reply.peer] > _PER_SOURCE and not _may_be_proved(question, seen, seed, reply):
        asking.remark(
            question.prober, f"left aside: more answers than {_PER_SOURCE} from one address"
        )
        return
    await asking.emit(_observe(question, asking, target, reply, seed))


def _may_be_proved(question: Question, seen: Counter[str], seed: bytes, reply: Reply) -> bool:
    """What repeats our number is heard behind a flood in its name; found without reading it."""
    if question.echo is None:
        return False
    ours = question.echo(question.request(seed).payload)
    if ours not in reply.data and ours not in reply.data.upper():
        return False
    seen[f"{reply.peer} repeats"] += 1
    return seen[f"{reply.peer} repeats"] <= _PER_SOURCE


async def _link(question: Question, asking: Asking, interface: Interface) -> None:
    """Ask the group once; hear who answers."""
    seen: Counter[str] = Counter()
    seed = asking.seed(question.prober, interface.address)
    await asking.net.multicast(
        interface,
        question.group,
        question.port,
        [question.request(seed)],
        asking.safely(question.prober, partial(_take, question, asking, seen, lambda _: seed)),
        window_s=question.window_s,
    )
    answered = sum(" " not in one for one in seen)
    asking.remark(question.prober, f"{interface.name}: {answered} answered on the link")


async def _survey(question: Question, asking: Asking, targets: Iterable[Target]) -> None:
    """One question to every target."""
    problem = asking.net.port_problem(question.reply_port) if question.reply_port else ""
    if problem:
        asking.unheard(question.prober, problem)
        return
    seed_of = partial(asking.seed, question.prober)
    await asking.net.survey(
        targets,
        question.port,
        lambda target: question.request(seed_of(target.address)),
        asking.safely(question.prober, partial(_take, question, asking, Counter(), seed_of)),
        source_port=question.reply_port,
    )


async def _again(question: Question, asking: Asking, host: Host) -> Outcome:
    """Whether it still answers."""
    address = host.target.address
    replies = await asking.net.udp_exchange(
        address,
        question.port,
        question.request(asking.seed(question.prober, address)),
        timeout_s=2 * question.timeout_s,
        reply_port=question.reply_port,
    )
    return replies[0].outcome


async def _ask(question: Question, asking: Asking, host: Host) -> None:
    """The same question to one live host that has not answered it, or not provably."""
    if host.answered(question.prober) and not host.unconfirmed(question.prober):
        return
    seed = asking.seed(question.prober, host.target.address)
    replies = await asking.net.udp_exchange(
        host.target.address,
        question.port,
        question.request(seed),
        timeout_s=question.timeout_s,
        reply_port=question.reply_port,
    )
    for reply in replies:
        if reply.outcome is Outcome.LOCAL_SHORTAGE:
            asking.unheard(question.prober, reply.note)
        known = seed if question.reply_port else b""
        await asking.emit(_observe(question, asking, host.target, reply, known))
