"""Zones as the text of a zones file: sorted, with comments for whoever checks it."""

from collections import Counter
from collections.abc import Iterator

from camcensus.errors import CamcensusError, ScopeError
from camcensus.scope.addresses import range_text
from camcensus.scope.importing.drafting import Draft, Drafts, order
from camcensus.scope.importing.entries import tidy
from camcensus.scope.words import Policy
from camcensus.scope.zones import parse_zones

CHECK = "# CHECK: "  # begins what a person must look at, and deletes when it is right
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}


def zones_text(drafts: Drafts, source: str) -> str:
    """The text of the zones file, read back by the very reader that a sweep uses.

    A `CamcensusError` if it does not say what the drafts say: then the mistake is ours.
    """
    text = "\n".join(_lines(drafts, source)) + "\n"
    try:
        read = parse_zones(text, "the zones file to be written")
    except ScopeError as error:
        raise CamcensusError(f"nothing was written, a mistake of ours: {error}") from error
    told = [
        (zone.site, zone.name, zone.networks, zone.policy, zone.reason, zone.tags)
        for zone in read.zones
    ]
    if told != [_meaning(zone) for zone in drafts.zones] or read.sites != drafts.sites:
        raise CamcensusError("nothing was written, a mistake of ours: the zones read back differ")
    return text


def _meaning(zone: Draft) -> tuple[object, ...]:
    return zone.site, zone.name, zone.networks, zone.policy, zone.reason, zone.tags


def _lines(drafts: Drafts, source: str) -> Iterator[str]:
    yield from _head(drafts, source)
    site = None
    aside = set(drafts.aside)
    for zone in sorted((*drafts.zones, *drafts.aside), key=order):
        if zone.site != site:
            site = zone.site
            yield from ("", "", "[[site]]", f"name = {quoted(site)}")
        yield ""
        yield from _zone_lines(zone, "#" if zone in aside else "")


def _head(drafts: Drafts, source: str) -> Iterator[str]:
    zones = drafts.zones
    counts = Counter(zone.policy for zone in zones)
    told = ", ".join(f"{counts[policy]:,} {policy}" for policy in Policy if counts[policy])
    yield f"# {_number(len(zones), 'zone')} at {_number(len(drafts.sites), 'site')}: {told}."
    yield f"# Made by `camcensus zones import` from {tidy(source)}."
    if drafts.checks:
        yield f"# Marked CHECK: {drafts.checks:,}. Look, correct the zone, delete the line."
    yield "# Where zones overlap the stricter wins; `camcensus zones check` shows where."
    yield "schema = 1"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _zone_lines(zone: Draft, behind: str) -> Iterator[str]:
    if zone.check:
        yield CHECK + tidy(zone.check)
    told = [zone.where, f"VRF {zone.vrf}" if zone.vrf else "", zone.note]
    yield f"# {'; '.join(tidy(part) for part in told if part)}"
    yield f"{behind}[[zone]]"
    yield f"{behind}name = {quoted(zone.name)}"
    yield f"{behind}site = {quoted(zone.site)}"
    yield f"{behind}networks = {_list(range_text(*pair) for pair in zone.networks)}"
    yield f"{behind}policy = {quoted(zone.policy)}"
    if zone.reason:
        yield f"{behind}reason = {quoted(zone.reason)}"
    if zone.tags:
        yield f"{behind}tags = {_list(zone.tags)}"


def _list(texts: Iterator[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


def quoted(text: str) -> str:
    """A text as a basic string of TOML 1.0: what is not printable as an escape."""
    return f'"{"".join(map(_sign, text))}"'


def _sign(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04X}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08X}"
