"""Xiongmai's discovery: 20 bytes of header on UDP 34569, and a JSON object in the answer.

The neighbouring message sets a device's network; this module can only ask.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from camcensus.wire import MalformedError
from camcensus.wire.json_text import leaves, read_first
from camcensus.wire.layout import bounded, insist_on_datagram
from camcensus.wire.text import decode

SEARCH, ANSWER = 1530, 1531
FIELDS_KEPT = 256
VALUE_KEPT = 1024  # characters
_HEADER = struct.Struct("<BBxxIIBBHI")  # mark, version, session, sequence, parts, message, length
_MARK = 0xFF
_IN_THE_OBJECT = "NetWork.NetCommon."
_ADDRESSES = frozenset({"HostIP", "Submask", "GateWay"})
_ADDRESS = re.compile(r"0x[0-9A-Fa-f]{8}")


@dataclass(frozen=True, slots=True)
class Message:
    """What one datagram says, each value under its path; addresses in the usual form."""

    number: int
    fields: tuple[tuple[str, str], ...]
    problems: tuple[str, ...] = ()


def build_search() -> bytes:
    """The question, message 1530 without a body."""
    return _HEADER.pack(_MARK, 0, 0, 0, 0, 0, SEARCH, 0)


def parse(data: bytes) -> Message:
    """The answer; a length that does not fit is a problem, another message is no answer."""
    insist_on_datagram(data)
    if len(data) < _HEADER.size or data[0] != _MARK:
        raise MalformedError("no message of this protocol")
    *_, number, length = _HEADER.unpack_from(data)
    if number != ANSWER:
        raise MalformedError(f"message {number}, not {ANSWER}")
    body = data[_HEADER.size :]
    value, _ = read_first(decode(body))
    problems = () if length == len(body) else ("the header states another length",)
    return Message(number, bounded(_told(value), most=FIELDS_KEPT, longest=VALUE_KEPT), problems)


def _told(value: object) -> Iterator[tuple[str, str]]:
    for path, text in leaves(value):
        name = path.removeprefix(_IN_THE_OBJECT)
        yield name, _address(text) if name in _ADDRESSES else text


def _address(text: str) -> str:
    """`0x6401A8C0` as 192.168.1.100; anything else as it is."""
    if not _ADDRESS.fullmatch(text):
        return text
    return str(IPv4Address(bytes.fromhex(text[2:])[::-1]))
