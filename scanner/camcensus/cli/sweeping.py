"""`sweep`, `resume` and `plan`: look at a network, or say what looking would send."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camcensus.cli import options as opt
from camcensus.cli.screen import say, writing
from camcensus.errors import UsageError

if TYPE_CHECKING:
    from camcensus.census.prepare import Order, Prepared
    from camcensus.cli.progress import Wishes
    from camcensus.config import Settings
    from camcensus.probers.snmp import Community
    from camcensus.scope import ScopeRequest

_HASH = re.compile(r"[0-9a-f]{12,64}")


def register(app: typer.Typer) -> None:
    """Add these verbs to the program."""
    app.command()(sweep)
    app.command()(resume)
    app.command()(plan)


Approved = Annotated[
    str,
    typer.Option(
        "--approved",
        metavar="HASH",
        help="Refuse any plan but the one of this hash; its first 12 characters will do.",
    ),
]
Change = Annotated[
    str, typer.Option("--change", metavar="TICKET", help="The change ticket, for the record.")
]
StatsEvery = Annotated[
    str, typer.Option("--stats-every", metavar="DURATION", help="How often progress is told.")
]


def sweep(
    context: typer.Context,
    targets: opt.Targets = None,
    target_file: opt.TargetFile = None,
    exclude: opt.Exclude = None,
    exclude_file: opt.ExcludeFile = None,
    zones: opt.ZonesFile = None,
    plan_file: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="Exactly what `plan -o FILE` stored."),
    ] = None,
    approved: Approved = "",
    interface: opt.Interfaces = None,
    ports: opt.Ports = None,
    probers: opt.Probers = None,
    thorough: opt.Thorough = False,
    pace: opt.Pace = None,
    max_rate: opt.MaxRate = None,
    limit: opt.Limit = None,
    site: opt.Site = None,
    change: Change = "",
    allow_public: opt.AllowPublic = False,
    allow_unzoned: opt.AllowUnzoned = False,
    yes: opt.Yes = False,
    source_port: opt.SourcePort = None,
    snmp_community_file: opt.SnmpCommunityFile = None,
    snmp_version: opt.SnmpVersion = None,
    signatures: opt.Signatures = None,
    db: opt.Db = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    again_after: Annotated[
        str,
        typer.Option(
            "--again-after",
            metavar="DURATION",
            help="When a pilot is asked a second time; 0 never.",
        ),
    ] = "10m",
    quiet: opt.Quiet = False,
    stats_every: StatsEvery = "10s",
    log_format: opt.LogFormat = None,
    config: opt.Config = None,
) -> None:
    """Ask a network which cameras it has, and keep the answers."""
    from camcensus.census.prepare import prepare, restore
    from camcensus.cli.progress import carry_out

    settings = _settings(context)
    order = _order(context, settings)
    if plan_file is not None:
        _nothing_beside_the_plan(context, "--plan")
        order = replace(order, pace=pace or "")
        prepared = restore(order, _read_plan(plan_file), source=str(plan_file), exact=True)
    else:
        prepared = prepare(order)
    _must_be_approved(approved, prepared, plan_file, "--plan")
    if plan_file is not None:
        say(f"{plan_file} is as it was made; its hash is {prepared.plan.hash}", quiet=quiet)
    raise typer.Exit(carry_out(prepared, settings, _screen_wishes(context)))


def resume(
    context: typer.Context,
    sweep_id: Annotated[
        int | None, typer.Argument(metavar="[SWEEP]", help="Its number; the last if none.")
    ] = None,
    db: opt.Db = None,
    pace: opt.Pace = None,
    max_rate: opt.MaxRate = None,
    source_port: opt.SourcePort = None,
    snmp_community_file: opt.SnmpCommunityFile = None,
    snmp_version: opt.SnmpVersion = None,
    signatures: opt.Signatures = None,
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

    settings = _settings(context)
    with Store.open(settings.db, create=False) as store:
        record, path = store.unfinished_sweep(sweep_id), store.path
    if record is None:
        which = "no sweep" if sweep_id is None else f"no sweep {sweep_id}"
        raise UsageError(
            f"{path} has {which} that was interrupted: start one with `camcensus sweep`"
        )
    order = Order(
        ScopeRequest(site=record.site),
        pace or "",
        settings.max_rate,
        (),
        settings.contact,
        settings.source_port,
        record.argv,
        record.change,
        _community(settings),
        settings.own_signatures,
    )
    prepared = restore(order, record.plan_text)
    raise typer.Exit(carry_out(prepared, settings, _screen_wishes(context), record))


def plan(
    context: typer.Context,
    targets: opt.Targets = None,
    target_file: opt.TargetFile = None,
    exclude: opt.Exclude = None,
    exclude_file: opt.ExcludeFile = None,
    zones: opt.ZonesFile = None,
    interface: opt.Interfaces = None,
    ports: opt.Ports = None,
    probers: opt.Probers = None,
    thorough: opt.Thorough = False,
    pace: opt.Pace = None,
    max_rate: opt.MaxRate = None,
    limit: opt.Limit = None,
    site: opt.Site = None,
    allow_public: opt.AllowPublic = False,
    allow_unzoned: opt.AllowUnzoned = False,
    yes: opt.Yes = False,
    source_port: opt.SourcePort = None,
    snmp_community_file: opt.SnmpCommunityFile = None,
    snmp_version: opt.SnmpVersion = None,
    signatures: opt.Signatures = None,
    db: opt.Db = None,
    json_lines: opt.Json = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE.plan", help="Store the plan, to be swept."),
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option("--check", metavar="FILE.plan", help="Show a stored plan; was it edited?"),
    ] = None,
    approved: Approved = "",
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="FILE.html", help="A page for those who must approve it."),
    ] = None,
    announce: Annotated[
        bool,
        typer.Option("--announce", help="Print a text for the service desk, not the table."),
    ] = False,
    change: Change = "",
    quiet: opt.Quiet = False,
    config: opt.Config = None,
) -> None:
    """Say what a sweep would send, to whom and for how long; sends nothing."""
    from camcensus.census.prepare import prepare, reread
    from camcensus.cli.planning import closing_words, show

    if announce and json_lines:
        raise UsageError("--announce and --json both write to stdout: choose one")
    settings = _settings(context)
    order = _order(context, settings)
    if check is not None:
        _nothing_beside_the_plan(context, "--check")
        order = replace(order, pace=pace or "")
        prepared = reread(order, _read_plan(check), source=str(check), to_show=True)
    else:
        prepared = prepare(order)
    _must_be_approved(approved, prepared, check, "--check")
    show(prepared, json_lines=json_lines, announce=announce, change=change)
    if output is not None:
        with writing(output) as sink:
            sink.line(prepared.plan.to_text())
    if page is not None:
        from camcensus.cli.announcing import plan_page

        with writing(page) as sink:
            sink.line(plan_page(prepared, change))
    for sentence in closing_words(prepared, check, output, page):
        say(sentence, quiet=quiet)


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


def _settings(context: typer.Context) -> "Settings":
    """The settings in force for this command line."""
    from camcensus.cli.logs import set_up
    from camcensus.config import Settings, load_settings

    known = {*Settings.model_fields, "config"}
    flags = {key: one for key, one in context.params.items() if key in known}
    if (path := context.params.get("snmp_community_file")) is not None:
        flags["snmp_community"] = _read_community(path)
    if (own := context.params.get("signatures")) is not None:
        flags["signatures"] = str(own)
    settings = load_settings(flags)
    set_up(settings.log_format)
    return settings


def _read_community(path: Path) -> str:
    """The one line of the file; it is a credential, so no message repeats it."""
    try:
        return path.read_text("ascii").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise UsageError(f"cannot read the SNMP community in {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UsageError(f"{path}: an SNMP community is printable ASCII") from None


def _community(settings: "Settings") -> "Community | None":
    """What SNMP asks with; `None` where the user gave nothing."""
    from camcensus.probers.snmp import Community

    given = settings.snmp_community
    if given is None:
        return None
    return Community(given.get_secret_value(), version_1_too=settings.snmp_version == "2c,1")


def _order(context: typer.Context, settings: "Settings") -> "Order":
    """What the command line asks for; the options are named as in `cli.options`."""
    from camcensus.scope import ScopeRequest

    typed = context.params
    request = ScopeRequest(
        targets=tuple(typed["targets"] or ()),
        target_files=tuple(typed["target_file"] or ()),
        exclude=tuple(typed["exclude"] or ()),
        exclude_files=tuple(typed["exclude_file"] or ()),
        zones_file=typed["zones"],
        site=settings.site,
        allow_public=typed["allow_public"],
        allow_unzoned=typed["allow_unzoned"],
        yes=typed["yes"],
        ports=tuple(typed["ports"] or ()),
        interfaces=tuple(typed["interface"] or ()),
        thorough=typed["thorough"],
        limit=typed["limit"],
    )
    return replace(
        as_set(request, settings),
        probers=tuple(filter(None, (typed["probers"] or "").split(","))),
        change=typed.get("change", ""),
    )


def as_set(request: "ScopeRequest", settings: "Settings") -> "Order":
    """An order for this scope in which everything else is as the settings have it."""
    from camcensus.census.owner import login_scheme
    from camcensus.census.prepare import Order

    return Order(
        request=request,
        pace=settings.pace,
        max_rate=settings.max_rate,
        contact=settings.contact,
        source_port=settings.source_port,
        argv=tuple(sys.argv[1:]),
        community=_community(settings),
        signatures=settings.own_signatures,
        login=login_scheme(settings),
    )


def _screen_wishes(context: typer.Context) -> "Wishes":
    from camcensus.cli.progress import Wishes

    typed = context.params
    again = typed.get("again_after", "0")
    return Wishes(
        typed["json_lines"],
        typed["output"],
        typed["quiet"],
        seconds(typed["stats_every"]),
        again_after_s=0.0 if again.strip() == "0" else seconds(again),
    )


_SCOPE_OPTIONS = {
    "targets": "the targets",
    "target_file": "-iL",
    "exclude": "--exclude",
    "exclude_file": "--excludefile",
    "zones": "--zones",
    "interface": "--interface",
    "ports": "--ports",
    "probers": "--probers",
    "thorough": "--thorough",
    "limit": "--limit",
    "site": "--site",
    "allow_public": "--allow-public",
    "allow_unzoned": "--allow-unzoned",
}


def _nothing_beside_the_plan(context: typer.Context, option: str) -> None:
    """A plan that somebody agreed to is swept as it is, not with a little more or less."""
    typed = [shown for name, shown in _SCOPE_OPTIONS.items() if context.params[name]]
    if typed:
        raise UsageError(
            f"{option} FILE is the whole scope: leave {', '.join(typed)} away, or make a new plan"
        )


def _must_be_approved(approved: str, prepared: "Prepared", path: Path | None, option: str) -> None:
    """The plan with the hash that somebody approved, or none."""
    if not approved:
        return
    if path is None:
        raise UsageError(f"--approved is about a stored plan: name its file with {option} FILE")
    wanted = approved.strip().lower().removeprefix("sha256:")
    if not _HASH.fullmatch(wanted):
        raise UsageError(
            f"--approved {approved!a}: give the hash of the plan, or 12 and more of its first "
            "characters (0-9, a-f)"
        )
    if not prepared.plan.hash.startswith(wanted):
        raise UsageError(
            f"{path} is not the plan that was approved: its hash is {prepared.plan.hash[:16]}..., "
            f"not {wanted[:16]}...; nothing was sent"
        )


def _read_plan(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read the plan {path}: {error.strerror}; check --plan") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: not a plan file; make one with `camcensus plan -o FILE`"
        ) from error
