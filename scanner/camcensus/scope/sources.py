"""Words from the command line and from files, each with where it stands."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from camcensus.errors import ScopeError
from camcensus.scope.addresses import position, range_text
from camcensus.scope.grammar import HostName, read_word, too_wide, words
from camcensus.scope.ranges import RangeSet

MOST_BYTES = 16 * 1024 * 1024  # of one file: some 800,000 addresses
Resolve = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Written:
    """One word, where it was written, and the addresses it stands for."""

    word: str
    source: str
    ranges: RangeSet
    note: str = ""


def read_targets(
    typed: tuple[str, ...], files: tuple[Path, ...], resolve: Resolve | None
) -> list[Written]:
    """The targets as written; an IPv6 network too wide to sweep is refused."""
    found = _read(typed, files, "typed", resolve)
    for written in found:
        if too_wide(written.ranges):
            raise _at(
                written.source,
                f"{written.word}: an IPv6 network wider than /112 (65,536 addresses) is not swept",
            )
    return found


def read_exclusions(
    typed: tuple[str, ...], files: tuple[Path, ...], resolve: Resolve | None
) -> list[Written]:
    """The exclusions as written; a network with host bits is the whole network."""
    return _read(typed, files, "--exclude", resolve)


def _read(
    typed: tuple[str, ...], files: tuple[Path, ...], label: str, resolve: Resolve | None
) -> list[Written]:
    found = [_written(word, label, resolve) for argument in typed for word in words(argument)]
    for path in files:
        found.extend(_written(word, source, resolve) for source, word in _file_words(path))
    return found


def _file_words(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(read_text(path).split("\n"), 1):
        for word in words(line.partition("#")[0]):
            yield f"{path}:{number}", word


def read_bytes(path: Path) -> bytes:
    """A file (`-` is standard input) of sane size."""
    try:
        if str(path) == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScopeError(f"{str(path)!a} cannot be read: {reason}") from None
    if len(data) > MOST_BYTES:
        raise ScopeError(
            f"{path}: larger than {MOST_BYTES >> 20} MiB, which no list of networks is"
        )
    return data


def read_text(path: Path) -> str:
    """The text of a file (`-` is standard input), which must be UTF-8 and of sane size."""
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScopeError(f"{path}:{line}: not UTF-8 text; save the file as UTF-8") from None


def _written(word: str, source: str, resolve: Resolve | None) -> Written:
    try:
        read = read_word(word)
        if isinstance(read, HostName):
            return _resolved(read.name, source, resolve)
    except ScopeError as error:
        raise _at(source, str(error)) from None
    return Written(word, source, read.ranges, read.note)


def _resolved(name: str, source: str, resolve: Resolve | None) -> Written:
    if resolve is None:
        raise ScopeError(f"{name!a}: names are not resolved here; write the address")
    try:
        addresses = resolve(name)
    except (OSError, UnicodeError) as error:
        raise ScopeError(f"{name!a}: cannot be resolved: {error}") from None
    places = [position(address.partition("%")[0]) for address in addresses]
    known = [place for place in places if place is not None]
    if not known:
        raise ScopeError(f"{name!a}: no address is known for this name")
    ranges = RangeSet.of((place, place) for place in known)
    told = ", ".join(range_text(*pair) for pair in ranges)
    return Written(name, source, ranges, f"{name} was resolved to {told}")


def _at(source: str, message: str) -> ScopeError:
    return ScopeError(message if source == "typed" else f"{source}: {message}")
