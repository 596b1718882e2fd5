"""How `signatures test CORPUS` reads on a screen, and for programs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from camcensus.cli.screen import table, width

if TYPE_CHECKING:
    from camcensus.census.accuracy import Bin, Score

_SHOWN = 40  # rows of a list
_WIDE = 112  # columns of a screen that shows all of a row
_COLUMNS = (
    "evidence", "protocol", "cases", "right", "wrong", "silent", "recall", "precision", "model",
    "firmware", "kind",
)  # fmt: skip
_NUMBERS = frozenset(_COLUMNS) - {"evidence", "protocol"}
_WIDE_ONLY = frozenset({"cases", "recall", "firmware", "kind"})


def print_report(scores: "Sequence[Score]", catalogue: str) -> None:
    """Recall and precision by grade and protocol, calibration, and who was taken for whom."""
    from camcensus.census import accuracy

    print_lines(_positives(scores))
    negatives = [one for one in scores if not one.case.video]
    print_lines(_negatives(negatives))
    bins = accuracy.calibration(scores)
    if bins:
        print_lines(["", "How sure, and how often right (95 % interval by Wilson):"])
        table(("said", "names", "right", "of 100", "interval", ""), map(_bin_row, bins))
    print_lines(_confused(scores))
    print_lines(_accused(negatives))
    print_lines([f"catalogue {catalogue}"])


def print_lines(lines: Iterable[str]) -> None:
    """Plain lines on stdout."""
    import typer

    from camcensus.cli.screen import harmless

    for line in lines:
        typer.echo(harmless(line))


def _positives(scores: "Sequence[Score]") -> list[str]:
    from camcensus.census.accuracy import FAVICONS, grouped, tally

    groups = grouped(scores)
    if not groups:
        return []
    rows = [_row(grade, protocol, of) for (grade, protocol), of in groups.items()]
    for grade in sorted({grade for grade, _ in groups}):
        of = [one for one in scores if one.case.video and one.case.grade == grade]
        rows.append(_row(grade, "all", of))
    apart = [one for one in scores if one.case.video and one.case.grade != FAVICONS]
    rows.append(_row("all but favicon lists", "all", apart))
    shown = [name for name in _COLUMNS if name not in _WIDE_ONLY or width() >= _WIDE]
    table(
        tuple(shown),
        [tuple(row[name] for name in shown) for row in rows],
        whole=frozenset(shown) - _NUMBERS,
        numbers=_NUMBERS & frozenset(shown),
    )
    wrong = tally(apart, "vendor")["wrong"]
    return [f"{wrong} wrong makers or brands in {len(apart)} answers of video devices"]


def _row(grade: str, protocol: str, scores: "Sequence[Score]") -> dict[str, str]:
    from camcensus.census.accuracy import tally

    vendor = tally(scores, "vendor")
    right, wrong, silent = vendor["right"], vendor["wrong"], vendor["silent"]
    return {
        "evidence": grade,
        "protocol": protocol,
        "cases": str(len(scores)),
        "right": str(right),
        "wrong": str(wrong),
        "silent": str(silent),
        "recall": _share(right, right + wrong + silent),
        "precision": _share(right, right + wrong),
        **{name: _of(scores, name) for name in ("model", "firmware", "kind")},
    }


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _of(scores: "Iterable[Score]", attribute: str) -> str:
    from camcensus.census.accuracy import tally

    counts = tally(scores, attribute)
    wrong = f", {counts['wrong']} wrong" if counts["wrong"] else ""
    return f"{counts['right']}/{counts.total()}{wrong}" if counts.total() else "-"


def _negatives(scores: "Sequence[Score]") -> list[str]:
    if not scores:
        return []
    labelled = [one for one in scores if not one.case.unlabelled]
    no = sum(one.kind == "right" for one in labelled)
    false = sum(one.kind == "wrong" for one in scores)
    return [
        f"{len(scores)} answers of what is no video device: {false} called one",
        f"{no} of the {len(labelled)} known kinds came out as none: {_share(no, len(labelled))}",
    ]


def _bin_row(one: "Bin") -> tuple[str, ...]:
    low, high = one.interval
    return (
        f"{one.low:.2f} to {one.high:.2f}",
        str(one.named),
        str(one.right),
        f"{100 * one.right / one.named:.1f}",
        f"{100 * low:.1f} to {100 * high:.1f}",
        "honest" if one.honest else f"promises too much: {100 * one.stated:.1f} said",
    )


def _confused(scores: "Sequence[Score]") -> Iterator[str]:
    from camcensus.census.accuracy import confusions

    found = confusions(scores)
    if found:
        yield ""
        yield "Who was taken for whom (or for nobody):"
    for wanted, said, cases in found[:_SHOWN]:
        yield f"  {wanted} -> {said}: {len(cases)} ({', '.join(cases[:3])})"
    if len(found) > _SHOWN:
        yield f"  and {len(found) - _SHOWN} more; all with --json"


def _accused(scores: "Sequence[Score]") -> Iterator[str]:
    from camcensus.census.accuracy import accused

    found = accused(scores)
    if found:
        yield "Accused although no video device, or named at 0.5 and more without a ground:"
    for one in found[:_SHOWN]:
        yield f"  {one.case.id}: {one.said} ({one.confidence:.2f})"


def score_json(one: "Score") -> dict[str, object]:
    """One case and what became of it."""
    case = one.case
    return {
        "schema": "camcensus.score/1",
        "id": case.id,
        "protocol": case.protocol,
        "evidence": case.grade,
        "video": case.video,
        "expected": case.vendor,
        "said": one.said,
        "confidence": round(one.confidence, 3),
        "vendor": one.vendor or None,
        "model": one.model or None,
        "firmware": one.firmware or None,
        "kind": one.kind or None,
    }
