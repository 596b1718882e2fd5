"""Words on the screen: results on stdout, everything else on stderr, device text made harmless."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import typer

from camcensus.errors import UsageError


def complain(sentence: str) -> None:
    """One sentence about what went wrong."""
    say(f"camcensus: {sentence}")


def say(sentence: str, *, quiet: bool = False) -> None:
    """One sentence about what is going on, on stderr, unless the user wants none.

    Where the terminal has gone there is nobody left to tell, and the work goes on.
    """
    if not quiet:
        with suppress(OSError):
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


def counted(number: int, thing: str) -> str:
    """`1 device`, `2 devices`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def width(*, on_stderr: bool = False) -> int:
    """How many columns a table may have: the terminal's, or plenty where there is none."""
    stream = sys.stderr if on_stderr else sys.stdout
    return shutil.get_terminal_size().columns if stream.isatty() else 200


def wrapped(sentence: str, hang: str, *, first: str = "  ", on_stderr: bool = True) -> list[str]:
    """A sentence in the lines that a terminal needs; one line where there is no terminal."""
    import textwrap

    if not (sys.stderr if on_stderr else sys.stdout).isatty():
        return [first + sentence]
    return textwrap.wrap(
        sentence,
        max(width(on_stderr=on_stderr), 40),
        initial_indent=first,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    whole: frozenset[str] = frozenset(),
    numbers: frozenset[str] = frozenset(),
    on_stderr: bool = False,
) -> None:
    """A table, each cell made harmless; columns named in `whole` or `numbers` are never folded."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name in header:
        grid.add_column(
            name,
            overflow="fold",
            no_wrap=name in whole | numbers,
            justify="right" if name in numbers else "left",
        )
    for row in rows:
        grid.add_row(*(Text(harmless(cell)) for cell in row))
    console = Console(width=width(on_stderr=on_stderr), highlight=False, stderr=on_stderr)
    console.print(grid)


class Sink:
    """Takes lines of results; `UsageError` if the file takes no more."""

    def __init__(self, stream: TextIO, name: Path | None = None) -> None:
        self._stream = stream
        self._name = name

    def line(self, text: str) -> None:
        """One line, its end included where the text has none."""
        with _told(self._name):
            self._stream.write(text if text.endswith("\n") else text + "\n")

    def flush(self) -> None:
        """Let the reader have everything so far."""
        with _told(self._name):
            self._stream.flush()


@contextmanager
def writing(output: Path | None) -> Iterator[Sink]:
    """Where results go: stdout, or a file that replaces the old one only when it is complete.

    A device or a pipe is written as it is; a link stays a link.
    """
    if output is None or str(output) == "-":
        yield Sink(sys.stdout)
        return
    with _whole(output) as partial:
        with _told(output):
            stream = partial.open("w", encoding="utf-8", newline="")
        with stream:
            yield Sink(stream, output)
            with _told(output):
                stream.flush()


def put(output: Path, data: bytes) -> None:
    """Writes a file that replaces the old one only when it is complete."""
    with _whole(output) as partial, _told(output):
        partial.write_bytes(data)


@contextmanager
def _whole(output: Path) -> Iterator[Path]:
    """Where to write; it takes the place of `output` at the end, if nothing went wrong."""
    with _told(output):
        target = output.resolve()
        as_it_is = target.exists() and not target.is_file()
        partial = target if as_it_is else target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield partial
        with _told(output):
            if not as_it_is:
                partial.replace(target)
    finally:
        if not as_it_is:
            with suppress(OSError):  # where nothing can be written, nothing was
                partial.unlink(missing_ok=True)


@contextmanager
def _told(output: Path | None) -> Iterator[None]:
    """What goes wrong with the file, as a sentence; a broken pipe stays what it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        if output is None:
            raise
        raise UsageError(
            f"cannot write {output}: {error.strerror or error}; choose another file with -o"
        ) from error
