"""The names, numbers and dates of a certificate whose DER breaks a rule.

Devices ship certificates with forbidden letters, zero serials, month 13 or version 9. A strict
reader refuses them whole; this one reads by position (RFC 5280, 4.1) and overlooks the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

from camcensus.wire import MalformedError
from camcensus.wire.text import decode

_INTEGER, _OID, _SEQUENCE, _SET = 0x02, 0x06, 0x30, 0x31
_UTC_TIME, _GENERAL_TIME = 0x17, 0x18
_T61 = 0x14  # in practice latin-1
_WIDE = {0x1C: "utf-32-be", 0x1E: "utf-16-be"}  # UniversalString, BMPString
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_SAN_OID = b"\x55\x1d\x11"
_SAN_TEXT, _SAN_NAME, _SAN_ADDRESS = frozenset({0x81, 0x82, 0x86}), 0xA4, 0x87
_PARTS_READ = 256  # of one sequence: a hostile one has thousands
_SHORT_NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}


@dataclass(frozen=True, slots=True)
class _Part:
    tag: int
    value: bytes
    end: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Stated:
    """What a certificate states; `length` is `None` if it was cut."""

    subject: str
    issuer: str
    san: tuple[str, ...]
    serial: str
    not_before: datetime | None
    not_after: datetime | None
    length: int | None


def read_certificate(der: bytes) -> Stated:
    """The parts found by position; `MalformedError` if there is no certificate to find them in."""
    outer = _part(der, 0)
    signed = None if outer is None or outer.tag != _SEQUENCE else _part(outer.value, 0)
    if outer is None or signed is None or signed.tag != _SEQUENCE:
        raise MalformedError("not a certificate")
    fields = [part for part in _parts(signed.value) if part.tag != _VERSION]
    if len(fields) < 3 or fields[0].tag != _INTEGER or fields[2].tag != _SEQUENCE:
        raise MalformedError("not a certificate")
    dates = list(_parts(fields[3].value)) if len(fields) > 3 else []
    return Stated(
        serial=f"{int.from_bytes(fields[0].value[:32], signed=True):x}",
        issuer=_name(fields[2].value),
        not_before=_date(dates[0]) if dates else None,
        not_after=_date(dates[1]) if len(dates) > 1 else None,
        subject=_name(fields[4].value) if len(fields) > 4 else "",
        san=tuple(text for part in fields if part.tag == _EXTENSIONS for text in _san(part)),
        length=outer.end if outer.whole else None,
    )


def _part(data: bytes, at: int) -> _Part | None:
    """The tag-length-value at `at`, cut where the data ends; `None` if there is none."""
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        return None
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        size = length & 0x7F
        if not 0 < size <= 4 or start + size > len(data):
            return None
        length, start = int.from_bytes(data[start : start + size]), start + size
    end = start + length
    return _Part(data[at], data[start:end], end, whole=end <= len(data))


def _parts(data: bytes) -> Iterator[_Part]:
    at = 0
    for _ in range(_PARTS_READ):
        part = _part(data, at)
        if part is None:
            return
        yield part
        at = part.end


def _name(data: bytes) -> str:
    """RFC 4514 text: the most specific part, which DER puts last, first."""
    relative = [
        "+".join(_attribute(pair) for pair in _parts(group.value))
        for group in _parts(data)
        if group.tag == _SET
    ]
    return ",".join(reversed([text for text in relative if text]))


def _attribute(pair: _Part) -> str:
    parts = list(_parts(pair.value))
    if len(parts) < 2 or parts[0].tag != _OID:
        return ""
    dotted = _dotted(parts[0].value)
    return f"{_SHORT_NAMES.get(dotted, dotted)}={_escaped(_text(parts[1]))}"


def _dotted(oid: bytes) -> str:
    numbers, value = [], 0
    for byte in oid[:64]:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2) if numbers else 0
    arcs = [first, numbers[0] - 40 * first, *numbers[1:]] if numbers else []
    return ".".join(map(str, arcs))


def _text(part: _Part) -> str:
    codec = _WIDE.get(part.tag)
    if codec:
        return part.value.decode(codec, errors="replace")
    return decode(part.value, "iso-8859-1" if part.tag == _T61 else None)


def _escaped(value: str) -> str:
    """RFC 4514, 2.4."""
    text = "".join(f"\\{char}" if char in '\\"+,;<>' else char for char in value)
    text = text.replace("\0", "\\00")
    if text.startswith(("#", " ")):
        text = f"\\{text}"
    return f"{text[:-1]}\\ " if text.endswith(" ") and len(value) > 1 else text


def _date(part: _Part) -> datetime | None:
    text = part.value.decode("ascii", errors="replace")
    if part.tag == _UTC_TIME:  # two digits of the year: 50 and above are 19xx (RFC 5280, 4.1.2.5.1)
        text = f"{'19' if text[:2] >= '50' else '20'}{text}"
    elif part.tag != _GENERAL_TIME:
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _san(extensions: _Part) -> Iterator[str]:
    for group in _parts(extensions.value):
        for extension in _parts(group.value):
            parts = list(_parts(extension.value))
            if len(parts) >= 2 and parts[0].value == _SAN_OID:
                for names in _parts(parts[-1].value):
                    yield from (text for name in _parts(names.value) if (text := _general(name)))


def _general(name: _Part) -> str:
    if name.tag in _SAN_TEXT:
        return decode(name.value).replace("\0", "\\00")
    if name.tag == _SAN_ADDRESS and len(name.value) in {4, 16}:
        return str(ip_address(name.value))
    if name.tag == _SAN_NAME:
        return "".join(_name(inner.value) for inner in _parts(name.value))
    return ""
