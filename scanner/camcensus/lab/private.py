"""The private back end: two network namespaces, a cable between them, and no way out."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

import camcensus
from camcensus.errors import CamcensusError
from camcensus.lab.estate import ON_LINK, ROUTED, Estate
from camcensus.lab.spec import estate_as_json

SCANNER_ADDRESS = str(ON_LINK[1])
SCANNER_INTERFACE = "scan0"
ESTATE_INTERFACE = "estate0"
SPARE_INTERFACE = "spare0"  # a second network of the scanner's, which nobody planned to sweep
GATEWAY = "198.19.255.254"  # outside every target, so that it is no device
SPARE_NETWORK = "198.19.0"

_UNSHARE = ("unshare", "--user", "--map-root-user", "--net", "--mount")
_NEEDED = {"unshare": "util-linux", "ip": "iproute2"}


@dataclass(frozen=True, slots=True)
class PrivateOptions:
    """What to record, and whether the scanner has a second interface."""

    report: Path | None = None
    capture: Path | None = None
    spare: bool = False


@cache
def private_available() -> tuple[bool, str]:
    """Whether this machine lets us make the private network, and if not why not."""
    for program, package in _NEEDED.items():
        if shutil.which(program) is None:
            return False, f"the program {program!r} is missing (Debian package {package})"
    attempt = "ip link set lo up && ip link add type veth && mount -t tmpfs lab /run"
    made = subprocess.run(  # noqa: S603 - a constant command, found on PATH
        [*_UNSHARE, "sh", "-c", attempt], capture_output=True, text=True, check=False
    )
    if made.returncode == 0:
        return True, "user namespaces work"
    said = made.stderr.strip().splitlines()
    return False, f"the kernel refuses a private network: {said[-1] if said else 'no reason given'}"


def run_in_private(
    scanner_argv: Sequence[str],
    estate: Estate | None = None,
    options: PrivateOptions = PrivateOptions(),  # noqa: B008 - frozen
) -> int:
    """Run a command beside the estate, its stdio inherited, and return its exit code.

    The command sees `scan0` (198.18.0.1) and nothing else. Every process started here has
    ended when this returns.
    """
    ok, reason = private_available()
    if not ok:
        raise CamcensusError(f"no private network: {reason}; the loopback estate needs none")
    spec = {
        "estate": estate_as_json(estate) if estate else None,
        "argv": list(scanner_argv),
        "report": _absolute(options.report),
        "capture": _absolute(options.capture),
        "spare": options.spare,
    }
    read_end, write_end = os.pipe()
    command = [*_UNSHARE, sys.executable, "-m", "camcensus.lab", "inside", str(read_end)]
    child = subprocess.Popen(command, pass_fds=(read_end,), env=_environment())  # noqa: S603
    os.close(read_end)
    with os.fdopen(write_end, "w", encoding="utf-8") as pipe:
        json.dump(spec, pipe)
    return wait_through_interrupts(child)


def wait_through_interrupts(child: subprocess.Popen[bytes]) -> int:
    """The exit code of a child that gets Ctrl-C itself, as all of the terminal's group do."""
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue
        return code if code >= 0 else 128 - code


def _absolute(path: Path | None) -> str | None:
    return str(path.resolve()) if path else None


def _environment() -> dict[str, str]:
    """Ours, with the way to this very package."""
    source = str(Path(camcensus.__file__).resolve().parents[1])
    known = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    return os.environ | {"PYTHONPATH": os.pathsep.join([source, *known])}


@dataclass(slots=True)
class _EstateProcess:
    """The child that holds the estate's namespace and speaks for all devices."""

    process: "subprocess.Popen[str]"

    @classmethod
    def start(cls, spec: dict[str, object]) -> "_EstateProcess":
        process = subprocess.Popen(  # noqa: S603 - our own module
            ["unshare", "--net", sys.executable, "-m", "camcensus.lab", "estate"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the scanner
        )
        started = cls(process)
        started._await_namespace()
        started._stdin.write(json.dumps(spec) + "\n")
        started._stdin.flush()
        return started

    @property
    def _stdin(self) -> IO[str]:
        if self.process.stdin is None:
            raise CamcensusError("the estate process has no standard input")
        return self.process.stdin

    def _await_namespace(self) -> None:
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.process.pid}/ns/net") == own:
            if self.process.poll() is not None:
                raise CamcensusError("the estate could not make its own network namespace")
            time.sleep(0.002)

    def go(self) -> None:
        """Tell it that its cable is there; return when every port is open."""
        self._stdin.write("linked\n")
        self._stdin.flush()
        line = self.process.stdout.readline() if self.process.stdout else ""
        if line.strip() != "ready":
            raise CamcensusError(f"the estate did not start: {line.strip() or 'see above'}")

    def stop(self) -> None:
        """End it: it writes its report when its standard input closes."""
        self._stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


def run_inside(spec_fd: int) -> int:
    """The first process in the new namespaces: cable, estate, scanner; the scanner's exit code."""
    with os.fdopen(spec_fd, encoding="utf-8") as pipe:
        spec = json.load(pipe)
    # Sockets in /run (resolvers, buses) would be a way out that no network namespace closes.
    subprocess.run(["mount", "-t", "tmpfs", "lab", "/run"], check=True)  # noqa: S607
    estate = _EstateProcess.start(spec)
    try:
        ip_batch(_scanner_commands(estate.process.pid, spare=spec["spare"]))
        estate.go()
        return _run_scanner(spec["argv"], spec["capture"])
    finally:
        estate.stop()


def _run_scanner(argv: list[str], capture: str | None) -> int:
    from camcensus.lab.capture import Capture

    recorder = Capture.start() if capture else None
    try:
        scanner = subprocess.Popen(argv)  # noqa: S603 - the caller's own command
        return wait_through_interrupts(scanner)
    except FileNotFoundError:
        return 127
    finally:
        if recorder and capture:
            recorder.stop(Path(capture))


def _scanner_commands(estate_pid: int, *, spare: bool) -> list[str]:
    scan, other = SCANNER_INTERFACE, ESTATE_INTERFACE
    lines = [
        "link set lo up",
        f"link add {scan} type veth peer name {other} netns {estate_pid}",
        f"link set {scan} addrgenmode none up",
        f"addr add {SCANNER_ADDRESS}/{ON_LINK.prefixlen} broadcast + dev {scan}",
        f"route add {ROUTED} via {GATEWAY} dev {scan} onlink",
        f"route add 224.0.0.0/4 dev {scan}",
    ]
    if spare:
        lines += [
            f"link add {SPARE_INTERFACE} type veth peer name spare1 netns {estate_pid}",
            f"link set {SPARE_INTERFACE} addrgenmode none up",
            f"addr add {SPARE_NETWORK}.1/24 broadcast + dev {SPARE_INTERFACE}",
        ]
    return lines


def estate_commands(estate: Estate, *, spare: bool) -> list[str]:
    """What the estate's side types to be all those addresses, and silent for all others."""
    lines = [
        "link set lo up",
        f"link set {ESTATE_INTERFACE} addrgenmode none up",
        f"addr add {GATEWAY}/32 dev {ESTATE_INTERFACE}",
        f"route add {ON_LINK} dev {ESTATE_INTERFACE}",
        f"route add 224.0.0.0/4 dev {ESTATE_INTERFACE}",
    ]
    if spare:
        lines.append("link set spare1 addrgenmode none up")
    for device in estate.devices:
        lines.append(f"route add local {device.address}/32 dev lo")
        if device.persona.mdns and device.persona.mdns.link_local_source:
            lines.append(f"route add local {device.link_local}/32 dev lo")
    return lines


def ip_batch(lines: list[str]) -> None:
    """Run `ip` commands in one process; the kernel's own words if one fails."""
    done = subprocess.run(
        ["ip", "-batch", "-"],  # noqa: S607 - iproute2, wherever it is installed
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CamcensusError(f"the lab network could not be made: {done.stderr.strip()}")


def end_with(child: "subprocess.Popen[bytes]", signal_number: int = signal.SIGTERM) -> None:
    """End a process of ours, by force after 5 s."""
    child.send_signal(signal_number)
    try:
        child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
