"""Reads JSON that anybody may have written: the wanted type, or `MalformedError`."""

import json
from collections.abc import Iterator, Mapping

from camcensus.wire import MalformedError

MANY = 256
"""Values of one key that are looked at; a device that sends more says no more."""
DEPTH = 32


def read_json(text: str) -> object:
    """The value; whatever is wrong with the text, it is `MalformedError`."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise MalformedError("not JSON: nested too deeply") from None
    except ValueError as error:
        raise MalformedError(f"not JSON: {error}") from None


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not a value")


def whole(text: str) -> str:
    """The text without lone surrogates: each becomes U+FFFD, a pair becomes its character."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


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


def leaves(value: object, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The scalars of nested JSON with the path to each; `true` and `false` as JSON has them."""
    if depth > DEPTH:
        return
    if isinstance(value, dict):
        for name, below in value.items():
            path = f"{prefix}.{whole(name)}" if prefix else whole(name)
            yield from leaves(below, path, depth + 1)
    elif isinstance(value, list):
        for below in value[:MANY]:
            yield from leaves(below, prefix, depth + 1)
    elif isinstance(value, str):
        yield prefix, whole(value)
    elif value is not None:
        yield prefix, json.dumps(value)


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
