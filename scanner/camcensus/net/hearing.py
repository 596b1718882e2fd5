"""Datagrams as replies, and the ports of ours that some devices answer to."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from camcensus.net.reply import Reply
from camcensus.net.scrub import scrub
from camcensus.net.udp import Datagram, UdpSocket
from camcensus.types import Outcome

Take = Callable[[Reply], Awaitable[None]]
Receive = Callable[[float], Awaitable[Datagram | None]]

_MOST_ANSWERS = 8  # to one question, from one host
_TOGETHER_S = 0.3  # further answers to one question follow at once
_ROOM = 64  # arrivals that wait for one host's question


def family_of(address: str) -> socket.AddressFamily:
    """The address family of an IP address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def as_reply(datagram: Datagram) -> Reply:
    """What a datagram, or ICMP's word on one, means."""
    if datagram.icmp is None:
        data = scrub(datagram.data)
        return Reply(Outcome.ANSWERED, data, datagram.peer, datagram.port)
    note = f"ICMP type {datagram.icmp[0]} code {datagram.icmp[1]} from {datagram.offender}"
    outcome = Outcome.REFUSED if datagram.says_alive else Outcome.UNREACHABLE
    return Reply(outcome, b"", datagram.peer, datagram.port, note=note)


async def hear(sock: UdpSocket, take: Take) -> None:
    """Hand over whatever arrives, until cancelled."""
    while True:
        datagram = await sock.receive(3600.0)
        if datagram is not None:
            await take(as_reply(datagram))


async def answers_of(
    receive: Receive,
    address: str,
    port: int,
    timeout_s: float,
) -> tuple[Reply, ...]:
    """Answers from this very address; a stranger's bytes on this socket are not evidence."""
    replies: list[Reply] = []
    deadline = time.monotonic() + timeout_s
    while (left := deadline - time.monotonic()) > 0 and len(replies) < _MOST_ANSWERS:
        datagram = await receive(left)
        if datagram is None:
            break
        if datagram.peer == address:
            replies.append(as_reply(datagram))
            if datagram.icmp is not None:
                break
            deadline = min(deadline, time.monotonic() + _TOGETHER_S)
    return tuple(replies) or (Reply(Outcome.SILENT, peer=address, peer_port=port),)


class PortTakenError(Exception):
    """Another program of this machine has the port that answers would come to."""


@dataclass(slots=True)
class Door:
    """One fixed port of ours, shared by all who ask through it: who hears what by its sender."""

    sock: UdpSocket
    users: int = 0
    waiting: dict[str, asyncio.Queue[Datagram]] = field(default_factory=dict)

    async def sort(self) -> None:
        """Give each arrival to who waits for its sender; nobody else's word is asked for."""
        while True:
            datagram = await self.sock.receive(3600.0)
            if datagram is not None and datagram.peer in self.waiting:
                with suppress(asyncio.QueueFull):
                    self.waiting[datagram.peer].put_nowait(datagram)


@dataclass(slots=True)
class Doors:
    """The fixed ports that are open now: a port is bound only while somebody waits behind it."""

    _open: dict[tuple[socket.AddressFamily, int], Door] = field(default_factory=dict)

    @contextmanager
    def through(self, family: socket.AddressFamily, port: int) -> Iterator[Door]:
        """The door at this port; `PortTakenError` if another program has it."""
        key = (family, port)
        door = self._open.get(key)
        if door is None:
            door = self._open[key] = _open_door(family, port)
        door.users += 1
        try:
            yield door
        finally:
            door.users -= 1
            if not door.users:
                del self._open[key]
                door.sock.stop_reading()
                door.sock.close()


def _open_door(family: socket.AddressFamily, port: int) -> Door:
    sock = UdpSocket(family)
    note = sock.bind("::" if family == socket.AF_INET6 else "", port)
    if note:
        sock.close()
        raise PortTakenError(
            f"UDP port {port} of this machine is taken by another program, and answers would "
            "come there: end that program and sweep again"
        )
    sock.start()
    door = Door(sock)
    sock.reader = asyncio.get_running_loop().create_task(door.sort())
    return door


@contextmanager
def waiting_for(door: Door, address: str) -> Iterator[Receive]:
    """A `receive` that hears this address only."""
    queue: asyncio.Queue[Datagram] = asyncio.Queue(_ROOM)
    door.waiting[address] = queue

    async def receive(timeout_s: float) -> Datagram | None:
        try:
            async with asyncio.timeout(timeout_s):
                return await queue.get()
        except TimeoutError:
            return None

    try:
        yield receive
    finally:
        door.waiting.pop(address, None)
