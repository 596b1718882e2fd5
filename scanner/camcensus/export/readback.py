"""Our own spreadsheet as it comes back: rows by the names of their columns, XLSX or CSV.

The file went through other hands and other programs: nothing in it is evaluated, sizes are
bounded, and what cannot be read is a `UsageError` in words.
"""

import csv as reader
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from camcensus.errors import UsageError
from camcensus.export import csv
from camcensus.store import OwnedField

MAX_FILE = 32 * 1024 * 1024  # bytes
MAX_ROWS = 50_000
MAX_COLUMNS = 100
MAX_CELL = 32_767  # characters, as many as a spreadsheet's cell can hold
ID = "id"
CHECKS = ("mac", "serial", "address")  # what shows which device a row is about, the surest first
FIELDS: Mapping[str, OwnedField] = {field.value: field for field in OwnedField}

_HEADER_WITHIN = 50  # rows from the top: there may be a title and remarks above
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the compound files of .xls and of encryption


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell that holds no value a person wrote, and why: "is a formula"."""

    why: str


class NotOursError(UsageError):
    """The file has no header row that we know."""


Cell = str | int | float | date | Unusable | None
Numbered = Iterable[tuple[int, Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row under the header: its number as a spreadsheet shows it, and its cells by column."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A file of ours: the columns that it has, its rows, and the day its serial dates count from.

    Columns are named as in our CSV, whatever their headers look like. `epoch` is `None` where
    a file does not say it.
    """

    columns: tuple[str, ...]
    rows: tuple[ReadRow, ...]
    epoch: date | None = None


def read_back(file: Path) -> ReadBack:
    """The rows of a file that camcensus exported and people filled in."""
    return read_bytes(_content(file), str(file))


def read_bytes(content: bytes, name: str) -> ReadBack:
    """The rows of a file with this content; `name` is for errors."""
    if content.startswith(_OLD_EXCEL):
        raise UsageError(
            f"{name} is an old workbook or has a password: save it as .xlsx without one"
        )
    if content.startswith(b"PK"):
        from camcensus.export.readback_xlsx import sheet_rows

        with sheet_rows(content, name) as (rows, epoch):
            return _table(rows, name, epoch)
    return _of_text(_decoded(content, name), name)


def column_name(header: Cell) -> str:
    """`Accepted until` and `accepted_until` are the same column."""
    return re.sub(r"[\s_-]+", "_", header.strip().casefold()) if isinstance(header, str) else ""


def text_cell(text: str) -> Cell:
    """A cell as text; unusable where it is longer than any."""
    if len(text) > MAX_CELL:
        return Unusable(f"is longer than {MAX_CELL:,} characters")
    return text if text.strip() else None


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror or error}") from error
    if len(content) > MAX_FILE:
        raise UsageError(f"{file} is larger than {MAX_FILE >> 20} MiB: split it")
    return content


def _table(numbered: Numbered, name: str, epoch: date | None = None) -> ReadBack:
    """The rows below the header row, wherever that is."""
    rows = iter(numbered)
    columns = _header(rows, name)
    found: list[ReadRow] = []
    for number, cells in rows:
        row = {columns[at]: cell for at, cell in enumerate(cells[:MAX_COLUMNS]) if columns.get(at)}
        if all(cell is None for cell in row.values()):
            continue
        if len(found) == MAX_ROWS:
            raise UsageError(f"{name} has more than {MAX_ROWS:,} rows: split it")
        found.append(ReadRow(number, row))
    return ReadBack(tuple(columns.values()), tuple(found), epoch)


def _header(rows: Iterator[tuple[int, Sequence[Cell]]], name: str) -> dict[int, str]:
    """The columns by their place; reads on until below the header."""
    for _, cells in islice(rows, _HEADER_WITHIN):
        names = [column_name(cell) for cell in cells[:MAX_COLUMNS]]
        if ID not in names or not FIELDS.keys() & set(names):
            continue
        for needed in (ID, "site", *CHECKS, *FIELDS):
            if names.count(needed) > 1:
                raise UsageError(f"{name} has the column {needed!r} twice: take one of them out")
        if not {*CHECKS} & set(names):
            raise UsageError(
                f"{name} has no column MAC, Serial or Address to show which device a row is"
                " about: keep them when you fill in an export"
            )
        return {at: text for at, text in enumerate(names) if text}
    raise NotOursError(
        f"{name} is no spreadsheet of ours: no row near its top names the column ID and one of "
        + ", ".join(field.label for field in OwnedField)
    )


# ---------------------------------------------------------------- CSV


def _decoded(content: bytes, name: str) -> str:
    """The text: UTF-8, or UTF-16 with its mark, as spreadsheets write it."""
    codec = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        raise UsageError(
            f"{name} is neither a workbook (.xlsx) nor UTF-8 text: save it as"
            ' "CSV UTF-8", so that no letter is lost'
        ) from None


def _of_text(text: str, name: str) -> ReadBack:
    """The table with whichever separator gives a header that we know."""
    for separator in (";", "\t"):
        try:
            return _table(_csv_rows(text, separator, name), name)
        except NotOursError:
            continue
    return _table(_csv_rows(text, ",", name), name)


def _csv_rows(text: str, separator: str, name: str) -> Iterator[tuple[int, list[Cell]]]:
    """Rows with their numbers; our escapes are undone."""
    try:
        rows = reader.reader(io.StringIO(text, newline=""), delimiter=separator)
        for number, row in enumerate(rows, 1):
            yield number, [_csv_cell(cell) for cell in row[:MAX_COLUMNS]]
    except reader.Error as error:
        raise UsageError(f"{name} is no CSV that can be read: {error}") from None


def _csv_cell(cell: str) -> Cell:
    if cell.startswith("="):
        return Unusable("is a formula")
    return text_cell(csv.text(cell))
