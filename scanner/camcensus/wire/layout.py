"""What binary answers of many makers have in common: addresses, and text in fixed fields."""

import re

from camcensus.wire.text import decode

_MAC_TEXT = re.compile(r"(?:[0-9A-Fa-f]{2}[:.-]){5}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{12}")
_NO_MAC = frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"})


def mac(data: bytes) -> str:
    """Six bytes in lower case with colons; empty where they name nobody, or are not six."""
    return known_mac(data.hex(":")) if len(data) == 6 else ""


def known_mac(text: str) -> str:
    """A MAC in any usual spelling, in lower case with colons; empty if this is none."""
    text = text.strip()
    if _MAC_TEXT.fullmatch(text) is None:
        return ""
    digits = re.sub("[^0-9a-f]", "", text.lower())
    spelt = ":".join(digits[at : at + 2] for at in range(0, 12, 2))
    return "" if spelt in _NO_MAC else spelt


def ipv4(data: bytes) -> str:
    """Four bytes as dotted numbers; empty where they are zero, or are not four."""
    return ".".join(map(str, data)) if len(data) == 4 and any(data) else ""


def padded_text(data: bytes) -> str:
    """The text before the first NUL, without blanks around it."""
    return decode(data.partition(b"\0")[0]).strip()


def port(number: int) -> str:
    """A port as text; empty where it is none."""
    return str(number) if 0 < number < 65536 else ""
