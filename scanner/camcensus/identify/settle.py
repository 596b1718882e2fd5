"""Claims to one identity: how certainties add, when a contradiction is left open.

Per attribute, one protocol is one channel: what it says twice counts once, at its best. Different
protocols that agree are independent witnesses (noisy-OR). Values that compete weaken each other
(Dempster's rule), and a winner that does not lead clearly is no winner.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from camcensus.identify.channels import total
from camcensus.types import Certainty, Claim, Identity, Kind

CERTAINTY_CAP = 0.99
MARGIN = 0.2
"""By how much the winner of two competing values must lead before they weaken each other."""
VIDEO_MARGIN = 0.3
"""The same between "shows pictures" and "does not": calling a printer a camera is the worst."""
MINIMUM = 0.2
"""A total below this is not reported."""
KIND_MINIMUM = 0.3
STRONG = 0.9
FAIR = 0.7

_SPECIFIC = frozenset({"model", "firmware", "serial"})
_WORDS = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Settled:
    """What one attribute came to; `value` is `None` if nothing was claimed, or too much."""

    value: str | None = None
    certainty: float = 0.0
    conflict: bool = False


def settle(claims: Iterable[Claim]) -> Identity:
    """The identity these claims add up to; in any order, the same."""
    ordered = tuple(sorted(set(claims), key=_order))
    of: dict[str, list[Claim]] = {}
    for claim in ordered:
        of.setdefault(claim.attribute, []).append(claim)
    channels = total(of.pop("channels", ()))
    settled = {attribute: _settle_attribute(attribute, made) for attribute, made in of.items()}
    value = {attribute: one.value for attribute, one in settled.items()}
    certainty = {attribute: one.certainty for attribute, one in settled.items()}
    return Identity(
        kind=Kind(value.get("kind") or Kind.UNKNOWN),
        maker=value.get("maker"),
        brand=value.get("brand"),
        model=value.get("model"),
        firmware=value.get("firmware"),
        serial=value.get("serial"),
        mac=value.get("mac"),
        channels=channels,
        certainty=Certainty(
            kind=certainty.get("kind", 0.0),
            maker=certainty.get("maker", 0.0),
            brand=certainty.get("brand", 0.0),
            model=certainty.get("model", 0.0),
        ),
        claims=ordered,
        conflicts=tuple(attribute for attribute, one in sorted(settled.items()) if one.conflict),
    )


def _order(claim: Claim) -> tuple[str, float, str, str, str, str]:
    evidence = claim.evidence
    return (
        claim.attribute, -claim.certainty, claim.signature, claim.value,
        evidence.field.value, evidence.value,
    )  # fmt: skip


def _settle_attribute(attribute: str, claims: Sequence[Claim]) -> Settled:
    if attribute == "kind":
        return _settle_kind(claims)
    weights = {
        value: _combine(claims, _supports(attribute, value))
        for value in _candidates(attribute, claims)
    }
    return _winner(weights, margin=MARGIN, minimum=MINIMUM)


def _settle_kind(claims: Sequence[Claim]) -> Settled:
    """First whether it shows pictures at all, then what it is."""
    weights = {kind: _combine(claims, kind.__eq__) for kind in {claim.value for claim in claims}}
    sides = {
        "no": weights.pop(Kind.NOT_VIDEO.value, 0.0),
        "yes": _combine(claims, Kind.NOT_VIDEO.value.__ne__),
    }
    side = _winner(
        {name: weight for name, weight in sides.items() if weight},
        margin=VIDEO_MARGIN,
        minimum=KIND_MINIMUM,
    )
    if side.value is None:
        return side
    if side.value == "no":
        return Settled(Kind.NOT_VIDEO.value, side.certainty)
    best = _winner(_serious(weights, claims), margin=MARGIN, minimum=KIND_MINIMUM)
    return Settled(best.value, min(best.certainty, side.certainty), best.conflict)


def _serious(weights: Mapping[str, float], claims: Sequence[Claim]) -> dict[str, float]:
    """The kinds that compete: a strong word is not contested by weak ones, however many.

    The words that recorders and encoders share with cameras ("sends video") claim a camera weakly.
    """
    surest: dict[str, float] = {}
    for claim in claims:
        surest[claim.value] = max(surest.get(claim.value, 0.0), claim.certainty)
    if not any(surest[kind] >= STRONG for kind in weights):
        return dict(weights)
    return {kind: weight for kind, weight in weights.items() if surest[kind] >= FAIR}


def _combine(claims: Sequence[Claim], supports: Callable[[str], bool]) -> float:
    """The certainty of all claims for a value together, one witness a protocol."""
    best: dict[str, float] = {}
    for claim in claims:
        if supports(claim.value):
            protocol = claim.evidence.field.protocol
            best[protocol] = max(best.get(protocol, 0.0), claim.certainty)
    doubt = 1.0
    for protocol in sorted(best):
        doubt *= 1.0 - best[protocol]
    return min(1.0 - doubt, CERTAINTY_CAP)


def _winner(weights: Mapping[str, float], *, margin: float, minimum: float) -> Settled:
    """The heaviest value, weakened by its rivals, if it leads by the margin."""
    ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    value, weight = ranked[0]
    if len(ranked) > 1 and weight - ranked[1][1] < margin:
        return Settled(conflict=weight >= minimum)
    certainty = _against(weight, [other for _, other in ranked[1:]])
    return Settled(value, certainty) if certainty >= minimum else Settled()


def _against(weight: float, rivals: Sequence[float]) -> float:
    """Dempster's rule for simple support: the mass left for a value after its rivals."""
    if not rivals:
        return weight
    weights = [weight, *rivals]
    nobody = _product(1.0 - one for one in weights)
    masses = [one * nobody / (1.0 - one) for one in weights]
    return masses[0] / (nobody + sum(masses))


def _product(factors: Iterable[float]) -> float:
    product = 1.0
    for factor in factors:
        product *= factor
    return product


def _candidates(attribute: str, claims: Sequence[Claim]) -> list[str]:
    """The values that compete: spellings folded, and a vaguer one left to the more exact."""
    spelling: dict[str, str] = {}
    for claim in claims:
        spelling.setdefault(_fold(attribute, claim.value), claim.value)
    folded = sorted(spelling)
    return [
        spelling[one]
        for one in folded
        if attribute not in _SPECIFIC
        or not any(other != one and other.startswith(f"{one} ") for other in folded)
    ]


def _supports(attribute: str, value: str) -> Callable[[str], bool]:
    """Whether another spelling says this value, or the beginning of it (words, not letters)."""
    folded = _fold(attribute, value)
    if attribute not in _SPECIFIC:
        return lambda other: _fold(attribute, other) == folded
    return lambda other: f"{folded} ".startswith(f"{_fold(attribute, other)} ")


def _fold(attribute: str, value: str) -> str:
    if attribute not in _SPECIFIC:
        return value
    folded = value.casefold()
    if attribute == "firmware":  # `V5.6.2build 190701` and `V5.6.2 build 190701` are one
        folded = folded.replace("build", " build ")
    return " ".join(_WORDS.findall(folded)) or value
