"""Our own spreadsheet comes back: which row is which device, and what people wrote there."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from camcensus.census.owned import day_of_serial, sensible, value_of
from camcensus.data import normalise_mac
from camcensus.errors import UsageError
from camcensus.export import csv
from camcensus.export.readback import FIELDS, ID, Cell, ReadBack, ReadRow, Unusable, read_back
from camcensus.store import DeviceRecord, OwnedEdit, OwnedField, OwnedValue, Store
from camcensus.wire.text import printable

# Columns that a reader might believe can be edited: where they differ, that is said.
_NOT_READ: Mapping[str, str] = {
    "zone": "zone",
    "maker": "maker",
    "made_by": "maker",  # as the workbook calls it
    "brand": "brand",
    "brand_on_the_label": "brand",
    "model": "model",
    "firmware": "firmware",
    "serial": "serial",
    "name": "name",
    "location": "location",
    "address": "address",
    "mac": "mac",
}  # columns, and the attribute of a device that each shows
_ERRORS = frozenset({"#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!"})
_NOTHING = frozenset({"", "-", "\u2013", "\u2014"})  # how people and reports write "not known"


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken, by its number in the file, and why."""

    number: int
    why: str


@dataclass(slots=True)
class Returned:
    """What a file says: for each device what its fields should hold, and what was not taken.

    `ignored` counts the cells of other columns that differ from the census, by column.
    """

    rows: int
    edits: dict[int, OwnedEdit] = field(default_factory=dict)
    records: dict[int, DeviceRecord] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)


def take_in(store: Store, file: Path, site: str | None = None) -> Returned:
    """What a file that was filled in says of the devices of the census; nothing is written.

    `UsageError` if the file is not ours. With a site only rows of its devices are taken.
    """
    return match(read_back(file), store.records, site)


def match(
    table: ReadBack,
    records: Callable[[Sequence[int]], dict[int, DeviceRecord]],
    site: str | None = None,
) -> Returned:
    """What the rows say of the devices of these numbers that `records` has."""
    returned = Returned(len(table.rows))
    numbered: dict[int, ReadRow] = {}
    for row in table.rows:
        try:
            numbered[_number(row, numbered)] = row
        except UsageError as error:
            returned.refused.append(RefusedRow(row.number, str(error)))
    returned.records = records(list(numbered))
    for number, row in numbered.items():
        try:
            record = _record(row, returned.records.get(number), number, site)
            returned.edits[number] = _edit(row, record, table.epoch)
        except UsageError as error:
            returned.refused.append(RefusedRow(row.number, str(error)))
        else:
            returned.ignored.update(_differing(row, record))
    returned.refused.sort(key=lambda refused: refused.number)
    return returned


# ---------------------------------------------------------------- which device


def _number(row: ReadRow, numbered: Mapping[int, ReadRow]) -> int:
    """The device's number in the census, which no row above has."""
    text = _text(ID, row.cells.get(ID))
    if not text:
        raise UsageError("it has no ID: only devices of the census can be written about")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UsageError(f"its ID {text[:20]!r} is no number of a device")
    if int(text) in numbered:
        raise UsageError(f"device {int(text)} is in row {numbered[int(text)].number} already")
    return int(text)


def _record(
    row: ReadRow, record: DeviceRecord | None, number: int, site: str | None
) -> DeviceRecord:
    """The device, if it is there and nothing in the row contradicts what the census knows."""
    if record is None:
        raise UsageError(f"the census has no device {number}")
    if site is not None and record.site != site:
        raise UsageError(f"device {record.id} is at site {record.site}, not at {site}")
    said = _text("site", row.cells.get("site"))
    if said and not _same(said, record.site):
        raise UsageError(f"it says site {said[:80]}, device {record.id} is at {record.site}")
    for what, text, known in _shown(row, record):
        if any(_same(text, one) for one in known):
            return record
        listed = ", ".join(known[:3])
        raise UsageError(f"it says {what} {text[:80]}, device {record.id} has {listed}")
    raise UsageError(
        f"it has neither MAC, serial nor address to show that it is device {record.id}"
    )


def _shown(row: ReadRow, record: DeviceRecord) -> list[tuple[str, str, list[str]]]:
    """What both the row and the census say, the surest first: the first one decides.

    An address may have changed since the export; a MAC does not. A serial number that a
    spreadsheet took for a number says nothing any more.
    """
    mac = _text("mac", row.cells.get("mac"))
    serial = row.cells.get("serial")
    address = _text("address", row.cells.get("address"))
    macs = list(dict.fromkeys([*([record.mac] if record.mac else []), *record.macs]))
    both = [
        ("MAC", normalise_mac(mac) or mac, macs),
        ("serial", _serial(serial, record.serial), [record.serial] if record.serial else []),
        ("address", address, [span.address for span in record.addresses]),
    ]
    return [one for one in both if one[1] not in _NOTHING and one[2]]


def _serial(cell: Cell, known: str | None) -> str:
    """The serial number of a row; the known one where a spreadsheet only changed its looks."""
    if isinstance(cell, float) or (isinstance(cell, str) and _is_rounded(cell)):
        return ""
    text = _text("serial", cell)
    if known and text.isdecimal() and known.isdecimal() and text == known.lstrip("0"):
        return known
    return text


def _is_rounded(text: str) -> bool:
    """1.23457E+15 or 1,23457E+15: what a spreadsheet makes of many digits."""
    digits, power, exponent = text.strip().upper().partition("E+")
    return (
        bool(power)
        and exponent.isdecimal()
        and digits.replace(",", ".", 1).count(".") <= 1
        and (digits.replace(",", "", 1).replace(".", "", 1).isdecimal())
    )


# ---------------------------------------------------------------- what it says


def _edit(row: ReadRow, record: DeviceRecord, epoch: date | None) -> OwnedEdit:
    """What the owned columns that the file has should hold."""
    return {
        field_: _value(field_, row.cells[name], record, epoch)
        for name, field_ in FIELDS.items()
        if name in row.cells
    }


def _value(field_: OwnedField, cell: Cell, record: DeviceRecord, epoch: date | None) -> OwnedValue:
    if field_ is OwnedField.ACCEPTED_UNTIL:
        if isinstance(cell, date):
            return sensible(cell)
        if isinstance(cell, int | float) and epoch is not None:
            return day_of_serial(cell, epoch)
    elif isinstance(cell, date):
        raise UsageError(f"{field_.label} was turned into the date {cell}: make the cell text")
    text = _text(field_.label, cell)
    now = record.owned.value(field_)
    if isinstance(now, str) and _same(text, now):
        return now
    if text in _ERRORS:
        raise UsageError(
            f"{field_.label} is the error {text} of a spreadsheet: write the value itself"
        )
    return value_of(field_, text)


def _differing(row: ReadRow, record: DeviceRecord) -> list[str]:
    """The columns in which a row differs from the census, and which are not read."""
    found = []
    for name, attribute in _NOT_READ.items():
        cell = row.cells.get(name)
        if name not in row.cells or isinstance(cell, Unusable):
            continue
        known, said = str(getattr(record, attribute) or ""), _plain(cell)
        if not _same(said, known) and not {said, known} <= _NOTHING:
            found.append(name)
    return found


def _same(said: str, known: str) -> bool:
    """Whether a cell says what an export wrote, which may have escaped it: nobody changed it."""
    return known.strip() in {said, csv.text(said)} or printable(known).strip() == said


def _text(what: str, cell: Cell) -> str:
    """The cell as text; `UsageError` if it holds nothing that a person wrote."""
    if isinstance(cell, Unusable):
        raise UsageError(f"{what.replace('_', '-')} {cell.why}: write the value itself")
    return _plain(cell)


def _plain(cell: Cell | date) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
