"""Signature files to types: strict, so that a slip of the pen is an error with its place."""

import re
import tomllib
from collections.abc import Iterator, Mapping

from camcensus.data import normalise_mac
from camcensus.errors import CatalogueError, malformed_toml
from camcensus.identify.patterns import Pattern, PatternError
from camcensus.identify.signatures import (
    ATTRIBUTES,
    CONSTANTS,
    GROUPS,
    Example,
    Head,
    Relation,
    Signature,
    SignatureFile,
)
from camcensus.identify.tables import Table
from camcensus.types import Field, Kind

SCHEMA = 1
RELATIONS = frozenset({
    "relabels", "formerly_relabelled", "brand_of", "subsidiary_of", "owned_by",
    "formerly_owned_by", "formerly_known_as", "sells_as",
})  # fmt: skip
CONFIDENCES = frozenset({"documented", "widely-reported", "unverified"})
_RELEASE = re.compile(r"[0-9]+(?:\.[0-9]+){0,2}")
_WORD = re.compile(r"\{\{(?P<name>[a-z][a-z0-9-]*)\}\}")
_MAC_PREFIX = re.compile(r"[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){2,4}")


def read_vocabulary(name: str, content: bytes) -> dict[str, str]:
    """The closed list of makers and brands: id to the name that people read."""
    table = Table(name, read_toml(name, content))
    _check_schema(table)
    names = Table(f"{name}: names", table.mapping("names"))
    table.close()
    return dict(names.pairs())


def read_rows(name: str, content: bytes, key: str) -> Iterator[Table]:
    """The tables of a file that is a list of them; `CatalogueError` names place and fault."""
    table = Table(name, read_toml(name, content))
    _check_schema(table)
    rows = table.tables(key)
    table.close()
    for number, values in enumerate(rows, 1):
        yield Table(f"{name}: {key} {number}", values)


def checked_pattern(table: Table) -> Pattern:
    """The pattern of a row, compiled for a look at it; what RE2 does not take is an error."""
    text = table.text("pattern")
    try:
        return Pattern(text)
    except PatternError as error:
        table.fail("pattern", str(error))


def read_head(name: str, content: bytes) -> Head:
    """The catalogue's release, and its renamed signatures: the old id, and the one in its place."""
    table = Table(name, read_toml(name, content))
    _check_schema(table)
    version = table.text("version")
    if not _RELEASE.fullmatch(version):
        table.fail("version", f"{version!r} is not like 2026.12.1")
    renamed = table.mapping("renamed")
    table.close()
    for old, new in renamed.items():
        if not isinstance(new, str):
            table.fail(f"renamed: {old}", "a text is wanted")
    return Head(version, tuple((old, str(new)) for old, new in renamed.items()))


def read_words(name: str, content: bytes) -> dict[str, str]:
    """Parts of patterns that many files share: what stands for each as {{NAME}}."""
    table = Table(name, read_toml(name, content))
    _check_schema(table)
    words = _words(table, {})
    table.close()
    return words


def _words(table: Table, known: Mapping[str, str]) -> dict[str, str]:
    """The parts that this file names, beside those that all files know."""
    own = Table(f"{table.place}: words", table.mapping("words")).pairs()
    for name, text in own:
        if not _WORD.fullmatch(f"{{{{{name}}}}}"):
            table.fail(f"words: {name}", "a name is of small letters, digits and hyphens")
        if name in known:
            table.fail(f"words: {name}", "is known to all files already")
        try:
            Pattern(text)
        except PatternError as error:
            table.fail(f"words: {name}", str(error))
    return dict(known) | dict(own)


def read_file(
    name: str,
    content: bytes,
    names: Mapping[str, str],
    *,
    place: str = "",
    words: Mapping[str, str] | None = None,
) -> SignatureFile:
    """One signature file; `name` is its path below the folder, such as `makers/axis.toml`.

    `place` is where it lies, as errors name it, if that is not its name.
    """
    place = place or name
    table = Table(place, read_toml(place, content))
    _check_schema(table)
    stem = _stem(name)
    maker = table.text("maker") if name.startswith("makers/") else None
    if maker is not None and (maker not in names or maker != stem):
        table.fail("maker", f"{maker!r} must be the file's name and a word of vocabulary.toml")
    relations = tuple(
        _relation(f"{place}: relation {number}", values, names)
        for number, values in enumerate(table.tables("relation"), 1)
    )
    known = _words(table, words or {})
    signatures = tuple(
        _signature(name, place, values, names, known) for values in table.tables("signature")
    )
    read = SignatureFile(
        name=name,
        place=place,
        maker=maker,
        coverage=table.text("coverage", ""),
        aliases=table.texts("aliases"),
        oui=table.texts("oui"),
        mac_prefixes=_prefixes(table),
        facts=Table(f"{name}: facts", table.mapping("facts")).pairs(),
        relations=relations,
        withdraw=table.texts("withdraw"),
        signatures=signatures,
    )
    table.close()
    if maker is None and (read.aliases or read.oui or read.mac_prefixes or read.relations):
        table.fail("", "aliases, oui, mac_prefixes and relation belong to makers/ only")
    return read


def read_toml(name: str, content: bytes) -> object:
    """The content of a TOML file; `CatalogueError` names what is wrong and where."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CatalogueError(f"{name}:{line}: not UTF-8 text; save the file as UTF-8") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(malformed_toml(name, text, error)) from error


def _stem(name: str) -> str:
    return name.rsplit("/", 1)[-1].removesuffix(".toml")


def _check_schema(table: Table) -> None:
    if table.integer("schema") != SCHEMA:
        table.fail("schema", f"must be {SCHEMA}")


def _prefixes(table: Table) -> tuple[str, ...]:
    prefixes = table.texts("mac_prefixes")
    for prefix in prefixes:
        if not _MAC_PREFIX.fullmatch(prefix):
            table.fail("mac_prefixes", f"{prefix!r} is not like 00:12:17")
    return tuple(prefix.lower().replace("-", ":") for prefix in prefixes)


def _relation(place: str, values: object, names: Mapping[str, str]) -> Relation:
    table = Table(place, values)
    read = Relation(
        rel=_word(table, "rel", RELATIONS),
        to=_word(table, "to", names),
        confidence=_word(table, "confidence", CONFIDENCES),
        source=table.text("source"),
    )
    table.close()
    return read


def _signature(
    file: str, place: str, values: object, names: Mapping[str, str], words: Mapping[str, str]
) -> Signature:
    table = Table(f"{place}: a signature", values)
    identifier = table.text("id")
    table.place = f"{place}: {identifier}"
    stem = _stem(file)
    if not identifier.startswith(f"{stem}."):
        table.fail("id", f"must start with {stem!r} and a dot")
    fields = _fields(table)
    pattern = _spelt_out(table, table.text("pattern"), words)
    constants = _constants(table, names)
    read = Signature(
        id=identifier,
        file=file,
        place=place,
        fields=fields,
        pattern=pattern,
        certainty=table.number("certainty"),
        constants=constants,
        certainties=_certainties(table),
        why=table.text("why"),
        source=table.text("source"),
        unanchored=table.flag("unanchored"),
        mac_owner=table.flag("mac_owner"),
        matches=tuple(_example(table.place, example) for example in table.tables("matches")),
        rejects=table.texts("rejects"),
    )
    table.close()
    if not read.matches:
        table.fail("matches", "is missing: give an example, with its source")
    _check_claims(table, read)
    return read


def _spelt_out(table: Table, pattern: str, words: Mapping[str, str]) -> str:
    """The pattern with what each {{NAME}} in it stands for."""

    def part(found: re.Match[str]) -> str:
        text = words.get(found["name"])
        if text is None:
            table.fail("pattern", f"no word {found[0]} here or in words.toml")
        return text

    return _WORD.sub(part, pattern)


def _fields(table: Table) -> tuple[Field, ...]:
    """Where it looks: `field`, or `fields` where several carry the same words."""
    several = table.texts("fields")
    if not several:
        return (Field(_word(table, "field", frozenset(Field))),)
    for field in several:
        if field not in frozenset(Field):
            table.fail("fields", f"{field!r} is no field")
    if len(several) != len(set(several)):
        table.fail("fields", "names a field twice")
    return tuple(map(Field, several))


def _check_claims(table: Table, signature: Signature) -> None:
    """What it claims must be something, once, and of the vocabulary."""
    try:
        groups = frozenset(Pattern(signature.pattern).groups)
    except PatternError as error:
        table.fail("pattern", str(error))
    constants = {attribute for attribute, _ in signature.constants}
    if groups - GROUPS:
        table.fail("pattern", f"group {min(groups - GROUPS)!r} is none of {sorted(GROUPS)}")
    if groups & constants:
        table.fail("pattern", f"{min(groups & constants)!r} is both a group and a constant")
    if not groups | constants:
        table.fail("", "claims nothing")
    if signature.mac_owner and "mac" not in groups:
        table.fail("mac_owner", "needs a group named mac")
    if signature.mac_owner and not signature.file.startswith("makers/"):
        table.fail("mac_owner", "needs a maker's file")
    for attribute, _ in signature.certainties:
        if attribute not in groups | constants:
            table.fail("certainties", f"{attribute!r} is not claimed")


def _constants(table: Table, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    found = []
    for attribute in CONSTANTS:
        value = table.text(attribute, "")
        if not value:
            continue
        if attribute in {"maker", "brand"} and value not in names:
            table.fail(attribute, f"{value!r} is not a word of vocabulary.toml")
        if attribute == "kind" and value not in frozenset(Kind) - {Kind.UNKNOWN}:
            table.fail(attribute, f"{value!r} is not a kind")
        found.append((attribute, value))
    return tuple(found)


def _certainties(table: Table) -> tuple[tuple[str, float], ...]:
    return tuple(
        (attribute, table.number(f"certainties.{attribute}", value))
        for attribute, value in sorted(table.mapping("certainties").items())
    )


def _example(place: str, values: object) -> Example:
    table = Table(f"{place}: matches", values)
    value = table.text("value")
    source = table.text("source")
    expect = table.pairs()
    for key, text in expect:
        if key not in ATTRIBUTES:
            table.fail(key, "is not a key of an example")
        if key == "mac" and normalise_mac(text) != text:
            table.fail(key, f"{text!r} is not in lower case with colons")
    return Example(value, source, expect)


def _word(table: Table, key: str, words: Mapping[str, str] | frozenset[str]) -> str:
    value = table.text(key)
    if value not in words:
        table.fail(key, f"{value!r} is not in the closed list")
    return value
