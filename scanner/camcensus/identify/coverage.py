"""What the catalogue covers: maker by maker, from which signal it reads what, and on whose word."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from camcensus.identify.catalogue import Catalogue
from camcensus.identify.signatures import UNVERIFIED, Relation, Signature, SignatureFile
from camcensus.types import Evidence

LETTERS = {
    "maker": "V", "brand": "L", "kind": "K", "model": "M", "firmware": "F", "serial": "S",
    "mac": "A", "channels": "C",
}  # fmt: skip
"""One letter for what a signal gives, as the page of all makers explains them."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ONVIF": ("ws-discovery", "onvif"),
    "own UDP": (
        "sadp", "dhip", "dahua-v1", "xiongmai", "tplink", "bosch", "hanwha", "vivotek",
        "panasonic", "sony", "ubiquiti", "reolink", "foscam",
    ),
    "mDNS": ("mdns",),
    "UPnP": ("ssdp",),
    "web": ("http", "axis", "unifi"),
    "TLS": ("tls",),
    "RTSP": ("rtsp",),
    "SNMP": ("snmp",),
    "others": ("ftp", "telnet", "sip", "dhcp", "mac"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Covered:
    """What the file of one maker or brand gives."""

    maker: str
    file: SignatureFile
    signatures: int
    unverified: int
    fields: int
    thin: bool
    signals: Mapping[str, str]  # column to letters; small ones rest on nothing that can be checked


@dataclass(frozen=True, slots=True)
class Collision:
    """A signature that also claims an example of another maker's."""

    signature: str
    says: str
    of: str
    example: str
    known: Relation | None


def covered(catalogue: Catalogue) -> list[Covered]:
    """Every maker and brand that has a file, by its name."""
    rows = [_covered(file) for file in catalogue.files if file.maker is not None]
    return sorted(rows, key=lambda row: catalogue.names[row.maker].casefold())


def is_thin(file: SignatureFile) -> bool:
    """Whether no two signatures on two fields, each with a source, name this maker or brand."""
    naming = [one for one in file.signatures if _names(one, file) and one.source != UNVERIFIED]
    fields = {field for one in naming for field in one.fields}
    return len(naming) < 2 or len(fields) < 2


def _names(signature: Signature, file: SignatureFile) -> bool:
    return file.maker in {signature.constant("maker"), signature.constant("brand")}


def _covered(file: SignatureFile) -> Covered:
    return Covered(
        maker=file.maker or "",
        file=file,
        signatures=len(file.signatures),
        unverified=sum(one.source == UNVERIFIED for one in file.signatures),
        fields=len({field for one in file.signatures for field in one.fields}),
        thin=is_thin(file),
        signals={name: _letters(file.signatures, of) for name, of in COLUMNS.items()},
    )


def _letters(signatures: Iterable[Signature], protocols: tuple[str, ...]) -> str:
    given: dict[str, bool] = {}
    for one in signatures:
        if any(field.protocol in protocols for field in one.fields):
            for attribute in one.claimed:
                given[attribute] = given.get(attribute, False) or one.source != UNVERIFIED
    letters = (
        letter if given[attribute] else letter.lower()
        for attribute, letter in LETTERS.items()
        if attribute in given
    )
    return "".join(letters)


def collisions(catalogue: Catalogue) -> Iterator[Collision]:
    """Every signature that claims an example of another maker's, one row a pair and example."""
    for owner in catalogue.signatures:
        maker = owner.constant("maker") or owner.constant("brand")
        if maker is None:
            continue
        for example in owner.matches:
            yield from _claimants(catalogue, owner, maker, example.value)


def _claimants(
    catalogue: Catalogue, owner: Signature, maker: str, value: str
) -> Iterator[Collision]:
    seen = set()
    for claim in catalogue.claims(Evidence(owner.fields[0], value)):
        other = claim.attribute in {"maker", "brand"} and claim.value != maker
        if not other or claim.signature == owner.id or claim.signature in seen:
            continue
        own = dict(owner.constants)
        if claim.value in {own.get("maker"), own.get("brand")}:
            continue  # the owner says so itself: a brand on another's platform
        seen.add(claim.signature)
        known = catalogue.relation(maker, claim.value)
        yield Collision(claim.signature, claim.value, owner.id, value, known)


def page(catalogue: Catalogue) -> Iterator[str]:
    """The page of all makers, as lines of Markdown."""
    rows = covered(catalogue)
    thin = [row for row in rows if row.thin]
    unverified = sum(one.source == UNVERIFIED for one in catalogue.signatures)
    yield "# Makers and brands that camcensus knows"
    yield ""
    yield "Written by `camcensus signatures coverage --page FILE`; do not edit it."
    yield ""
    yield (
        f"{len(rows) - len(thin)} makers and brands are known by two signatures or more, on two"
        f" signals or more, each with a source that can be checked; {len(thin)} are thin."
        f" {len(catalogue.signatures):,} signatures in all, {unverified} of them unverified and"
        " therefore never surer than 0.5."
    )
    yield ""
    yield from _legend()
    yield ""
    yield f"| name | country | knowledge | {' | '.join(COLUMNS)} | known relations |"
    yield f"|---|---|---|{'---|' * len(COLUMNS)}---|"
    for row in rows:
        yield _page_row(catalogue, row)


def _legend() -> Iterator[str]:
    yield (
        "What a signal gives: "
        + ", ".join(
            f"**{letter}** {word}"
            for letter, word in (
                ("V", "the maker of the electronics"),
                ("L", "the brand on the label"),
                ("K", "the kind of device"),
                ("M", "model"),
                ("F", "firmware"),
                ("S", "serial number"),
                ("A", "MAC address"),
                ("C", "number of channels"),
            )
        )
        + ". A small letter rests on what nobody could check yet."
    )


def _page_row(catalogue: Catalogue, row: Covered) -> str:
    file = row.file
    relations = "; ".join(
        f"{one.rel.replace('_', ' ')} {catalogue.names[one.to]} ({one.confidence})"
        for one in file.relations
    )
    knowledge = f"{row.signatures} on {row.fields} {'field' if row.fields == 1 else 'fields'}"
    cells = (
        catalogue.names[row.maker],
        file.fact("country") or "-",
        f"thin: {knowledge}" if row.thin else knowledge,
        *(row.signals[name] or "-" for name in COLUMNS),
        relations or "-",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
