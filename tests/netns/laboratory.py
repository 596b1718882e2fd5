"""One sweep inside the private network, and everything that is known of it afterwards."""

import json
import shlex
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from camcensus.lab import Estate, LabDevice, PrivateOptions, load_personas, place, run_in_private
from camcensus.lab import private_available as _private_available

_AVAILABLE, _REASON = _private_available()
marks = [
    pytest.mark.netns,
    pytest.mark.skipif(not _AVAILABLE, reason=_REASON),
    pytest.mark.timeout(180),
]

WATCH = Path(__file__).with_name("watch.py")
PERSONAS = {one.name: one for one in load_personas()}


def estate(where: dict[str, str], targets: tuple[str, ...] = ()) -> Estate:
    """Addresses and the persona that stands at each; a second one of a kind is its own device."""
    seen: dict[str, int] = {}
    devices: list[LabDevice] = []
    for address, name in where.items():
        seen[name] = seen.get(name, 0) + 1
        devices.append(place(PERSONAS[name], address, seen[name]))
    return Estate(tuple(devices), targets)


@dataclass(frozen=True)
class Frame:
    """One frame that left the scanner's side."""

    time: float
    interface: str
    protocol: str
    destination: str
    port: int
    source_port: int
    flags: str
    payload: str


@dataclass(frozen=True)
class Run:
    """A command in the private network: what it said, what left, and what the devices received."""

    folder: Path
    code: int

    @cached_property
    def stdout(self) -> str:
        return (self.folder / "out").read_text("utf-8")

    @cached_property
    def stderr(self) -> str:
        return (self.folder / "err").read_text("utf-8")

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def devices(self) -> dict[str, dict[str, Any]]:
        """The last line on each device, by address."""
        found = [line for line in self.lines if line["schema"] == "camcensus.device/1"]
        return {span["address"]: line for line in found for span in line["addresses"]}

    @property
    def coverage(self) -> dict[tuple[str, str], dict[str, Any]]:
        found = [line for line in self.lines if line["schema"] == "camcensus.coverage/1"]
        return {(line["zone"], line["prober"]): line for line in found}

    @cached_property
    def frames(self) -> list[Frame]:
        return sorted(
            (Frame(*row) for row in json.loads((self.folder / "frames").read_text("utf-8"))),
            key=lambda frame: frame.time,
        )

    @cached_property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.folder / "report").read_text("utf-8"))
        return report

    @property
    def database(self) -> Path:
        return self.folder / "census.db"


def inside(folder: Path, devices: Estate, script: str, *, spare: bool = False) -> Run:
    """Run a shell script at the scanner's place, its frames watched."""
    folder.mkdir(parents=True, exist_ok=True)
    out, err = (shlex.quote(str(folder / name)) for name in ("out", "err"))
    argv = [sys.executable, str(WATCH), str(folder / "frames")]
    argv += ["sh", "-c", f"exec >{out} 2>{err}; PATH=$PATH:/usr/sbin:/sbin; {script}"]
    options = PrivateOptions(report=folder / "report", spare=spare)
    return Run(folder, run_in_private(argv, devices, options))


UNPRIVILEGED = ("setpriv", "--inh-caps=-net_raw", "--bounding-set=-net_raw")


def sweep(
    folder: Path,
    devices: Estate,
    *words: str,
    before: str = ":",
    spare: bool = False,
    by: tuple[str, ...] = (),
) -> Run:
    """Sweep as a user would; `before` is a shell command run first, at the scanner's place.

    `by` starts the sweep, for instance with less privilege (`UNPRIVILEGED`).
    """
    command = [*by, sys.executable, "-m", "camcensus", "sweep", *words, "--json"]
    command += ["--db", str(folder / "census.db")]
    return inside(folder, devices, f"{before} && {shlex.join(command)}", spare=spare)
