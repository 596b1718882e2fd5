"""Many hostile devices and three control cameras on loopback, and one real sweep of them all."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from camcensus.lab import Estate, LabDevice, estate_of, start_loopback
from cli.program import surroundings, words
from hostile.misbehaviour import Talk, mute

CONTROLS = {"hik_cam": "Hikvision", "axis_cam": "Axis", "dahua_cam": "Dahua"}
HTTP, HTTPS, WSD, MDNS = 20080, 20443, 3702, 5353
MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as peak:
    peak.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""
CANARY = "127.77.0.9"  # in no target, so nothing may ever reach it
Answer = Callable[[bytes, str], Iterable[bytes]]  # the question, and the address of who is asked


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile device: what it does, and what must be told of it.

    `label` is a pattern that a note or an outcome of its observations holds; `kept` are values of
    evidence that must have survived; `at_most` bounds its connections.
    """

    id: str
    label: str
    tcp: Mapping[int, Talk] = field(default_factory=dict)
    udp: Mapping[int, Answer] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    at_most: int = 12
    udp_from: int = 0  # answers leave from this port instead of the one that was asked


@dataclass(frozen=True, slots=True)
class Seen:
    """One stored observation, with its evidence."""

    port: int
    prober: str
    message: str
    outcome: str
    note: str
    seen_at: str
    size: int
    evidence: tuple[tuple[str, str], ...]


@dataclass
class Zoo:
    """The devices, where each stands, and what reached them."""

    block: str
    cases: tuple[Case, ...]
    controls: tuple[LabDevice, ...]
    report: Path
    connections: Counter[tuple[str, int]] = field(default_factory=Counter)

    def address(self, case: str) -> str:
        """Each stands in a /24 of its own, so that no cap of a network delays it."""
        number = next(at for at, one in enumerate(self.cases) if one.id == case)
        return f"{self.block}.{100 + number}.9"

    def filled(self, text: str) -> str:
        """`{control}` is the address of the first control camera."""
        return text.replace("{control}", self.controls[0].address)


@dataclass
class _Ears(asyncio.DatagramProtocol):
    zoo: Zoo
    case: Case
    address: str
    answer: Answer
    mouth: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.mouth is None:
            self.mouth = transport  # type: ignore[assignment]  # a datagram transport, always

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self.mouth is not None
        for said in self.answer(data, self.address):
            control = self.zoo.controls[0].address.encode()
            self.mouth.sendto(said.replace(b"{control}", control), addr)


async def _open(zoo: Zoo, case: Case, exits: ExitStack) -> None:
    address = zoo.address(case.id)
    for port, talk in case.tcp.items():
        server = await asyncio.start_server(_counted(zoo, address, port, talk), address, port)
        exits.callback(server.close)
    loop = asyncio.get_running_loop()
    for port, answer in case.udp.items():
        mouth = None
        if case.udp_from:
            mouth, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, local_addr=(address, case.udp_from)
            )
            exits.callback(mouth.close)
        ears = _Ears(zoo, case, address, answer, mouth)
        transport, _ = await loop.create_datagram_endpoint(
            lambda ears=ears: ears,  # type: ignore[misc]  # mypy cannot infer it
            local_addr=(address, port),
        )
        exits.callback(transport.close)


def _counted(zoo: Zoo, address: str, port: int, talk: Talk) -> Talk:
    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        zoo.connections[address, port] += 1
        with suppress(ConnectionError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()

    return counted


@contextmanager
def running(zoo: Zoo) -> Iterator[None]:
    """Every case of the zoo speaks, in a thread of its own, until the block ends."""
    ready, stop = threading.Event(), threading.Event()

    async def serve() -> None:
        with ExitStack() as exits:
            for case in zoo.cases:
                await _open(zoo, case, exits)
            if any(case.id == "W02" for case in zoo.cases):
                bird = await asyncio.start_server(_counted(zoo, CANARY, HTTP, mute), CANARY, HTTP)
                exits.callback(bird.close)
            ready.set()
            await asyncio.to_thread(stop.wait)
        await asyncio.sleep(0)  # what was closed is told so in the next turn of the loop

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(20), "the zoo did not open: a port is taken"
    try:
        yield
    finally:
        stop.set()
        thread.join(20)


@dataclass(frozen=True)
class Visit:
    """A sweep of the zoo by the program itself: what it said, stored, and how big it became."""

    zoo: Zoo
    code: int
    out: str
    err: str
    peak_mb: float
    seconds: float
    database: Path

    @cached_property
    def devices(self) -> dict[str, dict[str, Any]]:
        lines = [json.loads(line) for line in self.out.splitlines()]
        found = [line for line in lines if line["schema"] == "camcensus.device/1"]
        return {span["address"]: line for line in found for span in line["addresses"]}

    @cached_property
    def report(self) -> dict[str, Any]:
        """What the control cameras received; there once they have been switched off."""
        found: dict[str, Any] = json.loads(self.zoo.report.read_text("utf-8"))
        return found

    @cached_property
    def observations(self) -> dict[str, list[Seen]]:
        found: dict[str, list[Seen]] = {}
        with closing(sqlite3.connect(self.database)) as census:
            evidence: dict[int, list[tuple[str, str]]] = {}
            for row, name, value in census.execute(
                "SELECT observation_id, field, value FROM evidence ORDER BY ordinal"
            ):
                evidence.setdefault(row, []).append((name, value))
            for number, address, port, *said, raw in census.execute(
                "SELECT id, address, port, prober, message, outcome, note, seen_at, raw "
                "FROM observation ORDER BY id"
            ):
                size = len(zlib.decompress(raw)) if raw else 0
                prober, message, outcome, note, seen_at = said
                told = tuple(evidence.get(number, ()))
                seen = Seen(port, prober, message, outcome, note, seen_at, size, told)
                found.setdefault(address, []).append(seen)
        return found

    def of(self, case: str) -> list[Seen]:
        return self.observations.get(self.zoo.address(case), [])

    def values(self, case: str, name: str) -> list[str]:
        return [value for seen in self.of(case) for key, value in seen.evidence if key == name]


def swept(zoo: Zoo, folder: Path) -> Visit:
    """Sweep every device of the zoo, and the controls, at the gentlest pace to a host."""
    targets = [zoo.address(case.id) for case in zoo.cases]
    targets += [one.address for one in zoo.controls]
    command = words("sweep", *targets, "--ports", f"http:{HTTP},https:{HTTPS}", "--json")
    command += ["--db", str(folder / "census.db")]
    started = time.monotonic()
    out, err, peak = folder / "out", folder / "err", folder / "peak"
    # A child's peak counts what its parent had at the fork, so a small process starts it.
    measured = [sys.executable, "-c", MEASURE, str(peak), *command]
    with out.open("wb") as said, err.open("wb") as complained:
        child = subprocess.run(
            measured, stdout=said, stderr=complained, env=surroundings(), check=False
        )
    return Visit(
        zoo,
        child.returncode,
        out.read_text("utf-8"),
        err.read_text("utf-8"),
        int(peak.read_text("ascii")) / 1024,
        time.monotonic() - started,
        folder / "census.db",
    )


@contextmanager
def zoo_of(cases: Iterable[Case], folder: Path) -> Iterator[Zoo]:
    """The cases and the control cameras, all speaking."""
    with ExitStack() as stack:
        estate: Estate = estate_of(list(CONTROLS))
        running_estate = stack.enter_context(start_loopback(estate, folder / "report"))
        controls = running_estate.estate.devices
        block = ".".join(controls[0].address.split(".")[:2])
        zoo = Zoo(block, tuple(cases), controls, folder / "report")
        stack.enter_context(running(zoo))
        yield zoo
