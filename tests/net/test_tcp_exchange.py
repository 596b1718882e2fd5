"""Every end of a TCP exchange has its own name, and what came before the end is kept."""

import asyncio
import resource
import socket
import struct
from collections.abc import Callable
from dataclasses import replace

import pytest

from camcensus.errors import SafetyError
from camcensus.net import Safety
from camcensus.net.reply import Reply
from camcensus.types import Outcome, Request
from camcensus.wire.http import response_complete
from net.conftest import PAGE, QUICK, LoopbackPermit, Talk, make_net, serving

HEAD = b"HTTP/1.1 200 OK\r\nServer: ExampleCam\r\n\r\n"


async def exchange(
    safety: Safety,
    port: int,
    *,
    tls: bool = False,
    limit: int = 65536,
    complete: Callable[[bytes], bool] = lambda _: False,
) -> Reply:
    return await make_net(safety).tcp_exchange(
        "127.0.0.1", port, PAGE, deadline_s=1.0, tls=tls, limit=limit, complete=complete
    )


def say(*chunks: bytes, then: float = 0.0, reset: bool = False) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0.02)
        await asyncio.sleep(then)
        if reset:
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return talk


def ask(
    safety: Safety,
    talk: Talk,
    *,
    limit: int = 65536,
    complete: Callable[[bytes], bool] = lambda _: False,
) -> Reply:
    async def run() -> Reply:
        async with serving(talk) as port:
            return await exchange(safety, port, limit=limit, complete=complete)

    return asyncio.run(run())


def test_an_answer_is_answered_and_names_its_peer(safety: Safety) -> None:
    reply = ask(safety, say(HEAD, b"body"))

    assert (reply.outcome, reply.data, reply.peer) == (
        Outcome.ANSWERED,
        HEAD + b"body",
        "127.0.0.1",
    )


def test_a_closed_port_is_refused(safety: Safety) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    assert asyncio.run(exchange(safety, port)).outcome is Outcome.REFUSED


def test_a_server_that_says_nothing_is_mute_not_silent(safety: Safety) -> None:
    assert ask(safety, say(then=5.0)).outcome is Outcome.MUTE


def test_a_server_that_closes_at_once_is_closed(safety: Safety) -> None:
    assert ask(safety, say()).outcome is Outcome.CLOSED


def test_a_reset_before_any_byte_is_reset(safety: Safety) -> None:
    assert ask(safety, say(reset=True)).outcome is Outcome.RESET


def test_bytes_before_a_reset_are_kept(safety: Safety) -> None:
    reply = ask(safety, say(HEAD, then=0.1, reset=True))

    assert (reply.outcome, reply.data) == (Outcome.ANSWERED, HEAD)
    assert "reset" in reply.note


def test_bytes_before_the_deadline_are_kept(safety: Safety) -> None:
    reply = ask(safety, say(HEAD, then=5.0))

    assert (reply.outcome, reply.data) == (Outcome.ANSWERED, HEAD)
    assert "deadline" in reply.note


def test_one_byte_at_a_time_does_not_outlast_the_deadline(safety: Safety) -> None:
    reply = ask(safety, say(HEAD, *[b"x"] * 500))

    assert reply.outcome is Outcome.ANSWERED
    assert reply.data.startswith(HEAD)
    assert len(reply.data) < len(HEAD) + 100


def test_an_endless_body_is_cut_at_the_cap(safety: Safety) -> None:
    reply = ask(safety, say(HEAD, *[b"A" * 65536] * 8), limit=10_000)

    assert len(reply.data) == 10_000
    assert "cut at 10000 bytes" in reply.note


def test_reading_stops_when_the_response_is_complete(safety: Safety) -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    reply = ask(safety, say(whole, then=5.0), complete=response_complete)

    assert reply.data == whole
    assert "deadline" not in reply.note


def test_plain_bytes_on_a_tls_port_are_tls_failed(safety: Safety) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(HEAD)

    async def run() -> Reply:
        async with serving(talk) as port:
            return await exchange(safety, port, tls=True)

    assert asyncio.run(run()).outcome is Outcome.TLS_FAILED


def test_what_the_permit_refuses_is_excluded_and_not_connected_to(safety: Safety) -> None:
    connected: list[int] = []

    async def talk(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        connected.append(1)

    async def run() -> Reply:
        permit = LoopbackPermit(refused={"127.0.0.1": "the ward said no"})
        async with serving(talk) as port:
            return await make_net(safety, permit=permit).tcp_exchange("127.0.0.1", port, PAGE)

    reply = asyncio.run(run())
    assert (reply.outcome, reply.note) == (Outcome.EXCLUDED, "the ward said no")
    assert connected == []


@pytest.mark.parametrize(
    ("request_", "port"),
    [
        (Request("http", "page", b"POST / HTTP/1.1\r\n\r\n"), 80),
        (Request("http", "page", PAGE.payload.replace(b"/ ", b"/shell?x ")), 80),
        (Request("http", "page", PAGE.payload[:-2] + b"Authorization: Basic eA==\r\n\r\n"), 80),
        (Request("http", "redirect", PAGE.payload.replace(b"/ ", b"/reboot.cgi ")), 80),
        (Request("http", "steal", PAGE.payload), 80),
        (Request("rtsp", "describe", PAGE.payload), 554),
        (PAGE, 9100),
        (PAGE, 502),
    ],
)
def test_what_safety_does_not_allow_cannot_be_sent(
    safety: Safety, request_: Request, port: int
) -> None:
    with pytest.raises(SafetyError):
        asyncio.run(make_net(safety).tcp_exchange("127.0.0.1", port, request_))


def test_a_host_is_asked_no_more_than_its_budget(safety: Safety) -> None:
    served: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(1)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD)

    async def run() -> list[Reply]:
        net = make_net(safety)
        async with serving(talk) as port:
            return [await net.tcp_exchange("127.0.0.1", port, PAGE) for _ in range(9)]

    replies = asyncio.run(run())
    assert len(served) == QUICK.host_connections
    assert [reply.outcome for reply in replies[QUICK.host_connections :]] == [
        Outcome.SKIPPED_BUDGET
    ] * 3


def test_a_closed_port_costs_a_connection_and_no_request(safety: Safety) -> None:
    with socket.create_server(("127.0.0.1", 0)) as shut:
        port = shut.getsockname()[1]
    net = make_net(safety)

    async def run() -> list[Reply]:
        return [await net.tcp_exchange("127.0.0.1", port, PAGE) for _ in range(3)]

    assert {reply.outcome for reply in asyncio.run(run())} == {Outcome.REFUSED}
    budget = net.budget("127.0.0.1")
    assert (budget.connections, budget.requests) == (3, 0)


def test_one_connection_at_a_time_to_a_host(safety: Safety) -> None:
    open_now: list[int] = []
    most: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now.append(1)
        most.append(len(open_now))
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.05)
        open_now.pop()
        writer.write(HEAD)

    async def run() -> None:
        net = make_net(safety)
        async with serving(talk) as port:
            await asyncio.gather(*[net.tcp_exchange("127.0.0.1", port, PAGE) for _ in range(5)])

    asyncio.run(run())
    assert most == [1] * 5


def test_our_own_shortage_of_sockets_is_never_a_devices_silence(safety: Safety) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def run() -> Reply:
        async with serving(say(HEAD)) as port:
            net = make_net(safety, replace(QUICK, host_seconds=2.0))
            hoard = []
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
            try:
                while True:
                    try:
                        hoard.append(socket.socket())
                    except OSError:
                        break
                return await net.tcp_exchange("127.0.0.1", port, PAGE, deadline_s=1.0)
            finally:
                for one in hoard:
                    one.close()
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    reply = asyncio.run(run())
    assert reply.outcome is Outcome.LOCAL_SHORTAGE
    assert "this machine" in reply.note
