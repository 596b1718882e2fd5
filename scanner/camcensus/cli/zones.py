"""`zones import` and `zones check`: the written scope, from a register and before a sweep."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camcensus.cli import options as opt
from camcensus.cli.screen import say, wrapped, writing
from camcensus.errors import UsageError

if TYPE_CHECKING:
    from camcensus.scope import Policy
    from camcensus.scope.importing import Drafts

zones = typer.Typer(
    name="zones",
    help="Make a zones file from a list of the VLANs, and check one; sends nothing.",
    rich_markup_mode=None,
)


@zones.callback(invoke_without_command=True)
def _zones(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def register(app: typer.Typer) -> None:
    """Add these verbs to the program."""
    app.add_typer(zones)


@zones.command(name="import")
def import_zones(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="csv, netbox-json or phpipam-csv.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The export; - reads standard input.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write there instead of to stdout."),
    ] = None,
    site: Annotated[
        str | None,
        typer.Option("--site", metavar="NAME", help="Where rows are that name no site."),
    ] = None,
    policy: Annotated[
        str,
        typer.Option(
            "--policy",
            metavar="probe|udp-only|listen-only|do-not-probe",
            help="For rows that say nothing of it.",
        ),
    ] = "probe",
    allow_public: Annotated[
        bool, typer.Option("--allow-public", help="Public networks of the export are ours.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    quiet: opt.Quiet = False,
) -> None:
    """Make a zones file from an export of the VLANs: a spreadsheet's, NetBox's or phpIPAM's.

    A name that sounds medical, of a building's controls, an alarm or payment closes its network,
    and is marked CHECK for a person to look at. Every row that becomes no zone is told.
    """
    from camcensus.scope.importing import READERS, Wishes, draft, zones_text
    from camcensus.scope.sources import read_bytes

    if form not in READERS:
        raise UsageError(f"there is no format {form!r}; choose one of {', '.join(READERS)}")
    wishes = Wishes(_site(site), _policy(policy), allow_public)
    _refuse_to_overwrite(output, force=force)
    source = "standard input" if str(file) == "-" else file.name
    drafts = draft(READERS[form](read_bytes(file), source), wishes)
    _tell(drafts, source, quiet=quiet)
    if not drafts.zones:
        raise UsageError(f"{source}: no row of {drafts.rows:,} could become a zone")
    text = zones_text(drafts, f"{source} ({form})")
    with writing(output) as sink:
        sink.line(text)
    _sum_up(drafts, output, quiet=quiet)


@zones.command(name="check")
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zones file.")],
    within: Annotated[
        list[str] | None,
        typer.Option(
            "--within", metavar="NETWORK", help="Say what of this is in no zone; may be repeated."
        ),
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="NAME", help="Only this site of the file.")
    ] = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
) -> None:
    """Check a zones file: overlaps and who wins, gaps, sizes, what a plan would find."""
    import json

    from camcensus.cli.zones_shown import check_json, check_lines
    from camcensus.scope import parse_zones
    from camcensus.scope.checking import check_zones
    from camcensus.scope.grammar import read_ranges
    from camcensus.scope.importing import CHECK
    from camcensus.scope.ranges import RangeSet
    from camcensus.scope.sources import read_text

    text = read_text(file)
    whole = RangeSet.of(pair for one in within or () for pair in read_ranges(one))
    found = check_zones(parse_zones(text, str(file)), whole, site)
    marked = tuple(
        number for number, line in enumerate(text.split("\n"), 1) if CHECK.strip() in line
    )
    with writing(output) as sink:
        if json_lines:
            sink.line(json.dumps(check_json(found, marked)))
        else:
            for line in check_lines(found, marked, folded=output is None):
                sink.line(line)
    bad = [one.site for one in found.sites if not one.holds]
    if bad:
        raise UsageError(f"{file}: no plan can be made for {', '.join(bad)}; see above")
    say(f"{file} holds", quiet=quiet)


def _site(name: str | None) -> str:
    """The site of the option, which must be one that a sweep can be asked for."""
    if name is None:
        return ""
    if not 0 < len(name) <= 100 or name != name.strip() or not name.isprintable():
        raise UsageError(
            f"--site {name!r} cannot be: a site name is 1 to 100 printable characters, "
            "with no blank at either end"
        )
    return name


def _policy(name: str) -> "Policy":
    from camcensus.scope import Policy

    if name not in set(Policy):
        raise UsageError(f"there is no policy {name!r}; choose one of {', '.join(Policy)}")
    return Policy(name)


def _refuse_to_overwrite(output: Path | None, *, force: bool) -> None:
    if output is not None and str(output) != "-" and output.is_file() and not force:
        raise UsageError(
            f"{output} is there already: somebody may have corrected it; "
            "choose another name, or say --force"
        )


def _tell(drafts: "Drafts", source: str, *, quiet: bool) -> None:
    """Each row that became no zone, and what else a person should know."""
    for row in drafts.left_out:
        what = f" {row.what}" if row.what else ""
        _say(f"left out: {source} {row.where}:{what}: {row.why}", quiet=quiet)
    for note in drafts.notes:
        _say(f"note: {note}", quiet=quiet)


def _sum_up(drafts: "Drafts", output: Path | None, *, quiet: bool) -> None:
    left = len(drafts.left_out)
    where = "on stdout" if output is None or str(output) == "-" else f"in {output}"
    _say(
        f"{_number(len(drafts.zones), 'zone')} at {_number(len(drafts.sites), 'site')} {where}, "
        f"from {_number(drafts.rows, 'row')}; {left:,} left out",
        quiet=quiet,
    )
    if drafts.checks:
        _say(
            f"{_number(drafts.checks, 'zone')} to look at: the lines with CHECK say why",
            quiet=quiet,
        )
    if output is not None and str(output) != "-":
        import shlex

        name = shlex.quote(str(output))
        plan = f"camcensus plan --zones {name} --site {shlex.quote(drafts.sites[0])}"
        _say(f"next: camcensus zones check {name}, then {plan}", quiet=quiet)


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _say(sentence: str, *, quiet: bool) -> None:
    for line in wrapped(sentence, "  ", first=""):
        say(line, quiet=quiet)
