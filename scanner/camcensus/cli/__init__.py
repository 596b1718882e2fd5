"""The command line: the only code that prints or exits. Slow imports wait inside the commands."""

import io
import sys
from typing import NoReturn

import typer

from camcensus.cli import machine, naming, owned, reading, reports, signatures, sweeping, zones
from camcensus.cli.mistakes import let_go_of_stdout, machine_says, mistyped
from camcensus.cli.screen import complain
from camcensus.errors import CamcensusError

app = typer.Typer(
    name="camcensus",
    help="Which surveillance cameras are on the network, and who really made each one.",
    epilog="`camcensus` alone asks what it needs; `camcensus demo` shows it without a network.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for _group in (sweeping, zones, reading, reports, owned, naming, signatures, machine):
    _group.register(app)


@app.callback(invoke_without_command=True)
def _camcensus(
    context: typer.Context,
    *,
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    if version:
        from camcensus import __version__

        typer.echo(f"camcensus {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        from camcensus.cli.guided import can_ask, guide

        if can_ask():
            raise typer.Exit(guide())
        typer.echo(context.get_help())


_CTRL_C = 130  # the exit code that typer makes of it


def main() -> NoReturn:
    """Run one command line; every end is an exit code of docs/architecture.md."""
    print_anything()
    try:
        sys.argv[1:] = expand(sys.argv[1:])
        code = app(standalone_mode=False, prog_name="camcensus")
        sys.stdout.flush()
    except CamcensusError as error:
        complain(str(error))
        code = error.exit_code
    except typer.TyperException as error:
        complain(mistyped(error))
        code = 2
    except BrokenPipeError:
        let_go_of_stdout()
        code = 1
    except OSError as error:
        complain(machine_says(error))
        code = 1
    except (KeyboardInterrupt, typer.Abort):
        code = _CTRL_C
    if code == _CTRL_C:
        complain("stopped; what was already found is kept")
        code = 3
    sys.exit(code or 0)


def print_anything() -> None:
    """Let what a terminal's encoding lacks be printed as an escape, and line ends as they are.

    Windows writes to a file or pipe in an old encoding and with line ends of its own.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace", newline="")


def expand(arguments: list[str]) -> list[str]:
    """Nmap's joined form: `-iLfile` is `-iL file`."""
    words: list[str] = []
    for word in arguments:
        if word.startswith("-iL") and len(word) > 3:
            words += ["-iL", word[3:]]
        else:
            words.append(word)
    return words
