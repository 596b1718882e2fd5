"""One line of what `doctor` says, and how files of the machine are read."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """How much a finding matters."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing about this machine, in words.

    `means` is what it does to a sweep, `remedy` what to do where it is not well, `ask` a command
    that shows an administrator what an ordinary user cannot see.
    """

    level: Level
    subject: str
    text: str
    remedy: str = ""
    means: str = ""
    ask: str = ""


def read_number(path: Path) -> int | None:
    """The one number that the file holds, `None` if there is none to be read."""
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None


def read_words(path: Path) -> str:
    """The text of a file, "" if it cannot be read."""
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
