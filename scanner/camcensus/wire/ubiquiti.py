"""The discovery of Ubiquiti on UDP 10001: cameras, recorders, access points, switches, routers."""

from collections.abc import Iterator
from dataclasses import dataclass

from camcensus.wire import MalformedError
from camcensus.wire.layout import ipv4, mac, padded_text

_HEAD = 4
_MAC, _MAC_AND_ADDRESS, _FIRMWARE, _NAME, _PLATFORM = 0x01, 0x02, 0x03, 0x0B, 0x0C
_SERIAL_MAC, _MODEL, _MODEL_NAME, _VERSION = 0x13, 0x14, 0x15, 0x16


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says of itself; user names and radio settings are not read."""

    mac: str
    platform: str = ""
    model: str = ""
    model_name: str = ""
    name: str = ""
    firmware: str = ""
    version: str = ""
    address: str = ""


def build_question() -> bytes:
    """The question of the first protocol version, which the second answers as well."""
    return bytes.fromhex("01000000")


def parse(data: bytes) -> Answer:
    """The answer; `MalformedError` unless its length is as it says and it holds a MAC."""
    if data[:2] != b"\x01\x00" and data[:1] != b"\x02":
        raise MalformedError("another protocol's bytes")
    if len(data) <= _HEAD or int.from_bytes(data[2:4]) != len(data) - _HEAD:
        raise MalformedError("the length is not as it says")
    values: dict[int, bytes] = {}
    for kind, value in _values(data[_HEAD:]):
        values.setdefault(kind, value)
    both = values.get(_MAC_AND_ADDRESS, b"")
    hardware = mac(values.get(_MAC, b"")) or mac(both[:6]) or mac(values.get(_SERIAL_MAC, b""))
    if not hardware:
        raise MalformedError("no MAC")

    def text(kind: int) -> str:
        return padded_text(values.get(kind, b""))

    return Answer(
        mac=hardware,
        address=ipv4(both[6:10]),
        platform=text(_PLATFORM),
        model=text(_MODEL),
        model_name=text(_MODEL_NAME),
        name=text(_NAME),
        firmware=text(_FIRMWARE),
        version=text(_VERSION),
    )


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type, length of two bytes, value; every length must hold."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 3])
        value = data[at + 3 : at + 3 + size]
        if at + 3 > len(data) or len(value) < size:
            raise MalformedError("a value longer than the message")
        yield data[at], value
        at += 3 + size
