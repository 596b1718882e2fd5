"""SNMP: one GET for sysDescr and sysObjectID, only with a community that the user gave (UDP 161).

The community is a credential. It stands in the datagram and nowhere else: answers repeat it, so
it is taken out of them before anything is kept.
"""

from dataclasses import dataclass, field, replace
from functools import partial

from camcensus.net import Reply
from camcensus.probers.base import Asking, Host, Prober, Said, judged
from camcensus.probers.evidence import snmp_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.scope import PlannedProber
from camcensus.types import Evidence, Observation, Outcome, ProberCost, Request, Transport
from camcensus.wire import MalformedError
from camcensus.wire.snmp import Version, build_get, parse, without_community

NAME = "snmp"
PORT = 161
MESSAGE = "get-system"
NO_COMMUNITY = "no community given"


@dataclass(frozen=True, slots=True)
class Community:
    """The user's community, which no repr shows; version 1 is asked too only where they say so."""

    name: str = field(repr=False)
    version_1_too: bool = False


def read(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored answer; what answers another question than ours says nothing."""
    if observation.outcome is not Outcome.ANSWERED:
        return ()
    try:
        return snmp_evidence(parse(observation.raw))
    except MalformedError:
        return ()


def with_community(community: Community) -> Prober:
    """The prober that asks with this community."""
    datagrams = 1 + community.version_1_too
    planned = PlannedProber(
        NAME, "second", Transport.UDP, (PORT,), ProberCost(datagrams, 0, datagrams)
    )
    return replace(
        PROBER,
        planned=(planned,),
        ask=partial(_ask, community),
        samples=partial(_samples, _versions(community)),
    )


def _versions(community: Community) -> tuple[Version, ...]:
    return (Version.V2C, Version.V1) if community.version_1_too else (Version.V2C,)


def _samples(versions: tuple[Version, ...], occasion: Occasion) -> tuple[Sample, ...]:
    """The question, with another community than the user's: that one is shown nowhere."""
    request_id = _request_id(occasion.number)
    return tuple(
        Sample(
            Request(NAME, MESSAGE, build_get(occasion.secret, request_id, version)),
            f"version {version}; the community that was given stands in the place of a sample, and "
            "its length in the two lengths before it",
        )
        for version in versions
    )


async def _ask(community: Community, asking: Asking, host: Host) -> None:
    """One question; one more in version 1 to a host that was silent, if the user wants that."""
    for version in _versions(community):
        request_id = _request_id(asking.seed(f"{NAME} {version}", host.target.address))
        request = Request(NAME, MESSAGE, build_get(community.name, request_id, version))
        replies = await asking.net.udp_exchange(host.target.address, PORT, request)
        for reply in replies:
            seen = _observe(asking, host, reply, request_id, community.name)
            host.observations.append(seen)
            await asking.emit(seen)
        if any(reply.outcome is not Outcome.SILENT for reply in replies):
            return


def _request_id(seed: bytes) -> int:
    """An id that only the question of this sweep to this address carried; four octets."""
    return int.from_bytes(seed[:4], "big") % 0x7F000000 + 0x01000000


def _observe(
    asking: Asking, host: Host, reply: Reply, request_id: int, community: str
) -> Observation:
    bare = replace(reply, data=_without(reply.data, community))
    make = partial(asking.observation, host.target, bare, NAME, MESSAGE, Transport.UDP)
    return judged(make, bare, partial(_answer_to, request_id))


def _answer_to(request_id: int, data: bytes) -> Said:
    answer = parse(data)
    if answer.request_id != request_id:
        raise MalformedError("it answers another question than ours")
    problems = (f"error status {answer.error_status}",) if answer.error_status else ()
    return snmp_evidence(answer), problems


def _without(data: bytes, community: str) -> bytes:
    """The answer without the community, wherever the device put it."""
    try:
        kept = without_community(data)
    except MalformedError:
        kept = data
    word = community.encode("ascii")
    return kept.replace(word, b"*" * len(word)) if len(word) > 3 or kept is data else kept


PROBER = Prober(name=NAME, planned=(), read=read)
"""Reads what is stored; it asks nobody, because it has no community: see `with_community`."""
