"""What a plan says on the screen, and to a program."""

import typer

from camcensus.census.prepare import Prepared
from camcensus.cli.screen import duration, table
from camcensus.scope import PlannedProber
from camcensus.types import Transport

_ASKED = {"link": "its links", "first": "every address", "second": "live addresses"}


def _asked(planned: PlannedProber) -> tuple[str, str]:
    """Whom a prober asks, and at which ports."""
    if planned.transport is Transport.LINK:
        return "addresses of its links", "frames, no port"
    return _ASKED[planned.stage], f"{planned.transport} {', '.join(map(str, planned.ports))}"


def show_plan(prepared: Prepared) -> None:
    """The plan, as a person checks it before agreeing."""
    the_plan, limits = prepared.plan, prepared.limits
    estimate = the_plan.estimate
    typer.echo(
        f"{the_plan.size:,} addresses at site {the_plan.site}, pace {limits.name}: "
        f"at most {limits.frames_per_s:g} frames a second, "
        f"{limits.host_frames_per_s:g} to one host."
    )
    typer.echo(
        f"About {estimate.frames:,} frames (never more than {estimate.frames_most:,}) "
        f"in {duration(estimate.seconds)} if "
        f"{estimate.live_share:.0%} of the addresses are alive "
        f"({duration(estimate.seconds_by_rate)} by rate, "
        f"{duration(estimate.seconds_by_caps)} by caps for hosts in flight: "
        f"{estimate.binds} binds)."
    )
    table(
        ("prober", "asks", "at", "frames a host", "requests a host", "frames in all"),
        [
            (
                planned.name,
                *_asked(planned),
                str(planned.cost.frames),
                str(planned.cost.requests),
                f"{row.frames:,}",
            )
            for planned, row in zip(the_plan.content.probers, estimate.probers, strict=True)
        ],
    )
    for link in the_plan.links:
        interface = link.interface
        typer.echo(
            f"multicast on {interface.name} ({interface.address}/{interface.prefix_length}) to "
            f"{', '.join(link.groups)}: {link.why}"
        )
    if not the_plan.links:
        typer.echo("no multicast: no interface of this machine lies in a network of the plan")
    for left in the_plan.links_left_out:
        typer.echo(f"no multicast on {left.interface.name}: {left.why}")
    for one in the_plan.exclusions:
        typer.echo(f"excluded {one.network} ({one.count:,}): {one.reason} [{one.source}]")
    for prober, why in prepared.left_out:
        typer.echo(f"{prober} asks nobody: {why}")
    for note in the_plan.notes:
        typer.echo(f"note: {note}")


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
        "frames_per_prober": {f"{row.name} ({row.stage})": row.frames for row in estimate.probers},
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
        "excluded": [
            {"network": x.network, "count": x.count, "reason": x.reason, "source": x.source}
            for x in the_plan.exclusions
        ],
        "notes": list(the_plan.notes),
    }
