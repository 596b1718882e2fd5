"""HTTP against real sockets: what is asked, what is kept, and when it ends."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from camcensus.lab import load_personas, place
from camcensus.lab.certificates import CertificateMaker
from camcensus.lab.tls_door import TlsDoor
from camcensus.probers import tls as tls_prober
from camcensus.probers.base import Host
from camcensus.probers.http import FURTHER_PORTS, PROBER, ask
from camcensus.types import Evidence, Field, Observation, Outcome, Target, Transport
from net.conftest import LoopbackPermit
from probers.asking import LIMITS, NOW, Desk
from wire.test_http import ODD

HOST = "127.88.2.1"
TLS_PORT = 28443
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
TLS_HANDSHAKE = b"\x16"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


class Site:
    """A web server that writes down the paths it was asked for."""

    def __init__(self, pages: dict[str, bytes], *, then: Talk | None = None) -> None:
        self.pages = pages
        self.then = then
        self.paths: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.read(1)
            if head == TLS_HANDSHAKE:  # as a plain server sees it: a line that is no request
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            head += await reader.readuntil(b"\r\n\r\n")
            path = head.split()[1].decode()
            self.paths.append(path)
            writer.write(self.pages.get(path, b"HTTP/1.1 404 Not Found\r\n\r\n"))
            await writer.drain()
            if self.then is not None:
                await self.then(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def page(body: bytes = b"<title>Cam</title>", *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Server: Cam", *headers, b"", body])


def asked(
    talk: Talk,
    *,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    desk: Desk | None = None,
    heard: tuple[Evidence, ...] = (),
) -> Desk:
    """Ask one host whose one port the user named."""
    desk = desk or Desk()

    async def run() -> None:
        server: asyncio.Server | TlsDoor
        if tls is None:
            server = await asyncio.start_server(talk, HOST, port)
            named = server.sockets[0].getsockname()[1]
        else:
            named = port or TLS_PORT
            server = TlsDoor.open(HOST, named, tls, talk, 16)
        desk.ports = (named,)
        host = desk.host(HOST)
        if heard:
            host.observations.append(said(named, heard))
        try:
            await ask(desk.asking(), host)
        finally:
            server.close()

    asyncio.run(run())
    return desk


def said(port: int, evidence: tuple[Evidence, ...]) -> Observation:
    """An earlier answer, with PORT standing for the port that is served."""
    items = tuple(replace(one, value=one.value.replace("PORT", str(port))) for one in evidence)
    return Observation(
        "test", "", HOST, 3702, Transport.UDP, "ws-discovery", "probe-nvt", NOW,
        Outcome.ANSWERED, evidence=items,
    )  # fmt: skip


def tried(desk: Desk) -> list[int]:
    permit = desk.net.permit.planned
    assert isinstance(permit, LoopbackPermit)
    return list(dict.fromkeys(port for _, _, port in permit.asked))


def device_context(at_most: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    persona = next(one for one in load_personas() if one.name == "axis_cam")
    port = next(one for one in persona.tcp if one.tls)
    context = CertificateMaker().context(place(persona, HOST), port)
    assert context is not None
    if at_most is not None:
        context.maximum_version = at_most
    return context


@pytest.mark.parametrize("data", [one for one, _ in ODD.values()], ids=ODD)
def test_no_odd_answer_over_a_real_socket_loses_its_server(data: bytes) -> None:
    desk = asked(Site({"/": data}), desk=Desk(named=True))

    assert desk.values(Field.HTTP_SERVER)[0] == "Cam"


def test_a_redirect_to_another_host_is_written_down_and_not_followed() -> None:
    there = b"HTTP/1.1 302 Found\r\nServer: Cam\r\nLocation: http://127.88.2.99/login\r\n\r\n"
    site = Site({"/": there})
    desk = asked(site, desk=Desk(named=True))

    assert site.paths == ["/"]
    assert desk.values(Field.HTTP_LOCATION) == ["http://127.88.2.99/login"]


def test_a_redirect_on_the_same_address_is_followed_once() -> None:
    first = b"HTTP/1.1 302 Found\r\nLocation: /a\r\n\r\n"
    second = b"HTTP/1.1 302 Found\r\nServer: Cam\r\nLocation: /b\r\n\r\n"
    site = Site({"/": first, "/a": second, "/b": page()})
    desk = asked(site, desk=Desk(named=True))

    assert site.paths == ["/", "/a"]
    assert desk.values(Field.HTTP_LOCATION) == ["/a", "/b"]


@pytest.mark.parametrize("target", [b"/", b""])
def test_a_redirect_to_itself_ends_at_once(target: bytes) -> None:
    site = Site({"/": b"HTTP/1.1 302 Found\r\nLocation: " + target + b"\r\n\r\n"})
    asked(site, desk=Desk(named=True))

    assert site.paths == ["/"]


ICON = b'<link rel="icon" href="/i.png"><title>Cam</title>'


def test_the_icon_is_asked_for_while_nobody_knows_the_maker_and_only_hashed() -> None:
    picture = page(PNG, b"Content-Type: image/png")
    site = Site({"/": page(ICON), "/i.png": picture})
    desk = asked(site)

    assert site.paths == ["/", "/i.png"]
    assert len(desk.values(Field.HTTP_FAVICON_MMH3)) == 1
    assert not any(PNG in seen.raw for seen in desk.seen)


def test_the_icon_is_left_alone_once_somebody_said_who_made_it() -> None:
    site = Site({"/": page(ICON)})
    asked(site, desk=Desk(named=True))

    assert site.paths == ["/"]


def test_further_ports_are_tried_only_where_the_first_gave_no_page() -> None:
    answered = asked(Site({"/": page()}), desk=Desk(named=True))
    mute = asked(Site({"/": b""}), desk=Desk(named=True))

    assert set(tried(answered)).isdisjoint(FURTHER_PORTS)
    assert set(tried(mute)) >= set(FURTHER_PORTS)


def test_a_port_that_the_device_names_for_itself_is_asked() -> None:
    site = Site({"/": page()})
    xaddr = Evidence(Field.WSD_XADDR, f"http://{HOST}:PORT/onvif/device_service")
    desk = Desk(named=True)

    async def run() -> None:
        server = await asyncio.start_server(site, HOST, 0)
        host = desk.host(HOST)
        host.observations.append(said(server.sockets[0].getsockname()[1], (xaddr,)))
        await ask(desk.asking(), host)
        server.close()

    asyncio.run(run())
    assert site.paths == ["/"]


def test_a_denied_port_that_a_device_names_ends_nothing() -> None:
    printing = Evidence(Field.WSD_XADDR, f"http://{HOST}:9100/onvif/device_service")
    desk = asked(Site({"/": page()}), desk=Desk(named=True), heard=(printing,))

    assert desk.values(Field.HTTP_SERVER) == ["Cam"]
    assert 9100 not in {seen.port for seen in desk.seen}


def test_a_port_that_it_names_for_another_is_not_asked() -> None:
    foreign = Evidence(Field.WSD_XADDR, "http://127.88.2.99:4567/onvif/device_service")
    desk = asked(Site({"/": page()}), desk=Desk(named=True), heard=(foreign,))
    permit = desk.net.permit.planned

    assert 4567 not in tried(desk)
    assert isinstance(permit, LoopbackPermit)
    assert {address for address, _, _ in permit.asked} == {HOST}


def test_tls_where_plain_was_expected_is_asked_once_more_with_tls() -> None:
    desk = asked(Site({"/": page()}), tls=device_context(), desk=Desk(named=True))

    assert "Cam" in desk.values(Field.HTTP_SERVER)
    assert any("Axis" in one for one in desk.values(Field.TLS_SUBJECT))
    assert sum(desk.net.sent.values()) <= 4  # 80, 443, the port, and the port once more


def test_plain_where_tls_was_expected_is_asked_once_more_without() -> None:
    site = Site({"/": page()})
    desk = asked(site, port=8443, desk=Desk(named=True))

    assert "Cam" in desk.values(Field.HTTP_SERVER)
    assert [seen.outcome for seen in desk.seen if seen.port == 8443] == [
        Outcome.TLS_FAILED,
        Outcome.ANSWERED,
    ]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_device_that_speaks_only_tls_1_0_shows_page_and_certificate() -> None:
    context = device_context(ssl.TLSVersion.TLSv1)
    desk = asked(Site({"/": page()}), port=8443, tls=context, desk=Desk(named=True))
    if any("no protocols available" in seen.note for seen in desk.seen):
        pytest.skip("this OpenSSL has no TLS 1.0")

    assert "Cam" in desk.values(Field.HTTP_SERVER)
    assert len(desk.values(Field.TLS_SHA256)) == 1


async def _endless_headers(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"X-More: and more\r\n" * 512)
        await writer.drain()


async def _endless_body(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\r\n")
    await _endless_headers(_, writer)


async def _drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.2)


async def _tarpit(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


HEAD = b"HTTP/1.1 200 OK\r\nServer: Cam\r\n"
SHORT = replace(LIMITS, host_seconds=1.5)


@pytest.mark.parametrize("then", [_endless_headers, _endless_body, _drip, _tarpit])
def test_a_hostile_host_ends_within_its_budget_and_keeps_what_it_said(then: Talk) -> None:
    async def limited() -> Desk:
        desk = Desk(limits=SHORT, named=True)
        server = await asyncio.start_server(Site({"/": HEAD}, then=then), HOST, 0)
        desk.ports = (server.sockets[0].getsockname()[1],)
        async with asyncio.timeout(20):  # far more than the budget: a machine may be busy
            await ask(desk.asking(), desk.host(HOST))
        server.close()
        return desk

    desk = asyncio.run(limited())

    assert "Cam" in desk.values(Field.HTTP_SERVER)
    assert sum(len(seen.raw) for seen in desk.seen) <= SHORT.host_bytes


def test_bytes_of_another_protocol_are_malformed_and_kept() -> None:
    desk = asked(Site({"/": b"\x00\x01\x02\x03"}), desk=Desk(named=True))

    assert (Outcome.MALFORMED, b"\x00\x01\x02\x03") in [(one.outcome, one.raw) for one in desk.seen]


def test_reading_the_stored_bytes_gives_the_same_evidence() -> None:
    icon = page(PNG, b"Content-Type: image/png")
    desk = asked(Site({"/": page(ICON), "/i.png": icon}), tls=device_context())

    answered = [seen for seen in desk.seen if seen.outcome is Outcome.ANSWERED]
    for seen in answered:
        read = tls_prober.read if seen.prober == "tls" else PROBER.read
        assert read(seen) == seen.evidence
    assert {seen.message for seen in answered} >= {"page", "favicon", "certificate"}


def test_a_host_outside_the_plan_is_not_asked_whatever_the_prober_wants() -> None:
    desk = Desk(named=True)

    asyncio.run(ask(desk.asking(), Host(Target("198.18.0.9", "test"))))

    assert {seen.outcome for seen in desk.seen} == {Outcome.EXCLUDED}
