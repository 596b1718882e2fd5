"""From a recorded answer to the draft of a signature file, which a person then makes true."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from camcensus.identify.catalogue import Catalogue
from camcensus.types import Evidence, Field

SAY_WHY = "SAY WHY this is true of all such devices, and how far it reaches"
"""What `check` refuses until somebody wrote a sentence of their own."""

# What tells devices apart; whatever else an answer holds is the same on thousands of them.
FIELDS = (
    Field.ONVIF_MANUFACTURER, Field.ONVIF_MODEL, Field.WSD_SCOPE, Field.ONVIF_SCOPE,
    Field.HTTP_SERVER, Field.HTTP_REALM, Field.HTTP_TITLE, Field.HTTP_COOKIE_NAME,
    Field.RTSP_SERVER, Field.RTSP_REALM, Field.RTSP_SDP, Field.TLS_SUBJECT, Field.TLS_ISSUER,
    Field.SSDP_SERVER, Field.SSDP_DESCRIPTION, Field.MDNS_SERVICE, Field.MDNS_INSTANCE,
    Field.MDNS_TXT, Field.SNMP_SYS_DESCR, Field.SNMP_SYS_OBJECT_ID, Field.SADP_FIELD,
    Field.DHIP_FIELD, Field.FTP_BANNER, Field.TELNET_BANNER, Field.SIP_SERVER,
    Field.SIP_USER_AGENT, Field.DHCP_VENDOR_CLASS, Field.DHCP_HOSTNAME,
)  # fmt: skip
_SCOPE = re.compile(r"^onvif://www\.onvif\.org/(?:name|hardware|manufacturer)/.+", re.IGNORECASE)
_SCOPES = frozenset({Field.WSD_SCOPE, Field.ONVIF_SCOPE})
_MAC = r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}"
_VERSION = r"[Vv]?[0-9]+(?:\.[0-9]+)+"
_MODEL = r"[A-Z][A-Z0-9]*-[A-Z0-9-]*[0-9][A-Z0-9-]*|[A-Z]{2,}[0-9][A-Z0-9-]*"
_PIECES = re.compile(f"(?P<mac>{_MAC})|(?P<firmware>{_VERSION})|(?P<model>{_MODEL})")
_PATTERNS = {
    "mac": r"(?P<mac>[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5})",
    "firmware": r"(?P<firmware>[Vv]?[0-9]+(?:\.[0-9]+)+)",
    "model": r"(?P<model>[A-Z][A-Z0-9-]*[0-9][A-Z0-9-]*)",
}
_SPECIAL = re.compile(r"([\\^$.|?*+()\[\]{}])")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Draft:
    """One signature to be: what was read, the pattern made of it, and who claims it already."""

    field: Field
    value: str
    pattern: str
    reads: tuple[tuple[str, str], ...]
    claimed_by: tuple[str, ...]


def drafts(evidence: Iterable[Evidence], catalogue: Catalogue) -> list[Draft]:
    """A draft of each value that may tell a maker, in the order in which they tell most."""
    seen = dict.fromkeys(evidence)
    ranked = sorted((one for one in seen if _tells(one)), key=lambda one: FIELDS.index(one.field))
    return [_draft(one, catalogue) for one in ranked]


def _tells(one: Evidence) -> bool:
    if one.field not in FIELDS or len(one.value) > _LONGEST:
        return False
    return one.field not in _SCOPES or _SCOPE.match(one.value) is not None


def _draft(one: Evidence, catalogue: Catalogue) -> Draft:
    pattern, reads = generalised(one.value)
    claims = (claim for claim in catalogue.claims(one) if claim.attribute in {"maker", "brand"})
    return Draft(one.field, one.value, pattern, reads, tuple({claim.signature for claim in claims}))


def generalised(value: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A pattern for the value and its kin: the first MAC, version and model become groups."""
    pattern, reads, at = "", {}, 0
    for found in _PIECES.finditer(value):
        name = found.lastgroup or ""
        if name in reads:
            continue
        pattern += _escaped(value[at : found.start()]) + _PATTERNS[name]
        reads[name] = found.group()
        at = found.end()
    return f"^{pattern}{_escaped(value[at:])}$", tuple(reads.items())


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def draft_file(maker: str, found: Sequence[Draft], source: str, *, known: bool) -> Iterator[str]:
    """The lines of a signature file of these drafts; `known` if the maker has a file already."""
    yield "schema = 1"
    yield f'maker = "{maker}"'
    if not known:
        yield "aliases = []  # every other spelling that its devices use"
        yield 'coverage = "thin"  # until two signatures on two fields have a source'
        yield ""
        yield "[facts]"
        yield "# legal_entity, country (of the head office, two letters), source"
    taken: set[str] = set()
    for one in found:
        yield ""
        yield from _signature(maker, one, source, taken)


def _signature(maker: str, one: Draft, source: str, taken: set[str]) -> Iterator[str]:
    if one.claimed_by:
        yield f"# Claimed already by {', '.join(sorted(one.claimed_by))}: is this one needed?"
    yield "[[signature]]"
    yield f'id = "{_free(f"{maker}.{one.field.value}", taken)}"'
    yield f'field = "{one.field.value}"'
    yield f"pattern = {_literal(one.pattern)}"
    yield "certainty = 0.5  # how often it is right, alone; more only with a source"
    yield f'maker = "{maker}"  # who made the electronics; take it out if only the label says so'
    yield f'brand = "{maker}"  # what the label says'
    yield f'why = "{SAY_WHY}"'
    yield 'source = "unverified"  # where anybody can look it up'
    reads = "".join(f", {name} = {_literal(_as_read(name, text))}" for name, text in one.reads)
    yield f"matches = [{{ value = {_literal(one.value)}{reads}, source = {_literal(source)} }}]"
    yield "rejects = []  # the nearest value that is something else"


def _as_read(name: str, text: str) -> str:
    return text.lower().replace("-", ":") if name == "mac" else text


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free)
    return free


def _literal(text: str) -> str:
    """A TOML string: as it stands if it can be, else with escapes."""
    if "'" not in text and all(letter.isprintable() for letter in text):
        return f"'{text}'"
    escaped = "".join(_letter(letter) for letter in text)
    return f'"{escaped}"'


def _letter(letter: str) -> str:
    if letter in {'"', "\\"}:
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    number = ord(letter)
    return "?" if 0xD800 <= number < 0xE000 else f"\\U{number:08x}"
