"""The target grammar: what one word of a command line or of a file names.

It is nmap's: `10.20.0.0/16`, `10.30.1-4.1-254`, `10.0.0.1,5,9`, `10.0.*.1`, `2001:db8::/120`,
one host, a name; and also `10.0.0.5-10.0.0.20`.
"""

import re
from dataclasses import dataclass

from camcensus.errors import ScopeError
from camcensus.scope.addresses import V6, network_range, position, range_text
from camcensus.scope.ranges import Pair, RangeSet

MOST_PIECES = 65_536  # separate ranges that one word may stand for
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z", re.IGNORECASE | re.ASCII)
_OCTETS = re.compile(r"[0-9.,*-]+\Z")
_CIDR = re.compile(r"([^/]*)/([0-9]{1,3})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Networks:
    """The addresses a word stands for; `note` says where it was read as another word."""

    ranges: RangeSet
    note: str = ""


@dataclass(frozen=True, slots=True)
class HostName:
    """A word that is a name: someone with a resolver must say which addresses it has."""

    name: str


def words(text: str) -> list[str]:
    """The words of one argument: split at blanks, and at commas between whole addresses."""
    found: list[str] = []
    for word in text.split():
        parts = word.split(",")
        whole = len(parts) > 1 and all(_is_whole(part) for part in parts)
        found.extend(parts if whole else [word])
    return found


def read_ranges(text: str) -> RangeSet:
    """The addresses of a text without names, as an exclusion of a plan holds it."""
    found: list[Pair] = []
    for word in words(text):
        read = read_word(word)
        if isinstance(read, HostName):
            raise _refused(word, "a name, where an address is needed")
        found.extend(read.ranges)
    return RangeSet.of(found)


def _is_whole(part: str) -> bool:
    return ":" in part or part.count(".") == 3 or any(letter.isalpha() for letter in part)


def read_word(word: str) -> Networks | HostName:
    """What the word names; `ScopeError` says what is wrong with it."""
    if ":" in word:
        return _ipv6(word)
    if match := _CIDR.match(word):
        return _cidr(word, match[1], int(match[2]), 32)
    if "/" in word:
        raise _refused(word, "after the slash stands a number from 0 to 32, as in 10.20.0.0/16")
    if _OCTETS.match(word):
        return Networks(RangeSet.of(_octet_ranges(word)))
    if _is_name(word):
        return HostName(word)
    raise _refused(word, "neither an address, a network, a range nor a host name")


def _is_name(word: str) -> bool:
    labels = word.removesuffix(".").split(".")
    return (
        len(word) <= 253
        and all(_LABEL.match(label) for label in labels)
        and not labels[-1].isdigit()
    )


def _refused(word: str, why: str) -> ScopeError:
    shown = word if len(word) <= 60 else word[:57] + "..."
    return ScopeError(f"{shown!a}: {why}")


def _ipv6(word: str) -> Networks:
    if "%" in word:
        raise _refused(word, "an address with an interface (%) cannot be a target; see --interface")
    if match := _CIDR.match(word):
        return _cidr(word, match[1], int(match[2]), 128)
    if "-" in word:
        return Networks(RangeSet.of([_from_to(word)]))
    place = position(word)
    if place is None:
        raise _refused(word, "not an IPv6 address or network")
    return Networks(RangeSet.of([(place, place)]))


def _cidr(word: str, address: str, length: int, most: int) -> Networks:
    place = position(address)
    if place is None:
        raise _refused(word, "before the slash stands one whole address, as in 10.20.0.0/16")
    if length > most:
        raise _refused(word, f"the number after the slash is at most {most}")
    first, last = network_range(address, length)
    note = "" if place == first else f"{word} was read as the network {range_text(first, last)}"
    return Networks(RangeSet.of([(first, last)]), note)


def _octet_ranges(word: str) -> list[Pair]:
    octets = word.split(".")
    if len(octets) == 7 and word.count("-") == 1:
        return [_from_to(word)]
    if len(octets) != 4:
        raise _refused(word, f"an IPv4 address has 4 numbers, this has {len(octets)}")
    pieces: list[Pair] = [(0, 0)]
    width = 1
    for octet in reversed(octets):
        values = list(_octet(word, octet))
        if pieces == [(0, width - 1)]:
            pieces = [(low * width, (high + 1) * width - 1) for low, high in values]
        else:
            count = sum(high - low + 1 for low, high in values)
            if count * len(pieces) > MOST_PIECES:
                raise _refused(word, f"falls into more than {MOST_PIECES:,} pieces; use CIDR")
            bases = [value * width for low, high in values for value in range(low, high + 1)]
            pieces = [(base + low, base + high) for base in bases for low, high in pieces]
        width *= 256
    return pieces


def _from_to(word: str) -> Pair:
    low, _, high = word.partition("-")
    first, last = position(low), position(high)
    if first is None or last is None or (first < V6) != (last < V6):
        raise _refused(word, "a range has a whole address at each end, as in 10.0.0.5-10.0.0.20")
    if first > last:
        raise _refused(word, "the range runs backwards")
    return first, last


def _octet(word: str, octet: str) -> RangeSet:
    return RangeSet.of(_octet_part(word, part) for part in octet.split(","))


def _octet_part(word: str, part: str) -> Pair:
    if part == "*":
        return 0, 255
    low, dash, high = part.partition("-")
    if not dash:
        high = low
    first = _number(word, low) if low or not dash else 0
    last = _number(word, high) if high or not dash else 255
    if first > last:
        raise _refused(word, f"the range {part} runs backwards")
    return first, last


def _number(word: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 3 or int(text) > 255:
        raise _refused(word, f"{text!a} is not a number from 0 to 255")
    if text[0] == "0" and len(text) > 1:
        raise _refused(word, f"{text} begins with a zero, which some programs read as octal")
    return int(text)


def too_wide(ranges: RangeSet) -> bool:
    """Whether it holds an IPv6 range wider than a /112 (65,536 addresses)."""
    return any(last >= V6 and last - first >= 1 << 16 for first, last in ranges)
