"""How a simulated device answers SNMP: only the one question, only with the lab's community."""

import re
from dataclasses import dataclass

from camcensus.lab.personas import Snmp

PORT = 161
COMMUNITY = "camcensus-lab"  # of this estate alone: it is no device's default

_GET = re.compile(
    rb"(?s)\x30.(?P<version>\x02\x01[\x00\x01])\x04.(?P<community>[ -~]{1,64})"
    rb"\xa0.(?P<id>\x02\x04.{4})\x02\x01\x00\x02\x01\x00\x30\x1c"
    rb"\x30\x0c(?P<descr>\x06\x08\+\x06\x01\x02\x01\x01\x01\x00)\x05\x00"
    rb"\x30\x0c(?P<object>\x06\x08\+\x06\x01\x02\x01\x01\x02\x00)\x05\x00"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one datagram came to: an answer, or what is wrong with having sent it."""

    answer: bytes = b""
    violation: str = ""


def hear(voice: Snmp, data: bytes) -> Heard:
    """The device's answer to the one question; anything else, and a guess, is a violation."""
    question = _GET.fullmatch(data)
    if question is None:
        return Heard(violation="a datagram it forbids")
    if question["community"] != COMMUNITY.encode():
        return Heard(violation="a community that nobody gave")
    descr = _tlv(0x30, question["descr"] + _tlv(4, voice.descr.encode()))
    number = _tlv(0x30, question["object"] + _tlv(6, _object(voice.object)))
    body = question["id"] + b"\x02\x01\x00\x02\x01\x00" + _tlv(0x30, descr + number)
    community = _tlv(4, question["community"])
    return Heard(_tlv(0x30, question["version"] + community + _tlv(0xA2, body)))


def _tlv(tag: int, body: bytes) -> bytes:
    """Tag, length and value (X.690, 8.1)."""
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    return bytes([tag, 0x82]) + len(body).to_bytes(2, "big") + body


def _object(text: str) -> bytes:
    """An object identifier of 1.3 (X.690, 8.19)."""
    arcs = [int(arc) for arc in text.split(".")[2:]]
    return b"\x2b" + b"".join(_arc(arc) for arc in arcs)


def _arc(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.insert(0, 0x80 | number & 0x7F)
    return bytes(octets)
