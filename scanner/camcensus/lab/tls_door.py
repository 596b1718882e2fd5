"""A TLS port as devices keep it: who speaks in the clear gets an alert, and the door shuts."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_HANDSHAKE = b"\x16"
_ALERT = b"\x15\x03\x01\x00\x02\x02\x28"  # fatal, handshake_failure (RFC 5246, 7.2)
_PATIENCE_S = 10.0


@dataclass(slots=True)
class TlsDoor:
    """Accepts connections for one address and port until closed."""

    context: ssl.SSLContext
    serve: Serve
    _socket: socket.socket
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    def open(
        cls, address: str, port: int, context: ssl.SSLContext, serve: Serve, backlog: int
    ) -> "TlsDoor":
        """Listen, and answer in the background."""
        sock = socket.create_server((address, port), backlog=backlog)
        sock.setblocking(False)
        door = cls(context, serve, sock)
        door._start(door._accept())
        return door

    def close(self) -> None:
        """Stop listening; end the conversations that are not yet encrypted."""
        for task in self._tasks:
            task.cancel()
        self._socket.close()

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._socket)
            self._start(self._admit(connection))

    async def _admit(self, connection: socket.socket) -> None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await _readable(connection)
                if connection.recv(1, socket.MSG_PEEK) == _HANDSHAKE:
                    await self._encrypt(connection)
                    return
                await _send_away(connection)
        connection.close()

    async def _encrypt(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader(), self.serve)
        await loop.connect_accepted_socket(lambda: protocol, connection, ssl=self.context)


async def _readable(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()
    loop.add_reader(connection, arrived.set)
    try:
        await arrived.wait()
    finally:
        loop.remove_reader(connection)


async def _send_away(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    # Unread bytes would turn our close into a reset, and the alert would be lost.
    await loop.sock_recv(connection, 65536)
    await loop.sock_sendall(connection, _ALERT)
