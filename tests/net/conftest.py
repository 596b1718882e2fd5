"""A permit for loopback alone, quick limits, and servers that say exactly what they are told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from camcensus.net import Net, Safety, load_safety
from camcensus.types import Interface, PaceLimits, Request, Transport
from camcensus.wire.http import build_get

QUICK = PaceLimits("quick", 100_000, 100_000, 64, 64, 6, 8, 65536, 5.0, 0.0, 1.0)
PAGE = Request("http", "page", build_get("127.0.0.1", "/", "camcensus/test", port=None))


@dataclass
class LoopbackPermit:
    """Lets loopback through, refuses what a test names; remembers what it was asked."""

    refused: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, Transport, int]] = field(default_factory=list)

    def refusal(self, address: str, transport: Transport, port: int) -> str | None:
        self.asked.append((address, transport, port))
        if address in self.refused:
            return self.refused[address]
        return None if address.startswith("127.") else "only loopback is allowed here"

    def link_refusal(self, interface: Interface, group: str) -> str | None:
        return f"{group} on {interface.name} is not planned"


@pytest.fixture(scope="session")
def safety() -> Safety:
    return load_safety()


def make_net(
    safety: Safety, limits: PaceLimits = QUICK, permit: LoopbackPermit | None = None
) -> Net:
    return Net(permit or LoopbackPermit(), safety, limits, user_agent="camcensus/test")


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[int]:
    """A TCP server on a free loopback port; yields the port."""

    async def polite(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(polite, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
