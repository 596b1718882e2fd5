"""A table as text, the way spreadsheets and registers save it: the header finds the columns.

RFC 4180 with what Excel makes of it: a byte order mark, UTF-16, Windows' letters, `sep=;` in the
first line, semicolons where the country writes a decimal comma, tabs, a title above the header,
empty rows and columns, `="10.20.0.0"` and `'10.20.0.0`.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from camcensus.errors import ScopeError
from camcensus.scope.importing.entries import tidy

_DELIMITERS = (",", ";", "\t")
_HEADER_WITHIN = 20  # rows: a title and a date may stand above it
_LONG_ROW = 5  # lines: more in one row, and a quotation mark was probably not meant
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .xls, what phpIPAM exports
_SEPARATOR = re.compile(r"sep=(.)\r?(?:\n|\Z)", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[^0-9a-z]+")
_NOTHING = frozenset({"-", "\u2013", "\u2014"})  # dashes in the place of an empty cell
_FORMULA = re.compile(r'="(.*)"\Z', re.DOTALL)

Columns = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Line:
    """One row under the header; `surplus` if it has more cells than the header names."""

    number: int
    cells: Mapping[str, tuple[str, ...]]
    first: str
    surplus: bool = False

    def one(self, field: str) -> str:
        """The first cell of a field that is not empty."""
        return next((cell for cell in self.cells.get(field, ()) if cell), "")

    def every(self, field: str) -> tuple[str, ...]:
        """The cells of a field that are not empty."""
        return tuple(cell for cell in self.cells.get(field, ()) if cell)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table under its header: which fields it has, its rows, and the columns nobody reads."""

    fields: frozenset[str]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def decode_sheet(data: bytes, source: str) -> tuple[str, str]:
    """The text of a saved sheet, and a sentence where its letters had to be guessed.

    UTF-8 or UTF-16 by its byte order mark; else UTF-8, else Windows-1252, which is what Excel's
    plain "CSV" is in western Europe and America.
    """
    if data.startswith(_WORKBOOKS):
        raise ScopeError(f"{source}: an Excel workbook: save its sheet as CSV (UTF-8) first")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        try:
            return data.decode("utf-16"), ""
        except UnicodeDecodeError:
            raise ScopeError(f"{source}: begins like UTF-16 but is not; save it as UTF-8") from None
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
    text = data.decode("cp1252", errors="replace")
    return text, f"line {number} is not UTF-8: the file was read as Windows-1252; look at the names"


def read_sheet(text: str, source: str, columns: Columns, needed: str) -> Sheet:
    """The table of a text; `columns` has for each field the headers that name it.

    `ScopeError` if no row of the first ones names the column `needed`, or a quotation mark is open.
    """
    text = text.removeprefix("\ufeff")
    told = _SEPARATOR.match(text)
    names = {alias: field for field, aliases in columns.items() for alias in aliases}
    for delimiter in [told[1]] if told else _by_use(text, names):
        rows = list(_rows(text, source, delimiter))
        fields = [_fields(cells, names) for _, cells in rows[:_HEADER_WITHIN]]
        known = [len(set(found)) if needed in found else 0 for found in fields]
        if best := max(known, default=0):
            header = known.index(best)
            return _under(rows[header][1], rows[header + 1 :], columns)
    wanted = ", ".join(columns[needed][:4])
    raise ScopeError(
        f"{source}: no header with a column for the {needed}: the first rows name none of {wanted}"
    )


def header_words(cell: str) -> str:
    """A header as the table of synonyms spells it: small letters, one blank between words."""
    return _BETWEEN_WORDS.sub(" ", tidy(cell).casefold()).strip()


def _fields(header: list[str], names: Mapping[str, str]) -> list[str]:
    return [names.get(header_words(cell), "") for cell in header]


def _by_use(text: str, names: Mapping[str, str]) -> list[str]:
    """The delimiters, first the one that makes the best header of one of the first lines."""

    def known(delimiter: str) -> int:
        lines = text.splitlines()[:_HEADER_WITHIN]
        split = ([header_words(cell) for cell in line.split(delimiter)] for line in lines)
        return max((len({names[w] for w in words if w in names}) for words in split), default=0)

    return sorted(_DELIMITERS, key=lambda delimiter: -known(delimiter))


def _rows(text: str, source: str, delimiter: str) -> Iterator[tuple[range, list[str]]]:
    """Rows that say something, each with its lines of the file."""
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except (TypeError, ValueError):
        raise ScopeError(f"{source}:1: sep={delimiter!a} cannot separate cells") from None
    before = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise ScopeError(
                f"{source}:{before + 1}: a quotation mark is left open, or stands where none can: "
                f"{error}"
            ) from None
        if cells is None:
            return
        lines, before = range(before + 1, reader.line_num + 1), reader.line_num
        cells = [_unwrapped(cell) for cell in cells]
        if any(cells):
            yield lines, cells


def _unwrapped(cell: str) -> str:
    stripped = cell.strip()
    found = _FORMULA.match(stripped)
    bare = found[1].strip() if found else stripped
    return "" if bare in _NOTHING else bare


def _under(header: list[str], rows: list[tuple[range, list[str]]], columns: Columns) -> Sheet:
    """The rows under a header; of two columns for one field the usual spelling comes first."""
    spelled = [header_words(cell) for cell in header]
    places = {
        field: [spelled.index(alias) for alias in aliases if alias in spelled]
        for field, aliases in columns.items()
    }
    read = {place for found in places.values() for place in found}
    notes: list[str] = []
    if unread := [tidy(cell) for at, cell in enumerate(header) if cell and at not in read]:
        notes.append(f"columns that were not read: {', '.join(unread)}")
    lines: list[Line] = []
    for numbers, cells in rows:
        found = {
            field: tuple(cells[at] for at in places[field] if at < len(cells)) for field in places
        }
        if len(numbers) > _LONG_ROW:
            notes.append(f"lines {numbers[0]} to {numbers[-1]} are one row, by quotation marks")
        lines.append(Line(numbers[0], found, cells[0], surplus=any(cells[len(header) :])))
    fields = frozenset(field for field, found in places.items() if found)
    return Sheet(fields, tuple(lines), tuple(notes))
