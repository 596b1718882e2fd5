"""The scanner's place in the office of neighbours.sh."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"


@dataclass(frozen=True, slots=True)
class Office:
    """The running neighbours; `run` starts a program at the scanner's place, 198.18.7.2.

    `place` "far" is 198.18.8.2 instead, behind a router.
    """

    pid: int
    home: Path
    place: str = "scanner"

    def address(self, host: str) -> str:
        """Where a host of neighbours.sh is."""
        lines = (self.home / "addresses").read_text("ascii").splitlines()
        return dict(line.split(" ") for line in lines)[host]

    def run(self, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        enter = ["nsenter", "-t", str(self.pid), "-U", "-m", "-n", "--preserve-credentials", "--"]
        scanner = ["nsenter", f"--net=/run/netns/{self.place}", "--"]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CAMCENSUS_", "XDG_"))}
        return subprocess.run(
            [*enter, *scanner, *argv],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=kept | {"HOME": str(self.home), "PATH": PATH},
            timeout=110,
        )

    def camcensus(self, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "camcensus", *argv, stdin=stdin)

    def watched(
        self, watch: Path, frames: Path, *argv: str | Path
    ) -> subprocess.CompletedProcess[str]:
        """The same, with every frame that leaves written to `frames`."""
        words = [str(watch), str(frames), sys.executable, "-m", "camcensus", *map(str, argv)]
        return self.run(sys.executable, *words)
