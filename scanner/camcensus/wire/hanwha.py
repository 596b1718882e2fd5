"""The discovery of Hanwha Vision, once Samsung Techwin: asked on UDP 7701, answered to UDP 7711."""

from dataclasses import dataclass

from camcensus.wire import MalformedError
from camcensus.wire.layout import known_mac, padded_text

_SIZE = 262
_READ = 0xAC  # newer firmware appends, older is said to send less than the full record
_QUESTION, _ANSWER = 0x01, 0x0B


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says of itself; `model` has ten characters at most, longer names are cut."""

    mac: str
    model: str = ""
    address: str = ""
    url: str = ""


def build_question() -> bytes:
    """The question: a record of which only the first byte says something."""
    return bytes([_QUESTION]).ljust(_SIZE, b"\0")


def parse(data: bytes) -> Answer:
    """The answer; `MalformedError` unless it is one and holds a MAC where it should."""
    if len(data) < _READ:
        raise MalformedError(f"{len(data)} bytes, too short for an answer")
    if data[0] != _ANSWER:
        raise MalformedError(f"a record of type {data[0]}, not an answer")
    hardware = known_mac(padded_text(data[0x13:0x25]))
    if not hardware:
        raise MalformedError("no MAC")
    return Answer(
        mac=hardware,
        address=padded_text(data[0x25:0x35]),
        model=padded_text(data[0x6D:0x77]),
        url=padded_text(data[0x85:0xAC]),
    )
