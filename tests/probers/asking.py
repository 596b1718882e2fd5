"""A prober's surroundings on loopback: real sockets, every observation kept in a list."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from camcensus.net import Net, Reply, load_safety
from camcensus.net.hearing import Take
from camcensus.probers.base import Asking, Host
from camcensus.types import (
    Certainty,
    Evidence,
    Field,
    Identity,
    Interface,
    Observation,
    Outcome,
    PaceLimits,
    Request,
    Target,
)
from net.conftest import LoopbackPermit

SAFETY = load_safety()
LIMITS = PaceLimits("quick", 100_000, 100_000, 64, 64, 20, 30, 262144, 4.0, 0.0, 1.0)
NOW = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)
Answer = Callable[[bytes], Iterable[bytes]]


class ScriptedNet(Net):
    """Hears on a link what a test says that it hears, instead of asking a group."""

    heard: tuple[Reply, ...] = ()
    asked: tuple[Request, ...] = ()
    places: tuple[tuple[str, str, int, float], ...] = ()  # interface, group, port, seconds

    async def multicast(
        self,
        interface: Interface,
        group: str,
        port: int,
        requests: Iterable[Request],
        take: Take,
        *,
        window_s: float = 2.5,
    ) -> None:
        self.asked += tuple(requests)
        self.places += ((interface.name, group, port, window_s),)
        for reply in self.heard:
            await take(reply)


@dataclass
class Desk:
    """What a prober found, and everything that it needs to ask."""

    limits: PaceLimits = LIMITS
    ports: tuple[int, ...] = ()
    plan: frozenset[str] = frozenset()  # the addresses of the plan; loopback if empty
    ports_of: dict[str, tuple[int, ...]] = field(default_factory=dict)  # of other probers
    seen: list[Observation] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    named: bool = False  # somebody has said already who made it
    thorough: bool = False

    def __post_init__(self) -> None:
        self.net = ScriptedNet(
            LoopbackPermit(), SAFETY, self.limits, user_agent="camcensus/test", source_port=0
        )

    def asking(self) -> Asking:
        async def emit(observation: Observation) -> None:
            self.seen.append(observation)

        return Asking(
            net=self.net,
            emit=emit,
            locate=self.locate,
            now=lambda: NOW,
            name=self.name,
            remark=lambda _, sentence: self.remarks.append(sentence),
            unheard=lambda _, why: self.unheard.append(why),
            key=b"k" * 16,
            failed=lambda prober, _, error: self.failures.append(f"{prober}: {error}"),
            thorough=self.thorough,
            ports={"http": self.ports, **self.ports_of},
        )

    def name(self, _: Iterable[Evidence]) -> Identity:
        return Identity(maker="axis", certainty=Certainty(maker=0.95)) if self.named else Identity()

    def locate(self, address: str) -> Target | None:
        known = address in self.plan if self.plan else address.startswith("127.")
        return Target(address, "test") if known else None

    def host(self, address: str) -> Host:
        return Host(Target(address, "test"))

    def values(self, wanted: Field) -> list[str]:
        return [item.value for seen in self.seen for item in seen.evidence if item.field is wanted]

    def evidence(self) -> set[Evidence]:
        return {item for seen in self.seen for item in seen.evidence}


@dataclass
class _Speaker(asyncio.DatagramProtocol):
    answer: Answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for said in self.answer(data):
            self.transport.sendto(said, addr)


@asynccontextmanager
async def speaking(port: int, answers: dict[str, Answer]) -> AsyncIterator[None]:
    """UDP servers, each at an address of its own."""
    async with AsyncExitStack() as stack:
        loop = asyncio.get_running_loop()
        for address, answer in answers.items():
            transport, _ = await loop.create_datagram_endpoint(
                lambda answer=answer: _Speaker(answer),  # type: ignore[misc]  # mypy cannot infer it
                local_addr=(address, port),
            )
            stack.callback(transport.close)
        yield


async def finish(server: asyncio.Server) -> None:
    """Close it, and wait for its connections to end: no socket may outlive its test."""
    server.close()
    talks = asyncio.all_tasks() - {asyncio.current_task()}
    if talks:
        await asyncio.wait(talks, timeout=5)
    await asyncio.sleep(0.01)  # a transport closes its socket in a later turn of the loop


def reply(data: bytes, peer: str, port: int) -> Reply:
    return Reply(Outcome.ANSWERED, data, peer, port)


LINK = Interface("scan0", "198.18.0.1", 24)
