"""Dahua's discovery (DHIP): 32 bytes of header and a JSON object, on UDP 37810.

The same port takes methods that change a device; this module can only search.
"""

import struct
from dataclasses import dataclass

from camcensus.wire.json_text import leaves, read_first
from camcensus.wire.layout import bounded, insist_on_datagram
from camcensus.wire.text import decode

FIELDS_KEPT = 512
VALUE_KEPT = 1024  # characters
_MARK = b"DHIP"
_HEADER = struct.Struct("<I4sIIIIII")
_OURS = "DHDiscover."  # methods of those who ask


@dataclass(frozen=True, slots=True)
class Message:
    """What one datagram says: its method, and each value under its path in the JSON."""

    method: str
    fields: tuple[tuple[str, str], ...]
    problems: tuple[str, ...] = ()

    @property
    def is_of_a_device(self) -> bool:
        """Whether a device speaks of itself here."""
        names = {name.rpartition(".")[2] for name, _ in self.fields}
        return not self.method.startswith(_OURS) and not names.isdisjoint(
            {"DeviceType", "DeviceClass", "SerialNo", "mac"}
        )


def build_search(*, unicast: bool) -> bytes:
    """The question `DHDiscover.search` for any device, one datagram."""
    wanted = b'{"method":"DHDiscover.search","params":{"mac":"","uni":%d}}\n' % unicast
    return frame(wanted)


def frame(body: bytes) -> bytes:
    """A body with its header: every length little endian."""
    size = len(body)
    return _HEADER.pack(_HEADER.size, _MARK, 0, 0, size, 0, size, 0) + body


def parse(data: bytes) -> Message:
    """The values of the object, whether or not a true header stands before it."""
    insist_on_datagram(data)
    problems = _header_problems(data)
    value, rest = read_first(decode(_body(data)))
    if rest.strip("\0\r\n\t "):
        problems = (*problems, "something stands behind the object")
    return Message(_method(value), fields_of(value), problems)


def fields_of(value: object) -> tuple[tuple[str, str], ...]:
    """Each value with its path, without the two levels that are the same in every answer."""
    found = (
        (path.removeprefix("params.").removeprefix("deviceInfo."), text)
        for path, text in leaves(value)
    )
    return bounded(found, most=FIELDS_KEPT, longest=VALUE_KEPT)


def _body(data: bytes) -> bytes:
    """What follows the header, however long: a length in it may look like a brace."""
    rest = data[_HEADER.size :]
    return rest if _has_mark(data) and rest.lstrip(b"\0\r\n\t ").startswith(b"{") else data


def _has_mark(data: bytes) -> bool:
    return data[4:8] == _MARK


def _header_problems(data: bytes) -> tuple[str, ...]:
    if not _has_mark(data) or len(data) < _HEADER.size:
        return ("the header is missing",)
    size, _, _, _, body, _, again, _ = _HEADER.unpack_from(data)
    if size != _HEADER.size or {body, again} != {len(data) - _HEADER.size}:
        return ("the header states another length",)
    return ()


def _method(value: object) -> str:
    method = value.get("method") if isinstance(value, dict) else None
    return method if isinstance(method, str) else ""
