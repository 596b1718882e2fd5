"""The networks that a cell of an export names, as people and their programs write them."""

import re
from dataclasses import dataclass
from itertools import pairwise

from camcensus.errors import ScopeError
from camcensus.scope.addresses import position, range_text
from camcensus.scope.grammar import Networks, read_word, words
from camcensus.scope.ranges import Pair, RangeSet

MOST_PIECES = 256  # separate ranges of one cell: more is a slip of the pen
_BETWEEN = re.compile(r"[\s;,]+")
_LENGTH = re.compile(r"/?\s*([0-9]{1,3})(?:\.0)?")  # Excel makes a number of 24: `24.0`
_DOTTED = re.compile(r"([0-9.]+)\s*[/ ]\s*([0-9]+(?:\.[0-9]+){3})")
_HYPHEN = re.compile(r"\s*[\u2010-\u2015-]\s*")  # a spreadsheet sets a range with its own dashes


@dataclass(frozen=True, slots=True)
class Cell:
    """The networks of one cell; `note` says where they were read as other ones."""

    networks: tuple[Pair, ...]
    note: str = ""


def read_networks(text: str, mask: str = "") -> Cell:
    """The networks a cell names, with the mask that may stand in a cell of its own.

    Takes several, with blanks, commas or semicolons between them; dotted masks; and a host's
    address with the length of its network. `ScopeError` says what is wrong, in a few words.
    """
    cell = _plain(text)
    if not cell:
        raise ScopeError("no network")
    if mask.strip() and "/" not in cell:
        cell = f"{cell}/{_length(mask)}"
    ranges: list[Pair] = []
    notes: list[str] = []
    for word in _words(cell):
        read = read_word(word)
        if not isinstance(read, Networks):
            raise ScopeError(f"{word!a} is no network")
        _refuse_bare(word)
        ranges += read.ranges
        notes += [read.note] if read.note else []
    joined = RangeSet.of(ranges)
    if len(joined.starts) > MOST_PIECES:
        raise ScopeError(f"falls into more than {MOST_PIECES} networks")
    return Cell(tuple(_apart(ranges)), "; ".join(notes))


def _plain(text: str) -> str:
    """The cell without the wrapping that keeps a spreadsheet from counting with it."""
    cell = text.strip().removeprefix("'").strip()
    if cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1].strip()
    return _HYPHEN.sub("-", cell)


def _words(cell: str) -> list[str]:
    if found := _DOTTED.fullmatch(cell):
        length = _dotted_length(found[2])
        if length is not None:
            return [f"{found[1]}/{length}"]
    return [word for part in _BETWEEN.split(cell) for word in words(part)]


def _length(mask: str) -> int:
    """24 of `24`, `/24`, `24.0` and `255.255.255.0`."""
    text = _plain(mask)
    dotted = _dotted_length(text.removeprefix("/"))
    if dotted is not None:
        return dotted
    if (found := _LENGTH.fullmatch(text)) is None:
        raise ScopeError(f"{text!a} is no mask, as in 24 or 255.255.255.0")
    return int(found[1])


def _dotted_length(text: str) -> int | None:
    value = position(text) if text.count(".") == 3 else None
    if value is None:
        return None
    holes = (1 << 32) - 1 - value
    return 32 - holes.bit_length() if holes & (holes + 1) == 0 else None


def _refuse_bare(word: str) -> None:
    """10.20.3.0 alone is a network without its mask, not the one address."""
    if "/" not in word and word.endswith(".0") and position(word) is not None:
        raise ScopeError(f"no mask: write {word}/24 if it is that network")


def _apart(ranges: list[Pair]) -> list[Pair]:
    """As written where they are apart, joined where they cross, in order of address."""
    ordered: list[Pair] = []
    for first, last in sorted(set(ranges), key=lambda pair: (pair[0], -pair[1])):
        if not ordered or last > ordered[-1][1]:
            ordered.append((first, last))
    overlap = any(one[1] >= two[0] for one, two in pairwise(ordered))
    return list(RangeSet.of(ordered)) if overlap else ordered


def shown(networks: tuple[Pair, ...]) -> str:
    """Networks for people."""
    return ", ".join(range_text(*pair) for pair in networks)
