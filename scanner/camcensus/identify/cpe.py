"""CPE 2.3 names of a device and its firmware, as vulnerability catalogues spell them."""

from collections.abc import Iterator, Mapping

from camcensus.identify.firmware import read_release
from camcensus.types import Identity, Kind

LONGEST = 80
"""Characters of a model that become part of a name."""
_UNQUOTED = frozenset("-._")


def cpe_names(
    identity: Identity, names: Mapping[str, str], vendors: Mapping[str, str]
) -> tuple[str, ...]:
    """The device's name and, if its firmware is known, that of the firmware; none without a model.

    `identity` is in the catalogue's words; `names` are what people read instead of them, `vendors`
    the words that the NVD's records use for them, where they are known. The label goes before the
    maker: vulnerabilities are recorded under the name of who sells it. Formatted string binding of
    NISTIR 7695, section 6.2.
    """
    word = identity.brand or identity.maker
    if word is None or identity.model is None or identity.kind is Kind.NOT_VIDEO:
        return ()
    vendor = vendors.get(word) or _component(names.get(word, word))
    return tuple(_names(identity, vendor, _component(identity.model[:LONGEST])))


def _names(identity: Identity, vendor: str, product: str) -> Iterator[str]:
    yield f"cpe:2.3:h:{vendor}:{product}:-:*:*:*:*:*:*:*"
    if identity.firmware is not None:
        release = read_release(identity.firmware, (identity.maker, identity.brand))
        version = _component(release.version if release else identity.firmware)
        yield f"cpe:2.3:o:{vendor}:{product}_firmware:{version}:*:*:*:*:*:*:*"


def _component(text: str) -> str:
    """One component: lower case, spaces as low lines, everything else that is no word quoted."""
    folded = "_".join(text.casefold().split())
    return "".join(_quoted(letter) for letter in folded) or "-"


def _quoted(letter: str) -> str:
    if letter.isascii() and (letter.isalnum() or letter in _UNQUOTED):
        return letter
    return f"\\{letter}" if letter.isascii() and letter.isprintable() else "_"
