"""What a prober is, and what it is handed."""

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from camcensus.net import Net, Reply
from camcensus.net.hearing import Take
from camcensus.probers.samples import Occasion, Sample
from camcensus.scope import PlannedProber
from camcensus.types import (
    Evidence,
    Identity,
    Interface,
    Kind,
    Observation,
    Outcome,
    OwnerLogin,
    Target,
    Transport,
)
from camcensus.wire import MalformedError

_CERTAIN = 0.9  # "strong" in every output
_IDENTIFIERS = {"mac", "serial"}

Emit = Callable[[Observation], Awaitable[None]]
Said = tuple[tuple[Evidence, ...], tuple[str, ...]]  # an answer's evidence, what was odd about it
Read = Callable[[bytes], Said]  # raises `MalformedError` for another protocol's bytes


@dataclass(frozen=True, slots=True)
class Asking:
    """The surroundings of a prober: its sockets, its clock, and what the plan knows."""

    net: Net
    emit: Emit
    locate: Callable[[str], Target | None]  # the plan's target at an address
    now: Callable[[], datetime]
    name: Callable[[Iterable[Evidence]], Identity]  # in the catalogue's words, from it alone
    remark: Callable[[str, str], None]  # prober, one sentence for the coverage
    key: bytes  # makes message ids that an answer proves itself by
    failed: Callable[[str, str, Exception], None]  # prober, address, what a mistake of ours was
    ports: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    login: OwnerLogin | None = None
    thorough: bool = False  # ask on although everything that matters is known
    unheard: Callable[[str, str], None] = lambda _prober, _why: None  # not audible from here, why
    converge: Callable[[str, int, float], None] = lambda _prober, _rounds, _share: None
    # by protocol, the makers whose devices the catalogue knows to speak it
    speakers: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_open(self, evidence: Iterable[Evidence]) -> bool:
        """Whether nothing has said yet who made it."""
        return self.name(evidence).confidence == 0.0

    def suspects(self, evidence: Iterable[Evidence]) -> frozenset[str]:
        """Everybody that any signature names as its maker or brand, however weakly."""
        claims = self.name(evidence).claims
        return frozenset(one.value for one in claims if one.attribute in {"maker", "brand"})

    def expects(self, prober: str, evidence: Iterable[Evidence]) -> bool:
        """Whether devices of anybody suspected are known to speak this prober's protocol."""
        speakers = self.speakers.get(prober, frozenset())
        return not speakers.isdisjoint(self.suspects(evidence))

    def seed(self, prober: str, address: str) -> bytes:
        """Sixteen bytes that only this sweep's question to this address carries."""
        return hmac.digest(self.key, f"{prober} {address}".encode(), "sha256")[:16]

    def safely(self, prober: str, take: Take) -> Take:
        """The same, but an answer that it fails on does not keep the next ones from being heard."""

        async def taken(reply: Reply) -> None:
            try:
                await take(reply)
            except Exception as error:  # noqa: BLE001 - `failed` names it, or raises it again
                self.failed(prober, reply.peer, error)

        return taken

    def observation(
        self,
        target: Target,
        reply: Reply,
        prober: str,
        message: str,
        transport: Transport,
        *,
        outcome: Outcome | None = None,
        asked: str = "",
        raw: bytes | None = None,
        evidence: tuple[Evidence, ...] = (),
        note: str = "",
    ) -> Observation:
        """One observation of a target, as this reply gives it."""
        return Observation(
            site=target.site,
            zone=target.zone,
            address=target.address,
            port=reply.peer_port,
            transport=transport,
            prober=prober,
            message=message,
            seen_at=self.now(),
            outcome=outcome or reply.outcome,
            asked=asked,
            raw=reply.data if raw is None else raw,
            evidence=evidence,
            note="; ".join(text for text in (note, reply.note) if text),
        )


def judged(make: Callable[..., Observation], reply: Reply, read: Read) -> Observation:
    """What a reply is: evidence as `read` finds it, or bytes of another protocol, or none.

    `make` is `Asking.observation` with everything filled in that does not depend on the answer.
    """
    if reply.outcome is not Outcome.ANSWERED:
        return make()
    try:
        evidence, problems = read(reply.data)
    except MalformedError as error:
        return make(outcome=Outcome.MALFORMED, note=str(error))
    return make(evidence=evidence, note="; ".join(filter(None, problems)))


@dataclass(slots=True)
class Host:
    """A live address in its second pass, with what has been seen of it so far."""

    target: Target
    observations: list[Observation] = field(default_factory=list)
    doubtful: bool = False  # it has said nothing, and all around it a middlebox seems to answer
    resumed: bool = False  # an interrupted run of this sweep has begun to ask it
    vouched: int = 0  # so many observations were there when it last proved that it is well

    def answered(self, prober: str) -> bool:
        """Whether this prober has had an answer from it."""
        return any(
            seen.prober == prober and seen.outcome is Outcome.ANSWERED for seen in self.observations
        )

    def unconfirmed(self, prober: str) -> bool:
        """Whether this prober had answers, and anybody may have sent each of them in its name."""
        of_it = [one for one in self.observations if one.prober == prober and one.answered]
        return bool(of_it) and not any(one.proved for one in of_it)

    def asked_before(self, prober: str) -> bool:
        """Whether the interrupted run had come to this prober."""
        return self.resumed and any(seen.prober == prober for seen in self.observations)

    def evidence(self) -> tuple[Evidence, ...]:
        """Everything read so far."""
        return tuple(item for seen in self.observations for item in seen.evidence)

    def proved_evidence(self) -> tuple[Evidence, ...]:
        """The same without the words of those who did not show that they answer us."""
        return tuple(x for seen in self.observations if seen.proved for x in seen.evidence)


@dataclass(frozen=True, slots=True)
class Prober:
    """One protocol: what it costs, and how it asks a link, many addresses, or one live host.

    What is `vendor` is asked of a live host only where its maker is suspected, or where a host
    that looks like video has not said whose it is. `spares` says why a live host is not asked
    whatever the user wants, "" if it may be.
    """

    name: str
    planned: tuple[PlannedProber, ...]
    read: Callable[[Observation], tuple[Evidence, ...]]  # evidence again, from stored bytes
    link: Callable[[Asking, Interface], Awaitable[None]] | None = None
    survey: Callable[[Asking, Iterable[Target]], Awaitable[None]] | None = None
    ask: Callable[[Asking, Host], Awaitable[None]] | None = None
    wanted: Callable[[Host], bool] = lambda _: True  # at a host of which this much is known
    # before all others, multicast included: asks these on-link targets; returns the addresses
    # that nobody has
    ahead: Callable[[Asking, Iterable[Target]], Awaitable[frozenset[str]]] | None = None
    # asks once more what the host had answered, and says what came of it
    again: Callable[[Asking, Host], Awaitable[Outcome]] | None = None
    vendor: bool = False
    spares: Callable[["Asking", Host], str] | None = None
    samples: Callable[[Occasion], tuple[Sample, ...]] = lambda _: ()  # all that it may send
    beyond_router: str = ""  # why answers do not come through a router; "" if they do
    reply_port: int = 0  # the fixed port of ours that answers come to; 0 if to that of the sweep


def settled(identity: Identity) -> bool:
    """Whether maker, model and an identifier are certain, and nothing contradicts."""
    return (
        not identity.conflicts
        and identity.kind is not Kind.UNKNOWN
        and identity.certainty.maker >= _CERTAIN
        and identity.certainty.model >= _CERTAIN
        and any(
            claim.attribute in _IDENTIFIERS and claim.certainty >= _CERTAIN
            for claim in identity.claims
        )
    )
