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
from threading import Thread
from typing import IO

import camcensus
from camcensus.errors import CamcensusError
from camcensus.lab.cabling import scanner_commands
from camcensus.lab.estate import Estate
from camcensus.lab.spec import estate_as_json

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
    if sys.platform != "linux":
        return False, f"a private network is made of Linux namespaces, and this is {sys.platform}"
    for program, package in _NEEDED.items():
        if shutil.which(program) is None:
            return False, f"the program {program!r} is missing (Debian package {package})"
    attempt = "ip link set lo up && ip link add type veth && mount -t tmpfs lab /run"
    made = subprocess.run(  # noqa: S603 - a constant command
        [*_UNSHARE, "sh", "-c", attempt], capture_output=True, text=True, check=False
    )
    if made.returncode == 0:
        return True, "user namespaces work"
    said = made.stderr.strip().splitlines()
    return False, f"the kernel refuses a private network: {said[-1] if said else 'no reason given'}"


def run_in_private(
    scanner_argv: Sequence[str],
    estate: Estate | None = None,
    options: PrivateOptions | None = None,
) -> int:
    """Run a command beside the estate, its stdio inherited, and return its exit code.

    The command sees `scan0` (198.18.0.1) and nothing else. Every process started here has
    ended when this returns.
    """
    ok, reason = private_available()
    if not ok:
        raise CamcensusError(f"no private network: {reason}; camcensus demo needs none")
    options = options or PrivateOptions()
    spec = {
        "estate": estate_as_json(estate) if estate else None,
        "argv": list(scanner_argv),
        "report": _absolute(options.report),
        "capture": _absolute(options.capture),
        "spare": options.spare,
    }
    read_end, write_end = os.pipe()
    child = subprocess.Popen(  # noqa: S603 - our own module
        [*_UNSHARE, *child_command("inside", str(read_end))],
        pass_fds=(read_end,),
        env=child_environment(),
    )
    os.close(read_end)
    with os.fdopen(write_end, "w", encoding="utf-8") as pipe:
        pipe.write(json.dumps(spec) + "\n")
        pipe.flush()
        # The open pipe is the child's lifeline: it ends when we do, however we do.
        return wait_through_interrupts(child)


def child_command(*words: str) -> list[str]:
    """The command that runs the child side of the lab."""
    return [sys.executable, "-m", "camcensus.lab", *words]


def child_environment() -> dict[str, str]:
    """Ours, with the way to this very package."""
    source = str(Path(camcensus.__file__).resolve().parents[1])
    known = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    return os.environ | {"PYTHONPATH": os.pathsep.join([source, *known])}


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


@dataclass(slots=True)
class EstateProcess:
    """The child that speaks for all devices: told what to be by JSON, ended by end of input."""

    process: subprocess.Popen[str]

    @classmethod
    def start(
        cls, spec: dict[str, object], *, role: str, wrapper: Sequence[str] = ()
    ) -> "EstateProcess":
        """Start it and hand it its estate."""
        process = subprocess.Popen(  # noqa: S603 - our own module
            [*wrapper, *child_command(role)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the scanner
            env=child_environment(),
        )
        started = cls(process)
        started._say(json.dumps(spec))
        return started

    @property
    def _stdin(self) -> IO[str]:
        if self.process.stdin is None:
            raise CamcensusError("the estate process has no standard input")
        return self.process.stdin

    def _say(self, line: str) -> None:
        self._stdin.write(line + "\n")
        self._stdin.flush()

    def await_namespace(self) -> None:
        """Return when it has left our network for its own."""
        own = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{self.process.pid}/ns/net").readlink() == own:
            if self.process.poll() is not None:
                raise CamcensusError("the estate could not make its own network namespace")
            time.sleep(0.002)

    def go(self) -> dict[str, object]:
        """Tell it that its network is there; what it says when every port is open."""
        self._say("linked")
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise CamcensusError("the estate did not start; its last words are above")
        said = json.loads(line)
        return said if isinstance(said, dict) else {}

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
    # Ctrl-C is for the scanner. A handler of ours is not inherited; "ignore" would be.
    signal.signal(signal.SIGINT, lambda *_: None)
    lifeline = os.fdopen(spec_fd, encoding="utf-8")
    spec = json.loads(lifeline.readline())
    # Sockets in /run (resolvers, buses) would be a way out that no network namespace closes.
    subprocess.run(["mount", "-t", "tmpfs", "lab", "/run"], check=True)  # noqa: S607 - util-linux
    estate = EstateProcess.start(spec, role="estate", wrapper=("unshare", "--net"))
    try:
        estate.await_namespace()
        ip_batch(scanner_commands(estate.process.pid, spare=spec["spare"]))
        estate.go()
        return _run_scanner(spec["argv"], spec["capture"], lifeline)
    finally:
        estate.stop()


def _run_scanner(argv: list[str], capture: str | None, lifeline: IO[str]) -> int:
    from camcensus.lab.capture import Capture

    recorder = Capture.start() if capture else None
    try:
        scanner = subprocess.Popen(argv)  # noqa: S603 - the caller's own command
        Thread(target=_end_with, args=(lifeline, scanner), daemon=True).start()
        return wait_through_interrupts(scanner)
    except FileNotFoundError:
        return 127
    finally:
        if recorder and capture:
            recorder.stop(Path(capture))


def _end_with(lifeline: IO[str], scanner: subprocess.Popen[bytes]) -> None:
    """End the scanner when the process that wanted it is gone."""
    lifeline.read()
    scanner.terminate()


def ip_batch(lines: list[str]) -> None:
    """Run `ip` commands in one process; the kernel's own words if one fails."""
    if error := ip_error(lines):
        raise CamcensusError(f"the lab network could not be made: {error}")


def ip_error(lines: list[str]) -> str:
    """Run `ip` commands in one process; empty if all went well."""
    done = subprocess.run(
        ["ip", "-batch", "-"],  # noqa: S607 - iproute2, wherever it is
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip() if done.returncode else ""
