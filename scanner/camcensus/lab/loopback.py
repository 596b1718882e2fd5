"""The loopback back end: for machines that refuse namespaces. No multicast, no silence."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from camcensus.errors import CamcensusError
from camcensus.lab.estate import Estate
from camcensus.lab.personas import Speech
from camcensus.lab.private import EstateProcess
from camcensus.lab.spec import estate_as_json

SHORTCOMINGS = (
    "no multicast, no silent addresses, no MAC addresses, and ports below 1024 at 20000 + port"
)
_BLOCKS = range(64, 128)
_HOLD_PORT = 20079


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
        return {speech.value: self._moved(speech) for speech in (Speech.HTTP, Speech.RTSP)}

    def _moved(self, speech: Speech) -> tuple[int, ...]:
        moved = {
            device.port(port.port)
            for device in self.estate.devices
            for port in device.persona.tcp
            if port.speaks is speech and device.port(port.port) != port.port
        }
        return tuple(sorted(moved))


@contextmanager
def start_loopback(estate: Estate, report: Path | None = None) -> Iterator[LoopbackEstate]:
    """Serve the estate in a process of its own until the block ends.

    It is at 127.64.0.0/16, or in the next block that no other estate of this machine has.
    """
    with _free_block() as block:
        yield from _serve(estate.on_loopback(block), report)


@contextmanager
def _free_block() -> Iterator[int]:
    """A block of loopback addresses, held by a socket that nobody talks to."""
    for block in _BLOCKS:
        holder = socket.socket()
        try:
            holder.bind((f"127.{block}.255.254", _HOLD_PORT))
        except OSError as error:
            holder.close()
            if error.errno == errno.EADDRNOTAVAIL:
                raise CamcensusError(
                    "this system has no loopback address but 127.0.0.1, as macOS: the virtual "
                    "estate needs Linux or Windows"
                ) from None
            continue
        with holder:
            yield block
        return
    raise CamcensusError("no block of loopback addresses is free: end an estate that is running")


def _serve(moved: Estate, report: Path | None) -> Iterator[LoopbackEstate]:
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
