"""What a plan says on the screen, to a program, to a change board and to a service desk."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import typer

from camcensus.census.change_request import where, whom
from camcensus.census.prepare import Prepared, drift
from camcensus.cli.screen import duration, harmless, table, wrapped

_LEGEND = (
    "own links: once on each link of this machine, by multicast (arp: each address there); "
    "all: every address of the plan; live: addresses that answered or refused something; "
    "some live: those that the question is for, such as what may be "
    "this maker's. Frames to one address are the most it can come to, frames in all what is usual."
)


def _tell(sentence: str) -> None:
    """One sentence of the plan, in the lines that a terminal needs."""
    for line in wrapped(sentence, "  ", first="", on_stderr=False):
        typer.echo(harmless(line))


def show(prepared: Prepared, *, json_lines: bool, announce: bool, change: str) -> None:
    """The plan on stdout, in the form that was asked for."""
    if announce:
        from camcensus.cli.announcing import announcement

        typer.echo(harmless(announcement(prepared, change)))
    elif json_lines:
        typer.echo(json.dumps(plan_json(prepared)))
    else:
        show_plan(prepared)


def closing_words(
    prepared: Prepared, check: Path | None, output: Path | None, page: Path | None
) -> Iterator[str]:
    """What the user should know of the files that were read and written."""
    if check is not None:
        yield f"{check} is as it was made; its hash is {prepared.plan.hash}"
        if found := drift(prepared):
            yield f"here and now `sweep --plan {check}` would refuse it: {'; '.join(found)}"
    if output is not None:
        yield f"stored in {output}; carry it out with: camcensus sweep --plan {output}"
    if page is not None:
        yield f"a page for those who must approve it is in {page}"


def show_plan(prepared: Prepared) -> None:
    """The plan, as a person checks it before agreeing."""
    _show_size(prepared)
    _show_questions(prepared)
    _show_links(prepared)
    for one in prepared.plan.exclusions:
        _tell(f"excluded {one.network} ({one.count:,}): {one.reason} [{one.source}]")
    for prober, why in prepared.left_out:
        _tell(f"{prober} asks nobody: {why}")
    for note in prepared.plan.notes:
        _tell(f"note: {note}")
    _tell(f"hash of the plan (SHA-256): {prepared.plan.hash}")


def _show_size(prepared: Prepared) -> None:
    the_plan, limits = prepared.plan, prepared.limits
    estimate = the_plan.estimate
    _tell(
        f"{the_plan.size:,} addresses at site {the_plan.site}, pace {limits.name}: "
        f"at most {limits.frames_per_s:g} frames a second, "
        f"{limits.host_frames_per_s:g} to one host."
    )
    _tell(
        f"About {estimate.frames:,} frames in {duration(estimate.seconds)} "
        f"if {estimate.live_share:.0%} of the addresses are alive; "
        f"never more than {estimate.frames_most:,} frames."
    )
    _tell(
        f"The longer of two counts: {duration(estimate.seconds_by_rate)} by the rate of frames, "
        f"{duration(estimate.seconds_by_caps)} by the caps for hosts at a time."
    )


def _show_questions(prepared: Prepared) -> None:
    columns = ("frames to one", "requests", "frames in all")
    the_plan = prepared.plan
    planned = zip(the_plan.content.probers, the_plan.estimate.probers, strict=True)
    table(
        ("prober", "asks", "at", *columns),
        [
            (
                row.name,
                whom(row),
                where(row),
                f"{row.cost.frames:,}",
                f"{row.cost.requests:,}",
                f"{expected.frames:,}",
            )
            for row, expected in planned
        ],
        whole=frozenset({"prober", "asks"}),
        numbers=frozenset(columns),
    )
    typer.echo()
    _tell(_LEGEND)


def _show_links(prepared: Prepared) -> None:
    the_plan = prepared.plan
    for link in the_plan.links:
        interface = link.interface
        _tell(
            f"multicast on {interface.name} ({interface.address}/{interface.prefix_length}) to "
            f"{', '.join(link.groups)}: {link.why}"
        )
    if not the_plan.links:
        _tell("no multicast: no interface of this machine lies in a network of the plan")
    for left in the_plan.links_left_out:
        _tell(f"no multicast on {left.interface.name}: {left.why}")


def plan_json(prepared: Prepared) -> dict[str, object]:
    """The plan as `camcensus.plan/1`."""
    the_plan = prepared.plan
    estimate = the_plan.estimate
    return {
        "schema": "camcensus.plan/1",
        "hash": the_plan.hash,
        "site": the_plan.site,
        "hosts": the_plan.size,
        "pace": prepared.limits.name,
        "frames_per_s": prepared.limits.frames_per_s,
        "frames": estimate.frames,
        "frames_most": estimate.frames_most,
        "frames_per_prober": _per_prober(prepared),
        "questions": _questions_json(prepared),
        "frames_per_host": estimate.host.frames,
        "seconds": round(estimate.seconds, 1),
        "seconds_by_rate": round(estimate.seconds_by_rate, 1),
        "seconds_by_caps": round(estimate.seconds_by_caps, 1),
        "binds": estimate.binds,
        "live_share": estimate.live_share,
        "links": [
            {"interface": link.interface.name, "groups": list(link.groups), "why": link.why}
            for link in the_plan.links
        ],
        "links_left_out": [
            {"interface": left.interface.name, "why": left.why} for left in the_plan.links_left_out
        ],
        "not_asked": [{"prober": prober, "why": why} for prober, why in prepared.left_out],
        "excluded": [
            {"network": x.network, "count": x.count, "reason": x.reason, "source": x.source}
            for x in the_plan.exclusions
        ],
        "notes": list(the_plan.notes),
    }


def _per_prober(prepared: Prepared) -> dict[str, int]:
    """Frames by prober and pass; one that asks over UDP and TCP has two rows of a pass."""
    counts: Counter[str] = Counter()
    for row in prepared.plan.estimate.probers:
        counts[f"{row.name} ({row.stage})"] += row.frames
    return dict(counts)


def _questions_json(prepared: Prepared) -> list[dict[str, object]]:
    """Each row of the table: whom a prober asks, where, and what that comes to."""
    the_plan = prepared.plan
    planned = zip(the_plan.content.probers, the_plan.estimate.probers, strict=True)
    return [
        {
            "prober": row.name,
            "asks": whom(row).replace(" ", "-"),
            "transport": row.transport,
            "ports": list(row.ports),
            "frames_to_one": row.cost.frames,
            "requests": row.cost.requests,
            "frames": expected.frames,
        }
        for row, expected in planned
    ]
