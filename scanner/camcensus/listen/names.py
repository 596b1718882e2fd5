"""Distinguished names as RFC 4514 text, the form in which certificates are matched."""

import re
from collections.abc import Iterable

_SPECIAL = re.compile(r'[\\,+"<>;]|^[ #]| $')


def rfc4514(parts: Iterable[tuple[str, str]]) -> str | None:
    """The parts, most exact first, as one text; `None` if there are none."""
    return ",".join(f"{short}={_SPECIAL.sub(_escape, value)}" for short, value in parts) or None


def _escape(match: re.Match[str]) -> str:
    return f"\\{match.group()}"
