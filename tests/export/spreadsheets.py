"""Workbooks as the export and spreadsheet programs write them, and parts of them broken."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

HEADER = ("ID", "Site", "Address", "MAC", "Serial", "Model", "Room", "Owner", "Tag", "Note",
          "Accepted until")  # fmt: skip
Row = Sequence[object]


def workbook(
    *rows: Row,
    header: Row = HEADER,
    above: Sequence[Row] = (),
    sheet: str = "Cameras",
    touch: Callable[[Worksheet], None] = lambda _: None,
) -> bytes:
    """A workbook with one sheet: lines above, the header, the rows."""
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = sheet
    for row in (*above, header, *rows):
        page.append(list(row))
    touch(page)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(
    content: bytes,
    change: Mapping[str, Callable[[bytes], bytes]],
    more: Mapping[str, bytes] | None = None,
) -> bytes:
    """The same workbook with some parts changed, and some added."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change[name](part) if name in change else part)
        for name, part in (more or {}).items():
            new.writestr(name, part)
    return stream.getvalue()
