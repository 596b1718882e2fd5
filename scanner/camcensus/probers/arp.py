"""ARP: the MAC of every target on our own link, before anything else is sent to it.

Where frames cannot be sent (no scapy, no CAP_NET_RAW), and for IPv6, the kernel's neighbour table
tells the same of those whom it met: message "neighbour-cache". Suspected proxies are evidence of
nobody: whoever answers for many addresses speaks for others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from camcensus.data import normalise_mac
from camcensus.net import Reply
from camcensus.net.link import ask_links
from camcensus.net.neighbours import Known
from camcensus.probers.base import Asking, Prober
from camcensus.probers.evidence import mac_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.scope import PlannedProber
from camcensus.types import (
    Evidence,
    Observation,
    Outcome,
    ProberCost,
    Request,
    Target,
    Transport,
)
from camcensus.wire import MalformedError
from camcensus.wire.arp import SIZE, build_request, parse

NAME = "arp"
REQUEST, CACHE = "request", "neighbour-cache"
PROXY_FROM = 8  # addresses of one MAC; a device of its own rarely has as many on one link

Frames = dict[str, dict[str, bytes]]  # address -> MAC -> the frame that said so


def read(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored answer: frames one after the other, or a line of the table."""
    raw = observation.raw
    if observation.message == CACHE:
        words = raw.decode("ascii", "replace").split()
        mac = normalise_mac(words[4]) if len(words) > 4 else None
        return mac_evidence(mac) if mac else ()
    try:
        macs = {parse(raw[start : start + SIZE]).mac for start in range(0, len(raw), SIZE)}
    except MalformedError:
        return ()
    return mac_evidence(macs.pop()) if len(macs) == 1 else ()


def proxies(addresses_of: Mapping[str, int]) -> frozenset[str]:
    """The MACs that answer for so many addresses that they speak for others."""
    return frozenset(mac for mac, count in addresses_of.items() if count >= PROXY_FROM)


async def ahead(asking: Asking, targets: Iterable[Target]) -> frozenset[str]:
    """Ask these targets, all on our own links; each answer is an observation.

    Returns the addresses that nobody has: no datagram could leave for them either.
    """
    heard: Frames = defaultdict(dict)
    absent: set[str] = set()
    take = asking.safely(NAME, partial(_take, asking, heard, absent))
    survey = await ask_links(asking.net, _noted(targets, absent), take)
    if survey.why_not:
        asking.unheard(NAME, f"{survey.why_not}: MACs are from this machine's neighbour table")
        return frozenset()
    suspects = proxies(Counter(mac for macs in heard.values() for mac in macs))
    for address, macs in heard.items():
        await _tell(asking, address, macs, suspects)
    remark_proxies(asking, suspects, [mac for macs in heard.values() for mac in macs])
    return frozenset(absent)


def _noted(targets: Iterable[Target], absent: set[str]) -> Iterator[Target]:
    """The same targets; each counts as absent until something is heard of it."""
    for target in targets:
        absent.add(target.address)
        yield target


async def _take(asking: Asking, heard: Frames, absent: set[str], reply: Reply) -> None:
    """Keep an answer until all have been heard; leave a withheld device alone from now on."""
    absent.discard(reply.peer)
    target = asking.locate(reply.peer)
    if target is None:
        return
    if reply.outcome is not Outcome.ANSWERED:
        await asking.emit(asking.observation(target, reply, NAME, REQUEST, Transport.LINK))
        return
    mac = parse(reply.data).mac
    heard[reply.peer][mac] = reply.data
    asking.net.permit.learn(reply.peer, mac)


async def _tell(
    asking: Asking, address: str, macs: Mapping[str, bytes], suspects: frozenset[str]
) -> None:
    """Emit what is known of one address; where only a proxy spoke, it was itself silent."""
    target = asking.locate(address)
    if target is None:
        return
    own = {mac: frame for mac, frame in macs.items() if mac not in suspects}
    if len(own) > 1:
        asking.remark(
            NAME,
            f"{address}: {len(own)} machines answer for this address ({', '.join(sorted(own))}): "
            "an address given twice, or proxy ARP; the MAC is taken as evidence of nobody",
        )
    reply = Reply(Outcome.ANSWERED if own else Outcome.SILENT, b"".join(own.values()), address)
    evidence = mac_evidence(next(iter(own))) if len(own) == 1 else ()
    await asking.emit(
        asking.observation(target, reply, NAME, REQUEST, Transport.LINK, evidence=evidence)
    )


def remark_proxies(asking: Asking, suspects: Iterable[str], seen: Iterable[str]) -> None:
    """Say who speaks for many, once a MAC."""
    counts = Counter(seen)
    for mac in sorted(suspects):
        asking.remark(
            NAME,
            f"proxy ARP suspected: {mac} answers for {counts[mac]} addresses of this link, so its "
            "answers are evidence of nobody and no sign of life",
        )


def of_neighbour(asking: Asking, target: Target, known: Known) -> Observation:
    """What the kernel's table says of a target, as an observation."""
    reply = Reply(Outcome.ANSWERED, known.line(), target.address)
    evidence = mac_evidence(known.mac)
    return asking.observation(target, reply, NAME, CACHE, Transport.LINK, evidence=evidence)


def samples(occasion: Occasion) -> tuple[Sample, ...]:
    """The question, which `net` builds and sends."""
    frame = build_request(occasion.own_mac, occasion.own_address, occasion.address)
    return (Sample(Request(NAME, REQUEST, frame)),)


PROBER = Prober(
    name=NAME,
    planned=(PlannedProber(NAME, "first", Transport.LINK, (), ProberCost(2, 0, 2, SIZE)),),
    read=read,
    ahead=ahead,
    samples=samples,
    beyond_router="no router passes ARP on, so their MACs cannot be seen",
)
