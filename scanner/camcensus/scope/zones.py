"""The zones file: which network of which site may be asked, in writing. It fails closed."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, cast

from camcensus.errors import ScopeError, malformed_toml
from camcensus.scope.addresses import embedded, range_text
from camcensus.scope.grammar import Networks, read_word, too_wide
from camcensus.scope.ranges import Layer, Pair, RangeSet, overlay
from camcensus.scope.sources import read_text
from camcensus.scope.words import Policy

Tcp = Literal["alive", "all"]
_FILE_KEYS = ("schema", "site", "zone")
_SITE_KEYS = ("name", "note")
_ZONE_KEYS = ("name", "site", "networks", "policy", "reason", "tags", "tcp", "multicast")
_HEADER = re.compile(r"\s*\[\[?\s*\"?([A-Za-z]+)\"?\s*\]\]?")


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone as written. `tcp` is `None` where the file does not say."""

    name: str
    site: str
    networks: tuple[Pair, ...]
    policy: Policy
    reason: str
    tags: tuple[str, ...]
    tcp: Tcp | None
    multicast: bool
    source: str

    @property
    def covered(self) -> RangeSet:
        """Its networks; where it forbids something, the IPv6 forms of its IPv4 addresses too."""
        ranges = RangeSet.of(self.networks)
        return ranges if self.policy is Policy.PROBE else embedded(ranges)

    @property
    def because(self) -> str:
        """The reason of an exclusion by this zone."""
        return f"zone {self.name}: {self.policy}" + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of one site."""

    site: str
    zones: tuple[Zone, ...]

    def covered(self) -> RangeSet:
        """Every address that some zone names."""
        return RangeSet.of(pair for zone in self.zones for pair in zone.covered)

    def map(self) -> Iterable[tuple[int, int, int]]:
        """Disjoint ranges, each with the number of the zone whose word holds there."""
        return overlay(
            [layer for row, zone in enumerate(self.zones) for layer in layers(zone, row)]
        )

    def tcp_for_all(self) -> RangeSet:
        """Where TCP may go to addresses that never answered: asked for, and nowhere opposed."""
        asked = RangeSet.of(pair for z in self.zones if z.tcp == "all" for pair in z.networks)
        opposed = RangeSet.of(pair for z in self.zones if z.tcp == "alive" for pair in z.covered)
        return asked.minus(opposed)


def layers(zone: Zone, row: int) -> Iterable[Layer]:
    """The stricter zone wins an address, then the one with the smaller network, then the first."""
    for first, last in zone.covered:
        yield Layer(first, last, (-zone.policy.strictness, last - first, row), row)


def read_zones(path: Path, site: str) -> Zones:
    """The zones of `site`. The site `default` stands for the only site of a file with one."""
    return parse_zones(read_text(path), str(path)).of_site(site)


def parse_zones(text: str, source: str) -> "ZonesFile":
    """The whole file, or `ScopeError` with file, line and key."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScopeError(malformed_toml(source, text, error)) from None
    except RecursionError:
        raise ScopeError(f"{source}: nested too deeply to be a zones file") from None
    return _Reader(source, text).file(table)


@dataclass(frozen=True, slots=True)
class ZonesFile:
    """Every site and zone of one file."""

    source: str
    sites: tuple[str, ...]
    zones: tuple[Zone, ...]

    def of_site(self, site: str) -> Zones:
        """The zones of one site; an unknown site is an error, not an empty list."""
        if site == "default" and site not in self.sites and len(self.sites) == 1:
            site = self.sites[0]
        if site not in self.sites:
            known = ", ".join(self.sites) or "no site at all"
            raise ScopeError(f"{self.source}: has no site {site!a}; it has {known} (see --site)")
        return Zones(site, tuple(zone for zone in self.zones if zone.site == site))


class _Reader:
    """Reads the parsed table and knows where in the text each part of it stands."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.lines = text.split("\n")
        self.headers: dict[str, list[int]] = {"site": [], "zone": []}
        for number, line in enumerate(self.lines):
            if match := _HEADER.match(line):
                self.headers.setdefault(match[1], []).append(number)
        self.every = sorted(number for numbers in self.headers.values() for number in numbers)

    def file(self, table: Mapping[str, object]) -> ZonesFile:
        self.check_keys("", 0, table, _FILE_KEYS)
        if table.get("schema") != 1 or table["schema"] is True:
            raise self.error("", 0, "schema", "schema must be 1: this program reads no other")
        sites = [self.site(row, index) for index, row in enumerate(self.rows(table, "site"))]
        rows = self.rows(table, "zone")
        if not rows:
            raise ScopeError(f"{self.source}: has no [[zone]]")
        zones = [self.zone(row, index, sites) for index, row in enumerate(rows)]
        self.check_names("site", sites)
        self.check_names("zone", [f"{zone.site}\n{zone.name}" for zone in zones])
        names = sites or list(dict.fromkeys(zone.site for zone in zones))
        return ZonesFile(self.source, tuple(names), tuple(zones))

    def rows(self, table: Mapping[str, object], kind: str) -> list[Mapping[str, object]]:
        rows = table.get(kind, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.error("", 0, kind, f"write [[{kind}]] with two brackets")
        return cast(list[Mapping[str, object]], rows)

    def site(self, row: Mapping[str, object], index: int) -> str:
        self.check_keys("site", index, row, _SITE_KEYS)
        return self.text("site", index, row, "name")

    def zone(self, row: Mapping[str, object], index: int, sites: list[str]) -> Zone:
        self.check_keys("zone", index, row, _ZONE_KEYS)
        name = self.text("zone", index, row, "name")
        policy = Policy(self.choice(index, row, "policy", [policy.value for policy in Policy]))
        reason = self.text("zone", index, row, "reason", "")
        if policy is Policy.DO_NOT_PROBE and not reason:
            raise self.error("zone", index, "policy", f"zone {name!a}: do-not-probe needs a reason")
        tcp = self.choice(index, row, "tcp", ["alive", "all"]) if "tcp" in row else None
        multicast = row.get("multicast", False)
        if not isinstance(multicast, bool):
            raise self.error("zone", index, "multicast", "multicast is true or false")
        return Zone(
            name=name,
            site=self.zone_site(index, row, sites),
            networks=self.networks(index, row, policy),
            policy=policy,
            reason=reason,
            tags=tuple(self.texts(index, row, "tags") if "tags" in row else ()),
            tcp=cast(Tcp | None, tcp),
            multicast=multicast,
            source=f"{self.source}:{self.line('zone', index, '')}",
        )

    def zone_site(self, index: int, row: Mapping[str, object], sites: list[str]) -> str:
        only = sites[0] if len(sites) == 1 else None if sites else "default"
        site = self.text("zone", index, row, "site", only)
        if sites and site not in sites:
            hint = _did_you_mean(site, sites)
            raise self.error("zone", index, "site", f"no [[site]] is named {site!a}{hint}")
        return site

    def networks(self, index: int, row: Mapping[str, object], policy: Policy) -> tuple[Pair, ...]:
        written = self.texts(index, row, "networks")
        if not written:
            raise self.error("zone", index, "networks", "networks is empty: the zone holds nothing")
        return tuple(self.network(index, word, policy) for word in written)

    def network(self, index: int, word: str, policy: Policy) -> Pair:
        try:
            read = read_word(word)
        except ScopeError as error:
            raise self.error("zone", index, "networks", str(error), word) from None
        if not isinstance(read, Networks) or len(read.ranges.starts) != 1:
            why = f"{word!a}: a zone holds addresses and networks, as in 10.20.0.0/16"
            raise self.error("zone", index, "networks", why, word)
        ((first, last),) = read.ranges
        if read.note:
            why = f"{word!a} is an address inside a network; write {range_text(first, last)}"
            raise self.error("zone", index, "networks", why, word)
        if policy.sends and too_wide(read.ranges):
            why = f"{word!a}: an IPv6 network wider than /112 is not swept"
            raise self.error("zone", index, "networks", why, word)
        return first, last

    def text(
        self, kind: str, index: int, row: Mapping[str, object], key: str, default: str | None = None
    ) -> str:
        value = row.get(key, default)
        if value is None:
            raise self.error(kind, index, "", f"this [[{kind}]] has no {key}")
        if not isinstance(value, str) or (key in row and not value.strip()):
            raise self.error(kind, index, key, f"{key} is a text in quotes, and not empty")
        return value

    def texts(self, index: int, row: Mapping[str, object], key: str) -> list[str]:
        value = row.get(key)
        if value is None:
            raise self.error("zone", index, "", f"this [[zone]] has no {key}")
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error("zone", index, key, f'{key} is a list of texts, as in ["one", "two"]')
        return cast(list[str], value)

    def choice(self, index: int, row: Mapping[str, object], key: str, allowed: list[str]) -> str:
        value = self.text("zone", index, row, key)
        if value not in allowed:
            hint = _did_you_mean(value, allowed)
            why = f"{key} {value!a} is none of {', '.join(allowed)}{hint}"
            raise self.error("zone", index, key, why)
        return value

    def check_keys(
        self, kind: str, index: int, row: Mapping[str, object], allowed: tuple[str, ...]
    ) -> None:
        for key in row:
            if key not in allowed:
                where = f"[[{kind}]]" if kind else "the file"
                hint = _did_you_mean(key, allowed)
                raise self.error(kind, index, key, f"{where} has no key {key!a}{hint}")

    def check_names(self, kind: str, names: list[str]) -> None:
        seen: set[str] = set()
        for index, name in enumerate(names):
            if name in seen:
                shown = name.rpartition("\n")[2]
                raise self.error(kind, index, "name", f"a second [[{kind}]] is named {shown!a}")
            seen.add(name)

    def error(self, kind: str, index: int, key: str, why: str, word: str = "") -> ScopeError:
        return ScopeError(f"{self.source}:{self.line(kind, index, key, word)}: {why}")

    def line(self, kind: str, index: int, key: str, word: str = "") -> int:
        """The line of a key of the `index`-th table of its kind, as near as the text tells."""
        starts = self.headers.get(kind, [])
        start = starts[index] if index < len(starts) else 0
        after = bisect_right(self.every, start)
        end = self.every[after] if after < len(self.every) else len(self.lines)
        named = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]") if key else None
        if not kind and key in self.headers:  # the key is a table: its header is its line
            return min(self.headers[key], default=0) + 1
        for number in range(start, end):
            if named and named.match(self.lines[number]):
                return next((n for n in range(number, end) if word in self.lines[n]), number) + 1
        return start + 1


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!a}?" if near else ""
