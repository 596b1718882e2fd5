"""What each prober declares that it may cost a host, against what the worst hosts got of it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.identify import load_catalogue
from camcensus.net import Reply
from camcensus.net.frames import CONNECTION_FRAMES, TLS_FRAMES
from camcensus.probers import canary, http, identity_page, onvif, rtsp, ssdp, web_identity
from camcensus.probers.base import Host, Prober
from camcensus.probers.snmp import Community, with_community
from camcensus.probers.table import PROBERS
from camcensus.types import (
    Claim,
    Evidence,
    Field,
    Identity,
    Kind,
    Observation,
    Outcome,
    OwnerLogin,
    ProberCost,
    Request,
    Transport,
)
from camcensus.wire.mdns import build_query
from camcensus.wire.tls import PROTOCOL_VERSION
from probers.asking import LIMITS, LINK, NOW, SAFETY, Desk, ScriptedNet

build_query(("_rtsp._tcp.local.",), unicast_response=True)  # imports the codec before any loop
SPEAKERS = load_catalogue().speakers()
ADDRESS = "127.88.9.1"
_ONE = Claim("of-a-test", "maker", "axis", 0.5, Evidence(Field.HTTP_SERVER, "x"))
_MAKERS = {"axis", "ubiquiti"} | SAFETY.pages[0].makers  # who is suspected: whom a page is for
SOMEBODY = Identity(
    kind=Kind.CAMERA, claims=tuple(replace(_ONE, value=maker) for maker in sorted(_MAKERS))
)
PAGE = (
    b'HTTP/1.1 200 OK\r\nLocation: /further\r\n\r\n<link rel="icon" href="/favicon.ico">'
    b'<meta http-equiv="refresh" content="0; url=/further.htm"><title>x</title>'
)


@dataclass(frozen=True)
class Connection:
    """One connection as the host saw it."""

    port: int
    tls: bool
    payloads: tuple[bytes, ...]
    limit: int


Script = Callable[[Connection, int], Sequence[Reply]]


class WorstHost(ScriptedNet):
    """A host that says what a script says, and counts what it got; nothing leaves the machine."""

    script: Script
    got: list[tuple[Connection, int]]
    datagrams: int

    async def tcp_dialogue(
        self,
        address: str,
        port: int,
        requests: Sequence[Request],
        *,
        tls: bool = False,
        limit: int = 65536,
        **_: Any,
    ) -> tuple[Reply, ...]:
        for request in requests:
            assert not self.safety.objection(request, Transport.TCP, port), request
        met = Connection(port, tls, tuple(one.payload for one in requests), limit)
        replies = self.script(met, len(self.got))
        self.got.append((met, len(replies)))
        return tuple(replace(one, peer=address, peer_port=port) for one in replies)

    async def udp_exchange(
        self, address: str, port: int, request: Request, **_: Any
    ) -> tuple[Reply, ...]:
        assert not self.safety.objection(request, Transport.UDP, port), request
        self.datagrams += 1
        return (Reply(Outcome.SILENT, peer=address, peer_port=port),)

    @property
    def cost(self) -> ProberCost:
        """What came over TCP, as a prober would declare it."""
        over_tls = sum(met.tls for met, _ in self.got)
        return ProberCost(
            frames=len(self.got) * CONNECTION_FRAMES + over_tls * TLS_FRAMES,
            connections=len(self.got),
            requests=sum(count for _, count in self.got),
            bytes_in=sum(met.limit for met, _ in self.got),
        )


@dataclass
class WorstDesk(Desk):
    """Somebody's camera, nobody knows whose; the owner gave a login."""

    script: Script = lambda _met, _count: (Reply(Outcome.SILENT),)
    identity: Identity = SOMEBODY
    worst: WorstHost = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        permit, safety = self.net.permit.planned, self.net.safety
        self.net = self.worst = WorstHost(permit, safety, LIMITS, user_agent="camcensus/test")
        self.worst.script, self.worst.got, self.worst.datagrams = self.script, [], 0

    def name(self, _: Iterable[Evidence]) -> Identity:
        return self.identity


def answered(data: bytes) -> tuple[Reply, ...]:
    return (Reply(Outcome.ANSWERED, data),)


def ended(outcome: Outcome, note: str = "", alert: str = "") -> tuple[Reply, ...]:
    return (Reply(outcome, note=note, alert=alert),)


def told(host: Host, prober: str, *evidence: Evidence, port: int = 3702, message: str = "") -> None:
    host.observations.append(
        Observation(
            "test", "", ADDRESS, port, Transport.UDP, prober, message, NOW, Outcome.ANSWERED,
            evidence=evidence,
        )
    )  # fmt: skip


def places(host: Host, *ports: int, scheme: str = "http") -> None:
    for port in ports:
        url = f"{scheme}://{ADDRESS}:{port}/onvif/device_service"
        told(host, "ws-discovery", Evidence(Field.WSD_XADDR, url))


def a_page(host: Host, *ports: int) -> None:
    for port in ports:
        told(host, "http", Evidence(Field.HTTP_STATUS, "HTTP/1.1 200 OK"), port=port)


def met(prober: Prober, script: Script, prepare: Callable[[Host], None]) -> WorstHost:
    """What such a host got of this prober, with everything that a user can switch on."""
    desk = WorstDesk(script=script, thorough=True)
    host = desk.host(ADDRESS)
    prepare(host)
    login = OwnerLogin("viewer", lambda: "of a test", allow_http=True)

    async def run() -> None:
        assert prober.ask is not None
        await prober.ask(replace(desk.asking(), login=login, speakers=SPEAKERS), host)

    asyncio.run(run())
    assert not desk.failures
    return desk.worst


def declared(prober: Prober, transport: Transport = Transport.TCP) -> ProberCost:
    rows = [row.cost for row in prober.planned if row.stage == "second"
            and row.transport is transport]  # fmt: skip
    return ProberCost(
        frames=sum(row.frames for row in rows),
        connections=sum(row.connections for row in rows),
        requests=sum(row.requests for row in rows),
        bytes_in=sum(row.bytes_in for row in rows),
    )


# ------------------------------------------------------------ the worst that we can think of


def wrong_way_round(seen: Connection, count: int) -> Sequence[Reply]:
    """Each port speaks the other way than it should; only the last one shows a page."""
    if seen.port == http.FURTHER_PORTS[-1] and seen.tls:
        return answered(PAGE)
    if count == 1:  # the first port, asked over TLS after all: what it speaks is too old
        return ended(Outcome.TLS_FAILED, "protocol version", PROTOCOL_VERSION)
    if seen.tls:
        return ended(Outcome.TLS_FAILED, "wrong version number")
    return answered(b"\x15\x03\x01\x00\x02\x02\x46")


def refuses_the_second_right(seen: Connection, _: int) -> Sequence[Reply]:
    """The last place answers everything, but for what needs a right."""
    if seen.port != 8082:
        return ended(Outcome.REFUSED)
    body = seen.payloads[0].partition(b"\r\n\r\n")[2]
    if b"GetScopes" in body:
        return answered(b"HTTP/1.1 401 Unauthorized\r\n\r\n")
    operation = next(
        one.operation
        for one in (*onvif.QUESTIONS, *onvif.AS_OWNER)
        if one.operation.encode() + b"/" in body or one.operation.encode() + b">" in body
        or one.operation.encode() + b" " in body
    )  # fmt: skip
    return answered(
        b'HTTP/1.1 200 OK\r\n\r\n<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">'
        b'<s:Body><d:%sResponse xmlns:d="http://www.onvif.org/ver10/device/wsdl"/></s:Body>'
        b"</s:Envelope>" % operation.encode()
    )


def breaks_off_once(seen: Connection, count: int) -> Sequence[Reply]:
    """Nothing streams anywhere; the first port takes one question ill and closes."""
    if count == 0:
        bad = answered(b"RTSP/1.0 400 Bad Request\r\nCSeq: 1\r\n\r\n")
        return (*bad, *ended(Outcome.CLOSED))
    return answered(b"HTTP/1.1 400 Bad Request\r\n\r\n") * len(seen.payloads)


def streams(host: Host) -> None:
    values = [Evidence(Field.FOSCAM_FIELD, f"rtsp-port={port}") for port in (8555, 8556, 8557)]
    told(host, "foscam", *values)


def described(host: Host) -> None:
    server = "Debian/12 UPnP/1.0 MiniDLNA/1.3.0"
    told(
        host, "ssdp", Evidence(Field.SSDP_SERVER, server),
        Evidence(Field.SSDP_LOCATION, f"http://{ADDRESS}:8099/description.xml"),
        port=1900, message=ssdp.SEARCH,
    )  # fmt: skip


def places_and_a_page(host: Host) -> None:
    places(host, 8091, 8092, 8093)
    a_page(host, 8082)


def a_page_over_tls(host: Host) -> None:
    a_page(host, 443)
    told(host, "tls", port=443)


def nothing(_: Host) -> None:
    """Nothing is known of it."""


def page_everywhere(seen: Connection, _: int) -> Sequence[Reply]:
    return answered(PAGE) * len(seen.payloads)


WORST: dict[str, tuple[Prober, Script, Callable[[Host], None]]] = {
    "http": (http.PROBER, wrong_way_round, lambda host: places(host, 8091, 8092, 8093, 8094)),
    "onvif": (
        onvif.PROBER,
        refuses_the_second_right,
        places_and_a_page,
    ),
    "rtsp": (rtsp.PROBER, breaks_off_once, streams),
    "canary": (canary.PROBER, page_everywhere, nothing),
    "axis": (web_identity.AXIS, page_everywhere, lambda host: a_page(host, 80, 8080)),
    "unifi": (
        web_identity.UNIFI,
        page_everywhere,
        a_page_over_tls,
    ),
    "identity-page": (identity_page.PROBER, page_everywhere, lambda host: a_page(host, 80, 8080)),
    "ssdp": (ssdp.PROBER, page_everywhere, described),
}


def test_every_prober_that_connects_has_a_worst_host() -> None:
    connecting = {one.name for one in PROBERS if declared(one).connections}

    assert connecting == WORST.keys()


@pytest.mark.parametrize("name", WORST)
def test_the_worst_host_gets_what_is_declared_and_no_more(name: str) -> None:
    prober, script, prepare = WORST[name]

    cost, most = met(prober, script, prepare).cost, declared(prober)

    assert cost.connections == most.connections
    assert cost.requests <= most.requests
    assert cost.frames <= most.frames
    assert cost.bytes_in <= most.bytes_in or name == "canary"  # it stops at the first byte


REPLIES = (
    answered(PAGE),
    answered(b"\x15\x03\x01\x00\x02\x02\x46"),
    answered(b"HTTP/1.1 401 Unauthorized\r\n\r\n"),
    answered(b"RTSP/1.0 400 Bad Request\r\nCSeq: 1\r\n\r\n"),
    answered(b"noise"),
    *(ended(one) for one in (Outcome.SILENT, Outcome.REFUSED, Outcome.CLOSED, Outcome.RESET)),
    ended(Outcome.MUTE),
    ended(Outcome.TLS_FAILED, "wrong version number"),
    ended(Outcome.TLS_FAILED, "protocol version", PROTOCOL_VERSION),
)


@pytest.mark.fuzz
@given(st.lists(st.tuples(st.integers(1, 2), st.sampled_from(REPLIES)), min_size=30, max_size=30))
@pytest.mark.parametrize("name", WORST)
def test_no_host_gets_more_than_is_declared(
    name: str, says: list[tuple[int, tuple[Reply, ...]]]
) -> None:
    prober, _, prepare = WORST[name]

    def script(seen: Connection, count: int) -> Sequence[Reply]:
        times, reply = says[count % len(says)]
        return reply * min(times, len(seen.payloads))

    cost, most = met(prober, script, prepare).cost, declared(prober)

    assert cost.connections <= most.connections
    assert cost.requests <= most.requests
    assert cost.frames <= most.frames


# ------------------------------------------------------------ datagrams


@pytest.mark.parametrize("prober", [*PROBERS, with_community(Community("abc", version_1_too=True))])
def test_a_silent_host_gets_no_more_datagrams_than_are_declared(prober: Prober) -> None:
    if prober.ask is None:
        assert not [row for row in prober.planned if row.stage == "second"]
        return

    got = met(prober, lambda _met, _count: ended(Outcome.SILENT), nothing)

    assert got.datagrams == declared(prober, Transport.UDP).requests


@pytest.mark.parametrize("prober", [one for one in PROBERS if one.link is not None])
def test_a_link_gets_no_more_questions_than_are_declared(prober: Prober) -> None:
    desk = WorstDesk()
    (row,) = [one for one in prober.planned if one.stage == "link"]

    async def run() -> None:
        assert prober.link is not None
        await prober.link(desk.asking(), LINK)

    asyncio.run(run())

    assert 0 < len(desk.worst.asked) <= row.cost.requests
    assert row.cost.frames >= row.cost.requests
