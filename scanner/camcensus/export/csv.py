"""CSV for spreadsheets and asset registers (RFC 4180, UTF-8), safe to open.

Every text is in quotes and every number is not, so a reader that honours quotes keeps `007`
text. `docs/exports.md` describes columns and escapes; `text` turns a cell back.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from camcensus.export.inventory import Listed
from camcensus.store import rfc3339

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

COLUMNS: dict[str, Callable[[Listed], Cell]] = {
    "id": lambda one: one.record.id,
    "site": lambda one: one.record.site,
    "zone": lambda one: one.record.zone,
    "status": lambda one: one.record.status.value,
    "kind": lambda one: one.record.kind.value,
    "maker": lambda one: one.record.maker,
    "brand": lambda one: one.record.brand,
    "model": lambda one: one.record.model,
    "firmware": lambda one: one.record.firmware,
    "serial": lambda one: one.record.serial,
    "name": lambda one: one.record.name,
    "location": lambda one: one.record.location,
    "address": lambda one: one.record.address,
    "mac": lambda one: one.record.mac,
    "hostnames": lambda one: _joined(one.record.hostnames),
    "macs": lambda one: _joined(one.record.macs),
    "addresses": lambda one: _joined(span.address for span in one.record.addresses),
    "endpoint": lambda one: one.record.endpoint,
    "channels": lambda one: one.record.channels,
    "cpe": lambda one: one.record.cpe,
    "confidence": lambda one: one.record.confidence,
    "certainty_kind": lambda one: one.record.certainty.kind,
    "certainty_maker": lambda one: one.record.certainty.maker,
    "certainty_brand": lambda one: one.record.certainty.brand,
    "certainty_model": lambda one: one.record.certainty.model,
    "room": lambda one: one.record.owned.room,
    "owner": lambda one: one.record.owned.owner,
    "tag": lambda one: one.record.owned.tag,
    "note": lambda one: one.record.owned.note,
    "first_seen": lambda one: rfc3339(one.record.first_seen),
    "last_seen": lambda one: rfc3339(one.record.last_seen),
    "sources": lambda one: _joined(one.record.sources),
    "conflicts": lambda one: _joined(one.record.conflicts),
    "findings": lambda one: _joined(finding.rule for finding in one.record.findings),
    "catalogue": lambda one: one.record.catalogue,
    "place": lambda one: one.record.place,
    "how_sure": lambda one: one.how_sure,
    "why": lambda one: one.why,
    "accepted_until": lambda one: _day(one.record.owned.accepted_until),
}


def lines(devices: Iterable[Listed], *, bom: bool = False) -> Iterator[str]:
    """A header and one line for each device, with their ends of line.

    `bom` puts a byte order mark first: Excel needs it to read UTF-8.
    """
    yield (BOM if bom else "") + _line(COLUMNS)
    for one in devices:
        yield _line(value(one) for value in COLUMNS.values())


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
