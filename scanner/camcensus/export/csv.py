"""CSV for spreadsheets and asset registers (RFC 4180, UTF-8), safe to open.

Every text is in quotes and every number is not, so a reader that honours quotes keeps `007`
text. `docs/exports.md` describes columns and escapes; `text` turns a cell back.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from camcensus.store import DeviceRecord, rfc3339

Cell = str | int | float | None

BOM = "\ufeff"
END = "\r\n"

# A spreadsheet takes a cell for a formula by its first character; full-width forms too.
_FORMULA = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
# Control, bidirectional and line-separating characters, lone surrogates, and the escape itself.
_UNSAFE = re.compile(
    "[\\\\\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_ESCAPE = re.compile(r"\\(\\|u[0-9a-f]{4})")

COLUMNS: dict[str, Callable[[DeviceRecord], Cell]] = {
    "id": lambda device: device.id,
    "site": lambda device: device.site,
    "zone": lambda device: device.zone,
    "status": lambda device: device.status.value,
    "kind": lambda device: device.kind.value,
    "maker": lambda device: device.maker,
    "brand": lambda device: device.brand,
    "model": lambda device: device.model,
    "firmware": lambda device: device.firmware,
    "serial": lambda device: device.serial,
    "name": lambda device: device.name,
    "location": lambda device: device.location,
    "address": lambda device: device.address,
    "mac": lambda device: device.mac,
    "hostnames": lambda device: _joined(device.hostnames),
    "macs": lambda device: _joined(device.macs),
    "addresses": lambda device: _joined(span.address for span in device.addresses),
    "endpoint": lambda device: device.endpoint,
    "channels": lambda device: device.channels,
    "cpe": lambda device: device.cpe,
    "confidence": lambda device: device.confidence,
    "certainty_kind": lambda device: device.certainty.kind,
    "certainty_maker": lambda device: device.certainty.maker,
    "certainty_brand": lambda device: device.certainty.brand,
    "certainty_model": lambda device: device.certainty.model,
    "room": lambda device: device.owned.room,
    "owner": lambda device: device.owned.owner,
    "tag": lambda device: device.owned.tag,
    "note": lambda device: device.owned.note,
    "first_seen": lambda device: rfc3339(device.first_seen),
    "last_seen": lambda device: rfc3339(device.last_seen),
    "sources": lambda device: _joined(device.sources),
    "conflicts": lambda device: _joined(device.conflicts),
    "findings": lambda device: _joined(finding.rule for finding in device.findings),
    "catalogue": lambda device: device.catalogue,
    "accepted_until": lambda device: _day(device.owned.accepted_until),
}


def lines(records: Iterable[DeviceRecord], *, bom: bool = False) -> Iterator[str]:
    """A header and one line for each device, with their ends of line.

    `bom` puts a byte order mark first: Excel needs it to read UTF-8.
    """
    yield (BOM if bom else "") + _line(COLUMNS)
    for record in records:
        yield _line(value(record) for value in COLUMNS.values())


def cell(text: str) -> str:
    """The text as it stands in a cell: no formula, and no character that acts."""
    escaped = _UNSAFE.sub(_escape, text)
    return f"'{escaped}" if text[:1] in _FORMULA or text.startswith("'") else escaped


def text(cell: str) -> str:
    """The text that `cell` was given."""
    return _ESCAPE.sub(_unescape, cell.removeprefix("'"))


def _line(cells: Iterable[Cell]) -> str:
    return ",".join(map(_quoted, cells)) + END


def _quoted(value: Cell) -> str:
    if isinstance(value, int | float):
        return str(value)
    doubled = cell(value or "").replace('"', '""')
    return f'"{doubled}"'


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _escape(found: re.Match[str]) -> str:
    return r"\\" if found[0] == "\\" else f"\\u{ord(found[0]):04x}"


def _unescape(found: re.Match[str]) -> str:
    return "\\" if found[1] == "\\" else chr(int(found[1][1:], 16))
