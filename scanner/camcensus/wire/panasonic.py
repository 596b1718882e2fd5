"""The discovery of Panasonic's and i-PRO's cameras: asked on UDP 10670, answered to UDP 10669."""

import struct
from dataclasses import dataclass

from camcensus.wire import MalformedError
from camcensus.wire.layout import ipv4, mac, padded_text, port

_BEGIN = bytes.fromhex("0001")
_QUESTION = struct.Struct(">12s6s4s28s2x")
_QUESTION_HEAD = bytes.fromhex("00010000000d000000000000")
_QUESTION_REST = bytes.fromhex("000120111e11231f1e19130000020000" + "00" * 10 + "ffff")
_ANYBODY = b"\xff" * 6  # in the place of the asker's MAC
_LISTS = (0x3A, 0x35)  # where the list of values begins: what is published does not agree
_END = 0xFFFF
_ADDRESS, _HTTP_PORT, _FULL_NAME, _SHORT_NAME, _FIRMWARE = 0x20, 0x25, 0xA7, 0xA8, 0xA9


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says of itself; `name` is the full name, which its owner may change."""

    mac: str
    model: str = ""
    name: str = ""
    firmware: str = ""
    address: str = ""
    http_port: str = ""


def build_question(sender: bytes = bytes(4)) -> bytes:
    """The question of 52 bytes; `sender` is the asker's IPv4 address."""
    return _QUESTION.pack(_QUESTION_HEAD, _ANYBODY, sender, _QUESTION_REST)


def parse(data: bytes) -> Answer:
    """The answer; `MalformedError` unless its list of values is whole and names a MAC."""
    if not data.startswith(_BEGIN):
        raise MalformedError("another protocol's bytes")
    hardware = mac(data[6:12])
    if not hardware:
        raise MalformedError("no MAC")
    values = next(filter(None, (_values(data, start) for start in _LISTS)), None)
    if values is None:
        raise MalformedError("no whole list of values")
    return Answer(
        mac=hardware,
        address=ipv4(values.get(_ADDRESS, b"")),
        model=padded_text(values.get(_SHORT_NAME, b"")),
        name=padded_text(values.get(_FULL_NAME, b"")),
        firmware=padded_text(values.get(_FIRMWARE, b"")),
        http_port=port(int.from_bytes(values.get(_HTTP_PORT, b"")[:2])),
    )


def _values(data: bytes, at: int) -> dict[int, bytes]:
    """Type, length, value up to the end mark; empty if a length leads past the end."""
    values: dict[int, bytes] = {}
    while at + 4 <= len(data):
        kind, size = struct.unpack_from(">HH", data, at)
        if kind == _END:
            return values
        value = data[at + 4 : at + 4 + size]
        if len(value) < size:
            return {}
        values.setdefault(kind, value)
        at += 4 + size
    return {}
