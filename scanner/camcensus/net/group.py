"""The sockets by which one multicast group is asked on one link, and heard."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from camcensus.net.hearing import Take, hear
from camcensus.net.udp import UdpSocket, aim_multicast, join_group
from camcensus.types import Interface


@dataclass(slots=True)
class GroupSockets:
    """One to ask from, one that hears what is sent to the group itself, where that can be had."""

    interface: Interface
    group: str
    port: int
    notes: list[str] = field(default_factory=list)  # what went wrong on this machine
    asking: UdpSocket = field(default_factory=lambda: UdpSocket(socket.AF_INET))
    listening: UdpSocket | None = None

    def open(self, source_port: int) -> None:
        """Bind the socket that asks; nothing leaves the machine."""
        self._note(self.asking.bind(self.interface.address, source_port))
        aim_multicast(self.asking.raw, self.interface.address)

    def join(self) -> None:
        """Become a member of the group, which the kernel tells the link."""
        sock = UdpSocket(socket.AF_INET)
        try:
            sock.raw.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Windows binds no group, and then hears each that any program joined at this port
            sock.raw.bind(("" if sys.platform == "win32" else self.group, self.port))
            join_group(sock.raw, self.interface.address, self.group)
        except OSError as error:
            sock.close()
            self._note(f"cannot listen to {self.group}: {error.strerror}")
        else:
            self.listening = sock

    @asynccontextmanager
    async def heard(self, take: Take) -> AsyncIterator[None]:
        """While this lasts, whatever arrives is handed over."""
        async with asyncio.TaskGroup() as tasks:
            readers = []
            for sock in self._sockets():
                sock.start()
                readers.append(tasks.create_task(hear(sock, take)))
            yield
            for reader in readers:
                reader.cancel()

    async def send(self, payload: bytes) -> None:
        """One question to the group."""
        self._note(await self.asking.send(payload, self.group, self.port))

    def close(self) -> int:
        """Leave the group; how many arrivals found our own queue full."""
        for sock in self._sockets():
            sock.close()
        return sum(sock.dropped for sock in self._sockets())

    def _sockets(self) -> list[UdpSocket]:
        return [self.asking] if self.listening is None else [self.asking, self.listening]

    def _note(self, text: str) -> None:
        if text:
            self.notes.append(f"{self.interface.name}: {text}")
