import csv as reader
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from camcensus.export import EXPORTS, csv, jsonl
from camcensus.store import (
    AddressSpan,
    CoverageRecord,
    DeviceRecord,
    FindingRef,
    Owned,
    Presence,
)
from camcensus.types import Certainty, Kind

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"
SEEN = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
DEVICE = DeviceRecord(
    id=7,
    site="north",
    zone="ward 3",
    status=Presence.PRESENT,
    kind=Kind.CAMERA,
    maker="hikvision",
    brand="abus",
    model="TVIP41500",
    firmware="V5.5.82",
    serial="007",
    name="door",
    location="Ward 3, door",
    hostnames=("cam-7.local", "cam-7"),
    mac="44:19:b6:00:00:01",
    macs=("44:19:b6:00:00:01", "44:19:b6:00:00:02"),
    addresses=(AddressSpan("198.18.0.9", SEEN, SEEN), AddressSpan("198.18.0.1", SEEN, SEEN)),
    endpoint="urn:uuid:11112222-0000-1000-8000-4419b6000001",
    channels=1,
    cpe=None,
    certainty=Certainty(0.95, 0.9, 0.92, 0.8),
    owned=Owned(room="B 12", accepted_until=date(2027, 7, 31)),
    first_seen=SEEN,
    last_seen=SEEN,
    sources=("http", "ws-discovery"),
    findings=(FindingRef("f1", "restricted.maker", "high"),),
)
EMPTY = replace(
    DEVICE, kind=Kind.UNKNOWN, maker=None, brand=None, model=None, firmware=None, serial=None,
    name=None, location=None, hostnames=(), mac=None, macs=(), addresses=(), endpoint=None,
    channels=None, certainty=Certainty(), owned=Owned(), sources=(), findings=(),
)  # fmt: skip
TRICKY = [
    "", "007", "123456", "1e5", "NULL", "true", "-1", "+49", "=1+1", "@SUM(A1)", "\t=1", "\r=1",
    "\uff1d1\uff0b1", "'", "'=1", "''", "a,b;c", 'say "hi"', "line\r\nline", "\x00\x07\x1b[31mred",
    "\x9b31m", "\u202egnp.exe", "\ufeff", "\ud800", "\\", "\\u001b", "C:\\u0041", "海康威视",
    "=cmd|' /C calc'!A0", " =1", "\u2028", "ends with space ",
]  # fmt: skip
texts = st.sampled_from(TRICKY) | st.text(st.characters(), max_size=40)


def rows(devices: Iterable[DeviceRecord]) -> list[dict[str, str | float]]:
    """As a reader that knows nothing of us would: quoted cells are text, the others numbers."""
    content = "".join(csv.lines(devices)).encode("utf-8").decode("utf-8")
    stream = io.StringIO(content, newline="")
    return list(reader.DictReader(stream, quoting=reader.QUOTE_NONNUMERIC, strict=True))


def schema_of(name: str) -> dict[str, object]:
    schema: dict[str, object] = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return schema


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(name))


def names_in(schema: dict[str, object], key: str) -> set[str]:
    found = schema[key]
    assert isinstance(found, dict | list)
    return set(found)


@given(texts)
def test_text_in_a_csv_cell_comes_back_and_stays_text(text: str) -> None:
    [row] = rows([replace(DEVICE, name=text)])
    found = row["name"]
    assert isinstance(found, str)
    assert csv.text(found) == text


@given(texts)
def test_no_csv_cell_is_a_formula_or_holds_a_character_that_acts(text: str) -> None:
    found = csv.cell(text)
    assert found[:1] not in set("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
    assert all(char.isprintable() or char not in "\x00\x1b\r\n\t\x7f\x9b" for char in found)
    assert not any("\u202a" <= char <= "\u202e" or "\x00" <= char < " " for char in found)
    found.encode("utf-8")


@given(texts)
def test_text_in_a_json_line_comes_back_and_stays_text(text: str) -> None:
    [line] = jsonl.lines([replace(DEVICE, name=text)])
    assert line.isascii()
    assert (line.count("\n"), line[-1]) == (1, "\n")
    assert json.loads(line)["name"] == text


def test_csv_names_its_columns_and_fills_them() -> None:
    [row] = rows([DEVICE])
    assert list(row) == list(csv.COLUMNS)
    assert (row["id"], row["serial"], row["channels"], row["confidence"]) == (7, "007", 1, 0.92)
    assert (row["address"], row["addresses"]) == ("198.18.0.9", "198.18.0.9; 198.18.0.1")
    assert (row["room"], row["tag"], row["accepted_until"]) == ("B 12", "", "2027-07-31")
    assert (row["first_seen"], row["findings"]) == ("2026-03-01T09:00:00Z", "restricted.maker")


def test_csv_can_begin_with_a_byte_order_mark_for_excel() -> None:
    assert "".join(csv.lines([], bom=True)) == "\ufeff" + "".join(csv.lines([]))


def test_every_csv_column_is_documented() -> None:
    text = (SCHEMAS.parent / "exports.md").read_text(encoding="utf-8")
    assert [name for name in csv.COLUMNS if f"`{name}`" not in text] == []


@pytest.mark.parametrize("device", [DEVICE, EMPTY])
def test_a_device_line_fits_its_schema_and_the_schema_names_all_of_it(
    device: DeviceRecord,
) -> None:
    [line] = jsonl.lines([device])
    schema = schema_of("device-1.schema.json")
    Draft202012Validator(schema).validate(json.loads(line))
    shown_alone = {"claims", "observations", "states", "conflicts", "owned_changes"}  # by `show`
    assert set(json.loads(line)) == names_in(schema, "required")
    assert set(json.loads(line)) == names_in(schema, "properties") - shown_alone


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("mac", "44-19-B6-00-00-01"),
        ("kind", "webcam"),
        ("first_seen", "2026-03-01 09:00"),
        ("serial", 7),
        ("confidence", 90),
        ("status", "gone"),
    ],
)
def test_the_device_schema_refuses_what_is_wrong(key: str, wrong: object) -> None:
    assert not validator("device-1.schema.json").is_valid({**DEVICE.to_json(), key: wrong})


def test_a_coverage_line_fits_its_schema() -> None:
    schema = schema_of("coverage-1.schema.json")
    full = CoverageRecord("ward 3", "ws-discovery", 254, 12, 240, 2, "do-not-probe", "firewall")
    for record in (full, CoverageRecord("", "http")):
        line = json.loads(json.dumps(record.to_json()))
        Draft202012Validator(schema).validate(line)
        assert set(line) == names_in(schema, "properties")
    assert not Draft202012Validator(schema).is_valid({**full.to_json(), "asked": -1})


def test_every_export_takes_devices_and_gives_lines() -> None:
    assert set(EXPORTS) == {"csv", "jsonl"}
    for lines in EXPORTS.values():
        found = list(lines(iter([DEVICE, EMPTY])))
        assert all(line.endswith("\n") for line in found)
        assert sum("north" in line for line in found) == 2
