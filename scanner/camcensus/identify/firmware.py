"""Firmware as numbers that can be compared: which of two releases is the older one.

How a maker numbers its firmware stands in `fingerprints/firmware.toml`; nothing of it is code.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

from camcensus.data import data_folder
from camcensus.identify.loader import checked_pattern, read_rows
from camcensus.identify.patterns import compiled
from camcensus.identify.tables import Table

FILE = "firmware.toml"
LONGEST = 200
"""Characters of a firmware that are looked at."""
BRANCH = "branch"
DATE = "date"
_PIECES = re.compile(r"[0-9]{1,18}|[a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Release:
    """One firmware, read by one form; `groups` weigh from left to right, the first one most."""

    form: str
    branch: str
    groups: tuple[tuple[int, ...], ...]

    def __str__(self) -> str:
        """The numbers, such as `5.5.800 20210628`; a group that the device left away is `-`."""
        numbers = " ".join(".".join(map(str, group)) or "-" for group in self.groups)
        return f"{self.branch}: {numbers}" if self.branch else numbers

    @property
    def version(self) -> str:
        """The first group alone, such as `5.5.800`."""
        return ".".join(map(str, self.groups[0]))


@dataclass(frozen=True, slots=True)
class Form:
    """One way to number firmware, and the examples that the tests hold against it."""

    id: str
    makers: tuple[str, ...]
    pattern: str
    why: str
    source: str
    matches: tuple[tuple[str, str], ...]
    rising: tuple[str, ...]


def read_release(firmware: str, makers: Sequence[str | None]) -> Release | None:
    """The release that a firmware of these makers (or brands) is; `None` if no form fits it."""
    text = firmware.strip()[:LONGEST]
    for form in forms():
        if form.makers and not set(form.makers).intersection(makers):
            continue
        found = compiled(form.pattern).search(text.encode("utf-8", "replace"))
        if found is not None:
            names = [name for name in _groups(form.pattern) if name != BRANCH]
            groups = tuple(_numbers(name, found.get(name, "")) for name in names)
            return Release(form.id, found.get(BRANCH, ""), groups)
    return None


def older(one: Release, other: Release) -> bool | None:
    """Whether one is older than the other; `None` if the two have no order.

    A group that either of them left away decides nothing.
    """
    if (one.form, one.branch) != (other.form, other.branch):
        return None
    for mine, theirs in zip(one.groups, other.groups, strict=True):
        if not mine or not theirs:
            continue
        for left, right in zip_longest(mine, theirs, fillvalue=0):
            if left != right:
                return left < right
    return False


def _numbers(name: str, text: str) -> tuple[int, ...]:
    if name == DATE:
        digits = "".join(c for c in text if c.isdigit())
        return (int(digits if len(digits) > 6 else f"20{digits}"),) if digits else ()
    pieces = _PIECES.findall(text)
    return tuple(int(one) if one.isdigit() else ord(one.lower()) - 96 for one in pieces)


@cache
def _groups(pattern: str) -> tuple[str, ...]:
    """The named groups as they stand, which is the order in which they weigh."""
    return tuple(re.findall(r"\(\?P<(\w+)>", pattern))


@cache
def forms() -> tuple[Form, ...]:
    """The rows of the shipped file; `CatalogueError` names what is wrong with it."""
    return tuple(read_forms((data_folder("fingerprints") / FILE).read_bytes()))


def read_forms(content: bytes) -> Iterator[Form]:
    """The rows of a file like `firmware.toml`; `CatalogueError` names place and fault."""
    return map(_form, read_rows(FILE, content, "form"))


def _form(table: Table) -> Form:
    pattern = checked_pattern(table)
    if not set(pattern.groups) - {BRANCH}:
        table.fail("pattern", "has no named group to compare")
    read = Form(
        id=table.text("id"),
        makers=table.texts("makers"),
        pattern=pattern.text,
        why=table.text("why"),
        source=table.text("source"),
        matches=tuple(_match(table.place, values) for values in table.tables("matches")),
        rising=table.texts("rising"),
    )
    table.close()
    return read


def _match(place: str, values: object) -> tuple[str, str]:
    table = Table(f"{place}: matches", values)
    read = table.text("value"), table.text("reads")
    table.close()
    return read
