"""What hostile and broken devices do once somebody has connected, one small routine each."""

import asyncio
import random
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

NOISE = random.Random(4)  # noqa: S311 - the same bytes in every run, not a secret
HEAD = b"HTTP/1.1 200 OK\r\nServer: Hipcam\r\n"


async def heard(reader: asyncio.StreamReader) -> bytes:
    """The head of a request, or what came instead of one."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        return getattr(error, "partial", b"")


def says(answer: bytes) -> Talk:
    """Answers every request with the same bytes and closes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        writer.write(answer)

    return talk


def forever(start: bytes, piece: bytes, *, every_s: float = 0.0) -> Talk:
    """Begins as an answer does and goes on until the other side has enough."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every_s)

    return talk


async def mute(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Accepts and says nothing."""
    await reader.read()


async def stall(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speaks a TLS ServerHello's first bytes, then nothing."""
    writer.write(TLS_HELLO)
    await asyncio.sleep(3600)


@dataclass
class Frail:
    """A camera that dies of a second connection beside the first, or of a third in one second."""

    open_now: int = 0
    began: list[float] = field(default_factory=list)
    died: str = ""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, slowly."""
        self.began.append(asyncio.get_running_loop().time())
        self.open_now += 1
        if self.open_now > 1:
            self.died = "two connections at once"
        if len(self.began) > 2 and self.began[-1] - self.began[-3] < 1:
            self.died = "three connections within a second"
        await heard(reader)
        await asyncio.sleep(0.3)
        writer.write(HEAD + b"Content-Length: 2\r\n\r\nok")
        await writer.drain()
        await reader.read()
        self.open_now -= 1


async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ends each connection at once, and not in order."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def redirects(where: Callable[[int, str], str]) -> Talk:
    """Sends every request on: `where` is given how often, and the first half of its own address."""
    count = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        await heard(reader)
        count += 1
        network = ".".join(writer.get_extra_info("sockname")[0].split(".")[:2])
        location = where(count, network).encode()
        writer.write(b"HTTP/1.1 302 Found\r\nServer: Hipcam\r\nLocation: " + location)
        writer.write(b"\r\nContent-Length: 0\r\n\r\n")

    return talk


def after_hello(answer: bytes) -> Talk:
    """Waits for the first bytes of a TLS client, then says its piece."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(answer)
        await writer.drain()
        await reader.read()

    return talk


def bomb() -> bytes:
    """One MiB that becomes one GiB."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = machine.compress(bytes(1 << 20)) + machine.flush(zlib.Z_FULL_FLUSH)
    packed = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + block * 1024  # RFC 1952; no one gets to its end
    head = HEAD + b"Content-Type: text/html\r\nContent-Encoding: gzip\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % len(packed) + packed


# Record layer 1.2, a ServerHello with ECDHE-RSA-AES128-GCM (RFC 5246, 7.4.1.3), and no more.
_BODY = b"\x03\x03" + b"R" * 32 + b"\x00\xc0\x2f\x00"
TLS_HELLO = b"\x16\x03\x03\x00\x2a\x02\x00\x00\x26" + _BODY
