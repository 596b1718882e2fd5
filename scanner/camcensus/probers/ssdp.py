"""SSDP: UDP 1900, group 239.255.255.250 (UPnP Device Architecture 1.1, 1).

The headers alone are read. The description that they point to is fetched only from the very
address that sent them, and only where `fingerprints/safety.toml` lists its server as safe: one
family of recorders crashes when somebody fetches it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from camcensus.net import Reply
from camcensus.net.frames import CONNECTION_FRAMES
from camcensus.probers.base import Asking, Host, Prober, Said, judged
from camcensus.probers.evidence import description_evidence, ssdp_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.scope import PlannedProber
from camcensus.types import (
    Evidence,
    Field,
    Interface,
    Observation,
    Outcome,
    ProberCost,
    Request,
    Target,
    Transport,
)
from camcensus.wire import MalformedError
from camcensus.wire.http import build_get, host_port, parse_response, response_complete
from camcensus.wire.ssdp import GROUP, PORT, Message, build_search, parse_message
from camcensus.wire.ws_discovery import XAddr, xaddr_endpoint

NAME = "ssdp"
SEARCH, DESCRIPTION = "search", "description"
DESCRIPTION_LIMIT = 65536  # bytes
_DESCRIPTION_S = 3.0
_WAIT_S = 2  # over which a link spreads its answers
_WINDOW_S = _WAIT_S + 1.5
_PER_SOURCE = 12  # a device answers once for each of its services: these say little new


@dataclass(slots=True)
class _Heard:
    """What was heard on a link or of a host, so that each thing is told once."""

    counts: Counter[str] = field(default_factory=Counter)
    known: defaultdict[str, set[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(set))

    def is_news(self, address: str, message: Message) -> bool:
        """Whether this message says more than the address has said before."""
        self.counts[address] += 1
        if self.counts[address] > _PER_SOURCE:
            return False
        what = message.get("st") or message.get("nt")
        kind = what if what.lower().startswith("urn:") else ""
        said = (message.device, message.get("server"), message.get("location"), kind)
        if said in self.known[address]:
            return False
        self.known[address].add(said)
        return True


def read(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored answer or description."""
    try:
        if observation.message == DESCRIPTION:
            return description_evidence(parse_response(observation.raw).body)
        message = parse_message(observation.raw)
    except MalformedError:
        return ()
    return ssdp_evidence(message.headers) if message.speaks_of_itself else ()


async def _take(asking: Asking, heard: _Heard, reply: Reply) -> None:
    """One datagram on a link, as a word of the address that sent it."""
    if reply.outcome is not Outcome.ANSWERED:
        return
    target = asking.locate(reply.peer)
    if target is None:
        asking.remark(NAME, "left aside: an answer from outside the plan")
        return
    seen = _observe(asking, target, heard, reply)
    if seen is not None:
        await asking.emit(seen)


def _observe(asking: Asking, target: Target, heard: _Heard, reply: Reply) -> Observation | None:
    """What is new; other machines' questions and farewells say nothing of their sender."""
    make = partial(asking.observation, target, reply, NAME, SEARCH, Transport.UDP)
    if reply.outcome is not Outcome.ANSWERED:
        return make()
    try:
        message = parse_message(reply.data)
    except MalformedError as error:
        heard.counts[target.address] += 1
        few = heard.counts[target.address] <= _PER_SOURCE
        return make(outcome=Outcome.MALFORMED, note=str(error)) if few else None
    if not message.speaks_of_itself or not heard.is_news(target.address, message):
        return None
    return make(evidence=ssdp_evidence(message.headers), note="; ".join(message.problems))


async def link(asking: Asking, interface: Interface) -> None:
    """Ask the link for root devices; what announces itself meanwhile is heard too."""
    heard = _Heard()
    request = _search_request(GROUP, _WAIT_S)
    take = asking.safely(NAME, partial(_take, asking, heard))
    await asking.net.multicast(interface, GROUP, PORT, [request], take, window_s=_WINDOW_S)
    asking.remark(NAME, f"{interface.name}: {len(heard.known)} made themselves known on the link")


async def ask(asking: Asking, host: Host) -> None:
    """The same question to one live host, then its description if that is known to be safe."""
    if not host.answered(NAME):
        await _search(asking, host)
    await _describe(asking, host)


def _search_request(address: str, wait_s: int) -> Request:
    return Request(NAME, SEARCH, build_search(address, wait_s=wait_s))


def _description_request(address: str, path: str, agent: str, port: int | None) -> Request:
    return Request(NAME, DESCRIPTION, build_get(address, path, agent, port=port))


def samples(occasion: Occasion) -> tuple[Sample, ...]:
    """The search in its two forms, and the request for a description."""
    address, agent = occasion.address, occasion.agent
    return (
        Sample(_search_request(GROUP, _WAIT_S), "to the group on a planned link"),
        Sample(_search_request(address, 1), "to one address"),
        Sample(
            _description_request(address, occasion.description, agent, None),
            "only to software that is known to bear it",
        ),
    )


async def _search(asking: Asking, host: Host) -> None:
    """A unicast search (UPnP Device Architecture 1.1, 1.3.2); version 1.0 may ignore it."""
    address, heard = host.target.address, _Heard()
    request = _search_request(address, 1)
    for reply in await asking.net.udp_exchange(address, PORT, request, timeout_s=1.5):
        seen = _observe(asking, host.target, heard, reply)
        if seen is not None:
            host.observations.append(seen)
            await asking.emit(seen)


async def _describe(asking: Asking, host: Host) -> None:
    """Fetch the first description that may be fetched."""
    address, agent = host.target.address, asking.net.user_agent
    if any(seen.prober == NAME and seen.message == DESCRIPTION for seen in host.observations):
        return
    for place in _safe_places(asking, host):
        try:
            request = _description_request(
                address, place.path, agent, host_port(place.port, tls=False)
            )
        except ValueError:
            continue
        objection = asking.net.objection(request, address, Transport.TCP, place.port)
        if not objection:
            await _fetch(asking, host, place, request)
            return
        why = objection.removeprefix(f"{address}: ")
        asking.remark(NAME, f"a description was not fetched: {why}")


def _safe_places(asking: Asking, host: Host) -> Iterator[XAddr]:
    """Descriptions at the host's own address that a server listed as safe points to."""
    for seen in tuple(host.observations):
        if seen.prober != NAME or seen.message != SEARCH:
            continue
        said = {item.field: item.value for item in seen.evidence}
        place = xaddr_endpoint(said.get(Field.SSDP_LOCATION, ""), host.target.address)
        if place is None or not asking.net.safety.may_describe(said.get(Field.SSDP_SERVER, "")):
            continue
        if place.matches_source and place.scheme == "http":
            yield place
        else:
            asking.remark(NAME, "a description was not fetched: it lies at another address")


async def _fetch(asking: Asking, host: Host, place: XAddr, request: Request) -> None:
    reply = await asking.net.tcp_exchange(
        host.target.address,
        place.port,
        request,
        deadline_s=_DESCRIPTION_S,
        limit=DESCRIPTION_LIMIT,
        complete=response_complete,
    )
    make = partial(
        asking.observation, host.target, reply, NAME, DESCRIPTION, Transport.TCP, asked=place.path
    )
    await asking.emit(judged(make, reply, _described))


def _described(data: bytes) -> Said:
    return description_evidence(parse_response(data).body), ()


PROBER = Prober(
    name=NAME,
    planned=(
        PlannedProber(NAME, "link", Transport.UDP, (PORT,), ProberCost(1), (GROUP,)),
        PlannedProber(NAME, "second", Transport.UDP, (PORT,), ProberCost(1)),
        PlannedProber(  # a description, wherever the device says that it lies
            NAME,
            "second",
            Transport.TCP,
            (),
            ProberCost(
                frames=CONNECTION_FRAMES,
                connections=1,
                bytes_in=DESCRIPTION_LIMIT,
                usual_share=0.02,
            ),
        ),
    ),
    read=read,
    link=link,
    ask=ask,
    samples=samples,
    beyond_router="many UPnP devices hear only questions to their group, which no router passes",
)
