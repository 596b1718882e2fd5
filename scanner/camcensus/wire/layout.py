"""What the answers of many makers have in common: addresses, text in fixed fields, bounds."""

from collections.abc import Iterable
from itertools import islice

from camcensus.data import normalise_mac
from camcensus.wire import MalformedError
from camcensus.wire.text import decode

SIZE_LIMIT = 65536  # bytes; also the largest UDP datagram


def mac(data: bytes) -> str:
    """Six bytes in lower case with colons; empty where they name nobody, or are not six."""
    return known_mac(data.hex(":")) if len(data) == 6 else ""


def known_mac(text: str) -> str:
    """A MAC in any usual spelling, in lower case with colons; empty if this is none."""
    return normalise_mac(text) or ""


def ipv4(data: bytes) -> str:
    """Four bytes as dotted numbers; empty where they are zero, or are not four."""
    return ".".join(map(str, data)) if len(data) == 4 and any(data) else ""


def padded_text(data: bytes) -> str:
    """The text before the first NUL, without blanks around it."""
    return decode(data.partition(b"\0")[0]).strip()


def port(number: int) -> str:
    """A port as text; empty where it is none."""
    return str(number) if 0 < number < 65536 else ""


def insist_on_datagram(data: bytes) -> None:
    """`MalformedError` for what no datagram can hold."""
    if len(data) > SIZE_LIMIT:
        raise MalformedError("too large for a datagram")


def bounded(
    pairs: Iterable[tuple[str, str]], *, most: int, longest: int
) -> tuple[tuple[str, str], ...]:
    """The first so many pairs that have a value, names and values cut to so many characters."""
    told = ((name[:longest], value[:longest]) for name, value in pairs if value)
    return tuple(islice(told, most))
