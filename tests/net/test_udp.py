"""Datagrams to many hosts: answers, ICMP's word, and errors that belong to somebody else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast
from uuid import uuid4

import pytest

from camcensus.errors import SafetyError
from camcensus.net import Reply, Safety
from camcensus.net.udp import UdpSocket
from camcensus.types import Interface, Outcome, Request, Target
from camcensus.wire.ws_discovery import ProbeForm, build_probe
from net.conftest import LoopbackPermit, make_net

linux = pytest.mark.skipif(not hasattr(socket, "MSG_ERRQUEUE"), reason="Linux tells ICMP to users")


def probe(_: Target | None = None) -> Request:
    return Request("ws-discovery", "probe-nvt", build_probe(f"uuid:{uuid4()}", ProbeForm.NVT))


class _Answering(asyncio.DatagramProtocol):
    def __init__(self, answers: list[bytes]) -> None:
        self.answers = answers
        self.heard: list[bytes] = []
        self.asker: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        if not self.asker.done():
            self.asker.set_result(addr)
        for answer in self.answers:
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def answering(*answers: bytes, address: str = "127.0.77.1") -> AsyncIterator[_Answering]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: _Answering(list(answers)), local_addr=(address, 3702)
    )
    try:
        yield protocol
    finally:
        transport.close()


async def survey(
    safety: Safety, *addresses: str, permit: LoopbackPermit | None = None
) -> list[Reply]:
    heard: list[Reply] = []

    async def take(reply: Reply) -> None:
        heard.append(reply)

    net = make_net(safety, permit=permit)
    targets = [Target(address, "here") for address in addresses]
    await net.survey(targets, 3702, probe, take, linger_s=0.3)
    return heard


@linux
def test_a_survey_hears_answers_and_signs_of_life(safety: Safety) -> None:
    async def run() -> list[Reply]:
        async with answering(b"<hello/>"):
            return await survey(safety, "127.0.77.1", "127.0.77.2")

    heard = {reply.peer: reply for reply in asyncio.run(run())}
    assert heard["127.0.77.1"].outcome is Outcome.ANSWERED
    assert heard["127.0.77.1"].data == b"<hello/>"
    assert heard["127.0.77.2"].outcome is Outcome.REFUSED
    assert "ICMP type 3 code 3 from 127.0.77.2" in heard["127.0.77.2"].note


@linux
def test_a_pending_error_costs_nobody_their_question(safety: Safety) -> None:
    closed = [f"127.0.78.{number}" for number in range(1, 40)]

    async def run() -> tuple[list[Reply], int]:
        async with answering(b"x", address="127.0.78.200") as camera:
            heard = await survey(safety, *closed, "127.0.78.200")
            return heard, len(camera.heard)

    heard, questions = asyncio.run(run())
    assert questions == 1
    assert {reply.peer for reply in heard if reply.outcome is Outcome.REFUSED} == {*closed}


def test_an_excluded_target_gets_no_datagram(safety: Safety) -> None:
    async def run() -> tuple[list[Reply], list[bytes]]:
        async with answering() as camera:
            permit = LoopbackPermit(refused={"127.0.77.1": "the ward said no"})
            return await survey(safety, "127.0.77.1", permit=permit), camera.heard

    heard, questions = asyncio.run(run())
    assert questions == []
    assert [(reply.outcome, reply.note) for reply in heard] == [
        (Outcome.EXCLUDED, "the ward said no")
    ]


def test_one_host_may_answer_several_times(safety: Safety) -> None:
    async def run() -> tuple[Reply, ...]:
        async with answering(b"one", b"two"):
            return await make_net(safety).udp_exchange("127.0.77.1", 3702, probe(), timeout_s=1.0)

    assert [reply.data for reply in asyncio.run(run())] == [b"one", b"two"]


def test_no_answer_is_silent(safety: Safety) -> None:
    async def run() -> tuple[Reply, ...]:
        async with answering():
            return await make_net(safety).udp_exchange("127.0.77.1", 3702, probe(), timeout_s=0.2)

    assert [reply.outcome for reply in asyncio.run(run())] == [Outcome.SILENT]


def test_a_strangers_bytes_are_not_the_hosts_word(safety: Safety) -> None:
    async def run() -> Reply:
        async with answering() as camera:
            exchange = asyncio.create_task(
                make_net(safety).udp_exchange("127.0.77.1", 3702, probe(), timeout_s=0.5)
            )
            asker = await camera.asker
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.bind(("127.0.77.9", 0))
                stranger.sendto(b"I am a camera", asker)
            return (await exchange)[0]

    assert asyncio.run(run()).outcome is Outcome.SILENT


def test_multicast_that_the_plan_does_not_list_is_a_mistake_of_ours(safety: Safety) -> None:
    async def take(_: Reply) -> None:
        raise AssertionError

    lo = Interface("lo", "127.0.0.1", 8)
    with pytest.raises(SafetyError, match="was not planned"):
        asyncio.run(make_net(safety).multicast(lo, "239.255.255.250", 3702, [probe()], take))


def test_a_source_port_in_use_is_told_and_another_is_taken() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        sock = UdpSocket(socket.AF_INET)
        try:
            assert f"source port {taken} is in use" in sock.bind("127.0.0.1", taken)
            assert sock.raw.getsockname()[1] != taken
        finally:
            sock.close()


def test_a_flood_fills_a_bounded_queue_and_is_counted() -> None:
    async def run() -> tuple[int, int]:
        sock = UdpSocket(socket.AF_INET, queue_size=10)
        sock.bind("127.0.0.1", 0)
        sock.start()
        port = sock.raw.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:
            for _ in range(50):
                flood.sendto(b"x", ("127.0.0.1", port))
        await asyncio.sleep(0.1)
        sock.close()
        return sock.dropped, sock._queue.qsize()

    assert asyncio.run(run()) == (40, 10)
