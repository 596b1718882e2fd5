"""Devices to export, and texts that have done harm elsewhere."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from camcensus.store import AddressSpan, DeviceRecord, FindingRef, Owned, Presence
from camcensus.types import Certainty, Kind

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
