"""A spreadsheet that comes back is read as it was written, and never more than can be held."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from camcensus.errors import UsageError
from camcensus.export import csv, readback
from camcensus.export.readback import Cell, ReadBack, Unusable, read_back, read_bytes
from export.spreadsheets import HEADER, repacked, workbook

SHEET = "xl/worksheets/sheet1.xml"
ROW = (7, "north", "10.20.0.5", "44:19:b6:00:00:01", "007", "DS-1", "Gym", None, None, None, None)
CSV = 'id,site,mac,room,accepted_until\r\n7,"north","44:19:b6:00:00:01","Gym",""\r\n'


def cells(content: bytes | str) -> dict[str, Cell]:
    """The cells of the only row."""
    [row] = table(content).rows
    return dict(row.cells)


def table(content: bytes | str) -> ReadBack:
    return read_bytes(content if isinstance(content, bytes) else content.encode(), "list")


def refusal(content: bytes | str) -> str:
    with pytest.raises(UsageError) as refused:
        table(content)
    text = str(refused.value)
    assert "\n" not in text
    assert len(text) < 400
    return text


# ---------------------------------------------------------------- where the table is


def test_a_workbook_is_read_by_the_names_of_its_columns() -> None:
    found = table(workbook(ROW))
    assert found.columns == (
        "id", "site", "address", "mac", "serial", "model", "room", "owner", "tag", "note",
        "accepted_until",
    )  # fmt: skip
    assert found.rows[0].cells["room"] == "Gym"
    assert found.rows[0].cells["id"] == 7
    assert (found.rows[0].number, found.epoch) == (2, date(1899, 12, 30))


def test_there_may_be_titles_above_and_columns_in_any_order() -> None:
    content = workbook(
        ("Gym", "10.20.0.5", "mine", 7),
        header=(" ROOM ", "Address", "my column", "id"),
        above=[("Surveillance cameras of North School",), (), ("as of", date(2026, 3, 1))],
    )
    [row] = table(content).rows
    assert (row.number, row.cells["room"], row.cells["my_column"]) == (5, "Gym", "mine")


def test_empty_rows_are_skipped_and_still_counted() -> None:
    assert [row.number for row in table(workbook(ROW, (), ROW)).rows] == [2, 4]


@pytest.mark.parametrize(
    ("separator", "codec"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16")]
)
def test_csv_is_read_as_spreadsheets_save_it(separator: str, codec: str) -> None:
    rows = [["id", "address", "Room"], ["7", "10.20.0.5", "Küche, 海"]]
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    assert cells(text.encode(codec)) == {"id": "7", "address": "10.20.0.5", "room": "Küche, 海"}


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_every_text_of_our_csv_comes_back(text: str) -> None:
    quoted = csv.cell(text).replace('"', '""')
    found = cells(f'id,mac,room,note\r\n7,,x,"{quoted}"\r\n')["note"]
    assert found == (text if text.strip() else None)


# ---------------------------------------------------------------- what a cell holds


def held(value: object, column: str = "Room") -> Cell:
    row = dict(zip(HEADER, ROW, strict=True)) | {column: value}
    return cells(workbook(tuple(row.values())))[readback.column_name(column)]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("Gym", "Gym"),
        ("  ", None),
        (101, 101),
        (1.5, 1.5),
        (True, "TRUE"),
        (date(2027, 7, 31), date(2027, 7, 31)),
        (datetime(2027, 7, 31), date(2027, 7, 31)),  # noqa: DTZ001 - cells have no time zone
        (datetime(2027, 7, 31, 8), Unusable("is a time of day")),  # noqa: DTZ001 - the same
        (time(8, 30), Unusable("is a time of day")),
        ("=1+1", Unusable("is a formula")),
        ('=HYPERLINK("http://198.18.0.1/","Gym")', Unusable("is a formula")),
        ("#NAME?", Unusable("is the error #NAME? of a spreadsheet")),
        (1234567890123456789, Unusable("is a number that lost its last digits")),
        ("x" * 32_767, "x" * 32_767),
    ],
)
def test_a_cell_holds_what_a_person_wrote_or_says_why_not(value: object, read: Cell) -> None:
    assert held(value) == read


def test_a_text_that_only_looks_like_a_formula_is_text() -> None:
    def as_text(sheet: Worksheet) -> None:
        sheet["G2"].data_type = "s"

    row = (*ROW[:6], "=1+1", *ROW[7:])
    assert cells(workbook(row, touch=as_text))["room"] == "=1+1"


def test_a_formula_is_a_formula_also_where_its_result_is_kept() -> None:
    content = repacked(
        workbook((*ROW[:6], "=1+1", *ROW[7:])),
        {SHEET: lambda part: part.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")},
    )
    assert b"<v>2</v>" in zipfile.ZipFile(io.BytesIO(content)).read(SHEET)
    assert cells(content)["room"] == Unusable("is a formula")


@pytest.mark.parametrize("formula", ["=1+1", "=cmd|'/C calc'!A0"])
def test_a_formula_in_csv_is_one_too(formula: str) -> None:
    assert cells(f'id,mac,room\n7,,"{formula}"')["room"] == Unusable("is a formula")


def test_a_csv_cell_longer_than_any_is_unusable() -> None:
    found = cells(f"id,mac,room\n7,,{'x' * 32_768}")["room"]
    assert found == Unusable("is longer than 32,767 characters")


# ---------------------------------------------------------------- what is not ours


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no spreadsheet of ours"),
        (b"hello\n", "is no spreadsheet of ours"),
        (b"<html><table><tr><td>id</td>", "is no spreadsheet of ours"),
        (b"id,mac,model\n7,,x\n", "is no spreadsheet of ours"),
        (b"id,room\n7,Gym\n", "has no column MAC, Serial or Address"),
        (b"id,mac,room,Room\n7,,a,b\n", "has the column 'room' twice"),
        (b"id,mac,room\n7,,K\xfcche\n", 'save it as "CSV UTF-8"'),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"id,mac,room\n7,," + b"x" * 200_000, "field larger than"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old workbook or has a password"),
        (b"PK\x03\x04", "is a damaged file"),
        (b"PK\x05\x06" + bytes(18), "is a ZIP file and no workbook"),
        (workbook(ROW, sheet="Sheet1"), "has no sheet 'Cameras', only 'Sheet1'"),
        (workbook(header=("Name", "Room")), "is no spreadsheet of ours"),
        (workbook(above=[()] * 60), "is no spreadsheet of ours"),
    ],
)
def test_what_is_not_ours_is_one_sentence(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_a_file_that_is_too_large_or_not_there_is_one_sentence(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as stream:
        stream.truncate(readback.MAX_FILE + 1)
    for file, said in ((large, "larger than 32 MiB"), (tmp_path, "directory"), (
        tmp_path / "none.xlsx", "No such file")):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            read_back(file)


def test_more_rows_than_we_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readback, "MAX_ROWS", 3)
    assert len(table("id,mac,room\n" + "7,,x\n" * 3).rows) == 3
    assert "more than 3 rows" in refusal("id,mac,room\n" + "7,,x\n" * 4)


# ---------------------------------------------------------------- what is hostile


def in_sheet(old: bytes, new: bytes) -> bytes:
    """A workbook whose sheet has something else in one place."""

    def change(part: bytes) -> bytes:
        assert old in part
        return part.replace(old, new, 1)

    return repacked(workbook(ROW), {SHEET: change})


LAUGHS = (
    b"<!DOCTYPE l [<!ENTITY a 'ha'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(8))
    + b"]>"
)
ENTITY = b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


ATTRIBUTES = b" ".join(b'a%d="1"' % number for number in range(500_000))


def bomb() -> bytes:
    """Two hundred megabytes of nothing in two hundred kilobytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        with archive.open(SHEET, "w") as part:
            for _ in range(200):
                part.write(bytes(1 << 20))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bomb, "unpacks to more"),
        (lambda: in_sheet(b"<worksheet", LAUGHS + b"<worksheet"), "declares entities"),
        (lambda: in_sheet(b"<worksheet", ENTITY + b"<worksheet"), "declares entities"),
        (lambda: in_sheet(b"</row>", b"<c/>" * 200_000 + b"</row>"), "holds more than"),
        (lambda: in_sheet(b"<sheetData>", b"<x>" * 100 + b"<sheetData>"), "holds more than"),
        (lambda: in_sheet(b"</sheetData>", b"<x/>" * 300_000 + b"</sheetData>"), "holds more than"),
        (lambda: in_sheet(b"<sheetData>", b"<row " + ATTRIBUTES + b"/>"), "holds more than"),
        (lambda: in_sheet(b"</row>", b"<row/>" * 30_000 + b"</row>"), "holds more than"),
        (lambda: in_sheet(b"</worksheet>", b""), "has a broken part"),
        (lambda: repacked(workbook(ROW), {}, {"mimetype": b"x"}), "is an OpenDocument file"),
        (lambda: workbook(ROW)[:-100], "is a damaged file"),
        (
            lambda: repacked(workbook(ROW), {}, {f"x{n}": b"" for n in range(1_001)}),
            "unpacks to more",
        ),
        (lambda: in_sheet(b'r="A2"', b'r="ZZZZZZ9"'), "cannot be read"),
        (lambda: in_sheet(b'<c r="A2" t="n"><v>7<', b'<c r="A2" t="s"><v>999<'), "cannot be read"),
        (
            lambda: repacked(workbook(ROW), {"xl/workbook.xml": lambda _: b"<workbook/>"}),
            "has no sheet 'Cameras', only none",
        ),
    ],
)  # fmt: skip
def test_a_hostile_workbook_is_one_sentence(content: Callable[[], bytes], said: str) -> None:
    assert said in refusal(content())


def test_a_part_that_lies_about_its_size_gives_no_more_than_it_says() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("x.xml", b"<a>" + b" " * 10_000_000 + b"</a>")
    said = (10_000_007).to_bytes(4, "little")
    lie = stream.getvalue().replace(said, (7).to_bytes(4, "little"))
    assert lie != stream.getvalue()
    assert "damaged" in refusal(lie) or "broken part" in refusal(lie)


def test_a_sheet_that_skips_a_million_rows_is_read() -> None:
    content = in_sheet(
        b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>9</v></c></row></sheetData>'
    )
    assert [row.number for row in table(content).rows] == [2, 1_048_576]


def test_columns_beyond_ours_are_not_read() -> None:
    content = in_sheet(b"</row><row", b'<c r="XFD1"><v>9</v></c></row><row')
    assert cells(content)["room"] == "Gym"


WORKBOOK = workbook(ROW, ROW)
PARTS = [name for name in zipfile.ZipFile(io.BytesIO(WORKBOOK)).namelist() if "theme" not in name]


def said(content: bytes) -> str:
    """The refusal of a file that may be readable all the same; no other exception gets out."""
    try:
        table(content)
    except UsageError as error:
        return str(error)
    return ""


@pytest.mark.fuzz
@given(st.sampled_from(PARTS), st.data())
def test_a_workbook_with_any_part_cut_and_garbled_is_read_or_refused_in_words(
    part: str, data: st.DataObject
) -> None:
    def garble(content: bytes) -> bytes:
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(start + 40, len(content))))
        junk = data.draw(st.binary(max_size=20) | st.sampled_from([b"<x>", b"-1", b"1e999", b"="]))
        return content[:start] + junk + content[end:]

    assert "\n" not in said(repacked(WORKBOOK, {part: garble}))


@pytest.mark.fuzz
@given(st.integers(0, len(WORKBOOK)), st.binary(max_size=30), st.integers(0, 60))
def test_a_garbled_zip_is_read_or_refused_in_words(at: int, junk: bytes, cut: int) -> None:
    assert "\n" not in said(WORKBOOK[:at] + junk + WORKBOOK[at + cut :])


@pytest.mark.fuzz
@given(st.integers(0, len(CSV)), st.text(max_size=30) | st.just('"'), st.integers(0, 20))
def test_a_garbled_csv_is_read_or_refused_in_words(at: int, junk: str, cut: int) -> None:
    content = CSV[:at] + junk + CSV[at + cut :]
    assert "\n" not in said(content.encode("utf-8", "surrogatepass"))


@pytest.mark.fuzz
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    assert "\n" not in said(content)
