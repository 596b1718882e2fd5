"""Why an identity is what it is, in sentences that can be read aloud."""

from collections.abc import Iterator, Mapping

from camcensus.identify.platform import Relabel
from camcensus.identify.signatures import ATTRIBUTES
from camcensus.types import Claim, Identity, Kind

SHOWN = 80
_WORDS = {
    "maker": "The maker", "brand": "The brand on the label", "model": "The model",
    "firmware": "The firmware", "serial": "The serial number", "mac": "The MAC address",
    "kind": "The kind of device", "channels": "The number of video channels",
}  # fmt: skip


def strength(certainty: float) -> str:
    """One word for a certainty, the same everywhere."""
    if certainty >= 0.9:
        return "strong"
    return "fair" if certainty >= 0.7 else "weak"


def explain(identity: Identity, names: Mapping[str, str] | None = None) -> list[str]:
    """One sentence per attribute, followed by what it rests on; a sentence is one line."""
    if not identity.claims:
        return ["Nothing that it answered is known to us, so we say nothing about it."]
    return [line for attribute in ATTRIBUTES for line in _lines(identity, attribute, names or {})]


def explain_relabel(relabel: Relabel, names: Mapping[str, str]) -> list[str]:
    """Why a device is said to be one firm's brand on another's platform, a line a sentence."""
    brand, maker = (names.get(word, word) for word in (relabel.brand, relabel.maker))
    return [
        f"Brand {brand} on platform {maker}: the label and the electronics name different firms.",
        f"The label says {brand}:",
        *(f"  {_because(claim, names)}" for claim in relabel.label),
        f"The electronics answer as {maker}'s:",
        *(f"  {_because(claim, names)}" for claim in relabel.electronics),
        relabel.known(names),
    ]


def _lines(identity: Identity, attribute: str, names: Mapping[str, str]) -> Iterator[str]:
    claims = [claim for claim in identity.claims if claim.attribute == attribute]
    if not claims:
        return
    subject = _WORDS[attribute]
    value = getattr(identity, attribute)
    if attribute in identity.conflicts:
        yield f"{subject} is left open, because these contradict each other:"
    elif value is None or value is Kind.UNKNOWN:
        yield f"{subject} is left open, because this is too little to go by:"
    else:
        certainty = getattr(identity.certainty, attribute, None)
        sure = "" if certainty is None else f" ({strength(certainty)}, {certainty:.2f})"
        yield f"{subject} is {names.get(value, value)}{sure}, because:"
    for claim in claims:
        yield f"  {_because(claim, names)}"


def _because(claim: Claim, names: Mapping[str, str]) -> str:
    """One claim: what was read, what that says, how sure, and by which signature."""
    shown = "".join(c if c.isprintable() else "?" for c in claim.evidence.value)
    if len(shown) > SHOWN:
        shown = f"{shown[:SHOWN]}..."
    said = names.get(claim.value, claim.value)
    sure = f"{strength(claim.certainty)}, {claim.certainty:.2f}"
    why = f" {claim.why}" if claim.why else ""
    return f'{claim.evidence.field} "{shown}" says {said} ({sure}; {claim.signature}).{why}'
