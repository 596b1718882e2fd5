import csv as reader
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from camcensus.export import EXPORTS, csv, jsonl
from camcensus.export.inventory import Listed
from camcensus.store import CoverageRecord, DeviceRecord
from export.samples import DEVICE, EMPTY, texts

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


def rows(devices: Iterable[DeviceRecord]) -> list[dict[str, str | float]]:
    """As a reader that knows nothing of us would: quoted cells are text, the others numbers."""
    content = "".join(csv.lines(map(Listed, devices))).encode("utf-8").decode("utf-8")
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
    [line] = jsonl.lines([Listed(replace(DEVICE, name=text))])
    assert line.isascii()
    assert (line.count("\n"), line[-1]) == (1, "\n")
    assert json.loads(line)["name"] == text


def test_csv_names_its_columns_and_fills_them() -> None:
    [row] = rows([DEVICE])
    assert list(row) == list(csv.COLUMNS)
    assert (row["id"], row["serial"], row["channels"], row["confidence"]) == (7, "007", 1, 0.92)
    assert (row["address"], row["addresses"]) == ("198.18.0.9", "198.18.0.9; 198.18.0.1")
    assert (row["room"], row["tag"], row["accepted_until"]) == ("B 12", "", "2027-07-31")
    assert (row["place"], row["how_sure"], row["why"]) == ("B 12", "strong (92%)", "")
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
    [line] = jsonl.lines([Listed(device)])
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
        found = list(lines(map(Listed, [DEVICE, EMPTY])))
        assert all(line.endswith("\n") for line in found)
        assert sum("north" in line for line in found) == 2
