"""One TCP or TLS exchange: connect, ask once, read until enough, close in order."""

import asyncio
import contextlib
import errno
import socket
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from camcensus.net.old_devices import reading_context
from camcensus.net.reply import Reply
from camcensus.types import Outcome
from camcensus.wire import MalformedError
from camcensus.wire.tls import FLIGHT_READ, read_flight

_SHORTAGE = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL}
_CHUNK = 16384
_T = TypeVar("_T")
CONNECT_FRAMES = 2  # SYN, and the acknowledgement that ends the handshake
REQUEST_FRAMES = 3  # what we say, and acknowledgements: many devices send head and body apart
CLOSE_FRAMES = 2  # FIN, and the acknowledgement of the other side's
_BYTES_PER_ACK = 2896  # RFC 5681, 4.2: one acknowledgement for two full segments
# No more than this arrives before we ask the pace again: few acknowledgements leave unasked.
_RECEIVE_BUFFER = 8192
_FIRST_WORD_S = 4.5  # what has said nothing by then is mute
_HANDSHAKE_S = 4.5  # old devices take two or three for their keys
_LINGER_S = 0.25  # how long we wait for the device to close its side


async def _nothing(_frames: int) -> None:
    """Frames that nobody counts."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What to do on one connection; times in seconds, sizes in bytes."""

    address: str
    port: int
    payloads: tuple[bytes, ...]  # each is sent when the answer to the one before is complete
    tls: bool
    connect_timeout_s: float
    deadline_s: float  # for the whole exchange, connecting included
    limit: int
    complete: Callable[[bytes], bool]
    pay: Callable[[int], Awaitable[None]] = _nothing  # waits until so many frames may leave
    careful: bool = False  # TLS of today only: something secret is in the payload


async def run_exchange(plan: Exchange) -> tuple[Reply, ...]:
    """Carry the exchange out: one `Reply` for each request that was sent, the last says the end.

    Every end is a `Reply`, and what arrived before it is kept.
    """
    started = time.monotonic()
    deadline = started + plan.deadline_s
    try:
        sock = _open_socket(plan.address)
    except OSError as error:
        return (Reply(Outcome.LOCAL_SHORTAGE, note=f"this machine: {error.strerror}"),)
    try:
        failure = await _connect(sock, plan)
        if failure is None:
            replies = await _talk(sock, plan, deadline)
            await _close_in_order(sock, plan.pay)
        else:
            replies = (failure,)
    finally:
        sock.close()
    elapsed = time.monotonic() - started
    return tuple(
        replace(reply, peer=plan.address, peer_port=plan.port, elapsed_s=elapsed)
        for reply in replies
    )


def _open_socket(address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)  # not one for each segment
    return sock


async def _connect(sock: socket.socket, plan: Exchange) -> Reply | None:
    """`None` when the connection stands, else what became of it."""
    try:
        async with asyncio.timeout(min(plan.connect_timeout_s, plan.deadline_s)):
            await asyncio.get_running_loop().sock_connect(sock, (plan.address, plan.port))
    except TimeoutError:
        return Reply(Outcome.SILENT, note="no answer to the connection")
    except ConnectionRefusedError:
        return Reply(Outcome.REFUSED)
    except ConnectionError as error:
        return Reply(Outcome.RESET, note=str(error.strerror))
    except OSError as error:
        if error.errno in _SHORTAGE:
            return Reply(Outcome.LOCAL_SHORTAGE, note=f"this machine: {error.strerror}")
        return Reply(Outcome.UNREACHABLE, note=str(error.strerror))
    return None


async def _talk(sock: socket.socket, plan: Exchange, deadline: float) -> tuple[Reply, ...]:
    if not plan.tls:
        replies = await _converse(_Plain(sock), plan, deadline)
        return tuple(with_clear_flight(reply, reply.data) for reply in replies)
    stream = _Tls(sock, plan.pay, careful=plan.careful)
    failure = await _shake_hands(stream, deadline)
    if failure is not None:
        return (with_clear_flight(failure, bytes(stream.heard)),)
    replies = await _converse(stream, plan, deadline)
    return tuple(replace(reply, certificate=stream.certificate()) for reply in replies)


async def _shake_hands(stream: "_Tls", deadline: float) -> Reply | None:
    """`None` when the handshake is done, else what became of it."""
    patience = min(_HANDSHAKE_S, max(0.0, deadline - time.monotonic()))
    try:
        async with asyncio.timeout(patience):
            await stream.handshake()
    except TimeoutError:
        outcome = Outcome.TLS_FAILED if stream.heard else Outcome.MUTE
        return Reply(outcome, note="the handshake stalled" if stream.heard else "no handshake")
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or str(error)
        return Reply(Outcome.TLS_FAILED, note=str(reason).lower().replace("_", " "))
    except ConnectionError as error:
        return Reply(Outcome.RESET, note=str(error.strerror))
    except OSError as error:
        return Reply(Outcome.TLS_FAILED, note=str(error.strerror))
    return None


def with_clear_flight(reply: Reply, heard: bytes) -> Reply:
    """The same with the certificate that stood in the clear, and a note of what was offered."""
    try:
        flight = read_flight(heard)
    except MalformedError:
        return reply
    reason = f"the device refused: {flight.alert}" if flight.alert else reply.note
    offer = f"it offered {flight.offer}" if flight.offer else ""
    note = "; ".join(text for text in (reason, offer) if text)
    return replace(reply, certificate=flight.certificate, alert=flight.alert, note=note)


async def _converse(stream: "_Plain | _Tls", plan: Exchange, deadline: float) -> tuple[Reply, ...]:
    """Ask one question after the other, as long as each answer is whole."""
    replies: list[Reply] = []
    left = plan.limit
    for payload in plan.payloads:
        reply = await _ask(stream, replace(plan, payloads=(payload,), limit=left), deadline)
        replies.append(reply)
        left -= len(reply.data)
        if reply.note or not plan.complete(reply.data) or left <= 0:
            break
    return tuple(replies)


async def _ask(stream: "_Plain | _Tls", plan: Exchange, deadline: float) -> Reply:
    """Send the request and read until it is complete, closed, too long or too late."""
    data = bytearray()
    note = ""
    paid = (REQUEST_FRAMES - 1) * _BYTES_PER_ACK
    await plan.pay(REQUEST_FRAMES + plan.tls)  # TLS ends with a word of its own
    try:
        left = max(0.0, deadline - time.monotonic())
        end = asyncio.get_running_loop().time() + left
        async with asyncio.timeout(min(_FIRST_WORD_S, left)) as patience:
            await stream.send(plan.payloads[0])
            while not plan.complete(bytes(data)):
                chunk = await stream.receive(min(_CHUNK, plan.limit - len(data)))
                if not chunk:
                    break
                if not data:
                    patience.reschedule(end)
                data += chunk
                if len(data) >= paid + _BYTES_PER_ACK:
                    frames = (len(data) - paid) // _BYTES_PER_ACK
                    await plan.pay(frames)
                    paid += frames * _BYTES_PER_ACK
                if len(data) >= plan.limit:
                    note = f"cut at {plan.limit} bytes"
                    break
    except TimeoutError:
        note = "cut at the deadline" if data else "connected, and said nothing"
        return Reply(Outcome.ANSWERED if data else Outcome.MUTE, bytes(data), note=note)
    except ConnectionError as error:
        note = f"reset: {error.strerror}"
        return Reply(Outcome.ANSWERED if data else Outcome.RESET, bytes(data), note=note)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        note = f"broken off: {error}"
        return Reply(Outcome.ANSWERED if data else Outcome.CLOSED, bytes(data), note=note)
    return Reply(Outcome.ANSWERED if data else Outcome.CLOSED, bytes(data), note=note)


async def _close_in_order(sock: socket.socket, pay: Callable[[int], Awaitable[None]]) -> None:
    """FIN, then a short wait for the other side's: a half-open leftover harms small devices."""
    await pay(CLOSE_FRAMES)
    try:
        sock.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(_LINGER_S):
            for _ in range(4):
                chunk = await asyncio.get_running_loop().sock_recv(sock, _CHUNK)
                if not chunk:
                    return
                await pay(1 + len(chunk) // _BYTES_PER_ACK)
    except (OSError, TimeoutError):
        return


class _Plain:
    """Bytes over TCP."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def send(self, payload: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._sock, payload)

    async def receive(self, size: int) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self._sock, size)


class _Tls:
    """Bytes over TLS, through memory buffers, so that a late failure loses nothing read before."""

    def __init__(
        self, sock: socket.socket, pay: Callable[[int], Awaitable[None]], *, careful: bool
    ) -> None:
        self._sock = sock
        self._pay = pay
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = reading_context(careful=careful).wrap_bio(self._incoming, self._outgoing)
        self.heard = bytearray()  # the clear text of a handshake, and no more than that
        self._shaken = False

    async def handshake(self) -> None:
        await self._drive(self._tls.do_handshake, frames=REQUEST_FRAMES)
        self._shaken = True

    async def send(self, payload: bytes) -> None:
        await self._drive(lambda: self._tls.write(payload))

    async def receive(self, size: int) -> bytes:
        try:
            return await self._drive(lambda: self._tls.read(size))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def certificate(self) -> bytes:
        """The device's certificate as DER, empty if it showed none."""
        return self._tls.getpeercert(binary_form=True) or b""

    async def _drive(self, step: Callable[[], _T], *, frames: int = 0) -> _T:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush(frames)
                await self._fill()
            else:
                await self._flush(frames)
                return result

    async def _flush(self, frames: int) -> None:
        """Send what waits, as so many frames that are not paid for yet."""
        pending = self._outgoing.read()
        if pending:
            if frames:
                await self._pay(frames)
            await asyncio.get_running_loop().sock_sendall(self._sock, pending)

    async def _fill(self) -> None:
        data = await asyncio.get_running_loop().sock_recv(self._sock, _CHUNK)
        if not self._shaken:
            await self._keep(data)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _keep(self, data: bytes) -> None:
        """Remember what came before there were keys; `ValueError` where it never ends."""
        frames = (len(self.heard) + len(data)) // _BYTES_PER_ACK - len(self.heard) // _BYTES_PER_ACK
        if frames:
            await self._pay(frames)
        self.heard += data[: FLIGHT_READ - len(self.heard)]
        if len(self.heard) >= FLIGHT_READ:
            raise ValueError(f"handshake cut at {FLIGHT_READ} bytes")


def client_hello() -> bytes:
    """The first bytes of a TLS connection, as this machine's library makes them; sends nothing."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        reading_context(careful=False).wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()
