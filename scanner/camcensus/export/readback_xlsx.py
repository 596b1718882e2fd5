"""The sheet `Cameras` of a workbook: looked over before openpyxl sees it, and never evaluated.

A workbook is a ZIP of XML. Both can be made to take all memory, so sizes and the shape of every
part are checked first; then openpyxl reads row by row. Formulas are read as formulas and not by
their last result (`data_only`), or nobody could tell a formula from what a person wrote.
"""

import io
import math
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, Protocol, cast
from xml.parsers import expat

from camcensus.errors import UsageError
from camcensus.export.readback import MAX_COLUMNS, Cell, Numbered, Unusable, text_cell

SHEET = "Cameras"
MAX_UNPACKED = 192 * 1024 * 1024  # bytes of all parts together
MAX_PARTS = 1_000
MAX_ELEMENTS = 6_000_000  # of all parts together
MAX_LINES = 2_000_000  # rows and shared texts of all parts together
MAX_IN_LINE = 20_000  # elements in one of them
MAX_KEPT = 200_000  # elements of one part outside of them: styles, say
MAX_TAG = 1 << 20  # bytes of one tag with all its attributes
LAST_ROW = 1_048_576  # of a sheet
MAX_DEPTH = 64

_PIECE = 1 << 16  # bytes
_LINES = {"worksheet": " row", "sst": " si"}  # by the root of a part
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1
_PRECISE = 10**15  # above, a spreadsheet has lost the last digits of a number


class _Sheet(Protocol):
    """openpyxl's sheet as it is read row by row; its stubs describe the other kind."""

    def iter_rows(self, *, max_row: int, max_col: int) -> Iterator[tuple[object, ...]]: ...


@contextmanager
def sheet_rows(content: bytes, name: str) -> Iterator[tuple[Numbered, date]]:
    """The rows of the sheet with their numbers, and the day its serial dates count from."""
    try:
        import openpyxl
        from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    except ModuleNotFoundError:
        raise UsageError(
            "to read a workbook one more package is needed: install camcensus[xlsx], or save"
            f" {name} as CSV UTF-8"
        ) from None
    with _in_words(f"{name} is a damaged file"):
        _look_over(content, name)
    with warnings.catch_warnings(), _in_words(f"{name} is a workbook that cannot be read"):
        warnings.simplefilter("ignore")  # about styles and extensions, which nobody reads here
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book[SHEET] if SHEET in book.sheetnames else None
        if not isinstance(sheet, ReadOnlyWorksheet):
            listed = ", ".join(map(repr, book.sheetnames[:5])) or "none"
            raise UsageError(f"{name} has no sheet {SHEET!r}, only {listed}: is it our export?")
        yield _numbered(cast("_Sheet", sheet)), book.epoch.date()


@contextmanager
def _in_words(sentence: str) -> Iterator[None]:
    try:
        yield
    except UsageError:
        raise
    except Exception as error:
        # zipfile and openpyxl raise whatever a file provokes: there is no list of it.
        raise UsageError(
            f"{sentence} ({type(error).__name__}): open it in a spreadsheet and save it again"
        ) from error


def _numbered(sheet: "_Sheet") -> Numbered:
    """Each row with its number; one that is not there is an empty one."""
    from openpyxl.cell.read_only import EMPTY_CELL

    last: tuple[object, ...] = ()
    cells: list[Cell] = []
    for number, row in enumerate(sheet.iter_rows(max_row=LAST_ROW, max_col=MAX_COLUMNS), 1):
        if row is not last:  # for each row that a sheet skips openpyxl gives the same one again
            last, cells = row, [None if one is EMPTY_CELL else _cell(one) for one in row]
        yield number, cells


def _cell(one: object) -> Cell:
    """What a person wrote into a cell, or why it holds no such thing."""
    value = getattr(one, "value", None)
    match getattr(one, "data_type", "n"):
        case "f":
            return Unusable("is a formula")
        case "e":
            return Unusable(f"is the error {str(value)[:9]} of a spreadsheet")
        case _:
            return _value(value)


def _value(value: object) -> Cell:
    match value:
        case None:
            return None
        case str():
            return text_cell(value)
        case bool():
            return str(value).upper()
        case int() | float():
            precise = math.isfinite(value) and abs(value) < _PRECISE
            return value if precise else Unusable("is a number that lost its last digits")
        case datetime(hour=0, minute=0, second=0, microsecond=0):
            return value.date()
        case _:
            return Unusable("is a time of day")


# ---------------------------------------------------------------- before it is read


def _look_over(content: bytes, name: str) -> None:
    """Refuses what is no workbook, or would not fit into memory; reads every part once."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        _look_at_parts(parts, name)
        look = _Look(name)
        for part in parts:
            with archive.open(part) as stream:
                look.at(part.filename, stream)


def _look_at_parts(parts: list[zipfile.ZipInfo], name: str) -> None:
    names = {part.filename for part in parts}
    if "mimetype" in names:
        raise UsageError(f"{name} is an OpenDocument file: save it as .xlsx or as CSV UTF-8")
    if "[Content_Types].xml" not in names:
        raise UsageError(f"{name} is a ZIP file and no workbook: name the .xlsx file")
    # What a part says of its size is true: no more than that is ever unpacked of it.
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UsageError(f"{name} unpacks to more than any export of ours: it is not read")
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise UsageError(f"{name} is protected by a password: save it without one")
    if any(part.compress_type not in _METHODS for part in parts):
        raise UsageError(f"{name} is packed as no workbook is: save it again")


class _Look:
    """Goes through the XML of all parts, and counts what a reader would have to hold."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._elements = self._lines = 0
        self._depth = self._kept = self._held = 0
        self._line = ""  # the tag of what a reader takes and forgets: a row, a shared text
        self._line_depth = 0  # of the one that is open

    def at(self, part: str, stream: IO[bytes]) -> None:
        """One part; what is no XML is left to whoever opens it: a picture, say."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._declares
        parser.StartElementHandler = self._begins
        parser.EndElementHandler = self._ends
        self._depth = self._kept = self._line_depth = 0
        fed = 0
        try:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > MAX_TAG:
                    raise self._too_much()
            parser.Parse(b"", True)
        except expat.ExpatError:
            if part.endswith((".xml", ".rels")):
                raise UsageError(
                    f"{self._name} has a broken part ({part}): save it again"
                ) from None

    def _declares(self, *_: object) -> None:
        raise UsageError(f"{self._name} declares entities, which no workbook does: it is not read")

    def _begins(self, tag: str, _attributes: object) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth == 1:
            self._line = _LINES.get(tag.rpartition(" ")[2], "")
        if self._line_depth:
            self._held += 1
        elif self._line and tag.endswith(self._line):
            self._line_depth, self._held = self._depth, 0
            self._lines += 1
        else:
            self._kept += 1
        if (
            self._depth > MAX_DEPTH
            or self._elements > MAX_ELEMENTS
            or self._lines > MAX_LINES
            or self._kept > MAX_KEPT
            or self._held > MAX_IN_LINE
        ):
            raise self._too_much()

    def _ends(self, _tag: str) -> None:
        if self._depth == self._line_depth:
            self._line_depth = 0
        self._depth -= 1

    def _too_much(self) -> UsageError:
        return UsageError(f"{self._name} holds more than any export of ours: it is not read")
