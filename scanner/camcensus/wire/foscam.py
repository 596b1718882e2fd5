"""The discovery of Foscam and its platform on UDP 10000: every operation begins with MO_I."""

import struct
from dataclasses import dataclass
from itertools import cycle

from camcensus.wire import MalformedError
from camcensus.wire.layout import ipv4, known_mac, padded_text, port

_MAGIC = b"MO_I"
_HEAD = struct.Struct("<4sHB8sI4x")  # operation class, operation, veiled, key, size of the text
_ASK, _ANSWER = 0, 1
_TEXT_SIZE = 64  # 13 serial, 21 name, 4 x 4 addresses, 4 type, 4 + 4 versions, 2 port


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says of itself; `serial` is its MAC without colons where it holds one."""

    serial: str
    mac: str = ""
    name: str = ""
    type: str = ""
    firmware: str = ""
    web_version: str = ""
    address: str = ""
    http_port: str = ""


def build_question() -> bytes:
    """Who is there? The text is the number one."""
    return _HEAD.pack(_MAGIC, _ASK, 0, bytes(8), 4) + (1).to_bytes(4)


def parse(data: bytes) -> Answer:
    """The answer; `MalformedError` unless class, operation and size are those of one."""
    if len(data) < _HEAD.size + _TEXT_SIZE or not data.startswith(_MAGIC):
        raise MalformedError("another protocol's bytes")
    _, operation, veiled, key, _ = _HEAD.unpack_from(data)
    if operation != _ANSWER:
        raise MalformedError(f"operation {operation}, not an answer")
    text = data[_HEAD.size : _HEAD.size + _TEXT_SIZE]
    if veiled:
        text = bytes(one ^ other for one, other in zip(text, cycle(key), strict=False))
    serial = padded_text(text[:13])
    if not serial.isascii() or not serial.isalnum():
        raise MalformedError("no serial number")
    return Answer(
        serial=serial,
        mac=known_mac(serial),
        name=padded_text(text[13:34]),
        address=ipv4(text[34:38]),
        type=str(text[50]),
        firmware=ipv4(text[54:58]),
        web_version=ipv4(text[58:62]),
        http_port=port(int.from_bytes(text[62:64])),
    )
