"""`doctor`, `config`, `lab` and `demo`: this machine, and a virtual estate to try things on."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camcensus.cli import options as opt
from camcensus.cli.screen import harmless, say, table, wrapped, writing
from camcensus.errors import UsageError

if TYPE_CHECKING:
    from camcensus.census.machine import Check
    from camcensus.lab import Persona

_PASSWORD = re.compile(r"(?<=:)[^:/@]+(?=@[^@]*$)")  # of a database URL


def register(app: typer.Typer) -> None:
    """Add these verbs to the program."""
    app.command()(doctor)
    app.command(name="config")(show_config)
    app.command(context_settings={"allow_interspersed_args": False})(lab)
    app.command()(demo)


def doctor(
    db: opt.Db = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    config: opt.Config = None,
    quiet: opt.Quiet = False,
) -> None:
    """Say what this machine can do and hear, and what is missing; sends nothing."""
    from camcensus.census.machine import Level, diagnose
    from camcensus.config import load_settings
    from camcensus.net.interfaces import interfaces

    settings = load_settings({"db": db, "config": config})
    checks = list(diagnose(interfaces(), settings))
    with writing(output) as sink:
        for check in checks:
            if json_lines:
                row = {"schema": "camcensus.check/1", **asdict(check)}
                sink.line(json.dumps(row))
            else:
                for line in _told(check):
                    sink.line(harmless(line))
    bad = sum(check.level is Level.BAD for check in checks)
    if bad:
        say(f"{bad} problems: a sweep from here would miss devices", quiet=quiet)


def _told(check: "Check") -> Iterator[str]:
    """One check in lines for a person: what is, what it means, what to do, whom to ask."""
    hang = " " * 9
    yield from wrapped(
        f"{check.subject}: {check.text}", hang, first=f"{check.level:>7}  ", on_stderr=False
    )
    for sign, sentence in (
        ("", check.means),
        ("-> ", check.remedy),
        ("an administrator sees it with: ", check.ask),
    ):
        if sentence:
            yield from wrapped(sign + sentence, hang, first=hang, on_stderr=False)


def show_config(
    action: Annotated[
        str, typer.Argument(metavar="[show]", help="Show what is in force.")
    ] = "show",
    db: opt.Db = None,
    site: opt.Site = None,
    pace: opt.Pace = None,
    max_rate: opt.MaxRate = None,
    source_port: opt.SourcePort = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    config: opt.Config = None,
) -> None:
    """Show the settings in force, and where each comes from."""
    from camcensus.config import load_settings, settings_origin

    if action != "show":
        raise UsageError(f"config {action!r}: the one thing to do is `config show`")
    flags: dict[str, object] = {
        "db": db,
        "site": site,
        "pace": pace,
        "max_rate": max_rate,
        "source_port": source_port,
        "config": config,
    }
    settings, origin = load_settings(flags), settings_origin(flags)
    values = settings.model_dump(mode="json") | {"db": _shown(settings.db)}
    rows = [(key, value, origin[key]) for key, value in values.items()]
    if json_lines or output is not None:
        with writing(output) as sink:
            for key, value, source in rows:
                line = {
                    "schema": "camcensus.setting/1",
                    "key": key,
                    "value": value,
                    "origin": source,
                }
                sink.line(json.dumps(line))
        return
    table(
        ("setting", "value", "from"),
        [(key, "-" if value is None else str(value), source) for key, value, source in rows],
    )


def _shown(db: str) -> str:
    """The database without the password that its URL may hold."""
    return _PASSWORD.sub("***", db) if "://" in db else db


def lab(
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COMMAND]...", help="Run this beside the estate, after --."),
    ] = None,
    listing: Annotated[
        bool, typer.Option("--list", help="List the simulated devices and stop.")
    ] = False,
    only: Annotated[
        str | None, typer.Option("--only", metavar="NAME,...", help="Only these personas.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="What the devices received, as JSON."),
    ] = None,
    capture: Annotated[
        Path | None,
        typer.Option("--capture", metavar="FILE", help="What left the scanner's side, as JSON."),
    ] = None,
) -> None:
    """Open a virtual estate in a private network, and run a command or a shell beside it."""
    import os

    from camcensus.lab import PrivateOptions, demo_estate, load_personas, run_in_private

    if listing:
        table(
            ("persona", "kind", "made by", "brand", "model", "heard (on its link only)"),
            [
                (
                    one.name,
                    one.truth.kind,
                    one.truth.maker or "-",
                    one.truth.brand or "-",
                    one.truth.model or "-",
                    _heard(one),
                )
                for one in load_personas()
            ],
            whole=frozenset({"persona", "kind"}),
        )
        return
    for file in (report, capture):
        if file is not None and not file.absolute().parent.is_dir():
            raise UsageError(f"cannot write {file}: there is no folder {file.absolute().parent}")
    estate = demo_estate()
    if only:
        names = {persona.name for persona in load_personas()}
        wanted = [name.strip() for name in only.split(",") if name.strip()]
        strange = [name for name in wanted if name not in names]
        if strange:
            raise UsageError(f"there is no persona {strange[0]!r}; `camcensus lab --list`")
        from camcensus.lab import estate_of

        estate = estate_of(wanted)
    say(
        f"{len(estate.devices):,} devices in {', '.join(estate.targets)}; this side is 198.18.0.1 "
        "on scan0; no way out"
    )
    words = command or [os.environ.get("SHELL", "/bin/sh")]
    code = run_in_private(words, estate, PrivateOptions(report=report, capture=capture))
    raise typer.Exit(code)


def _heard(persona: "Persona") -> str:
    """The protocols that it answers; in parentheses those that no router passes."""
    far = persona.audible(routed=True)
    near = persona.audible(routed=False) - far
    return " ".join((*sorted(far), f"({' '.join(sorted(near))})" if near else "")).strip()


def demo(
    db: Annotated[
        Path, typer.Option("--db", metavar="PATH", help="The census of the demo.")
    ] = Path("camcensus-demo/census.db"),
    pace: opt.Pace = None,
    json_lines: opt.Json = False,
    quiet: opt.Quiet = False,
) -> None:
    """Sweep a virtual estate of sixty devices, and show what was found."""
    from camcensus.cli.demonstration import demonstrate
    from camcensus.config import load_settings

    load_settings({"pace": pace})
    code = demonstrate(db, pace=pace or "gentle", json_lines=json_lines, quiet=quiet)
    sys.stdout.flush()
    raise typer.Exit(code)
