"""The spreadsheet as another program reads it."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from camcensus.export import BOOKS
from camcensus.export.inventory import Inventory, Listed, Unseen
from camcensus.export.method import local
from camcensus.export.xlsx import COLUMNS, HEADER_ROW, SHEET, workbook
from camcensus.store import DeviceRecord, Owned
from camcensus.types import Claim, Evidence, Field
from camcensus.wire.text import printable
from export.samples import DEVICE, EMPTY, SEEN, texts

MADE = Claim("s.one", "maker", "hikvision", 0.9, Evidence(Field.HTTP_REALM, "DS-2"), "Its form.")
LABEL = Claim("s.two", "brand", "abus", 0.92, Evidence(Field.HTTP_TITLE, "=ABUS"), "The label.")


def inventory(*devices: DeviceRecord, unseen: Sequence[Unseen] = ()) -> Inventory:
    listed = tuple(Listed(one, (LABEL, MADE)) for one in devices)
    return Inventory(("north",), listed, 0, tuple(unseen), (), SEEN, "1.2.3")


def sheets(made: Inventory) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(made)))


def rows(made: Inventory) -> list[dict[str, Any]]:
    sheet = sheets(made)[SHEET]
    header, *lines = sheet.iter_rows(min_row=HEADER_ROW)
    return [{title.value: cell for title, cell in zip(header, line, strict=True)} for line in lines]


def test_the_first_sheet_has_one_typed_row_a_device() -> None:
    first, second = rows(inventory(DEVICE, EMPTY))
    assert list(first) == [column.title for column in COLUMNS]
    assert (first["ID"].value, first["ID"].data_type) == (7, "n")
    assert (first["Serial"].value, first["Serial"].data_type) == ("007", "s")
    assert first["Last seen"].value == local(SEEN)
    assert isinstance(first["Last seen"].value, datetime)
    assert (first["Place"].value, first["Kind"].value) == ("B 12", "Camera")
    assert (first["Brand on the label"].value, first["Made by"].value) == ("abus", "hikvision")
    assert (first["How sure"].value, first["Room"].value) == ("strong (92%)", "B 12")
    assert second["Made by"].value is None
    assert second["How sure"].value == "not named"


def test_why_names_the_maker_and_the_label_each_by_its_own_evidence() -> None:
    [row] = rows(inventory(DEVICE))
    assert row["Why"].value == (
        'Its web server says "DS-2". Its form. Its web server says "=ABUS". The label.'
    )
    [row] = rows(inventory(replace(DEVICE, brand="hikvision")))
    assert row["Why"].value == 'Its web server says "DS-2". Its form.'


@settings(max_examples=60, deadline=None)
@given(texts)
def test_no_text_of_a_device_becomes_a_formula_a_number_or_a_link(text: str) -> None:
    owned = Owned(note=text)
    made = inventory(replace(DEVICE, serial=text, name=text, owned=owned, site=text))
    content = workbook(made)
    [row] = rows(made)
    for title in ("Serial", "Note", "Site"):
        if text:
            assert row[title].data_type in {"s", "inlineStr"}
            assert row[title].value == printable(text)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = parts.namelist()
        assert not any("externalLink" in name or "vba" in name.lower() for name in names)
        for name in names:
            assert b"<f>" not in parts.read(name)
            assert b"hyperlink" not in parts.read(name)


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@SUM(A1)"])
def test_what_would_act_if_it_were_typed_stays_text_when_it_is_edited(text: str) -> None:
    [row] = rows(inventory(replace(DEVICE, name=None, owned=Owned(note=text))))
    assert row["Note"].quotePrefix is True


def test_the_header_stays_in_sight_and_can_be_filtered() -> None:
    sheet = sheets(inventory(DEVICE, EMPTY))[SHEET]
    assert sheet.freeze_panes == f"A{HEADER_ROW + 1}"
    assert sheet.auto_filter.ref == f"A{HEADER_ROW}:U{HEADER_ROW + 2}"
    assert sheet.page_setup.orientation == "landscape"


def test_what_was_not_seen_and_the_method_have_sheets_of_their_own() -> None:
    unseen = Unseen("cameras behind a recorder", "198.18.0.9", "It states 8 channels.")
    book = sheets(inventory(DEVICE, unseen=[unseen]))
    assert book.sheetnames == [SHEET, "Not seen", "Method"]
    said = [tuple(row) for row in book["Not seen"].iter_rows(min_row=HEADER_ROW, values_only=True)]
    assert said == [("What", "Where", "Why"), (unseen.what, unseen.where, unseen.why)]
    method = dict(book["Method"].iter_rows(min_row=HEADER_ROW + 1, values_only=True))
    assert method["Program"] == "camcensus 1.2.3"
    assert method["What this is not"].startswith("Legal advice")


def test_an_empty_census_is_a_whole_workbook() -> None:
    assert rows(inventory()) == []
    assert set(BOOKS) == {"xlsx"}
