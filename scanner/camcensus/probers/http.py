"""HTTP and HTTPS front pages: one GET a port, without cookie or credential (RFC 9110)."""

from dataclasses import dataclass
from functools import partial

from camcensus.net import Reply
from camcensus.net.frames import CONNECTION_FRAMES, TLS_FRAMES
from camcensus.net.scrub import image_hashes
from camcensus.probers.base import Asking, Host, Prober
from camcensus.probers.evidence import favicon_evidence, http_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.probers.tls import greet_as_of_old, observe_certificate
from camcensus.probers.tls import samples as tls_samples
from camcensus.scope import PlannedProber
from camcensus.types import (
    Evidence,
    Field,
    Observation,
    Outcome,
    ProberCost,
    Request,
    Transport,
)
from camcensus.wire import MalformedError
from camcensus.wire.http import Response, build_get, host_port, parse_response, response_complete
from camcensus.wire.ws_discovery import xaddr_endpoint

NAME = "http"
HTTPS = "https"  # how a user names ports that are asked over TLS at once
FIRST_PORTS = (80, 443)
FURTHER_PORTS = (8000, 8080, 8443, 88, 81)
TLS_PORTS = frozenset({443, 8443})
_MOST_NAMED_PORTS = 3
_MOST_PORTS = len(FIRST_PORTS) + len(FURTHER_PORTS) + _MOST_NAMED_PORTS
_WORST_CONNECTIONS = 2 * _MOST_PORTS + 3  # each also the other way; redirect, icon, an old hello
_WORST_TLS = _MOST_PORTS + 2  # of these: one way of each, and where the last port leads
_BYTES = 65536  # of one connection
_USUAL_FRAMES = 12  # one SYN to each closed port, or two pages; measured on the virtual estate
_PATIENCE_S = (6.0, 2.5, 1.0)  # after so many mute ports
_MOST_MUTE = 5  # ports; whoever says nothing at so many says nothing at the next
_TLS_RECORD = (b"\x15\x03", b"\x16\x03")  # RFC 8446, 5.1: alert or handshake, version 3.x


@dataclass(frozen=True, slots=True)
class _Page:
    """What one port said, parsed as far as it goes."""

    reply: Reply
    response: Response | None
    tls: bool


def read(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored answer."""
    try:
        response = parse_response(observation.raw)
    except MalformedError:
        return ()
    if observation.message == "favicon":
        return _favicon_evidence(response)
    return http_evidence(response, observation.asked)


async def ask(asking: Asking, host: Host) -> None:
    """80 and 443 and what answers or the user named; the rest only where these gave nothing."""
    stated = (port for port in _named_ports(host) if _may_ask(asking, host, port, "/", "page"))
    named = (*asking.ports.get(NAME, ()), *asking.ports.get(HTTPS, ()), *stated)
    ports = tuple(dict.fromkeys((*FIRST_PORTS, *named)))
    if not await _ask_ports(asking, host, ports):
        await _ask_ports(asking, host, tuple(p for p in FURTHER_PORTS if p not in ports))


async def again(asking: Asking, host: Host) -> Outcome:
    """Whether the port that gave a page still does."""
    port = next(x.port for x in host.observations if x.answered and x.prober == NAME)
    payload = build_get(host.target.address, "/", asking.net.user_agent, port=port)
    tls = port in TLS_PORTS or port in asking.ports.get(HTTPS, ())
    request = Request(NAME, "page", payload)
    reply = await asking.net.tcp_exchange(host.target.address, port, request, tls=tls, limit=2048)
    return reply.outcome


async def _ask_ports(asking: Asking, host: Host, ports: tuple[int, ...]) -> bool:
    """Ask each port once; whether any gave a page."""
    heard = False
    for port in ports:
        page = await _front_page(asking, host, port)
        if page.reply.outcome is Outcome.SKIPPED_BUDGET or _mute_ports(host) >= _MOST_MUTE:
            break
        if page.response is not None:
            heard = True
            await _further(asking, host, port, page)
    return heard


def _named_ports(host: Host) -> list[int]:
    """Ports that the device's own answers gave for its own address, never another's."""
    ports: list[int] = []
    for item in host.evidence():
        if item.field is Field.WSD_XADDR:
            endpoint = xaddr_endpoint(item.value, host.target.address)
            if endpoint is not None and endpoint.matches_source and endpoint.port not in ports:
                ports.append(endpoint.port)
    return ports[:_MOST_NAMED_PORTS]


async def _front_page(asking: Asking, host: Host, port: int) -> _Page:
    """The front page, over TLS or not as the port suggests; once the other way if wrong."""
    tls = port in TLS_PORTS or port in asking.ports.get(HTTPS, ())
    page = await _get(asking, host, port, "/", "page", tls=tls)
    if tls and page.reply.outcome is Outcome.TLS_FAILED:
        if _speaks_plain(page.reply):
            return await _get(asking, host, port, "/", "page", tls=False)
        await greet_as_of_old(asking, host, port, page.reply)
    if not tls and _speaks_tls(page):
        page = await _get(asking, host, port, "/", "page", tls=True)
        await greet_as_of_old(asking, host, port, page.reply)
    return page


def _speaks_plain(reply: Reply) -> bool:
    return "wrong version number" in reply.note or "http request" in reply.note


def _speaks_tls(page: _Page) -> bool:
    if page.reply.data.startswith(_TLS_RECORD):
        return True
    refused = page.response is not None and page.response.status == 400
    return refused and b"HTTPS port" in page.reply.data


async def _get(
    asking: Asking, host: Host, port: int, path: str, message: str, *, tls: bool
) -> _Page:
    """One GET, and its observations: the page, and over TLS the certificate."""
    address = host.target.address
    payload = build_get(address, path, asking.net.user_agent, port=host_port(port, tls=tls))
    reply = await asking.net.tcp_exchange(
        address,
        port,
        Request(NAME, message, payload),
        tls=tls,
        deadline_s=_patience_s(host),
        limit=_BYTES,
        complete=response_complete,
    )
    await observe_certificate(asking, host, reply)
    make = partial(asking.observation, host.target, reply, NAME, message, Transport.TCP, asked=path)
    if reply.outcome is not Outcome.ANSWERED:
        await asking.emit(make())
        return _Page(reply, None, tls)
    try:
        response = parse_response(reply.data)
    except MalformedError as error:
        await asking.emit(make(outcome=Outcome.MALFORMED, note=str(error)))
        return _Page(reply, None, tls)
    evidence = (
        _favicon_evidence(response) if message == "favicon" else http_evidence(response, path)
    )
    observation = make(evidence=evidence, note="; ".join(response.problems))
    host.observations.append(observation)
    await asking.emit(observation)
    return _Page(reply, response, tls)


def _patience_s(host: Host) -> float:
    """How long for one page: less for a host that has accepted connections and said nothing."""
    return _PATIENCE_S[min(_mute_ports(host), len(_PATIENCE_S) - 1)]


def _mute_ports(host: Host) -> int:
    return len({seen.port for seen in host.observations if seen.outcome is Outcome.MUTE})


async def _further(asking: Asking, host: Host, port: int, page: _Page) -> None:
    """One redirect at the same address; the icon only while nobody knows who made the device."""
    if page.response is None:
        return
    scheme = "https" if page.tls else "http"
    path = page.response.redirect_path(host.target.address, port, scheme)
    latest = page
    if path and path != "/" and _may_ask(asking, host, port, path, "redirect"):
        latest = await _get(asking, host, port, path, "redirect", tls=page.tls)
    shown = latest.response or page.response
    icon = shown.favicon_path()
    if icon and asking.is_open(host.evidence()) and _may_ask(asking, host, port, icon, "favicon"):
        await _get(asking, host, port, icon, "favicon", tls=page.tls)


def _may_ask(asking: Asking, host: Host, port: int, path: str, message: str) -> bool:
    """Whether a path that the device named is one that we ask; if not, its word stays recorded."""
    try:
        payload = build_get(host.target.address, path, asking.net.user_agent, port=port)
    except ValueError:
        return False
    request = Request(NAME, message, payload)
    return not asking.net.objection(request, host.target.address, Transport.TCP, port)


def _favicon_evidence(response: Response) -> tuple[Evidence, ...]:
    """The hashes that the scrubber left of the picture, if it was one and was there."""
    hashes = image_hashes(response.body)
    if hashes is None or response.status != 200:
        return ()
    return favicon_evidence(*hashes)


def samples(occasion: Occasion) -> tuple[Sample, ...]:
    """The pages that it may ask for, and the hello to what refuses every cipher of today."""

    def get(path: str, message: str) -> Request:
        return Request(NAME, message, build_get(occasion.address, path, occasion.agent))

    return (
        Sample(get("/", "page")),
        Sample(get(occasion.path, "redirect"), "where the front page leads there"),
        Sample(get(occasion.icon, "favicon"), "while nothing has said who made the device"),
        *tls_samples(occasion),
    )


PROBER = Prober(
    name=NAME,
    planned=(
        PlannedProber(
            NAME,
            "second",
            Transport.TCP,
            (*FIRST_PORTS, *FURTHER_PORTS),
            ProberCost(
                frames=_WORST_CONNECTIONS * CONNECTION_FRAMES + _WORST_TLS * TLS_FRAMES,
                connections=_WORST_CONNECTIONS,
                requests=_WORST_CONNECTIONS,
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
