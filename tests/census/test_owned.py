"""What may be written about a device, and which row of a spreadsheet is which device."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.census.owned import day_of, day_of_serial, field_named, signed, value_of
from camcensus.census.returned import Returned, take_in
from camcensus.errors import UsageError
from camcensus.export import csv
from camcensus.store import DeviceRecord, OwnedField, Signed, Store
from camcensus.types import Identity
from camcensus.wire.text import printable
from export.spreadsheets import HEADER, workbook
from store.estate import SERVER, at, camera, sweep

DAY = date(2027, 7, 31)
MAC, OTHER_MAC = "44:19:b6:00:00:01", "44:19:b6:00:00:02"
EPOCH = date(1899, 12, 30)


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("room", OwnedField.ROOM),
        ("accepted-until", OwnedField.ACCEPTED_UNTIL),
        ("Accepted until", OwnedField.ACCEPTED_UNTIL),
        (" accepted_until ", OwnedField.ACCEPTED_UNTIL),
    ],
)
def test_a_field_is_known_however_it_is_written(typed: str, field: OwnedField) -> None:
    assert field_named(typed) is field


@pytest.mark.parametrize(
    ("typed", "said"),
    [("rom", "did you mean room"), ("acceptet", "accepted-until"), ("zzz", "the fields are room,")],
)
def test_an_unknown_field_is_told_with_what_may_be_meant(typed: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        field_named(typed)


@pytest.mark.parametrize(
    "typed", ["2027-07-31", "31.07.2027", "31.7.2027", "31/07/2027", "07/31/2027", "2027/7/31"]
)
def test_a_day_is_read_where_only_one_can_be_meant(typed: str) -> None:
    assert day_of(typed) == DAY


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)))
def test_a_day_with_slashes_is_read_rightly_or_refused(day: date) -> None:
    for typed in (f"{day.day}/{day.month}/{day.year}", f"{day.month}/{day.day}/{day.year}"):
        if day.day > 12 or day.day == day.month:
            assert day_of(typed) == day
        else:
            with pytest.raises(UsageError, match="write the one that is meant"):
                day_of(typed)


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)))
def test_a_day_written_by_us_is_read_by_us(day: date) -> None:
    assert day_of(day.isoformat()) == day_of(f"{day:%d.%m.%Y}") == day
    assert day_of_serial((day - EPOCH).days, EPOCH) == day


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("tomorrow", "is no date: write it as 2027-07-31"),
        ("31.07.27", "is no date"),
        ("31.02.2027", "there is no day 31.02.2027"),
        ("2027-13-01", "there is no day"),
        ("13/13/2027", "there is no day"),
        ("0000-01-01", "there is no day"),
        ("1027-07-31", "the year of 1027-07-31 cannot be meant"),
        ("\u0662\u0660\u0662\u0667-07-31", "is no date"),
        ("46599", "is no date"),
        ("x" * 500, r"x\.\.\.' is no date"),
    ],
)
def test_what_is_no_day_is_told_in_words(typed: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        day_of(typed)
    assert len(str(refused.value)) < 120


@pytest.mark.parametrize("number", [2027, 46599.5, float("nan"), float("inf"), -1e300, 20270731])
def test_a_number_that_is_no_serial_date_is_told(number: float) -> None:
    with pytest.raises(UsageError, match="is no date"):
        day_of_serial(number, EPOCH)


def test_the_error_of_a_spreadsheet_is_no_value_in_csv_either(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"id,mac,room\n1,{MAC},#NAME?\n", encoding="utf-8")
    assert [row.why for row in take_in(store, file).refused] == [
        "room is the error #NAME? of a spreadsheet: write the value itself"
    ]


def test_white_space_is_one_space_and_nothing_is_empty() -> None:
    assert value_of(OwnedField.NOTE, " above\r\n the\t door ") == "above the door"
    assert value_of(OwnedField.ROOM, " \n ") is None
    assert value_of(OwnedField.ACCEPTED_UNTIL, "") is None


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x9b", "\ud800", "\ufffe"])
def test_what_is_no_text_is_refused(char: str) -> None:
    with pytest.raises(UsageError, match=rf"room has a character .* \(U\+{ord(char):04X}\)"):
        value_of(OwnedField.ROOM, f"Gym{char}1")


def test_a_text_that_is_too_long_is_refused() -> None:
    assert value_of(OwnedField.TAG, "x" * 100) == "x" * 100
    with pytest.raises(UsageError, match="tag has 101 characters: 100 are the most"):
        value_of(OwnedField.TAG, "x" * 101)


@given(st.sampled_from(list(OwnedField)), st.text())
def test_a_value_is_kept_unchanged_when_it_is_read_again(field: OwnedField, text: str) -> None:
    try:
        value = value_of(field, text)
    except UsageError:
        return
    assert value is None or value_of(field, str(value)) == value


def test_the_user_is_the_one_of_the_operating_system(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signed("device set").by
    monkeypatch.setenv("LOGNAME", "somebody-else")
    assert signed("device set").by == before != "somebody-else"


# ---------------------------------------------------------------- rows


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Devices 1 to 4: with a MAC, with a serial number, with neither, at another site."""
    with Store.open(tmp_path / "census.db") as opened:
        first, second = opened.begin_sweep(sweep()), opened.begin_sweep(sweep("south"))

        def sees(sweep_id: int, site: str, address: str, identity: Identity) -> int:
            return opened.settle(
                sweep_id, site, "ward", address, identity, (SERVER,), at(1)
            ).record.id

        assert [
            sees(first, "north", "198.18.0.1", camera(MAC)),
            sees(first, "north", "198.18.0.2", camera(None, serial="0071234567")),
            sees(first, "north", "198.18.0.3", camera()),
            sees(second, "south", "198.18.0.1", camera(OTHER_MAC)),
        ] == [1, 2, 3, 4]
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.xlsx"


def row_of(record: DeviceRecord, **more: object) -> tuple[object, ...]:
    """A row as an export writes it, with what a person wrote into it."""
    cells: dict[str, object] = {
        "ID": record.id,
        "Site": record.site,
        "Address": record.address,
        "MAC": record.mac,
        "Serial": record.serial,
        "Model": record.model,
        "Room": record.owned.room,
        "Owner": record.owned.owner,
        "Tag": record.owned.tag,
        "Note": record.owned.note,
        "Accepted until": record.owned.accepted_until,
    }
    cells |= {name.replace("_", " "): value for name, value in more.items()}
    return tuple(cells[name] for name in HEADER)


def as_csv(records: Iterable[DeviceRecord]) -> str:
    """Rows as the CSV export escapes them."""
    lines = []
    for row in (HEADER, *map(row_of, records)):
        cells = (csv.cell("" if cell is None else str(cell)) for cell in row)
        lines.append(",".join('"' + cell.replace('"', '""') + '"' for cell in cells))
    return csv.END.join(lines) + csv.END


def returned(store: Store, file: Path, number: int, **more: object) -> Returned:
    """What comes of one row about a device."""
    file.write_bytes(workbook(row_of(store.records([number])[number], **more)))
    return take_in(store, file)


def refusal(store: Store, file: Path, number: int, **more: object) -> str:
    found = returned(store, file, number, **more)
    assert found.edits == {}
    [row] = found.refused
    assert row.number == 2
    return row.why


def test_a_row_says_what_its_owned_columns_should_hold(store: Store, file: Path) -> None:
    found = returned(store, file, 1, Room="Gym", Tag=42, Accepted_until="31.07.2027")
    assert found.edits[1] == {
        OwnedField.ROOM: "Gym",
        OwnedField.OWNER: None,
        OwnedField.TAG: "42",
        OwnedField.NOTE: None,
        OwnedField.ACCEPTED_UNTIL: DAY,
    }
    assert (found.rows, found.refused, found.ignored) == (1, [], {})


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_an_export_that_nobody_touched_changes_nothing(
    store: Store, file: Path, tmp_path: Path, number: int
) -> None:
    edit = {OwnedField.ROOM: "=1+1", OwnedField.NOTE: r"C:\u0041 'quoted'", OwnedField.TAG: "007"}
    store.write_owned({number: {**edit, OwnedField.ACCEPTED_UNTIL: DAY}}, signed("device set"))
    exported = tmp_path / "list.csv"
    exported.write_text(as_csv(store.devices()), encoding="utf-8", newline="")
    found = take_in(store, exported)
    assert (found.rows, found.refused, found.ignored) == (4, [], {})
    assert store.owned_changes(found.edits) == []


@pytest.mark.parametrize("cell", [DAY, datetime(2027, 7, 31), (DAY - EPOCH).days, "2027-07-31"])  # noqa: DTZ001 - cells have no time zone
def test_a_date_is_read_however_a_spreadsheet_keeps_it(
    store: Store, file: Path, cell: object
) -> None:
    found = returned(store, file, 1, Accepted_until=cell)
    assert found.edits[1][OwnedField.ACCEPTED_UNTIL] == DAY


def test_an_empty_cell_empties_and_a_missing_column_does_not(store: Store, tmp_path: Path) -> None:
    store.write_owned({1: {OwnedField.ROOM: "Gym", OwnedField.TAG: "7"}}, signed("device set"))
    file = tmp_path / "list.csv"
    file.write_text(f"id,mac,room\n1,{MAC},\n", encoding="utf-8")
    made = store.owned_changes(take_in(store, file).edits)
    assert [(one.field, one.old, one.new) for one in made] == [(OwnedField.ROOM, "Gym", None)]


@pytest.mark.parametrize("escaped", [csv.cell, printable])
@pytest.mark.parametrize("note", [r"=\x", "'quoted'", "\u200f\u05d0\u05d1", "\u200d", "e\u0301"])
def test_what_an_export_escaped_and_nobody_changed_is_no_change(
    store: Store, file: Path, note: str, escaped: Callable[[str], str]
) -> None:
    store.write_owned({1: {OwnedField.NOTE: note}}, signed("device set"))
    found = returned(store, file, 1, Note=escaped(note))
    assert store.owned_changes(found.edits) == []


@pytest.mark.parametrize(
    ("number", "cells", "said"),
    [
        (1, {"ID": None}, "it has no ID"),
        (1, {"ID": "total: 7"}, "its ID 'total: 7' is no number"),
        (1, {"ID": 1.5}, "its ID '1.5' is no number"),
        (1, {"ID": "9" * 30}, "is no number"),
        (1, {"ID": 99}, "the census has no device 99"),
        (1, {"ID": "=1"}, "id is a formula"),
        (1, {"ID": 4, "Site": None}, f"it says MAC {MAC}, device 4 has {OTHER_MAC}"),
        (1, {"Site": "south"}, "it says site south, device 1 is at north"),
        (1, {"MAC": OTHER_MAC}, f"it says MAC {OTHER_MAC}, device 1 has {MAC}"),
        (1, {"MAC": "nonsense"}, "it says MAC nonsense"),
        (2, {"Serial": "other"}, "it says serial other, device 2 has 0071234567"),
        (3, {"Address": "198.18.0.9"}, "it says address 198.18.0.9, device 3 has 198.18.0.3"),
        (3, {"Address": None}, "neither MAC, serial nor address"),
        (3, {"Address": None, "MAC": "-"}, "neither MAC, serial nor address"),
        (1, {"Room": "=1+1"}, "room is a formula: write the value itself"),
        (1, {"Room": "#REF!"}, "room is the error #REF!"),
        (1, {"Room": date(2026, 2, 1)}, "room was turned into the date 2026-02-01"),
        (1, {"Room": "x" * 300}, "room has 300 characters"),
        (1, {"MAC": "=A1"}, "mac is a formula"),
        (1, {"Accepted until": "=TODAY()"}, "accepted-until is a formula"),
        (1, {"Accepted until": "07/08/2027"}, "may be 2027-07-08 or 2027-08-07"),
        (1, {"Accepted until": "soon"}, "'soon' is no date"),
        (1, {"Accepted until": 2027}, "2027 is no date"),
        (1, {"Accepted until": date(1905, 7, 19)}, "cannot be meant"),
        (1, {"Accepted until": datetime(2027, 7, 31, 8)}, "is a time of day"),  # noqa: DTZ001 - a cell
    ],
)
def test_a_row_that_contradicts_or_cannot_be_read_is_refused_with_its_reason(
    store: Store, file: Path, number: int, cells: dict[str, object], said: str
) -> None:
    assert said in refusal(store, file, number, **cells)


@pytest.mark.parametrize(
    ("number", "cells"),
    [
        (1, {"Address": "198.18.0.77"}),  # it moved since: its MAC says who it is
        (1, {"Site": None}),
        (1, {"MAC": "4419.b600.0001"}),
        (1, {"MAC": None, "Serial": "unknown to the census"}),
        (2, {"Serial": 71234567}),  # a spreadsheet took the zeros away
        (2, {"Serial": "7,12346E+07"}),  # and some more
        (2, {"Serial": None}),
    ],
)
def test_a_row_counts_where_the_surest_thing_that_both_know_agrees(
    store: Store, file: Path, number: int, cells: dict[str, object]
) -> None:
    found = returned(store, file, number, Room="Gym", **cells)
    assert found.edits[number][OwnedField.ROOM] == "Gym"


def test_a_device_that_moved_is_known_by_an_address_it_had(store: Store, file: Path) -> None:
    before = store.records([3])[3]
    again = store.begin_sweep(sweep())
    store.settle(again, "north", "", "198.18.0.3", camera(), (SERVER,), at(9))
    file.write_bytes(workbook(row_of(before, Room="Gym")))
    assert take_in(store, file).edits[3][OwnedField.ROOM] == "Gym"


def test_a_device_is_written_about_in_one_row_only(store: Store, file: Path) -> None:
    row = row_of(store.records([1])[1], Room="Gym")
    file.write_bytes(workbook(row, row_of(store.records([1])[1], Room="Hall")))
    found = take_in(store, file)
    assert found.edits[1][OwnedField.ROOM] == "Gym"
    assert [(one.number, one.why) for one in found.refused] == [(3, "device 1 is in row 2 already")]
    assert row[6] == "Gym"


def test_with_a_site_only_its_rows_are_taken(store: Store, file: Path) -> None:
    rows = [row_of(record, Room="Gym") for record in store.devices()]
    file.write_bytes(workbook(*rows))
    found = take_in(store, file, "south")
    assert list(found.edits) == [4]
    assert {one.why for one in found.refused} == {
        f"device {number} is at site north, not at south" for number in (1, 2, 3)
    }


def test_edits_of_other_columns_are_counted_and_not_taken(store: Store, file: Path) -> None:
    rows = [row_of(record, Model="DS-OTHER") for record in store.devices()]
    file.write_bytes(workbook(*rows))
    found = take_in(store, file)
    assert found.ignored == {"model": 4}
    assert store.owned_changes(found.edits) == []


def test_a_note_is_written_by_the_file(store: Store, file: Path) -> None:
    found = returned(store, file, 1, Note="above the door")
    store.write_owned(found.edits, Signed("anna", at(3), "import owned list.xlsx"))
    detail = store.device(1)
    assert detail is not None
    assert [(one.field, one.new, one.how) for one in detail.history] == [
        (OwnedField.NOTE, "above the door", "import owned list.xlsx")
    ]
    assert detail.history[0].changed_at.tzinfo is UTC
