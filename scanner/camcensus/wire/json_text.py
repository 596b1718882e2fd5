"""JSON that anybody may have written: bounded in depth and number, or `MalformedError`."""

import json
from collections.abc import Iterator

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


def read_first(text: str) -> tuple[object, str]:
    """The value that begins at the first brace, and what stands behind it."""
    start = text.find("{")
    if start < 0:
        raise MalformedError("not JSON: no object")
    try:
        value, end = json.JSONDecoder(parse_constant=_refuse).raw_decode(text, start)
    except RecursionError:
        raise MalformedError("not JSON: nested too deeply") from None
    except ValueError as error:
        raise MalformedError(f"not JSON: {error}") from None
    return value, text[end:]


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not a value")


def whole(text: str) -> str:
    """The text without lone surrogates: each becomes U+FFFD, a pair becomes its character."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


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
