"""The program as a user starts it, and inside this process where many rows must be quick."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import camcensus
from camcensus.cli import main

SOURCE = str(Path(camcensus.__file__).parent.parent)
Ask = Callable[..., "Ran"]


@dataclass(frozen=True)
class Ran:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one sentence on stderr."""
        [line] = self.err.splitlines()
        assert line.startswith("camcensus: "), self.err
        return line.removeprefix("camcensus: ")


def words(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "camcensus", *map(str, arguments)]


def surroundings(**more: str) -> dict[str, str]:
    """The environment of a child: this very source, and no setting of whoever runs the tests."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CAMCENSUS_")}
    return {**kept, "PYTHONPATH": SOURCE, **more}


def run(*arguments: str | Path, feed: str = "", cwd: Path | None = None, **more: str) -> Ran:
    """In a process of its own."""
    done = subprocess.run(
        words(*arguments),
        input=feed,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=surroundings(**more),
        timeout=100,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def ask_here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """In this process: parse, act and end exactly as the command does."""

    def ask(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["camcensus", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ran(code, said.out, said.err)

    return ask
