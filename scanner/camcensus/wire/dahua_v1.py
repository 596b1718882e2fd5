"""Dahua's older discovery: 32 bytes to UDP 5050, and a fixed head with two texts as answer."""

import struct
from dataclasses import dataclass

from camcensus.wire import MalformedError
from camcensus.wire.layout import bounded, insist_on_datagram, ipv4, padded_text

QUESTION = bytes.fromhex("a3010001") + bytes(12) + b"\x02" + bytes(15)
FIELDS_KEPT = 64
VALUE_KEPT = 512  # characters
_ANSWER = 0xB3
_HEAD = 0x78  # bytes before the first text
_MAC = 17  # characters of the MAC, before the model in the first text
_ADDRESSES = ((0x38, "IPv4Address"), (0x3C, "SubnetMask"), (0x40, "Gateway"), (0x44, "Dns"))


@dataclass(frozen=True, slots=True)
class Message:
    """What one answer says, each value under its name; those of the head are named here."""

    fields: tuple[tuple[str, str], ...]


def parse(data: bytes) -> Message:
    """The answer; of one that was cut, what stands before the cut."""
    insist_on_datagram(data)
    if len(data) < _HEAD or data[0] != _ANSWER:
        raise MalformedError("no answer of this protocol")
    (second,) = struct.unpack_from("<H", data, 0x14)
    first = data[2]
    if first > len(data) - _HEAD:
        raise MalformedError("a text is longer than the datagram")
    middle = _HEAD + first
    found = [*_head(data), *_identity(data[_HEAD:middle]), *_lines(data[middle : middle + second])]
    return Message(bounded(found, most=FIELDS_KEPT, longest=VALUE_KEPT))


def _head(data: bytes) -> list[tuple[str, str]]:
    (port,) = struct.unpack_from("<H", data, 0x62)
    found = [("Model", padded_text(data[0x28:0x38]))]
    found += [(name, ipv4(data[at : at + 4])) for at, name in _ADDRESSES]
    return [*found, ("Port", str(port) if port else "")]


def _identity(text: bytes) -> list[tuple[str, str]]:
    return [("MAC", padded_text(text[:_MAC])), ("DeviceType", padded_text(text[_MAC:]))]


def _lines(text: bytes) -> list[tuple[str, str]]:
    parted = (line.partition(":") for line in padded_text(text).splitlines()[:FIELDS_KEPT])
    return [(name.strip()[:64], value.strip()) for name, colon, value in parted if colon]
