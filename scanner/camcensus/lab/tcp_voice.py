"""What simulated devices do on an open TCP port."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import repeat

from camcensus.lab import onvif_voice
from camcensus.lab.estate import LabDevice
from camcensus.lab.misbehaviour import ACTS
from camcensus.lab.personas import Page, Speech, TcpPort
from camcensus.lab.tally import Tally

_REQUEST_LIMIT = 65536
_IDLE_S = 60.0
_NOT_FOUND = Page(status="404 Not Found", headers=("Content-Type: text/html",), body="Not Found")


@dataclass(frozen=True, slots=True)
class TcpVoice:
    """One open port of one device, as a handler for an asyncio server."""

    device: LabDevice
    port: TcpPort
    tally: Tally

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from accept to close; a peer that vanishes is no error."""
        self.tally.connections[self._key] += 1
        # The estate's end cancels what still drips; nobody waits for this task.
        ended = (asyncio.CancelledError, asyncio.IncompleteReadError)
        with suppress(ConnectionError, TimeoutError, *ended):
            async with asyncio.timeout(_IDLE_S):
                await self._speak(reader, writer)
        writer.close()
        with suppress(ConnectionError, TimeoutError, OSError):
            await writer.wait_closed()

    @property
    def _key(self) -> tuple[str, str, int]:
        return self.device.address, self.device.persona.name, self.port.port

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match self.port.speaks:
            case Speech.HTTP:
                await self._converse(reader, writer, self._http_answer)
            case Speech.RTSP:
                await self._converse(reader, writer, self._rtsp_answer)
            case Speech.BANNER | Speech.MUTE:
                writer.write(self._bytes(self.port.banner))
                await self._listen(reader)
            case Speech.ENDLESS:
                await self._never_end(reader, writer)
            case Speech.DRIP:
                await self._drip(reader, writer)
            case _:
                await self._misbehave(reader, writer)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(_REQUEST_LIMIT):
            self._count(data)

    def _count(self, data: bytes) -> None:
        self.tally.tcp_bytes[self._key] += len(data)
        if self.port.canary:
            self.tally.violations[*self._key, "a byte on a port that must be left alone"] += len(
                data
            )

    async def _requests(self, reader: asyncio.StreamReader) -> AsyncIterator[tuple[bytes, bytes]]:
        """Each request in turn, head and body."""
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
                self._count(getattr(error, "partial", b""))
                return
            self._count(head)
            body = b""
            if length := _content_length(head):
                body = await reader.readexactly(min(length, _REQUEST_LIMIT))
                self._count(body)
            yield head, body

    async def _converse(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer: Callable[["_Request"], Iterable[bytes]],
    ) -> None:
        async for head, body in self._requests(reader):
            request = _Request.read(head, body)
            key = (self.device.address, self.port.port, request.method, request.path)
            self.tally.requests[key] += 1
            if b"\nauthorization:" in head.lower() or b"UsernameToken" in body:
                self.tally.authorization += 1
            for part in answer(request):
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            if b"connection: close" in head.lower():
                return

    def _http_answer(self, request: "_Request") -> list[bytes]:
        if (said := self._service_answer(request)) is not None:
            return said
        only_head = request.method == "HEAD"
        page = self._page("GET" if only_head else request.method, request.path.partition("?")[0])
        body = self._bytes(page.body)
        lines = [f"{self.port.version} {page.status}", *self.port.headers, *page.headers]
        if page.length:
            lines.append(f"Content-Length: {len(body)}")
        start = self._bytes("\r\n".join(lines) + "\r\n\r\n")
        # Many cameras send head and body as two segments.
        return [start] if only_head else [start, body]

    def _service_answer(self, request: "_Request") -> list[bytes] | None:
        """What the device service says, if this request is for it."""
        voice = self.device.persona.onvif
        here = voice is not None and self.port.port in voice.ports
        if voice is None or not here or (request.method, request.path) != ("POST", voice.path):
            return None
        said = onvif_voice.answer(self.device, voice, request.body)
        lines = [f"{self.port.version} {said.status}", *self.port.headers, *said.headers]
        lines.append(f"Content-Length: {len(said.body)}")
        return [self._bytes("\r\n".join(lines) + "\r\n\r\n"), said.body]

    def _rtsp_answer(self, request: "_Request") -> Iterator[bytes]:
        known = (one for one in self.port.page if one.method == request.method)
        page = next(known, Page(status="405 Method Not Allowed"))
        # A session description ends its lines with CR LF (RFC 8866, 5); our files do not.
        body = self._bytes(page.body).replace(b"\n", b"\r\n")
        lines = [f"RTSP/1.0 {page.status}", f"{self.port.cseq}: {request.sequence}"]
        lines += [*self.port.headers, *page.headers]
        if body and page.length:
            lines.append(f"Content-Length: {len(body)}")
        start = bytes.fromhex(page.before_hex) + self._bytes("\r\n".join(lines) + "\r\n")
        if page.endless:
            yield start
            yield from repeat(self._bytes(page.endless) * 512)
        yield start + b"\r\n" + body

    def _page(self, method: str, path: str) -> Page:
        for page in self.port.page:
            if page.path == path and page.method == method:
                return page
        return next((one for one in self.port.page if one.path == "*"), _NOT_FOUND)

    async def _never_end(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for _ in self._requests(reader):
            writer.write(self._bytes("\r\n".join(["HTTP/1.1 200 OK", *self.port.headers, "", ""])))
            while True:
                writer.write(b"<p>and so on</p>\n" * 512)
                await writer.drain()

    async def _misbehave(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        act = ACTS[self.port.speaks]
        head = self._bytes("\r\n".join(["HTTP/1.1 200 OK", *self.port.headers, ""]))
        if self.port.speaks is Speech.RESET:
            await act(reader, writer, head)
            return
        async for _ in self._requests(reader):
            await act(reader, writer, head)
            return

    async def _drip(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for _ in self._requests(reader):
            text = "\r\n".join(["HTTP/1.1 200 OK", *self.port.headers, "", "slow"])
            for byte in self._bytes(text):
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)

    def _bytes(self, text: str) -> bytes:
        return self.device.fill(text).encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class _Request:
    """The first line of an HTTP or RTSP request, and the sequence number of the latter."""

    method: str
    path: str
    sequence: str
    body: bytes = b""

    @classmethod
    def read(cls, head: bytes, body: bytes) -> "_Request":
        line = head.partition(b"\r\n")[0].decode("latin-1")
        method, _, rest = line.partition(" ")
        path = rest.partition(" ")[0][:512]
        return cls(method[:32], path, _header(head, b"cseq") or "0", body)


def _content_length(head: bytes) -> int:
    return int(_header(head, b"content-length") or 0)


def _header(head: bytes, name: bytes) -> str:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name and value.strip().isdigit():
            return value.strip().decode()
    return ""
