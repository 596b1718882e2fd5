"""The loopback back end: for machines that refuse namespaces. No multicast, no silence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from camcensus.lab.estate import Estate
from camcensus.lab.personas import Speech
from camcensus.lab.private import EstateProcess
from camcensus.lab.spec import estate_as_json

SHORTCOMINGS = (
    "no multicast, no silent addresses, no MAC addresses, and ports below 1024 at 20000 + port"
)


@dataclass(frozen=True, slots=True)
class LoopbackEstate:
    """A running estate: what to sweep, on which moved ports, and what could not be opened."""

    estate: Estate
    notes: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """The networks to sweep."""
        return self.estate.targets

    @property
    def ports(self) -> dict[str, tuple[int, ...]]:
        """The ports that were moved, by the prober that must be told of them."""
        moved = {
            device.port(port.port)
            for device in self.estate.devices
            for port in device.persona.tcp
            if port.speaks is Speech.HTTP and device.port(port.port) != port.port
        }
        return {"http": tuple(sorted(moved))}


@contextmanager
def start_loopback(estate: Estate, report: Path | None = None) -> Iterator[LoopbackEstate]:
    """Serve the estate at 127.64.0.0/16 in a process of its own until the block ends."""
    moved = estate.on_loopback()
    spec: dict[str, object] = {
        "estate": estate_as_json(moved),
        "report": str(report.resolve()) if report else None,
    }
    process = EstateProcess.start(spec, role="loopback")
    try:
        said = process.go()
        notes = said.get("notes")
        yield LoopbackEstate(moved, tuple(notes) if isinstance(notes, list) else ())
    finally:
        process.stop()
