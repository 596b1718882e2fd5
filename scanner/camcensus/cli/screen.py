"""Words on the screen: results on stdout, everything else on stderr, device text made harmless."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from camcensus.errors import UsageError


def complain(sentence: str) -> None:
    """One sentence about what went wrong."""
    typer.echo(f"camcensus: {harmless(sentence)}", err=True)


def say(sentence: str) -> None:
    """One sentence about what is going on, on stderr."""
    typer.echo(harmless(sentence), err=True)


def harmless(text: str) -> str:
    """Device text without anything that a terminal would obey, on one line."""
    from camcensus.wire.text import printable

    return "\n".join(printable(line) for line in text.split("\n"))


def duration(seconds_: float) -> str:
    """A duration for people."""
    if seconds_ < 90:
        return f"{seconds_:.0f} s"
    if seconds_ < 5400:
        return f"{seconds_ / 60:.0f} min"
    return f"{seconds_ / 3600:.1f} h"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on stdout; each cell is made harmless first."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in header:
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(harmless(cell)) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    console.print(grid)


@contextmanager
def writing(output: Path | None) -> Iterator["Sink"]:
    """Where results go: stdout, or a file that replaces the old one only when it is complete."""
    if output is None or str(output) == "-":
        yield Sink(None)
        return
    partial = output.with_name(f".{output.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            yield Sink(stream)
        partial.replace(output)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise UsageError(f"cannot write {output}: {error.strerror}; choose another -o") from error
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


class Sink:
    """Takes lines of results."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def line(self, text: str) -> None:
        """One line, its end included where the text has none."""
        ended = text if text.endswith("\n") else text + "\n"
        if self._stream is None:
            sys.stdout.write(ended)
        else:
            self._stream.write(ended)  # type: ignore[attr-defined]  # a text stream
