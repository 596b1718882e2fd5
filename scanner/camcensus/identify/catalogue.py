"""The catalogue: every signature, compiled, and what it says of a heap of evidence."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from camcensus.data import data_folder, mac_owner, normalise_mac
from camcensus.errors import CatalogueError
from camcensus.identify.cpe import cpe_names
from camcensus.identify.firmware import forms
from camcensus.identify.patterns import (
    SET_MEMORY,
    PatternError,
    PatternSet,
    searchable,
)
from camcensus.identify.platform import Relabel, relabel_of
from camcensus.identify.settle import settle
from camcensus.identify.signatures import Relation, Signature, SignatureFile
from camcensus.identify.sources import Source, check_ids, read_folder, read_sources
from camcensus.types import Claim, Evidence, Field, Identity, Kind

OWNER_CERTAINTY = 0.35
"""Whose network chip it is says little about whose device it is."""
ADDRESS_CERTAINTY = 0.95
"""An address seen on the link or read from a switch is the device's, or a proxy's."""
GROUP_CAP = 256
"""Characters of a name, model, firmware or serial that are kept."""
MEMORY = 50_000
"""Values whose claims are remembered, and"""
REMEMBERED = 256
"""characters that such a value has at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """All signatures, ready to be searched; `version` changes with every change of a file."""

    version: str
    names: Mapping[str, str]
    renamed: Mapping[str, str]
    files: tuple[SignatureFile, ...]
    signatures: tuple[Signature, ...]
    _sets: Mapping[Field, tuple[tuple[Signature, ...], PatternSet]]
    _brands: Mapping[str, str]
    _owners: Mapping[str, str]
    _by_name: Mapping[str, SignatureFile]
    _by_maker: Mapping[str, SignatureFile]
    _cpe_vendors: Mapping[str, str]
    _owner_of: Callable[[str], str | None]
    _seen: dict[Evidence, tuple[Claim, ...]]

    def forget(self) -> None:
        """Drops what it remembers of values that it has seen: to measure, or to free memory."""
        self._seen.clear()

    def identify(self, evidence: Iterable[Evidence]) -> Identity:
        """What this evidence, all of one device, adds up to."""
        seen = set(evidence)
        claims = [claim for one in seen for claim in self._claims_of(one)]
        claims += _addresses(seen)
        claims += self._owner_claims(claims, seen)
        return settle(claims)

    def _claims_of(self, evidence: Evidence) -> tuple[Claim, ...]:
        """The same claims, remembered: most values of an estate are the same on many devices."""
        found = self._seen.get(evidence)
        if found is None:
            found = tuple(self.claims(evidence))
            if len(evidence.value) <= REMEMBERED:
                if len(self._seen) >= MEMORY:
                    self._seen.clear()
                self._seen[evidence] = found
        return found

    def claims(self, evidence: Evidence) -> Iterator[Claim]:
        """What the signatures say of one piece of evidence."""
        found = self._sets.get(evidence.field)
        if found is None:
            return
        signatures, patterns = found
        for index, groups in patterns.search(searchable(evidence.value)):
            signature = signatures[index]
            values = self._values(signature, groups)
            if values is None:
                continue
            for attribute, value in values:
                certainty = signature.certainty_of(attribute)
                yield Claim(signature.id, attribute, value, certainty, evidence, signature.why)

    def brand(self, spelling: str) -> str | None:
        """The vocabulary's word for a maker or brand as a device or a person spells it."""
        return self._brands.get(_fold(spelling))

    def speakers(self) -> dict[str, frozenset[str]]:
        """By protocol, the makers and brands that some signature reads from it."""
        found: dict[str, set[str]] = {}
        for signature in self.signatures:
            named = {signature.constant("maker"), signature.constant("brand")} - {None}
            for field in signature.fields:
                found.setdefault(field.protocol, set()).update(filter(None, named))
        return {protocol: frozenset(makers) for protocol, makers in found.items()}

    def file_of(self, maker: str) -> SignatureFile | None:
        """The file of this maker, if it has one."""
        return self._by_maker.get(maker)

    def relation(self, one: str, other: str) -> Relation | None:
        """What either's file says that the two are to each other."""
        for mine, theirs in ((one, other), (other, one)):
            file = self._by_maker.get(mine)
            for relation in file.relations if file is not None else ():
                if relation.to == theirs:
                    return relation
        return None

    def relabel(self, identity: Identity) -> Relabel | None:
        """The brand on another maker's platform that it is, if it is one."""
        return relabel_of(identity, self._by_maker)

    def cpe(self, identity: Identity) -> tuple[str, ...]:
        """Its CPE 2.3 names: the device's, and if known the firmware's."""
        return cpe_names(identity, self.names, self._cpe_vendors)

    def _values(
        self, signature: Signature, groups: Mapping[str, str]
    ) -> tuple[tuple[str, str], ...] | None:
        """What it claims of this match; `None` if the MAC in it is not of the right owner."""
        read = {name: self._read(name, text) for name, text in groups.items()}
        if signature.mac_owner and not self._owned(signature, read.get("mac")):
            return None
        captured = tuple((name, value) for name, value in sorted(read.items()) if value)
        return signature.constants + captured

    def _read(self, group: str, text: str) -> str | None:
        if group == "mac":
            return normalise_mac(text)
        if group == "brand":
            return self.brand(text)
        tidy = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        if group == "kind":
            known = frozenset(Kind) - {Kind.UNKNOWN}
            return tidy.lower() if tidy.lower() in known else None
        return tidy[:GROUP_CAP] or None

    def _owned(self, signature: Signature, mac: str | None) -> bool:
        file = self._by_name[signature.file]
        if mac is None:
            return False
        return mac.startswith(file.mac_prefixes) or self._owner_of(mac) in file.oui

    def _owner_claims(self, claims: Iterable[Claim], seen: Iterable[Evidence]) -> Iterator[Claim]:
        """A weak word on the maker from who registered the MAC; never one on the kind."""
        owners = {one.value for one in seen if one.field is Field.MAC_OWNER}
        said = [claim for claim in claims if claim.attribute == "mac"]
        settled = settle(said).mac
        # Two ports of one camera are two MACs of one owner; a camera and its router are not.
        of_macs = {self._owner_of(mac) for mac in ([settled] if settled else _values_of(said))}
        if len(of_macs) == 1:
            owners |= {owner for owner in of_macs if owner is not None}
        for owner in owners:
            maker = self._owners.get(owner)
            if maker is not None:
                yield Claim(
                    signature=f"{maker}.mac.owner",
                    attribute="maker",
                    value=maker,
                    certainty=OWNER_CERTAINTY,
                    evidence=Evidence(Field.MAC_OWNER, owner),
                    why="The IEEE registered the first 24 bits of its MAC for this maker.",
                )


def load_catalogue(folder: Path | None = None, own: Path | None = None) -> Catalogue:
    """The catalogue of a folder of signature files, ours by default; `own` goes over it.

    Raises:
        CatalogueError: names the file, the signature and the key that do not hold.
    """
    sources = read_folder(data_folder("fingerprints") if folder is None else folder)
    if own is not None:
        sources += read_folder(own, own=True)
    return _build(sources)


@lru_cache(maxsize=4)
def _build(sources: tuple[Source, ...]) -> Catalogue:
    """The catalogue of these files' content; compiling takes a while, so it is kept."""
    forms()  # read now: naming happens where no file may be waited for
    known = read_sources(sources)
    files = known.files
    signatures = tuple(signature for file in files for signature in file.signatures)
    check_ids(signatures, known.renamed)
    return Catalogue(
        version=known.version,
        names=known.names,
        renamed=known.renamed,
        files=files,
        signatures=signatures,
        _sets=_compile(signatures),
        _brands=_spellings(known.names, files),
        _owners=_owners(files),
        _by_name={file.name: file for file in files},
        _by_maker={file.maker: file for file in files if file.maker},
        _cpe_vendors={
            file.maker: file.fact("cpe") for file in files if file.maker and file.fact("cpe")
        },
        _owner_of=mac_owner,
        _seen={},
    )


def _compile(
    signatures: Iterable[Signature], *, memory: int = SET_MEMORY
) -> dict[Field, tuple[tuple[Signature, ...], PatternSet]]:
    by_field: dict[Field, list[Signature]] = {}
    for signature in signatures:
        for field in signature.fields:
            by_field.setdefault(field, []).append(signature)
    sets = {}
    for field, of in by_field.items():
        texts = [signature.pattern for signature in of]
        try:
            patterns = PatternSet(texts, memory=memory)
        except PatternError as error:
            raise CatalogueError(f"the patterns of {field} do not compile: {error}") from error
        sets[field] = (tuple(of), patterns)
    return sets


def _spellings(names: Mapping[str, str], files: Iterable[SignatureFile]) -> dict[str, str]:
    spellings: dict[str, str] = {}
    for word, name in names.items():
        for text in (word, name):
            _spell(spellings, text, word, "vocabulary.toml: names")
    for file in files:
        for alias in file.aliases:
            _spell(spellings, alias, file.maker or "", f"{file.place}: aliases")
    return spellings


def _spell(spellings: dict[str, str], text: str, word: str, place: str) -> None:
    folded = _fold(text)
    other = spellings.setdefault(folded, word)
    if not folded or other != word:
        raise CatalogueError(f"{place}: {text!r} already stands for {other!r}")


def _fold(spelling: str) -> str:
    return "".join(c for c in spelling.casefold() if c.isalnum())


def _owners(files: Iterable[SignatureFile]) -> dict[str, str]:
    """Registered organisation to maker, where just one maker's file lists it."""
    makers: dict[str, set[str]] = {}
    for file in files:
        for owner in file.oui:
            makers.setdefault(owner, set()).add(file.maker or "")
    return {owner: min(of) for owner, of in makers.items() if len(of) == 1}


def _values_of(claims: Iterable[Claim]) -> set[str]:
    return {claim.value for claim in claims}


def _addresses(seen: Iterable[Evidence]) -> Iterator[Claim]:
    for one in seen:
        mac = normalise_mac(one.value) if one.field is Field.MAC_ADDRESS else None
        if mac is not None:
            why = "Seen as the sender of its frames, or in a table of a switch or router."
            yield Claim("mac.address", "mac", mac, ADDRESS_CERTAINTY, one, why)
