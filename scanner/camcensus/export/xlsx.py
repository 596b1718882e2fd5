"""The spreadsheet that people open (Office Open XML, ECMA-376): devices, what was not seen, method.

Every text is written as text, so that nothing a device said is a formula; dates are dates, and
numbers numbers. The columns under `OWNED` may be filled in and come back with `import owned`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

from camcensus.errors import CamcensusError
from camcensus.export.inventory import Inventory, Listed
from camcensus.export.method import local, method
from camcensus.wire.text import printable

SHEET = "Cameras"
HEADER_ROW = 3  # counted from one; two lines of title stand above
_LONGEST = 32767  # characters that a cell holds (ECMA-376 part 1, and Excel's own limit)
_FORMULA = tuple("=+-@\t\r\n")
_AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
Cell = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the first sheet: its title, its width in characters, and its cell."""

    title: str
    width: int
    value: Callable[[Listed], Cell]
    owned: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("ID", 6, lambda one: one.record.id),
    Column("Site", 14, lambda one: one.record.site),
    Column("Place", 22, lambda one: one.record.place),
    Column("Kind", 18, lambda one: one.kind),
    Column("Brand on the label", 18, lambda one: one.record.brand),
    Column("Made by", 16, lambda one: one.record.maker),
    Column("Model", 24, lambda one: one.record.model),
    Column("Firmware", 24, lambda one: one.record.firmware),
    Column("Serial", 20, lambda one: one.record.serial),
    Column("Address", 16, lambda one: one.record.address),
    Column("MAC", 18, lambda one: one.record.mac),
    Column("First seen", 17, lambda one: one.record.first_seen),
    Column("Last seen", 17, lambda one: one.record.last_seen),
    Column("Status", 10, lambda one: one.record.status.value),
    Column("How sure", 14, lambda one: one.how_sure),
    Column("Room", 16, lambda one: one.record.owned.room, owned=True),
    Column("Owner", 16, lambda one: one.record.owned.owner, owned=True),
    Column("Tag", 14, lambda one: one.record.owned.tag, owned=True),
    Column("Note", 30, lambda one: one.record.owned.note, owned=True),
    Column("Accepted until", 15, lambda one: one.record.owned.accepted_until, owned=True),
    Column("Why", 90, lambda one: one.why),  # last: its text may run on to the right
)


_PRINTED = next(at for at, column in enumerate(COLUMNS) if column.owned)  # a sheet of A4 across


def workbook(inventory: Inventory) -> bytes:
    """The bytes of the .xlsx file."""
    try:
        import xlsxwriter
    except ImportError:
        raise CamcensusError(
            "a spreadsheet needs the package xlsxwriter: pip install 'camcensus[xlsx]', "
            "or write a CSV file with `camcensus export csv`"
        ) from None
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, _AS_TEXT)
    book.set_properties(
        {
            "title": f"Surveillance cameras: {printable(inventory.title)}",
            "comments": f"camcensus {inventory.version}",
            "created": inventory.made_at.replace(tzinfo=None),
        }
    )
    looks = _Looks(book)
    _cameras(book.add_worksheet(SHEET), inventory, looks)
    unseen = [(one.what, one.where, one.why) for one in inventory.unseen]
    titles, widths = ("What", "Where", "Why"), (30, 22, 100)
    what = "What this list may lack, and why"
    _table(book.add_worksheet("Not seen"), what, titles, widths, unseen, looks)
    how, made = "How this list was made", method(inventory)
    _table(book.add_worksheet("Method"), how, ("", ""), (28, 110), made, looks)
    book.close()
    return buffer.getvalue()


class _Looks:
    """The formats of cells, made once a workbook."""

    def __init__(self, book: Any) -> None:
        top = {"valign": "top"}
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.soft = book.add_format({"font_color": "#566473"})
        head = {"bold": True, "bg_color": "#E8EDF2", "bottom": 2, "valign": "vcenter"}
        self.head = book.add_format(head)
        self.head_owned = book.add_format({**head, "bg_color": "#FFF6E6"})
        self.text = book.add_format({**top, "num_format": "@"})
        self.quoted = book.add_format({**top, "num_format": "@", "quote_prefix": True})
        self.wrapped = book.add_format({**top, "num_format": "@", "text_wrap": True})
        self.number = book.add_format({**top, "align": "left"})
        self.day = book.add_format({**top, "num_format": "yyyy-mm-dd", "align": "left"})
        self.moment = book.add_format({**top, "num_format": "yyyy-mm-dd hh:mm", "align": "left"})


def _cameras(sheet: Any, inventory: Inventory, looks: _Looks) -> None:
    count = len(inventory.devices)
    _write(sheet, 0, 0, f"Surveillance cameras: {inventory.title}", looks.title)
    _write(sheet, 1, 0, _summary(inventory), looks.soft)
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, column.width, None)
        look = looks.head_owned if column.owned else looks.head
        _write(sheet, HEADER_ROW - 1, at, column.title, look)
    for row, one in enumerate(inventory.devices, HEADER_ROW):
        for at, column in enumerate(COLUMNS):
            _cell(sheet, row, at, column.value(one), looks)
    sheet.freeze_panes(HEADER_ROW, 0)
    sheet.autofilter(HEADER_ROW - 1, 0, max(HEADER_ROW + count - 1, HEADER_ROW), len(COLUMNS) - 1)
    _for_paper(sheet)
    sheet.repeat_rows(HEADER_ROW - 1)
    sheet.print_area(0, 0, HEADER_ROW + count, _PRINTED - 1)


def _summary(inventory: Inventory) -> str:
    count = len(inventory.devices)
    things = "1 camera or recorder" if count == 1 else f"{count:,} cameras and recorders"
    return (
        f"{things}, made {local(inventory.made_at):%Y-%m-%d %H:%M}. The sheet Not seen says what "
        "may be missing. The coloured columns are yours: fill them in, and bring them back with "
        "camcensus import owned."
    )


def _table(
    sheet: Any,
    title: str,
    header: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[str]],
    looks: _Looks,
) -> None:
    """A sheet of sentences."""
    _write(sheet, 0, 0, title, looks.title)
    for at, (name, width) in enumerate(zip(header, widths, strict=True)):
        sheet.set_column(at, at, width, None)
        if name:
            _write(sheet, HEADER_ROW - 1, at, name, looks.head)
    for row, cells in enumerate(rows, HEADER_ROW):
        for at, text in enumerate(cells):
            if text:
                _write(sheet, row, at, text, looks.wrapped)
    sheet.freeze_panes(HEADER_ROW, 0)
    _for_paper(sheet)


def _for_paper(sheet: Any) -> None:
    """A4 across, as many pages down as it takes."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&F&C&A&RPage &P of &N")


def _cell(sheet: Any, row: int, column: int, value: Cell, looks: _Looks) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, local(value), looks.moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, looks.day)
    elif isinstance(value, str):
        _write(sheet, row, column, value, looks.quoted if _acts(value) else looks.text)
    else:
        sheet.write_number(row, column, value, looks.number)


def _acts(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula if somebody typed it."""
    return text.startswith(_FORMULA)


def _write(sheet: Any, row: int, column: int, text: str, look: object) -> None:
    sheet.write_string(row, column, printable(text)[:_LONGEST], look)
