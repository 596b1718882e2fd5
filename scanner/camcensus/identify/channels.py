"""How many video channels a device states: a recorder's cameras may stand on no network of ours."""

from collections.abc import Iterable

from camcensus.types import Claim

MOST = 4096
"""A larger number is no count of channels."""


def total(claims: Iterable[Claim]) -> int | None:
    """The claimed channels together; `None` if nothing was claimed.

    Within one protocol each signature reads one part (analogue, network) and the parts add up;
    of several protocols the one that states the most is believed.
    """
    parts: dict[str, dict[str, int]] = {}
    for claim in claims:
        count = _count(claim.value)
        if count is not None:
            of_protocol = parts.setdefault(claim.evidence.field.protocol, {})
            of_protocol[claim.signature] = max(of_protocol.get(claim.signature, 0), count)
    return max((sum(counts.values()) for counts in parts.values()), default=None)


def _count(text: str) -> int | None:
    """A count as a device writes it; `None` for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5):
        return None
    return int(text) if int(text) <= MOST else None
