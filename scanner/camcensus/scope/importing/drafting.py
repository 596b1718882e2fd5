"""From an export to zones: which rows become one, under what name, with what policy, and why."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from camcensus.scope.addresses import NEVER_SENT, never_because
from camcensus.scope.grammar import too_wide
from camcensus.scope.importing.entries import Entry, Export, LeftOut, first_of, unique
from camcensus.scope.importing.judging import Wishes, judge
from camcensus.scope.importing.networks import shown
from camcensus.scope.importing.wording import guesses
from camcensus.scope.ranges import Pair, RangeSet
from camcensus.scope.words import Policy

DEFAULT_SITE = "default"  # where neither the export nor the user names one
_TOO_WIDE = "an IPv6 network wider than /112 is not swept, and so is in no zone"
_SEVERAL = 2  # networks inside another: one alone may be cut out of it
_SUPERNET = (
    "a supernet is no zone, because it opens what lies between; it stands in the file behind #, "
    "which you take away if it is one network"
)
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """One zone to be written.

    `check` is what a person must look at, "" if nothing; `stated`: the row itself says the policy.
    """

    site: str
    name: str
    networks: tuple[Pair, ...]
    policy: Policy
    reason: str
    tags: tuple[str, ...]
    where: str
    check: str = ""
    note: str = ""
    vrf: str = ""
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Drafts:
    """All zones, by site and address; the rows that became none; sentences for the person.

    `aside` are supernets, which are written behind # and are no zones until somebody takes it away.
    `rows` is how many rows the export has.
    """

    zones: tuple[Draft, ...]
    aside: tuple[Draft, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    rows: int

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites, in order."""
        return tuple(dict.fromkeys(zone.site for zone in self.zones))

    @property
    def checks(self) -> int:
        """How many places a person must look at."""
        return sum(bool(zone.check) for zone in (*self.zones, *self.aside))


def draft(export: Export, wishes: Wishes) -> Drafts:
    """The zones of an export. A guess only ever closes: no name of a network opens it."""
    left_out = list(export.left_out)
    placed, homeless = _placed(export.entries, wishes.site)
    drafts: list[Draft] = []
    for entry in _may_be_zones(placed, left_out):
        one = _zone(entry, _within(entry, export.around), wishes)
        if one.policy.sends and too_wide(RangeSet.of(entry.networks)):
            left_out.append(LeftOut(entry.where, shown(entry.networks), _TOO_WIDE))
        else:
            drafts.append(one)
    named = sorted(_named_apart(_once(drafts, left_out)), key=order)
    zones, aside = _without_supernets(named)
    left_out += [LeftOut(zone.where, _what(zone), zone.check) for zone in aside]
    left_out += [_left_without_site(entry, zones) for entry in homeless]
    return Drafts(
        zones=tuple(zones),
        aside=tuple(aside),
        left_out=tuple(sorted(left_out, key=_place)),
        notes=(*export.notes, *_notes(zones)),
        rows=export.rows,
    )


def _what(zone: Draft) -> str:
    return f"{shown(zone.networks)} {zone.name}"


def order(zone: Draft) -> tuple[object, ...]:
    """By site and address, the larger network first."""
    first, last = zone.networks[0]
    return zone.site.casefold(), zone.site, first, -last, zone.name


# ---------------------------------------------------------------- which rows


def _place(row: LeftOut) -> int:
    """The number of a row in the export."""
    return int(next(iter(_DIGITS.findall(row.where)), "0"))


def _placed(entries: tuple[Entry, ...], site: str) -> tuple[list[Entry], list[Entry]]:
    """The entries at their own site or the one that the user names, and those that have neither."""
    fallback = site or ("" if any(entry.site for entry in entries) else DEFAULT_SITE)
    placed = [replace(entry, site=entry.site or fallback) for entry in entries]
    return [one for one in placed if one.site], [one for one in placed if not one.site]


def _left_without_site(entry: Entry, zones: Iterable[Draft]) -> LeftOut:
    """The row of an entry that is nowhere, and a zone that probes addresses of it."""
    why = "no site, where other rows have one: --site NAME says where such rows are"
    for zone in zones:
        if zone.policy.sends and _meet(zone.networks, entry.networks):
            why += f"; zone {zone.name} of {zone.site} probes addresses of it"
            break
    return LeftOut(entry.where, shown(entry.networks), why)


def _may_be_zones(entries: Iterable[Entry], left_out: list[LeftOut]) -> Iterator[Entry]:
    """The entries whose networks have addresses that a host can have."""
    for entry in entries:
        here = RangeSet.of(entry.networks)
        if never := here.meet(NEVER_SENT):
            why = never_because(never.starts[0]) or "no address of a host"
            left_out.append(LeftOut(entry.where, shown(entry.networks), why))
        else:
            yield entry


def _within(entry: Entry, around: Iterable[Entry]) -> tuple[Entry, ...]:
    """The containers that some of its networks lie in: of its site, or of none."""
    return tuple(
        one
        for one in around
        if one.site in {"", entry.site} and _meet(one.networks, entry.networks)
    )


def _meet(some: tuple[Pair, ...], others: tuple[Pair, ...]) -> bool:
    """Whether any address is in both."""
    return any(a <= d and c <= b for a, b in some for c, d in others)


def _once(drafts: Iterable[Draft], left_out: list[LeftOut]) -> list[Draft]:
    """Each set of networks once in a site: of several rows the strictest, then the first."""
    by_network: dict[tuple[str, tuple[Pair, ...]], list[Draft]] = defaultdict(list)
    for one in drafts:
        by_network[one.site, one.networks].append(one)
    kept: list[Draft] = []
    for rows in by_network.values():
        best = max(rows, key=lambda one: one.policy.strictness)
        kept.append(best)
        for one in rows:
            if one is not best:
                vrf = "" if one.vrf == best.vrf else ", though in another VRF"
                why = (
                    f"the same network at site {best.site} as {best.where}{vrf}, which is kept"
                    f" ({best.name}, {best.policy})"
                )
                left_out.append(LeftOut(one.where, f"{shown(one.networks)} {one.name}", why))
    return kept


def _without_supernets(zones: list[Draft]) -> tuple[list[Draft], list[Draft]]:
    """The zones, and those that would open what lies between several others that they hold.

    A closed one only closes more, and of one whose row states a policy somebody has thought.
    """
    kept: list[Draft] = []
    aside: list[Draft] = []
    for zone, held in zip(zones, _held(zones), strict=True):
        if held < _SEVERAL or zone.stated or not zone.policy.sends:
            kept.append(zone)
        else:
            check = f"holds {held:,} other networks of the site: {_SUPERNET}"
            aside.append(replace(zone, check=check))
    return kept, aside


def _held(zones: list[Draft]) -> list[int]:
    """For each zone how many other zones of its site have a network inside one of its own."""
    spans = sorted(
        (zone.site, first, -last, place)
        for place, zone in enumerate(zones)
        for first, last in zone.networks
    )
    held: list[set[int]] = [set() for _ in zones]
    open_: list[tuple[str, int, int, int]] = []
    for span in spans:
        site, first, last, place = span
        open_ = [one for one in open_ if one[0] == site and -one[2] >= first]
        for above in open_:
            if above[2] <= last and above[1:3] != (first, last) and above[3] != place:
                held[above[3]].add(place)
        open_.append(span)
    return [len(inside) for inside in held]


# ---------------------------------------------------------------- what they become


def _zone(entry: Entry, around: tuple[Entry, ...], wishes: Wishes) -> Draft:
    said = list(entry.said)
    for one in around:
        said += [replace(text, how=f"inside a network {text.how}") for text in one.said]
    found = guesses(said)
    verdict = judge(entry, found, wishes)
    tags = unique([*entry.tags, *(guess.rule.tag for guess in found)])
    return Draft(
        site=entry.site,
        name=first_of(entry.name, shown(entry.networks[:1])),
        networks=entry.networks,
        policy=verdict.policy,
        reason=verdict.reason,
        tags=tuple(sorted(tags)),
        where=entry.where,
        check=verdict.check,
        note=entry.note,
        vrf=entry.vrf,
        stated=entry.policy is not None,
    )


# ---------------------------------------------------------------- what they are called


def _named_apart(zones: list[Draft]) -> list[Draft]:
    """Zones of one name in a site get their network behind it, and a number if that is taken."""
    counts = Counter((zone.site, zone.name) for zone in zones)
    taken = {key for key, count in counts.items() if count == 1}
    named: list[Draft] = []
    for zone in sorted(zones, key=order):
        name = zone.name
        if counts[zone.site, name] > 1:
            name = fresh = f"{name} ({shown(zone.networks[:1])})"
            number = 2
            while (zone.site, name) in taken:
                name, number = f"{fresh} {number}", number + 1
            taken.add((zone.site, name))
        named.append(replace(zone, name=name))
    return named


def _notes(zones: list[Draft]) -> Iterator[str]:
    """What a person should know of the zones as a whole."""
    spelled: dict[str, set[str]] = defaultdict(set)
    for zone in zones:
        spelled[" ".join(zone.site.casefold().split())].add(zone.site)
    for names in spelled.values():
        if len(names) > 1:
            told = " and ".join(repr(name) for name in sorted(names))
            yield f"{told} are two sites: a site is told by its exact spelling"
