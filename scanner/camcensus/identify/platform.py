"""Label against electronics: a brand on another maker's platform, with both lines of evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from camcensus.identify.signatures import Relation, SignatureFile
from camcensus.types import Claim, Identity, Kind

SHOWN = 3
"""Claims of one side that are told."""

_SAYS = {
    "relabels": "{brand} is known to sell {maker}'s devices under its own name",
    "formerly_relabelled": "{brand} is known to have sold {maker}'s devices under its own name",
    "brand_of": "{brand} is a brand of {maker}",
    "subsidiary_of": "{brand} belongs to {maker}",
    "owned_by": "{brand} belongs to {maker}",
    "formerly_owned_by": "{brand} once belonged to {maker}",
    "formerly_known_as": "{brand} was once named {maker}",
    "sells_as": "{brand} sells under the name {maker}",
}
_BACKWARDS = {"sells_as": "{brand} is a name under which {maker} sells"}


@dataclass(frozen=True, slots=True)
class Relabel:
    """A brand on another maker's platform; words are the catalogue's.

    `label` and `electronics` are the claims behind either side, the surest first and one a field;
    `relation` is what is known of the two firms, and `backwards` that the maker's file states it.
    """

    brand: str
    maker: str
    label: tuple[Claim, ...]
    electronics: tuple[Claim, ...]
    relation: Relation | None
    backwards: bool = False

    def known(self, names: Mapping[str, str]) -> str:
        """What the two firms are to each other, in one sentence, and who says so."""
        brand, maker = names.get(self.brand, self.brand), names.get(self.maker, self.maker)
        if self.relation is None:
            return f"Nothing is known to us of what {brand} and {maker} are to each other."
        says = _SAYS[self.relation.rel]
        if self.backwards:
            brand, maker = (brand, maker) if self.relation.rel in _BACKWARDS else (maker, brand)
            says = _BACKWARDS.get(self.relation.rel, says)
        known = says.format(brand=brand, maker=maker)
        return f"{known} ({self.relation.confidence}: {self.relation.source})."


def relabel_of(identity: Identity, files: Mapping[str, SignatureFile]) -> Relabel | None:
    """The contradiction between label and electronics; `None` where both are one, or one is open.

    `identity` is in the catalogue's words, `files` are the makers' by their word.
    """
    brand, maker = identity.brand, identity.maker
    if brand is None or maker is None or brand == maker or identity.kind is Kind.NOT_VIDEO:
        return None
    stated = _relation(files, brand, maker)
    reverse = None if stated else _relation(files, maker, brand)
    return Relabel(
        brand=brand,
        maker=maker,
        label=_behind(identity.claims, "brand", brand),
        electronics=_behind(identity.claims, "maker", maker),
        relation=stated or reverse,
        backwards=stated is None and reverse is not None,
    )


def _relation(files: Mapping[str, SignatureFile], one: str, other: str) -> Relation | None:
    relations = files[one].relations if one in files else ()
    return next((relation for relation in relations if relation.to == other), None)


def _behind(claims: Iterable[Claim], attribute: str, value: str) -> tuple[Claim, ...]:
    """The claims for this value, the surest first, the surest alone of each field."""
    fitting = [one for one in claims if one.attribute == attribute and one.value == value]
    fitting.sort(key=lambda one: (-one.certainty, one.signature, one.evidence.value))
    best = {one.evidence.field: one for one in reversed(fitting)}
    return tuple(one for one in fitting if best[one.evidence.field] is one)[:SHOWN]
