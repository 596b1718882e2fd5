"""What a reader of an export hands on: each network with everything said of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from camcensus.scope.ranges import Pair
from camcensus.scope.words import Policy

_LONGEST = 100  # of a name: a site's may have no more (`config.py`), and a zone's stands in tables


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the export that may tell what a network is for; `how` leads up to it."""

    how: str  # "named", "with the role", "tagged", "described as", "inside"
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of an export whose networks could be read.

    `policy` is `None` where the export says nothing of it. `doubt` is why what it says cannot be
    trusted: such a row is not probed until somebody has looked. `note` says where the networks were
    read as other ones than were written.
    """

    where: str
    site: str
    name: str
    networks: tuple[Pair, ...]
    said: tuple[Said, ...] = ()
    tags: tuple[str, ...] = ()
    policy: Policy | None = None
    reason: str = ""
    vrf: str = ""
    doubt: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that becomes no zone, and why. `entry` is there if its networks could be read."""

    where: str
    what: str
    why: str
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """An export as it was read, in its own order.

    `around` are the containers and folders: no zones, but what they are called holds for what lies
    inside. `notes` are whole sentences for the person.
    """

    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    around: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows the export has."""
        return len(self.entries) + len(self.left_out)


def tidy(text: str) -> str:
    """A text on one line, without what cannot be seen or would steer a terminal."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(seen.split())


def short(text: str) -> str:
    """A tidy text as a name."""
    clean = tidy(text)
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 3].rstrip() + "..."


def first_of(*texts: str) -> str:
    """The first text that says something, "" if none does."""
    return next((text for text in texts if text), "")


def said_of(*pairs: tuple[str, str]) -> tuple[Said, ...]:
    """What is said, without what is empty and without saying the same text twice."""
    found: dict[str, Said] = {}
    for how, text in pairs:
        if clean := tidy(text):
            found.setdefault(clean, Said(how, clean))
    return tuple(found.values())


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Each tidy text once, in the order in which they came."""
    return tuple(dict.fromkeys(clean for text in texts if (clean := short(text))))
