"""The discovery of Reolink (Baichuan) on UDP 2015: XML, veiled by a key that everybody knows.

Only the first question is here. The next one would open a session and wake a camera that runs on
a battery.
"""

import struct
import zlib
from dataclasses import dataclass
from itertools import cycle

from camcensus.wire import MalformedError, xml

_MAGIC = bytes.fromhex("3acf872a")
_HEAD = struct.Struct("<4sIIII")  # magic, size, kind, transaction, checksum
_KIND = 1
_KEY = (
    0x1F2D3C4B, 0x5A6C7F8D, 0x38172E4B, 0x8271635A, 0x863F1A2B, 0xA5C6F7D8, 0x8371E1B4, 0x17F2D3A5,
)  # fmt: skip
TRANSACTION = 1000  # always the same: only so can the whole question be checked before it leaves


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says of itself: the identifier under which its maker's cloud knows it."""

    uid: str


def build_question(reply_port: int) -> bytes:
    """Who is there? Answer to this port of mine."""
    body = b"<P2P><C2D_S><to><port>%d</port></to></C2D_S></P2P>" % reply_port
    payload = _veil(body, TRANSACTION)
    return _HEAD.pack(_MAGIC, len(payload), _KIND, TRANSACTION, _checksum(payload)) + payload


def parse(data: bytes) -> Answer:
    """The answer; `MalformedError` unless size and checksum hold and it names a device."""
    if len(data) < _HEAD.size or not data.startswith(_MAGIC):
        raise MalformedError("another protocol's bytes")
    _, size, kind, transaction, checksum = _HEAD.unpack_from(data)
    payload = data[_HEAD.size :]
    if size != len(payload) or kind != _KIND:
        raise MalformedError("the length is not as it says")
    if checksum != _checksum(payload):
        raise MalformedError("the checksum is wrong")
    root = xml.parse(_veil(payload, transaction))
    if xml.local_name(root) != "P2P":
        raise MalformedError("not a message of this protocol")
    uid = xml.text_of(next(xml.descendants(root, "uid"), None))
    if not uid:
        raise MalformedError("no device identifier")
    return Answer(uid)


def _veil(data: bytes, transaction: int) -> bytes:
    """The same bytes under the key of this transaction; twice is once back."""
    words = ((word + transaction) & 0xFFFFFFFF for word in _KEY)
    key = b"".join(word.to_bytes(4, "little") for word in words)
    return bytes(one ^ other for one, other in zip(data, cycle(key), strict=False))


def _checksum(payload: bytes) -> int:
    """The usual CRC-32 without its usual inversions."""
    return zlib.crc32(payload, 0xFFFFFFFF) ^ 0xFFFFFFFF
