"""`sweep`, `resume` and `plan`: look at a network, or say what looking would send."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camcensus.cli import options as opt
from camcensus.cli.screen import say, table, writing
from camcensus.errors import UsageError

if TYPE_CHECKING:
    from camcensus.census.prepare import Order, Prepared
    from camcensus.config import Settings
    from camcensus.scope import ScopeRequest


def register(app: typer.Typer) -> None:
    """Add these verbs to the program."""
    app.command()(sweep)
    app.command()(resume)
    app.command()(plan)


StatsEvery = Annotated[
    str, typer.Option("--stats-every", metavar="DURATION", help="How often progress is told.")
]


def sweep(
    targets: opt.Targets = None,
    target_file: opt.TargetFile = None,
    exclude: opt.Exclude = None,
    exclude_file: opt.ExcludeFile = None,
    zones: opt.ZonesFile = None,
    plan_file: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="Exactly what `plan -o FILE` stored."),
    ] = None,
    interface: opt.Interfaces = None,
    ports: opt.Ports = None,
    probers: opt.Probers = None,
    pace: opt.Pace = None,
    max_rate: opt.MaxRate = None,
    limit: opt.Limit = None,
    site: opt.Site = None,
    change: Annotated[
        str, typer.Option("--change", metavar="TICKET", help="The change ticket, for the record.")
    ] = "",
    allow_public: opt.AllowPublic = False,
    allow_unzoned: opt.AllowUnzoned = False,
    yes: opt.Yes = False,
    source_port: opt.SourcePort = None,
    db: opt.Db = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    stats_every: StatsEvery = "10s",
    log_format: opt.LogFormat = None,
    config: opt.Config = None,
) -> None:
    """Ask a network which cameras it has, and keep the answers."""
    from camcensus.census.prepare import prepare, restore
    from camcensus.cli.progress import carry_out

    settings = _settings(
        db=db,
        site=site,
        pace=pace,
        max_rate=max_rate,
        source_port=source_port,
        log_format=log_format,
        config=config,
    )
    request = _request(
        settings,
        targets,
        target_file,
        exclude,
        exclude_file,
        zones,
        interface,
        ports,
        limit,
        allow_public=allow_public,
        allow_unzoned=allow_unzoned,
        yes=yes,
    )
    order = _order(settings, request, probers, change)
    if plan_file is not None:
        if targets or target_file or zones:
            raise UsageError("--plan FILE is the whole scope: leave targets and --zones away")
        prepared = restore(order, _read_plan(plan_file))
    else:
        prepared = prepare(order)
    code = carry_out(
        prepared,
        settings,
        json_lines=json_lines,
        output=output,
        quiet=quiet,
        stats_every_s=seconds(stats_every),
    )
    raise typer.Exit(code)


def resume(
    sweep_id: Annotated[
        int | None, typer.Argument(metavar="[SWEEP]", help="Its number; the last if none.")
    ] = None,
    db: opt.Db = None,
    pace: opt.Pace = None,
    max_rate: opt.MaxRate = None,
    source_port: opt.SourcePort = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    stats_every: StatsEvery = "10s",
    log_format: opt.LogFormat = None,
    config: opt.Config = None,
) -> None:
    """Go on with a sweep that was interrupted; it takes no target."""
    from camcensus.census.prepare import Order, restore
    from camcensus.cli.progress import carry_out
    from camcensus.scope import ScopeRequest
    from camcensus.store import Store

    settings = _settings(
        db=db,
        pace=pace,
        max_rate=max_rate,
        source_port=source_port,
        log_format=log_format,
        config=config,
    )
    with Store.open(settings.db, create=False) as store:
        record = store.unfinished_sweep(sweep_id)
    if record is None:
        which = "no sweep" if sweep_id is None else f"no sweep {sweep_id}"
        raise UsageError(f"{settings.db} has {which} that was interrupted: nothing to go on with")
    order = Order(
        ScopeRequest(site=record.site),
        settings.pace,
        settings.max_rate,
        _probers_of(record.argv),
        settings.contact,
        settings.source_port,
        record.argv,
        record.change,
    )
    code = carry_out(
        restore(order, record.plan_text),
        settings,
        json_lines=json_lines,
        output=output,
        quiet=quiet,
        stats_every_s=seconds(stats_every),
        record=record,
    )
    raise typer.Exit(code)


def plan(
    targets: opt.Targets = None,
    target_file: opt.TargetFile = None,
    exclude: opt.Exclude = None,
    exclude_file: opt.ExcludeFile = None,
    zones: opt.ZonesFile = None,
    interface: opt.Interfaces = None,
    ports: opt.Ports = None,
    probers: opt.Probers = None,
    pace: opt.Pace = None,
    max_rate: opt.MaxRate = None,
    limit: opt.Limit = None,
    site: opt.Site = None,
    allow_public: opt.AllowPublic = False,
    allow_unzoned: opt.AllowUnzoned = False,
    yes: opt.Yes = False,
    source_port: opt.SourcePort = None,
    db: opt.Db = None,
    json_lines: opt.Json = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE.plan", help="Store the plan, to be swept."),
    ] = None,
    quiet: opt.Quiet = False,
    config: opt.Config = None,
) -> None:
    """Say what a sweep would send, to whom and for how long; sends nothing."""
    from camcensus.census.prepare import prepare

    settings = _settings(
        db=db, site=site, pace=pace, max_rate=max_rate, source_port=source_port, config=config
    )
    request = _request(
        settings,
        targets,
        target_file,
        exclude,
        exclude_file,
        zones,
        interface,
        ports,
        limit,
        allow_public=allow_public,
        allow_unzoned=allow_unzoned,
        yes=yes,
    )
    prepared = prepare(_order(settings, request, probers, ""))
    if json_lines:
        typer.echo(json.dumps(_plan_json(prepared), ensure_ascii=False))
    else:
        show_plan(prepared)
    if output is not None:
        with writing(output) as sink:
            sink.line(prepared.plan.to_text())
        if not quiet:
            say(f"stored in {output}; carry it out with: camcensus sweep --plan {output}")


# ---------------------------------------------------------------- what was typed


def seconds(text: str) -> float:
    """A duration such as 500ms, 10s, 5m or 1h; a bare number is seconds."""
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    number = text.rstrip("msh ")
    unit = text[len(number) :].strip() or "s"
    try:
        value = float(number) * units[unit]
    except (ValueError, KeyError):
        value = 0.0
    if not 0 < value < float("inf"):
        raise UsageError(f"{text!r} is no duration: write for example 500ms, 10s, 5m or 1h")
    return value


def _settings(**flags: object) -> "Settings":
    from camcensus.cli.logs import set_up
    from camcensus.config import load_settings

    settings = load_settings(flags)
    set_up(settings.log_format)
    return settings


def _request(
    settings: "Settings",
    targets: list[str] | None,
    target_file: list[Path] | None,
    exclude: list[str] | None,
    exclude_file: list[Path] | None,
    zones: Path | None,
    interface: list[str] | None,
    ports: list[str] | None,
    limit: int | None,
    *,
    allow_public: bool,
    allow_unzoned: bool,
    yes: bool,
) -> "ScopeRequest":
    from camcensus.scope import ScopeRequest

    return ScopeRequest(
        targets=tuple(targets or ()),
        target_files=tuple(target_file or ()),
        exclude=tuple(exclude or ()),
        exclude_files=tuple(exclude_file or ()),
        zones_file=zones,
        site=settings.site,
        allow_public=allow_public,
        allow_unzoned=allow_unzoned,
        yes=yes,
        ports=tuple(ports or ()),
        interfaces=tuple(interface or ()),
        limit=limit,
    )


def _order(
    settings: "Settings", request: "ScopeRequest", probers: str | None, change: str
) -> "Order":
    from camcensus.census.prepare import Order

    return Order(
        request=request,
        pace=settings.pace,
        max_rate=settings.max_rate,
        probers=tuple((probers or "").split(",")) if probers else (),
        contact=settings.contact,
        source_port=settings.source_port,
        argv=tuple(sys.argv[1:]),
        change=change,
    )


def _probers_of(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The `--probers` of a stored command line."""
    for index, word in enumerate(argv):
        if word.startswith("--probers="):
            return tuple(word.partition("=")[2].split(","))
        if word == "--probers" and index + 1 < len(argv):
            return tuple(argv[index + 1].split(","))
    return ()


def _read_plan(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read the plan {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is no plan: make one with `camcensus plan -o {path}`") from error


# ---------------------------------------------------------------- what a plan says


def duration(seconds_: float) -> str:
    """A duration for people."""
    if seconds_ < 90:
        return f"{seconds_:.0f} s"
    if seconds_ < 5400:
        return f"{seconds_ / 60:.0f} min"
    return f"{seconds_ / 3600:.1f} h"


def show_plan(prepared: "Prepared") -> None:
    """The plan, as a person checks it before agreeing."""
    the_plan, limits = prepared.plan, prepared.limits
    estimate = the_plan.estimate
    typer.echo(
        f"{the_plan.size:,} addresses at site {the_plan.site}, pace {limits.name}: "
        f"at most {limits.frames_per_s:g} frames a second, "
        f"{limits.host_frames_per_s:g} to one host."
    )
    typer.echo(
        f"About {estimate.frames:,} frames in {duration(estimate.seconds)} if "
        f"{estimate.live_share:.0%} of the addresses are alive "
        f"({duration(estimate.seconds_by_rate)} by rate, "
        f"{duration(estimate.seconds_by_caps)} by caps for hosts in flight: "
        f"{estimate.binds} binds)."
    )
    table(
        ("prober", "pass", "to", "frames a host", "requests a host"),
        [
            (
                planned.name,
                planned.stage,
                f"{planned.transport} {', '.join(map(str, planned.ports))}",
                str(planned.cost.frames),
                str(planned.cost.requests),
            )
            for prober in prepared.probers
            for planned in prober.planned
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
        typer.echo(f"excluded {one.network} ({one.count:,} addresses): {one.reason} [{one.source}]")
    for note in the_plan.notes:
        typer.echo(f"note: {note}")


def _plan_json(prepared: "Prepared") -> dict[str, object]:
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
