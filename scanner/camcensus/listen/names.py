"""Distinguished names as RFC 4514 text, the form in which certificates are matched."""

import re
from collections.abc import Iterable

_PART = re.compile(r"(?:[^\\,]|\\.)+", re.DOTALL)
_ATTRIBUTE = re.compile(r"\s*([A-Za-z][A-Za-z0-9.-]*|[0-9.]+) ?= ?(.*)", re.DOTALL)
_SPECIAL = re.compile(r'[\\,+"<>;]|^[ #]| $')


def rfc4514(parts: Iterable[tuple[str, str]]) -> str | None:
    """The parts, most exact first, as one text; `None` if there are none."""
    return ",".join(f"{short}={_SPECIAL.sub(_escape, value)}" for short, value in parts) or None


def _escape(match: re.Match[str]) -> str:
    return f"\\{match.group()}"


def canonical(text: str) -> str:
    """A distinguished name as a tool wrote it, as RFC 4514 text with the most exact part first.

    Tools also write `/C=GB/CN=x`, `C = GB, CN = x`, and the parts from the other end.
    """
    if text.startswith("/") and "=" in text:
        text = re.sub(r"/(?=[A-Za-z0-9.]{1,24}=)", ",", text).removeprefix(",")
    pairs: list[tuple[str, str]] = []
    for part in _PART.findall(text):
        match = _ATTRIBUTE.fullmatch(part)
        if match is not None:
            pairs.append((match[1].upper(), match[2]))
        elif pairs:  # a comma inside a value that nobody escaped
            name, value = pairs.pop()
            pairs.append((name, f"{value}\\,{part}"))
    if not pairs:
        return text
    if pairs[0][0] != "CN" and pairs[-1][0] == "CN":
        pairs.reverse()
    return ",".join(f"{name}={value}" for name, value in pairs)
