"""google-re2 behind types: many patterns searched in one pass, in time linear in the value."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import re2

VALUE_CAP = 65536
"""Bytes of a value that are looked at."""

# The library's default of 8 MiB fails at some 600 patterns in one set.
SET_MEMORY = 256 << 20


class PatternError(ValueError):
    """Not a pattern that RE2 takes; the text is RE2's own."""


def searchable(value: str) -> bytes:
    """The value as bytes to search: at most `VALUE_CAP`, lone surrogates as question marks."""
    return value[:VALUE_CAP].encode("utf-8", "replace")[:VALUE_CAP]


class Pattern:
    """One compiled pattern."""

    __slots__ = ("_regexp", "groups", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._regexp = re2.compile(text, _options())
            self.groups = tuple(sorted(self._regexp.groupindex))
        except (re2.error, UnicodeError) as error:
            raise PatternError(_said(error)) from error

    def search(self, value: bytes) -> dict[str, str] | None:
        """The named groups that took part, as text; `None` if the pattern is nowhere in it."""
        match = self._regexp.search(value)
        if match is None:
            return None
        found = {name: match.group(name) for name in self.groups}
        return {name: raw.decode("utf-8", "replace") for name, raw in found.items() if raw}


@lru_cache(maxsize=8192)
def compiled(text: str) -> Pattern:
    """The pattern, compiled once however often it is asked for."""
    return Pattern(text)


class PatternSet:
    """Many patterns, searched together; one is compiled by itself when it is first found."""

    __slots__ = ("_sentinel", "_set", "_texts")

    def __init__(self, texts: Sequence[str], *, memory: int = SET_MEMORY) -> None:
        options = _options()
        options.max_mem = memory
        self._texts = tuple(texts)
        self._set = re2.Set.SearchSet(options)
        try:
            for text in texts:
                self._set.Add(text)
            self._sentinel = self._set.Add("")
            self._set.Compile()
        except re2.error as error:
            raise PatternError(_said(error)) from error

    def search(self, value: bytes) -> Iterator[tuple[int, dict[str, str]]]:
        """The index and the named groups of every pattern that is found in the value."""
        for index in self._candidates(value):
            groups = compiled(self._texts[index]).search(value)
            if groups is not None:
                yield index, groups

    def _candidates(self, value: bytes) -> Sequence[int]:
        """Which patterns match: the sentinel, an empty pattern, matches unless RE2 gave up."""
        found = self._set.Match(value) or []
        if self._sentinel in found:
            return sorted(index for index in found if index != self._sentinel)
        return range(len(self._texts))


def _said(error: Exception) -> str:
    """What RE2 has to say, which it says in bytes."""
    words = error.args[0] if error.args else ""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(error)


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    return options
