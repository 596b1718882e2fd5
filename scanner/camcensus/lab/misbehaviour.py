"""What hostile and broken devices do on an open TCP port, until the other side has enough."""

import asyncio
import random
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable
from functools import cache

from camcensus.lab.personas import Speech

Act = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]

_PIECE = 8192
_NOISE = 4096
_GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"  # RFC 1952, 2.3


async def _forever(writer: asyncio.StreamWriter, piece: bytes) -> None:
    while True:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)


async def _headers(_: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
    writer.write(head)
    await _forever(writer, b"X-And-Another: one\r\n" * (_PIECE // 20))


async def _continue(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
    await _forever(writer, b"HTTP/1.1 100 Continue\r\n\r\n")


async def _chunks(_: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
    writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
    await _forever(writer, b"1;" + b"e" * _PIECE + b"\r\nx\r\n")


async def _redirects(_: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
    moved = head.replace(b" 200 OK", b" 302 Found", 1)
    place = random.randrange(10**9)  # noqa: S311 - a path that was not there before
    writer.write(moved + b"Location: /again/%d\r\nContent-Length: 0\r\n\r\n" % place)


async def _bomb(_: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
    packed = _packed()
    writer.write(head + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed))
    writer.write(packed)


@cache
def _packed() -> bytes:
    """A gigabyte of zeros in a megabyte, without the checksum that nobody gets to."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = machine.compress(bytes(1 << 20)) + machine.flush(zlib.Z_FULL_FLUSH)
    return _GZIP_HEAD + block * 1024


async def _reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _noise(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
    writer.write(random.Random(7).randbytes(_NOISE))  # noqa: S311 - the same in every run


ACTS: dict[Speech, Act] = {
    Speech.HEADER_FLOOD: _headers,
    Speech.ENDLESS_100: _continue,
    Speech.CHUNK_FLOOD: _chunks,
    Speech.REDIRECT_LOOP: _redirects,
    Speech.BOMB: _bomb,
    Speech.RESET: _reset,
    Speech.NOISE: _noise,
}
