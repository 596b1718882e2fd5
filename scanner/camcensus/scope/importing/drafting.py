"""From an export to zones: which rows become one, under what name, with what policy, and why."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from camcensus.scope.addresses import NEVER_SENT, PRIVATE, never_because
from camcensus.scope.grammar import too_wide
from camcensus.scope.importing.entries import Entry, Export, LeftOut, first_of, unique
from camcensus.scope.importing.networks import shown
from camcensus.scope.importing.wording import Guess, guesses
from camcensus.scope.ranges import Pair, RangeSet
from camcensus.scope.words import Policy

DEFAULT_SITE = "default"  # where neither the export nor the user names one
_TOO_WIDE = "an IPv6 network wider than /112 is not swept, and so is in no zone"
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says of rows that say nothing of it, and whether public networks are theirs."""

    site: str = ""
    policy: Policy = Policy.PROBE
    allow_public: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """One zone to be written. `check` is what a person must look at, "" if nothing."""

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


@dataclass(frozen=True, slots=True)
class Drafts:
    """All zones, by site and address; the rows that became none; sentences for the person.

    `rows` is how many rows the export has.
    """

    zones: tuple[Draft, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    rows: int

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites, in order."""
        return tuple(dict.fromkeys(zone.site for zone in self.zones))


def draft(export: Export, wishes: Wishes) -> Drafts:
    """The zones of an export. A guess only ever closes: no name of a network opens it."""
    left_out = list(export.left_out)
    placed = list(_placed(export.entries, wishes.site, left_out))
    drafts: list[Draft] = []
    for entry in _may_be_zones(placed, left_out):
        one = _zone(entry, _within(entry, export.around), wishes)
        if one.policy.sends and _wide(entry):
            left_out.append(LeftOut(entry.where, shown(entry.networks), _TOO_WIDE))
        else:
            drafts.append(one)
    zones = tuple(sorted(_named_apart(_once(drafts, left_out)), key=_order))
    probed = [zone for zone in zones if zone.policy.sends]
    told = (_told_where_probed(row, probed) for row in left_out)
    return Drafts(
        zones, tuple(sorted(told, key=_place)), (*export.notes, *_notes(zones)), export.rows
    )


def _order(zone: Draft) -> tuple[object, ...]:
    first, last = zone.networks[0]
    return zone.site.casefold(), zone.site, first, -last, zone.name


# ---------------------------------------------------------------- which rows


def _place(row: LeftOut) -> int:
    """The number of a row in the export."""
    return int(next(iter(_DIGITS.findall(row.where)), "0"))


def _placed(entries: tuple[Entry, ...], site: str, left_out: list[LeftOut]) -> Iterator[Entry]:
    """The entries that have a site, their own or the one that the user names."""
    fallback = site or ("" if any(entry.site for entry in entries) else DEFAULT_SITE)
    for entry in entries:
        if entry.site or fallback:
            yield replace(entry, site=entry.site or fallback)
        else:
            why = "no site, where other rows have one: --site NAME says where such rows are"
            left_out.append(LeftOut(entry.where, shown(entry.networks), why, entry))


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


def _told_where_probed(row: LeftOut, zones: Iterable[Draft]) -> LeftOut:
    """A row that was left out for want of a site, with the zone that probes its addresses."""
    if row.entry is None or row.entry.site:
        return row
    here = row.entry.networks
    over = next((zone for zone in zones if _meet(zone.networks, here)), None)
    if over is None:
        return row
    return replace(row, why=f"{row.why}; zone {over.name} of {over.site} probes addresses of it")


# ---------------------------------------------------------------- what they become


def _zone(entry: Entry, around: tuple[Entry, ...], wishes: Wishes) -> Draft:
    said = list(entry.said)
    for one in around:
        said += [replace(text, how=f"inside a network {text.how}") for text in one.said]
    found = guesses(said)
    policy, reason, check = _policy(entry, found, wishes)
    tags = unique([*entry.tags, *(guess.rule.tag for guess in found)])
    return Draft(
        site=entry.site,
        name=first_of(entry.name, shown(entry.networks[:1])),
        networks=entry.networks,
        policy=policy,
        reason=reason,
        tags=tuple(sorted(tags)),
        where=entry.where,
        check=check,
        note=entry.note,
        vrf=entry.vrf,
    )


def _policy(entry: Entry, found: tuple[Guess, ...], wishes: Wishes) -> tuple[Policy, str, str]:
    """The policy of a zone, its reason, and what a person has to look at.

    A policy that the row states counts; else the stricter of its names and of what the user says.
    """
    fallback = wishes.policy
    guess = found[0] if found else None
    if entry.doubt:
        reason = f"{entry.doubt} (in the import); look at it"
        return Policy.DO_NOT_PROBE, reason, f"{entry.doubt}: closed until somebody decides."
    if entry.policy is not None:
        return _as_written(entry, guess, entry.policy)
    if guess and guess.rule.policy.strictness > fallback.strictness:
        also = "".join(f" It also says {o.word!r}." for o in found if o.rule.policy.sends)
        check = f'guessed from "{guess.word}": {guess.rule.why}.{also}'
        return guess.rule.policy, entry.reason or guess.reason, check
    if fallback.sends and not wishes.allow_public and _public(entry):
        reason = "public addresses in the import; look at it"
        return Policy.DO_NOT_PROBE, reason, "public addresses: are they yours? (--allow-public)"
    if fallback is Policy.DO_NOT_PROBE and not entry.reason:
        return fallback, "do-not-probe was asked for at the import", ""
    return fallback, entry.reason, ""


def _as_written(entry: Entry, guess: Guess | None, policy: Policy) -> tuple[Policy, str, str]:
    """A policy that the row states holds, whatever its names say; they are told."""
    if policy is Policy.DO_NOT_PROBE and not entry.reason:
        reason = guess.reason if guess else "do-not-probe in the import, which gives no reason"
        return policy, reason, "the import gives no reason for do-not-probe."
    if guess and guess.rule.policy.strictness > policy.strictness:
        check = f'{policy} in the import, but it says "{guess.word}": {guess.rule.why}.'
        return policy, entry.reason, check
    return policy, entry.reason, ""


def _public(entry: Entry) -> bool:
    return bool(RangeSet.of(entry.networks).minus(PRIVATE))


def _wide(entry: Entry) -> bool:
    return too_wide(RangeSet.of(entry.networks))


# ---------------------------------------------------------------- what they are called


def _named_apart(zones: list[Draft]) -> list[Draft]:
    """Zones of one name in a site get their network behind it, and a number if that is taken."""
    counts = Counter((zone.site, zone.name) for zone in zones)
    taken = {key for key, count in counts.items() if count == 1}
    named: list[Draft] = []
    for zone in sorted(zones, key=_order):
        name = zone.name
        if counts[zone.site, name] > 1:
            name = fresh = f"{name} ({shown(zone.networks[:1])})"
            number = 2
            while (zone.site, name) in taken:
                name, number = f"{fresh} {number}", number + 1
            taken.add((zone.site, name))
        named.append(replace(zone, name=name))
    return named


def _notes(zones: tuple[Draft, ...]) -> Iterator[str]:
    """What a person should know of the zones as a whole."""
    spelled: dict[str, set[str]] = defaultdict(set)
    for zone in zones:
        spelled[" ".join(zone.site.casefold().split())].add(zone.site)
    for names in spelled.values():
        if len(names) > 1:
            told = " and ".join(repr(name) for name in sorted(names))
            yield f"{told} are two sites: a site is told by its exact spelling"
