"""One JSON object that anybody may have written: the wanted type, or `MalformedError`."""

from collections.abc import Mapping

from camcensus.wire import MalformedError
from camcensus.wire.json_text import MANY, whole


class Fields:
    """One JSON object; an absent key and `null` are the same, unknown keys are left alone."""

    __slots__ = ("_values",)

    def __init__(self, values: object, name: str = "input") -> None:
        if not isinstance(values, dict):
            raise MalformedError(f"{name}: an object is wanted")
        self._values: Mapping[str, object] = values

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def raw(self, key: str) -> object:
        """Whatever stands there."""
        return self._values.get(key)

    def text(self, key: str) -> str | None:
        """A text, or a whole number as text."""
        return _text(key, self._values.get(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text is a list of one."""
        value = self._values.get(key)
        values = value if isinstance(value, list) else [value]
        found = (_text(key, one) for one in values[:MANY])
        return tuple(one for one in found if one is not None)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Names with values, written as object, object of lists or list of pairs."""
        value = self._values.get(key)
        if value is None:
            return ()
        if isinstance(value, dict):
            rows = [(name, one) for name, of in value.items() for one in _list(of)]
        elif isinstance(value, list):
            rows = [_row(key, row) for row in value[:MANY]]
        else:
            raise MalformedError(f"{key}: an object or a list of pairs is wanted")
        texts = ((whole(name), _text(key, one)) for name, one in rows[:MANY])
        return tuple((name, one) for name, one in texts if one is not None)

    def fields(self, key: str) -> "Fields":
        """The object below this key."""
        return Fields(self._values.get(key), key)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _row(key: str, row: object) -> tuple[str, object]:
    if isinstance(row, list) and len(row) == 2 and isinstance(row[0], str):
        return row[0], row[1]
    raise MalformedError(f"{key}: a pair of texts is wanted")


def _text(key: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise MalformedError(f"{key}: a text is wanted")
