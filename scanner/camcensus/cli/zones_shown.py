"""What a look at a zones file says on the screen, and to a program."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from camcensus.cli.screen import harmless, wrapped
from camcensus.scope import Policy
from camcensus.scope.addresses import range_text
from camcensus.scope.checking import Check, Overlap, SiteCheck
from camcensus.scope.ranges import Pair

_MOST_SHOWN = 40  # networks or zones in one sentence
_COUNTABLE = 10**12


def check_lines(found: Check, marked: Sequence[int], *, folded: bool) -> Iterator[str]:
    """The check as a person reads it, with nothing that a terminal would obey.

    `folded` folds its sentences to the width of a terminal.
    """
    for row in _sites(found.sites):
        yield harmless(row)
    for sentence in _sentences(found, marked):
        lines = wrapped(sentence, "  ", first="", on_stderr=False) if folded else [sentence]
        yield from map(harmless, lines)


def _sentences(found: Check, marked: Sequence[int]) -> Iterator[str]:
    for site in found.sites:
        if site.refusal:
            yield f"plan of {site.site}: {site.refusal}"
    for unreached in found.unreached:
        yield f"never reached: {unreached.zone} of {unreached.site}: {unreached.why}"
    yield from _overlaps(found.overlaps)
    for shared in found.shared:
        yield (
            f"at {len(shared.sites)} sites: {range_text(*shared.network)}: "
            f"{', '.join(shared.sites)}: fine, sites are told apart by --site"
        )
    for gap in found.gaps:
        yield (
            f"in no zone of {range_text(*gap.within)}: {_count(gap.addresses)} addresses"
            f"{': ' if gap.networks else ''}{_networks(gap.networks)}"
        )
    if marked:
        yield (
            f"still marked CHECK: {len(marked):,}, the first in line {marked[0]}: "
            "correct the policy, then delete the line"
        )


def _overlaps(overlaps: Sequence[Overlap]) -> Iterator[str]:
    """One sentence for all zones that hold in one for the same reason."""
    found: dict[tuple[str, str, str], list[Overlap]] = defaultdict(list)
    for one in overlaps:
        found[one.site, one.over, one.why].append(one)
    for (site, over, why), ones in found.items():
        if len(ones) == 1:
            where = _networks(ones[0].networks)
            yield f"overlap at {site}: {where}: {ones[0].wins} holds there, not {over}: {why}"
        else:
            names = _some([one.wins for one in ones])
            yield f"overlap at {site}: in {over} hold {len(ones):,} other zones: {why}: {names}"


def _sites(sites: Sequence[SiteCheck]) -> Iterator[str]:
    """A table of plain text, so that it is the same in a file and on a screen."""
    rows = [("site", "zones", *Policy, "targets of a plan")]
    rows += [
        (
            site.site,
            f"{site.zones:,}",
            *(_count(number) for _, number in site.addresses),
            _count(site.targets),
        )
        for site in sites
    ]
    if len(sites) > 1:
        totals = [sum(column) for column in zip(*(_numbers(site) for site in sites), strict=True)]
        rows.append(("together", f"{totals[0]:,}", *map(_count, totals[1:])))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join(cells)


def _numbers(site: SiteCheck) -> tuple[int, ...]:
    return site.zones, *(number for _, number in site.addresses), site.targets


def _count(number: int) -> str:
    """A count of addresses; an IPv6 network has more than anybody reads."""
    return f"{number:,}" if number < _COUNTABLE else f"about 2^{number.bit_length() - 1}"


def _networks(pairs: Sequence[Pair]) -> str:
    return _some([range_text(*pair) for pair in pairs])


def _some(texts: Sequence[str]) -> str:
    more = len(texts) - _MOST_SHOWN
    told = ", ".join(texts[:_MOST_SHOWN])
    return f"{told} and {more:,} more (--json has all)" if more > 0 else told


def check_json(found: Check, marked: Sequence[int]) -> dict[str, object]:
    """The check as `camcensus.zones-check/1`."""
    return {
        "schema": "camcensus.zones-check/1",
        "file": found.source,
        "sites": [
            {
                "site": site.site,
                "zones": site.zones,
                "addresses": {policy.value: number for policy, number in site.addresses},
                "targets": site.targets,
                "refusal": site.refusal or None,
                "holds": site.holds,
            }
            for site in found.sites
        ],
        "unreached": [
            {"site": one.site, "zone": one.zone, "why": one.why} for one in found.unreached
        ],
        "overlaps": [
            {
                "site": one.site,
                "wins": one.wins,
                "over": one.over,
                "networks": [range_text(*pair) for pair in one.networks],
                "why": one.why,
            }
            for one in found.overlaps
        ],
        "shared": [
            {"network": range_text(*one.network), "sites": list(one.sites)} for one in found.shared
        ],
        "gaps": [
            {
                "within": range_text(*gap.within),
                "addresses": gap.addresses,
                "networks": [range_text(*pair) for pair in gap.networks],
            }
            for gap in found.gaps
        ],
        "check_lines": list(marked),
    }
