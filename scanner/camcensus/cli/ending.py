"""The end of a sweep on the screen: what was found, what could not be seen, where nobody spoke."""

from collections import Counter
from collections.abc import Iterable, Iterator

from camcensus.census.closing import Ending, Reason
from camcensus.census.sweeping import SweepResult
from camcensus.census.tally import Tally
from camcensus.cli.screen import duration, say, table, wrapped
from camcensus.sweep import CoverageRow
from camcensus.types import VIDEO, Kind

_NAMES = {
    Kind.CAMERA: ("camera", "cameras"),
    Kind.NVR: ("network recorder", "network recorders"),
    Kind.DVR: ("DVR", "DVRs"),
    Kind.ENCODER: ("encoder", "encoders"),
    Kind.INTERCOM: ("intercom", "intercoms"),
    Kind.OTHER_VIDEO: ("other video device", "other video devices"),
}
_MOST_MAKERS = 8


def show_ending(result: SweepResult, database: str, *, counts: bool = True) -> None:
    """Everything that a person must know of a sweep, the most important first."""
    for line in _lines(result):
        say(line)
    if counts and result.ending.rows:
        show_counts(result.ending.rows)
    if result.stopped:
        say(f"everything so far is kept; go on with: camcensus resume {result.sweep_id}")
    say(f"see them with: camcensus devices --db {database}")


def _lines(result: SweepResult) -> Iterator[str]:
    verb = "done" if result.complete else "incomplete"
    yield f"{verb}: {result.frames:,} frames in {duration(result.elapsed_s)}"
    yield from found_lines(result.tally)
    for warning in (*result.quiet, *result.warnings):
        yield from wrapped(f"warning: {warning}", "  ", first="")
    yield from ending_lines(result.ending)


def found_lines(tally: Tally) -> Iterator[str]:
    """Devices by kind and maker, labels of other firms, and channels that may hide cameras."""
    kinds = [
        f"{count:,} {_NAMES[kind][count != 1]}"
        for kind, count in sorted(tally.kinds.items(), key=lambda one: (-one[1], one[0]))
        if kind in VIDEO
    ]
    others = f"{tally.others:,} other {'device' if tally.others == 1 else 'devices'}"
    yield from wrapped(f"found: {', '.join(kinds) or 'no camera'}; {others}", "  ", first="")
    if not tally.video:
        return
    yield from wrapped(f"made by: {', '.join(_makers(tally))}", "    ")
    if tally.relabelled:
        yield f"  {tally.relabelled:,} with another name on the label than the maker's"
    if tally.recorders:
        who = (
            "1 recorder states" if tally.recorders == 1 else f"{tally.recorders:,} recorders state"
        )
        yield from wrapped(
            f"{who} {tally.channels:,} channels: cameras behind them may not be on this network",
            "    ",
        )


def _makers(tally: Tally) -> list[str]:
    ranked = sorted(tally.makers.items(), key=lambda one: (-one[1], one[0]))
    said = [f"{maker} {count:,}" for maker, count in ranked[:_MOST_MAKERS]]
    if more := len(ranked) - _MOST_MAKERS:
        said += [f"{more} more makers"] if more > 0 else []
    return [*said, *([f"not known {tally.nameless:,}"] if tally.nameless else [])]


def ending_lines(ending: Ending) -> Iterator[str]:
    """What could not be seen, what is worth knowing, and network by network."""
    yield from _section("could not be seen from here:", ending.unseen)
    yield from _section("worth knowing:", ending.notes)
    if ending.networks or ending.left_out:
        yield "networks:"
    for sentence in ending.networks:
        yield from wrapped(sentence, "    ")
    for why, count in ending.left_out:
        yield from wrapped(f"{count:,} left out: {why}", "    ")


def _section(title: str, reasons: Iterable[Reason]) -> Iterator[str]:
    for index, reason in enumerate(reasons):
        if not index:
            yield title
        whom = f"{', '.join(reason.probers)}: " if reason.probers else ""
        yield from wrapped(f"{whom}{reason.why}", "    ")


def show_counts(rows: tuple[CoverageRow, ...]) -> None:
    """One line a prober, all zones together; `--json` has them apart."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row.prober, Counter()).update(
            {
                "asked": row.asked,
                "answered": row.answered,
                "silent": row.silent,
                "no need": row.spared,
                "left out": sum(count for _, count in row.excluded),
            }
        )
    columns = ["asked", "answered", "silent", "no need"]
    columns += ["left out"] if any(one["left out"] for one in counts.values()) else []
    rest = sorted(counts.items())
    idle = [name for name, one in rest if not one["asked"] and not one["left out"]]
    table(
        ("addresses by prober", *columns),
        [(name, *(f"{one[key]:,}" for key in columns)) for name, one in rest if name not in idle],
        numbers=frozenset(columns),
        on_stderr=True,
    )
    if idle:
        for line in wrapped(f"asked nobody: {', '.join(idle)}", "  ", first=""):
            say(line)
