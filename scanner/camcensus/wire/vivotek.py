"""The discovery of Vivotek on UDP 10000, a port that other makers' protocols use as well."""

from collections.abc import Iterator
from dataclasses import dataclass

from camcensus.wire import MalformedError
from camcensus.wire.layout import ipv4, mac, padded_text

_MAGIC = bytes.fromhex("4a5d8f1c")
_LONG_NAME, _MAC, _ADDRESS, _ONE_BYTE, _SHORT_NAME = 0x01, 0x02, 0x03, 0x04, 0x09


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says of itself; `name` is the model with whatever the owner made of it."""

    mac: str
    model: str = ""
    name: str = ""
    address: str = ""


def build_question(session: int) -> bytes:
    """The question, under one byte that the answer repeats."""
    return bytes([session & 0xFF]) + _MAGIC


def parse(data: bytes) -> Answer:
    """The answer; `MalformedError` unless it carries the magic number and a MAC."""
    if data[1:5] != _MAGIC:
        raise MalformedError("another protocol's bytes")
    values = dict(_values(data[5:]))
    hardware = mac(values.get(_MAC, b""))
    if not hardware:
        raise MalformedError("no MAC")
    return Answer(
        mac=hardware,
        address=ipv4(values.get(_ADDRESS, b"")),
        model=padded_text(values.get(_SHORT_NAME, b"")),
        name=padded_text(values.get(_LONG_NAME, b"")),
    )


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type, length, value, as far as the lengths hold; one type has a single byte, no length."""
    at = 0
    while at + 2 <= len(data):
        kind, size = data[at], data[at + 1]
        if kind == _ONE_BYTE:
            at += 2
            continue
        value = data[at + 2 : at + 2 + size]
        if len(value) < size:
            return
        yield kind, value
        at += 2 + size
