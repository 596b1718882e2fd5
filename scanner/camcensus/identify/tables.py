"""Reads a TOML table strictly: a missing, misspelt or mistyped key is an error with its place."""

from collections.abc import Mapping
from typing import NoReturn

from camcensus.errors import CatalogueError


class Table:
    """One TOML table whose keys are taken one by one; what is left over is a misspelling."""

    __slots__ = ("_left", "place")

    def __init__(self, place: str, values: object) -> None:
        self.place = place
        if not isinstance(values, dict):
            self.fail("", "a table is wanted here")
        self._left: dict[str, object] = dict(values)

    def fail(self, key: str, what: str) -> NoReturn:
        """End with one sentence that names file, signature and key."""
        raise CatalogueError(": ".join(part for part in (self.place, key, what) if part))

    def text(self, key: str, default: str | None = None) -> str:
        """A string that is not empty."""
        value = self._left.pop(key, default)
        if not isinstance(value, str):
            self.fail(key, "a text is wanted" if value is not None else "is missing")
        if not value and value != default:
            self.fail(key, "is empty")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings, empty if the key is absent."""
        return tuple(self._text(key, value) for value in self._list(key))

    def tables(self, key: str) -> tuple[object, ...]:
        """A list of whatever, empty if the key is absent."""
        return tuple(self._list(key))

    def number(self, key: str, value: object = None) -> float:
        """A certainty: above 0 and at most 1."""
        value = self._left.pop(key, None) if value is None else value
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(key, "a number is wanted" if value is not None else "is missing")
        if not 0 < value <= 1:
            self.fail(key, f"{value} is not above 0 and at most 1")
        return float(value)

    def integer(self, key: str) -> int:
        """A whole number."""
        value = self._left.pop(key, None)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(key, "a whole number is wanted" if value is not None else "is missing")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false if the key is absent."""
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            self.fail(key, "true or false is wanted")
        return value

    def mapping(self, key: str) -> Mapping[str, object]:
        """A table of whatever, empty if the key is absent."""
        value = self._left.pop(key, {})
        if not isinstance(value, dict):
            self.fail(key, "a table is wanted")
        return value

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All that is left, as strings."""
        left, self._left = self._left, {}
        return tuple((key, self._text(key, value)) for key, value in sorted(left.items()))

    def close(self) -> None:
        """Refuse what nobody asked for."""
        if self._left:
            self.fail(min(self._left), "is not a key of this format")

    def _list(self, key: str) -> list[object]:
        value = self._left.pop(key, [])
        if not isinstance(value, list):
            self.fail(key, "a list is wanted")
        return value

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            self.fail(key, "a text is wanted")
        return value
