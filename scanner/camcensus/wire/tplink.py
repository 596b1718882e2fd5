"""TP-Link's discovery: 16 fixed bytes to UDP 20002, and JSON behind a header as answer."""

from dataclasses import dataclass

from camcensus.wire import MalformedError
from camcensus.wire.json_text import leaves, read_first
from camcensus.wire.layout import bounded, insist_on_datagram
from camcensus.wire.text import decode

QUESTION = bytes.fromhex("020000010000000000000000463cb5d3")
FIELDS_KEPT = 256
VALUE_KEPT = 1024  # characters
_HEADER = 16
_VERSION = 2
_SEALED = "encrypt_info."  # for whoever sent a public key; we send none


@dataclass(frozen=True, slots=True)
class Message:
    """What one answer says, each value under its path below `result`."""

    fields: tuple[tuple[str, str], ...]


def parse(data: bytes) -> Message:
    """The answer; the length and checksum in its header are not believed."""
    insist_on_datagram(data)
    if len(data) <= _HEADER or data[0] != _VERSION:
        raise MalformedError("no answer of this protocol")
    value, _ = read_first(decode(data[_HEADER:]))
    if not isinstance(value, dict) or not isinstance(value.get("result"), dict):
        raise MalformedError("an answer without a result")
    told = (one for one in leaves(value["result"]) if not one[0].startswith(_SEALED))
    return Message(bounded(told, most=FIELDS_KEPT, longest=VALUE_KEPT))
