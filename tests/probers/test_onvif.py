"""The device service on loopback: what is asked of whom, when it ends, and what is kept."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from camcensus.lab import Estate, Persona, load_personas, place
from camcensus.lab.serve import EstateServer
from camcensus.lab.tally import Tally
from camcensus.probers import onvif
from camcensus.probers.base import Host
from camcensus.probers.onvif_messages import message
from camcensus.types import (
    Certainty,
    Claim,
    Evidence,
    Field,
    Identity,
    Kind,
    Observation,
    Outcome,
    Transport,
)
from net.conftest import LoopbackPermit
from probers.asking import LIMITS, NOW, Desk

HOST = "127.88.6.1"
CAMERA = Identity(kind=Kind.CAMERA, certainty=Certainty(kind=0.9))
PERSONAS = {one.name: one for one in load_personas() if one.onvif}
ORDINARY = [one.message for one in onvif.QUESTIONS if not one.thorough]
CLOCK, INFORMATION, SCOPES, NAME = ORDINARY
OPEN_PERSONAS = [
    one for one in PERSONAS.values() if one.onvif and one.onvif.open and not one.onvif.xaddr
]
SHUT_PERSONAS = [one for one in PERSONAS.values() if one.onvif and not one.onvif.open]
by_name = pytest.mark.parametrize("persona", PERSONAS.values(), ids=PERSONAS)


@dataclass
class OnvifDesk(Desk):
    """A desk whose catalogue says what a test says."""

    identity: Identity = CAMERA
    thorough: bool = False
    typed: tuple[int, ...] = ()
    tally: Tally = field(default_factory=Tally)

    def name(self, _: Iterable[Evidence]) -> Identity:
        return self.identity

    async def ask(self, host: Host) -> None:
        ports = {"onvif": self.typed}
        await onvif.ask(replace(self.asking(), thorough=self.thorough, ports=ports), host)

    @property
    def asked_for(self) -> list[str]:
        return [seen.message for seen in self.seen]

    @property
    def tried(self) -> list[int]:
        permit = self.net.permit.planned
        assert isinstance(permit, LoopbackPermit)
        return [port for _, _, port in permit.asked]


def heard(host: Host, *evidence: Evidence, prober: str = "ws-discovery", port: int = 3702) -> Host:
    host.observations.append(
        Observation(
            "test", "", host.target.address, port, Transport.UDP, prober, "page", NOW,
            Outcome.ANSWERED, evidence=evidence,
        )
    )  # fmt: skip
    return host


def xaddr(text: str) -> Evidence:
    return Evidence(Field.WSD_XADDR, text)


def standing(persona: Persona) -> Estate:
    """The persona with the ports of its device service alone, and what must be left alone."""
    ports = persona.onvif.ports if persona.onvif else ()
    kept = tuple(one for one in persona.tcp if one.port in ports or one.canary)
    return Estate((place(replace(persona, tcp=kept), "198.18.6.1"),)).on_loopback(88)


def meet(persona: Persona, desk: OnvifDesk | None = None) -> OnvifDesk:
    """Ask a simulated device that has told its address, or whose port the user named."""
    desk = desk or OnvifDesk()
    estate = standing(persona)
    device = estate.devices[0]
    voice = persona.ws_discovery
    said = [xaddr(device.fill(one)) for one in voice.xaddrs] if voice else []
    if not said and persona.onvif:
        desk.typed = tuple(device.port(port) for port in persona.onvif.ports)

    async def run() -> None:
        async with EstateServer(estate) as server:
            await desk.ask(heard(desk.host(device.address), *said))
            desk.tally = server.tally

    asyncio.run(run())
    return desk


# ------------------------------------------------------------ simulated devices


@pytest.mark.parametrize("persona", OPEN_PERSONAS, ids=lambda one: one.name)
def test_a_device_that_answers_everybody_is_named_by_it(persona: Persona) -> None:
    desk = meet(persona)
    voice = persona.onvif

    assert voice is not None
    assert desk.asked_for[:2] == [CLOCK, INFORMATION]
    assert desk.values(Field.ONVIF_MODEL) == [voice.model]
    assert desk.values(Field.ONVIF_MANUFACTURER) == [voice.manufacturer]
    assert desk.values(Field.ONVIF_FIRMWARE) == [voice.firmware]


@pytest.mark.parametrize("persona", SHUT_PERSONAS, ids=lambda one: one.name)
def test_a_refusal_in_any_form_is_evidence_and_ends_what_needs_a_right(persona: Persona) -> None:
    desk = meet(persona)
    voice = persona.onvif

    assert voice is not None
    assert desk.asked_for == ([CLOCK] if voice.refuses_all else [CLOCK, INFORMATION, NAME])
    assert len(desk.values(Field.ONVIF_FAULT)) == 1
    assert not desk.values(Field.ONVIF_MODEL)
    assert {seen.outcome for seen in desk.seen} == {Outcome.ANSWERED}
    if voice.realm:
        assert desk.values(Field.HTTP_REALM)[0].startswith(voice.realm.partition("{")[0])


@by_name
def test_no_credential_ever_reaches_a_device(persona: Persona) -> None:
    desk = meet(persona, OnvifDesk(thorough=True))

    assert desk.tally.authorization == 0
    assert not desk.tally.violations


@by_name
def test_stored_answers_give_the_same_evidence_again(persona: Persona) -> None:
    for seen in meet(persona, OnvifDesk(thorough=True)).seen:
        assert onvif.read(seen) == seen.evidence


def test_a_thorough_sweep_asks_what_everybody_may_ask() -> None:
    persona = PERSONAS["sony_cam"]
    desk = meet(persona, OnvifDesk(thorough=True))

    assert desk.asked_for == [one.message for one in onvif.QUESTIONS]
    assert desk.values(Field.ONVIF_SCOPE)[0] == "onvif://www.onvif.org/Profile/Streaming"
    assert desk.values(Field.ONVIF_ENDPOINT)[0].startswith("urn:uuid:")
    assert any(one.startswith("Media http://") for one in desk.values(Field.ONVIF_SERVICE))


def test_asking_ends_once_maker_model_and_an_identifier_are_certain() -> None:
    known = Identity(
        kind=Kind.CAMERA,
        certainty=Certainty(0.99, 0.95, 0.95, 0.95),
        claims=(Claim("x", "serial", "1", 0.95, xaddr("")),),
    )
    persona = PERSONAS["sony_cam"]

    assert meet(persona, OnvifDesk(identity=known)).asked_for == []
    assert len(meet(persona, OnvifDesk(identity=known, thorough=True)).asked_for) == 9


@pytest.mark.parametrize("skew_s", [0, -832982400, 90])
def test_the_clock_is_told_as_whole_seconds_from_ours(skew_s: int) -> None:
    persona = PERSONAS["sony_cam"]
    assert persona.onvif is not None
    desk = meet(replace(persona, onvif=replace(persona.onvif, skew_s=skew_s)))
    seen = desk.seen[0]
    (ahead,) = [int(one.value) for one in seen.evidence if one.field is Field.ONVIF_CLOCK]

    between = (datetime.now(UTC) - NOW).total_seconds()  # the desk's clock stands still
    assert ahead == pytest.approx(between + skew_s, abs=60)


def test_a_claimed_port_that_is_denied_is_never_touched_and_the_claim_is_kept() -> None:
    estate = standing(PERSONAS["hostile_onvif_port"])
    device = estate.devices[0]
    desk = OnvifDesk(thorough=True)
    claim = xaddr(device.fill("http://{address}:9100/onvif/device_service"))

    async def run() -> Tally:
        async with EstateServer(estate) as server:
            host = heard(desk.host(device.address), claim)
            heard(host, prober="http", port=device.port(80))
            await desk.ask(host)
            return server.tally

    tally = asyncio.run(run())
    assert not any(port == 9100 for _, _, port in tally.connections)
    assert not tally.violations
    assert desk.values(Field.ONVIF_MODEL) == ["DS-2CD2042WD-I"]
    assert f"Media {claim.value}" in desk.values(Field.ONVIF_SERVICE)


def test_a_reason_of_a_megabyte_is_cut_and_its_code_kept() -> None:
    desk = meet(PERSONAS["hostile_onvif_reason"])
    (fault,) = desk.values(Field.ONVIF_FAULT)

    assert fault.startswith("NotAuthorized Sender not Authorized. AAAA")
    assert len(fault) < 1100
    assert max(len(seen.raw) for seen in desk.seen) <= 65536


def test_words_that_would_be_commands_elsewhere_are_kept_as_they_are() -> None:
    desk = meet(PERSONAS["hostile_onvif_words"])

    assert desk.values(Field.ONVIF_MODEL) == ["=cmd|'/c calc'!A0"]
    assert desk.values(Field.ONVIF_SERIAL) == ["'; DROP TABLE device;--"]
    assert desk.values(Field.ONVIF_MANUFACTURER) == ["<script>alert(1)</script>"]


# ------------------------------------------------------------ odd servers


class Service:
    """A server that says what a test tells it to, and writes down what it was asked."""

    def __init__(self, *answers: bytes, reset: bool = False) -> None:
        self.answers = list(answers)
        self.reset = reset
        self.requests: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            self.requests.append(head + await reader.readexactly(length))
            if self.reset:
                linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, linger
                )
            elif self.answers:
                writer.write(self.answers.pop(0))
                await writer.drain()
        writer.close()


@asynccontextmanager
async def served(talk: Service, address: str = HOST) -> AsyncIterator[int]:
    server = await asyncio.start_server(talk, address, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def asked(service: Service, desk: OnvifDesk | None = None) -> OnvifDesk:
    desk = desk or OnvifDesk()

    async def run() -> None:
        async with served(service) as port:
            desk.typed = (port,)
            await desk.ask(desk.host(HOST))

    asyncio.run(run())
    return desk


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def said(operation: str, inside: str = "") -> bytes:
    return http(
        f"<e:Envelope><e:Body><{operation}Response>{inside}</{operation}Response></e:Body>"
        "</e:Envelope>".encode()
    )


HELLO = said("GetSystemDateAndTime")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (http(b"<h1>Not Found</h1>", "404 Not Found"), Outcome.MALFORMED),
        (http(b"<html><title>Login</title></html>"), Outcome.MALFORMED),
        (http(b"", "200 OK"), Outcome.MALFORMED),
        (http(b"", "301 Moved", "Location: https://127.88.6.9/onvif/device_service"),
         Outcome.MALFORMED),
        (said("GetHostname"), Outcome.MALFORMED),
        (b"\x15\x03\x01\x00\x02\x02\x46", Outcome.MALFORMED),
        (http(b"<e:Envelope><e:Body><e:Fault><e:Code><e:Value>ter:ActionNotSupported</e:Value>"
              b"</e:Code></e:Fault></e:Body></e:Envelope>", "500 Error"), Outcome.ANSWERED),
        (b"", Outcome.CLOSED),
    ],
    ids=["404", "page", "empty", "redirect", "other-answer", "tls", "fault", "closed"],
)  # fmt: skip
def test_an_error_that_is_no_refusal_ends_the_prober_for_that_host(
    answer: bytes, outcome: Outcome
) -> None:
    service = Service(answer, HELLO, HELLO)
    desk = asked(service)

    assert len(service.requests) == 1
    assert [seen.outcome for seen in desk.seen] == [outcome]


def test_a_reset_ends_the_prober_for_that_host() -> None:
    service = Service(reset=True)
    desk = asked(service)

    assert len(service.requests) == 1
    assert [seen.outcome for seen in desk.seen] == [Outcome.RESET]


def test_a_body_without_end_is_cut_and_ends_it() -> None:
    service = Service(b"HTTP/1.1 200 OK\r\nServer: Hipcam\r\n\r\n" + b"A" * 1_000_000, HELLO)
    desk = asked(service)

    assert [seen.outcome for seen in desk.seen] == [Outcome.MALFORMED]
    assert len(desk.seen[0].raw) <= 65536
    assert desk.values(Field.HTTP_SERVER) == ["Hipcam"]


def test_who_connects_and_says_nothing_has_one_question_and_no_more_than_its_time() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readexactly(1_000_000)
        writer.close()

    desk = OnvifDesk(limits=replace(LIMITS, host_seconds=0.3))

    async def run() -> None:
        server = await asyncio.start_server(never, HOST, 0)
        desk.typed = (server.sockets[0].getsockname()[1],)
        await desk.ask(desk.host(HOST))
        server.close()

    asyncio.run(run())
    assert [seen.outcome for seen in desk.seen] == [Outcome.MUTE]


def test_an_error_later_on_ends_it_and_keeps_what_was_heard() -> None:
    service = Service(HELLO, http(b"", "404 Not Found"), HELLO)
    desk = asked(service)

    assert desk.asked_for == [CLOCK, INFORMATION]
    assert [seen.outcome for seen in desk.seen] == [Outcome.ANSWERED, Outcome.MALFORMED]


def test_a_closed_port_leads_to_the_next_and_an_answer_to_none() -> None:
    service = Service(HELLO, http(b"", "404 Not Found"))
    desk = OnvifDesk()

    async def run() -> int:
        async with served(Service()) as closed:
            pass
        async with served(service) as port, served(Service()) as never:
            desk.typed = (closed, port, never)
            await desk.ask(desk.host(HOST))
            return never

    never = asyncio.run(run())
    assert desk.seen[0].outcome is Outcome.REFUSED
    assert len(service.requests) == 2
    assert never not in desk.tried


# ------------------------------------------------------------ where


def places(identity: Identity, *evidence: Evidence, typed: tuple[int, ...] = ()) -> list[int]:
    """The ports that would be asked, on an address where nothing listens."""
    desk = OnvifDesk(identity=identity, typed=typed)
    asyncio.run(desk.ask(heard(desk.host("127.88.6.77"), *evidence)))
    return list(dict.fromkeys(desk.tried))


def test_only_what_looks_like_video_is_asked_on_its_web_port() -> None:
    maker = Identity(claims=(Claim("x", "maker", "axis", 0.35, xaddr("")),))

    assert places(CAMERA) == [80]
    assert places(maker) == [80]
    assert places(Identity()) == []
    assert places(Identity(kind=Kind.NOT_VIDEO, claims=maker.claims)) == []


def test_what_the_user_names_is_asked_of_everybody() -> None:
    assert places(Identity(), typed=(8899,)) == [8899]


@pytest.mark.parametrize(
    "foreign",
    [
        "http://127.88.6.78:8899/onvif/device_service",
        "http://127.0.0.1:8080/onvif/device_service",
        "http://camera.example:8899/onvif/device_service",
        "http://127.88.6.77@127.88.6.78:8899/onvif/device_service",
        "http://127.88.6.77:9100/onvif/device_service",
        "http://127.88.6.77:8899/cgi-bin/users/device_service?x",
        "http://127.88.6.77:8899/onvif/reset",
        "http://127.88.6.77:8899/",
    ],
)
def test_a_claim_that_leads_elsewhere_is_not_followed(foreign: str) -> None:
    desk = OnvifDesk(identity=Identity())
    asyncio.run(desk.ask(heard(desk.host("127.88.6.77"), xaddr(foreign))))

    assert desk.seen == []
    assert not desk.net.sent


@pytest.mark.parametrize(
    "path", ["/onvif/device_service", "/onvif/Device", "/onvif/services/device_service", "/onvif"]
)
def test_the_path_that_the_device_gives_is_used_if_it_has_the_shape(path: str) -> None:
    service = Service(HELLO, http(b"", "404 Not Found"))
    desk = OnvifDesk(identity=Identity())

    async def run() -> None:
        async with served(service) as port:
            await desk.ask(heard(desk.host(HOST), xaddr(f"http://{HOST}:{port}{path}")))

    asyncio.run(run())
    assert service.requests[0].startswith(f"POST {path} HTTP/1.1\r\n".encode())
    assert {seen.asked for seen in desk.seen} == {path}


# ------------------------------------------------------------ nothing reaches out


@dataclass
class Canary:
    """Counts who comes."""

    visits: int = 0

    async def __call__(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        writer.close()


def luring(place: str) -> dict[str, bytes]:
    """Answers that would make a careless reader fetch something."""
    body = HELLO.partition(b"\r\n\r\n")[2].decode()
    lures = {
        "dtd": f'<!DOCTYPE e SYSTEM "http://{place}/a.dtd">{body}',
        "public-dtd": f'<!DOCTYPE e PUBLIC "-//X//Y" "http://{place}/a.dtd">{body}',
        "entity": f'<!DOCTYPE e [<!ENTITY x SYSTEM "http://{place}/x">]>'
        f"{body.replace('</e:Body>', '&x;</e:Body>')}",
        "parameter-entity": f'<!DOCTYPE e [<!ENTITY % x SYSTEM "http://{place}/x"> %x;]>{body}',
        "xinclude": body.replace(
            "<e:Body>",
            '<e:Body><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
            f'href="http://{place}/x"/>',
        ),
        "schema": body.replace(
            "<e:Envelope",
            '<e:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xsi:schemaLocation="a http://{place}/x.xsd"',
        ),
        "stylesheet": f'<?xml-stylesheet href="http://{place}/x.xsl" type="text/xsl"?>{body}',
        "wsdl": f'<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/"><w:import '
        f'namespace="a" location="http://{place}/x.wsdl"/>{body}</w:definitions>',
        "wsdl-url": body.replace(
            "</e:Body>", f"<GetWsdlUrlResponse><WsdlUrl>http://{place}/w</WsdlUrl>"
            "</GetWsdlUrlResponse></e:Body>",
        ),
        "multipart": f'<?xml version="1.0"?><a href="http://{place}/x"/>{body}',
    }  # fmt: skip
    answers = {name: http(text.encode()) for name, text in lures.items()}
    for status in ("301 Moved Permanently", "307 Temporary Redirect"):
        answers[status[:3]] = http(body.encode(), status, f"Location: http://{place}/x")
    return answers


@pytest.mark.parametrize("lure", luring(""))
def test_no_answer_makes_anything_connect_to_a_third_place(lure: str) -> None:
    canary = Canary()
    desk = OnvifDesk(thorough=True)

    async def run() -> None:
        third = await asyncio.start_server(canary, "127.88.6.200", 0)
        place = f"127.88.6.200:{third.sockets[0].getsockname()[1]}"
        service = Service(*[luring(place)[lure]] * 9)
        async with served(service) as port:
            desk.typed = (port,)
            await desk.ask(desk.host(HOST))
            assert service.requests
        for seen in desk.seen:
            onvif.read(seen)
        await asyncio.sleep(0.05)
        before = canary.visits
        _, writer = await asyncio.open_connection(*third.sockets[0].getsockname())  # it counts
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.05)
        third.close()
        assert (before, canary.visits) == (0, 1)

    asyncio.run(run())


def test_what_is_missing_is_told_once_a_host_and_asks_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import importlib.metadata

    from camcensus.probers import onvif_messages

    def lost(_: str) -> object:
        raise importlib.metadata.PackageNotFoundError

    onvif_messages._client.cache_clear()
    message.cache_clear()
    monkeypatch.setattr(importlib.metadata, "distribution", lost)
    desk = OnvifDesk()
    asyncio.run(desk.ask(desk.host(HOST)))
    onvif_messages._client.cache_clear()

    assert desk.seen == []
    assert desk.remarks == [
        "not asked: devicemgmt.wsdl of onvif-zeep is missing: install camcensus again"
    ]
