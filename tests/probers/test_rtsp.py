"""RTSP against real sockets: what is asked on one connection, what is kept, and when it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

import pytest

from camcensus.lab import load_personas, place
from camcensus.lab.certificates import CertificateMaker
from camcensus.lab.tally import Tally
from camcensus.lab.tcp_voice import TcpVoice
from camcensus.lab.tls_door import TlsDoor
from camcensus.probers.base import Host
from camcensus.probers.rtsp import PROBER, again, ask
from camcensus.types import Evidence, Field, Observation, Outcome, Target, Transport
from net.conftest import LoopbackPermit
from probers.asking import LIMITS, NOW, Desk

HOST = "127.88.3.1"
PERSONAS = {one.name: one for one in load_personas()}
SPEAKERS = [(one, port) for one in PERSONAS.values() for port in one.tcp if port.speaks == "rtsp"]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answer = Callable[[str, int], bytes]  # the first line of a request, and which connection it is
OK = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: Cam\r\n\r\n"
REFUSED = b'RTSP/1.0 401 Unauthorized\r\nCSeq: 2\r\nWWW-Authenticate: Basic realm="Cam"\r\n\r\n'
NOT_HERE = b"RTSP/1.0 400 Bad Request\r\nCSeq: 1\r\n\r\n"


class Streamer:
    """A streaming server that writes down what it was asked, by connection."""

    def __init__(self, answer: Answer, *, closes: bool = False) -> None:
        self.answer = answer
        self.closes = closes  # after one answer
        self.asked: list[list[str]] = []
        self.heads: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines: list[str] = []
        self.asked.append(lines)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                lines.append(head.split(b"\r\n")[0].decode())
                said = self.answer(lines[-1], len(self.asked))
                writer.write(said)
                await writer.drain()
                if self.closes or not said:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def plainly(line: str, _: int) -> bytes:
    return OK if line.startswith("OPTIONS") else REFUSED


def asked(
    talk: Talk,
    *,
    desk: Desk | None = None,
    heard: Iterable[Evidence] = (),
    name: str = "rtsp",
) -> Desk:
    """Ask one host whose port the user named (`name`), or that `heard` states as PORT."""
    desk = desk or Desk()

    async def run() -> None:
        server = await asyncio.start_server(talk, HOST, 0)
        port = server.sockets[0].getsockname()[1]
        host = desk.host(HOST)
        items = tuple(replace(one, value=one.value.replace("PORT", str(port))) for one in heard)
        if items:
            host.observations.append(said(items))
        else:
            desk.ports_of[name] = (port,)
        async with asyncio.timeout(20):
            await ask(desk.asking(), host)
        server.close()

    asyncio.run(run())
    return desk


def said(items: tuple[Evidence, ...], raw: bytes = b"", prober: str = "sadp") -> Observation:
    return Observation(
        "test", "", HOST, 37020, Transport.UDP, prober, "inquiry", NOW,
        Outcome.ANSWERED, raw=raw, evidence=items,
    )  # fmt: skip


def tried(desk: Desk) -> list[int]:
    permit = desk.net.permit
    assert isinstance(permit, LoopbackPermit)
    return list(dict.fromkeys(port for _, _, port in permit.asked))


def notes(desk: Desk) -> str:
    return " ".join(seen.note for seen in desk.seen)


# What is asked


def test_both_questions_go_over_one_connection_and_say_who_asks() -> None:
    server = Streamer(plainly)
    desk = asked(server)

    [(options, describe)] = server.asked
    assert options == "OPTIONS * RTSP/1.0"
    assert describe.startswith(f"DESCRIBE rtsp://{HOST}:")
    assert all(b"\r\nUser-Agent: camcensus/test\r\n" in head for head in server.heads)
    assert desk.values(Field.RTSP_REALM) == ["Cam"]
    assert desk.values(Field.RTSP_SERVER) == ["Cam"]


def test_no_credential_is_sent_whatever_the_device_asks_for() -> None:
    server = Streamer(lambda *_: REFUSED)
    asked(server)

    assert len(server.heads) == 2
    assert not any(b"authorization" in head.lower() for head in server.heads)


def test_8554_is_tried_only_where_nothing_else_answered() -> None:
    answered = asked(Streamer(plainly))
    silent = asked(Streamer(lambda *_: b""))

    assert 8554 not in tried(answered)
    assert {554, 8554} <= set(tried(silent))


def test_a_server_that_breaks_off_at_the_asterisk_is_asked_for_its_root_once() -> None:
    server = Streamer(lambda line, _: b"" if "*" in line else plainly(line, 0))
    desk = asked(server)

    assert [lines[0].split("/")[0] for lines in server.asked] == ["OPTIONS * RTSP", "OPTIONS rtsp:"]
    assert desk.values(Field.RTSP_REALM) == ["Cam"]


def test_a_server_that_rejects_the_asterisk_is_asked_on_over_the_same_connection() -> None:
    server = Streamer(lambda line, _: NOT_HERE if "*" in line else plainly(line, 0))
    desk = asked(server)

    assert len(server.asked) == 1
    assert desk.values(Field.RTSP_REALM) == ["Cam"]


def test_a_server_that_takes_one_question_a_connection_is_given_another() -> None:
    server = Streamer(plainly, closes=True)
    desk = asked(server)

    assert [lines[-1].split(" ")[0] for lines in server.asked] == ["OPTIONS", "DESCRIBE"]
    assert desk.values(Field.RTSP_REALM) == ["Cam"]


def test_a_server_that_always_breaks_off_is_asked_twice_and_no_more() -> None:
    server = Streamer(lambda *_: b"")
    asked(server)

    assert len(server.asked) == 2


def test_a_web_server_is_not_asked_again_and_told_for_what_it_is() -> None:
    page = b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n"
    server = Streamer(lambda *_: page, closes=True)
    desk = asked(server)

    assert len(server.asked) == 1
    assert "http-answer" in notes(desk)


def test_a_port_that_the_device_itself_states_is_asked() -> None:
    server = Streamer(plainly)
    asked(server, heard=[Evidence(Field.SADP_FIELD, "RtspPort=PORT")])

    assert len(server.asked) == 1


def test_a_port_that_its_announcement_states_is_asked_at_its_own_address_only() -> None:
    server = Streamer(plainly)
    desk = Desk()

    async def run() -> None:
        listening = await asyncio.start_server(server, HOST, 0)
        port = listening.sockets[0].getsockname()[1]
        host = desk.host(HOST)
        host.observations.append(said((), announcement(port), "mdns"))
        await ask(desk.asking(), host)
        listening.close()

    asyncio.run(run())
    assert len(server.asked) == 1
    permit = desk.net.permit
    assert isinstance(permit, LoopbackPermit)
    assert {address for address, _, _ in permit.asked} == {HOST}


def announcement(port: int) -> bytes:
    from zeroconf import DNSOutgoing, DNSPointer, DNSService

    out = DNSOutgoing(0x8400)
    kind, name = "_rtsp._tcp.local.", "Cam._rtsp._tcp.local."
    out.add_answer_at_time(DNSPointer(kind, 12, 1, 120, name), 0)
    out.add_answer_at_time(DNSService(name, 33, 1, 120, 0, 0, port, "elsewhere.local."), 0)
    return out.packets()[0]


def test_a_denied_port_that_a_device_states_ends_nothing() -> None:
    desk = Desk()

    async def run() -> None:
        host = desk.host(HOST)
        host.observations.append(said((Evidence(Field.DHIP_FIELD, "RtspPort=9100"),)))
        await ask(desk.asking(), host)

    asyncio.run(run())
    assert {seen.port for seen in desk.seen} == {554, 8554}


def test_a_description_at_another_address_is_not_followed() -> None:
    there = b"a=control:rtsp://127.88.3.99:554/live\r\n"
    body = b"v=0\r\ns=Cam\r\n" + there
    answer = b"RTSP/1.0 200 OK\r\nContent-Base: rtsp://127.88.3.99/\r\nContent-Length: %d\r\n\r\n"
    desk = asked(Streamer(lambda line, _: OK if "*" in line else answer % len(body) + body))

    permit = desk.net.permit
    assert isinstance(permit, LoopbackPermit)
    assert {address for address, _, _ in permit.asked} == {HOST}
    assert "a=control:rtsp://127.88.3.99:554/live" in desk.values(Field.RTSP_SDP)


def test_a_port_named_for_tls_is_asked_over_it_and_shows_its_certificate() -> None:
    axis = next(one for one in PERSONAS["axis_cam"].tcp if one.tls)
    context = CertificateMaker().context(place(PERSONAS["axis_cam"], HOST), axis)
    assert context is not None
    server, desk, port = Streamer(plainly), Desk(), 28554

    async def run() -> None:
        door = TlsDoor.open(HOST, port, context, server, 16)
        desk.ports_of["rtsps"] = (port,)
        await ask(desk.asking(), desk.host(HOST))
        door.close()

    asyncio.run(run())
    assert server.asked[0][1] == f"DESCRIBE rtsps://{HOST}:{port}/ RTSP/1.0"
    assert desk.values(Field.RTSP_REALM) == ["Cam"]
    assert len(desk.values(Field.TLS_SHA256)) == 1


# What is kept


def test_an_answer_to_another_question_is_kept_and_marked() -> None:
    desk = asked(Streamer(lambda line, _: plainly(line, 0).replace(b"CSeq: 2", b"CSeq: 99")))

    assert desk.values(Field.RTSP_REALM) == ["Cam"]
    assert "other-cseq" in notes(desk)


def test_bytes_of_another_protocol_are_malformed_and_kept() -> None:
    desk = asked(Streamer(lambda *_: b"SSH-2.0-OpenSSH_9.2\r\n", closes=True))

    assert (Outcome.MALFORMED, b"SSH-2.0-OpenSSH_9.2\r\n") in [
        (one.outcome, one.raw) for one in desk.seen
    ]


SHORT = replace(LIMITS, host_seconds=3.0)


@pytest.mark.parametrize(
    ("flood", "note"),
    [
        (b"RTSP/1.0 200 OK\r\nServer: Cam\r\n" + b"X-n: bbb\r\n" * 9_000, "header-flood"),
        (OK + b"A" * 90_000, "long-body"),
        (OK[:-2] + b"Content-Length: 9223372036854775808\r\n\r\n", "bad-content-length"),
        (OK[:-2] + b"Content-Length: 90000\r\n\r\n" + b"A" * 90_000, "oversize-body"),
        (b"$\0\0\4abcd" * 100 + OK, "interleaved"),
        (
            OK.replace(b"Cam", b'Cam\r\nWWW-Authenticate: Basic realm="' + b"R" * 9_000),
            "long-realm",
        ),
    ],
    ids=["headers", "body", "length", "long body", "stream data", "realm"],
)
def test_a_flood_is_labelled_and_what_came_before_it_kept(flood: bytes, note: str) -> None:
    desk = asked(Streamer(lambda *_: flood), desk=Desk(limits=SHORT))

    assert "Cam" in desk.values(Field.RTSP_SERVER)
    assert note in notes(desk)
    assert sum(len(seen.raw) for seen in desk.seen) <= 262_144


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        writer.write(b"RTSP/1.0 200 OK\r\nServer: Cam\r\n")
        while True:
            writer.write(b"X")
            await writer.drain()
            await asyncio.sleep(0.1)
    except ConnectionError:
        pass
    finally:
        writer.close()


def test_a_dripping_server_ends_with_its_hosts_budget() -> None:
    desk = asked(_drip, desk=Desk(limits=SHORT))

    assert "Cam" in desk.values(Field.RTSP_SERVER)
    assert "cut at the deadline" in notes(desk)


def test_reading_the_stored_bytes_gives_the_same_evidence() -> None:
    desk = asked(Streamer(lambda line, _: b"$\0\0\4abcd" + plainly(line, 0)))

    answered = [seen for seen in desk.seen if seen.outcome is Outcome.ANSWERED]
    assert len(answered) == 2
    for seen in answered:
        assert PROBER.read(seen) == seen.evidence
        assert not seen.raw.startswith(b"$")


def test_a_port_that_answered_is_asked_again_by_its_root() -> None:
    server, desk = Streamer(plainly), Desk()

    async def run() -> Outcome:
        listening = await asyncio.start_server(server, HOST, 0)
        desk.ports_of["rtsp"] = (listening.sockets[0].getsockname()[1],)
        host = desk.host(HOST)
        await ask(desk.asking(), host)
        outcome = await again(desk.asking(), host)
        listening.close()
        return outcome

    assert asyncio.run(run()) is Outcome.ANSWERED
    assert server.asked[1][0].startswith("OPTIONS rtsp://")


def test_a_host_outside_the_plan_is_not_asked() -> None:
    desk = Desk()

    asyncio.run(ask(desk.asking(), Host(Target("198.18.0.9", "test"))))

    assert {seen.outcome for seen in desk.seen} == {Outcome.EXCLUDED}


# The virtual estate's devices


@pytest.mark.parametrize(
    ("name", "port"),
    [(one.name, port.port) for one, port in SPEAKERS],
    ids=[f"{one.name}-{port.port}" for one, port in SPEAKERS],
)
def test_every_streaming_persona_is_read(name: str, port: int) -> None:
    device, tally = place(PERSONAS[name], HOST), Tally()
    [spoken] = [one for one in PERSONAS[name].tcp if one.port == port]
    desk = asked(TcpVoice(device, spoken, tally).serve, desk=Desk(limits=SHORT))

    seen = [one for one in desk.seen if one.port not in {554, 8554}]
    assert {one.outcome for one in seen} == {Outcome.ANSWERED}
    assert desk.values(Field.RTSP_STATUS)
    assert tally.authorization == 0
    assert sum(len(one.raw) for one in seen) <= 65_536


@pytest.mark.parametrize(
    ("name", "note", "kept"),
    [
        ("hostile_rtsp_endless", "cut at 32768 bytes", "Hipcam RealServer/V1.0"),
        ("hostile_rtsp_length", "bad-content-length", "Rtsp Server/3.0"),
        ("hostile_rtsp_interleaved", "interleaved", "H264DVR 1.0"),
    ],
)
def test_a_hostile_persona_is_labelled_and_keeps_its_evidence(
    name: str, note: str, kept: str
) -> None:
    device = place(PERSONAS[name], HOST)
    desk = asked(TcpVoice(device, device.persona.tcp[0], Tally()).serve)

    assert kept in desk.values(Field.RTSP_SERVER)
    assert note in notes(desk)
    assert sum(len(seen.raw) for seen in desk.seen) <= 65_536
