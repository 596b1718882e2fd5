"""SNMP, one GET for two objects and its answer, by pyasn1's codec (RFC 1157, RFC 3416, RFC 3418).

A community is a credential: it goes into a question, and never comes out of an answer.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from camcensus.wire import MalformedError
from camcensus.wire.text import decode

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
MESSAGE_MAX = 2048  # octets: two objects, of which the longer holds 255; more is no answer to us
_TEXTS = frozenset({"string", "address", "arbitrary"})
_NOTHING = frozenset({"unspecified", "no-such-object", "no-such-instance", "end-of-view"})
_COMMUNITY = re.compile(r"[ -~]{1,64}")


class Version(IntEnum):
    """The number that a message carries for its version."""

    V1 = 0
    V2C = 1


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, as text, without the community that it repeats.

    `values` are pairs of object and value; an object that the device does not have is left out.
    """

    version: Version
    request_id: int
    error_status: int
    error_index: int
    values: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str | None:
        """The value of one object, `None` where the answer has none."""
        return next((value for known, value in self.values if known == name), None)


def is_community(text: str) -> bool:
    """Whether the text can be sent as a community: 1 to 64 printable ASCII characters."""
    return _COMMUNITY.fullmatch(text) is not None


def build_get(community: str, request_id: int, version: Version = Version.V2C) -> bytes:
    """A GetRequest for the system's description and object; `request_id` fills four octets."""
    from pyasn1.codec.ber import encoder

    from camcensus.wire.snmp.schema import Message

    if not is_community(community) or not 0x01000000 <= request_id <= 0x7FFFFFFF:
        raise ValueError("a community is 1 to 64 printable ASCII characters, an id four octets")
    message = Message()
    message["version"], message["community"] = int(version), community.encode("ascii")
    pdu = message["data"]["get"]
    pdu["request-id"], pdu["error-status"], pdu["error-index"] = request_id, 0, 0
    for index, name in enumerate((SYS_DESCR, SYS_OBJECT_ID)):
        pdu["bindings"][index]["name"] = name
        pdu["bindings"][index]["value"]["unspecified"] = ""
    return bytes(encoder.encode(message))


def parse(data: bytes) -> Response:
    """Read a response; `MalformedError` for anything else."""
    with _fence():
        message = _decode(data)
        if message["data"].getName() != "response":
            raise MalformedError("an SNMP message that is no response")
        pdu = message["data"].getComponent()
        pairs = [(str(one["name"]), _text(one["value"])) for one in pdu["bindings"]]
        return Response(
            version=Version(int(message["version"])),
            request_id=int(pdu["request-id"]),
            error_status=int(pdu["error-status"]),
            error_index=int(pdu["error-index"]),
            values=tuple((name, text) for name, text in pairs if text is not None),
        )


def without_community(data: bytes) -> bytes:
    """The same message with an empty community; `MalformedError` where it is no message."""
    from pyasn1.codec.ber import encoder

    with _fence():
        message = _decode(data)
        message["community"] = b""
        return bytes(encoder.encode(message))


@contextmanager
def _fence() -> Iterator[None]:
    """Whatever the library raises on foreign bytes means the same: this is no such message."""
    try:
        yield
    except MalformedError:
        raise
    except _foreign_errors() as error:
        raise MalformedError("no SNMP message") from error


def _foreign_errors() -> tuple[type[Exception], ...]:
    from pyasn1.error import PyAsn1Error

    return PyAsn1Error, ArithmeticError, LookupError, RecursionError, TypeError, ValueError


def _decode(data: bytes) -> Any:
    if len(data) > MESSAGE_MAX:
        raise MalformedError(f"an SNMP answer of {len(data)} octets")
    from pyasn1.codec.ber import decoder

    from camcensus.wire.snmp.schema import Message

    message, _ = decoder.decode(data, asn1Spec=Message())
    if not message.isValue:
        raise MalformedError("an SNMP message that lacks a part")
    return message


def _text(value: Any) -> str | None:
    """A binding's value as text; `None` where the device says that it has none."""
    kind, inside = value.getName(), value.getComponent()
    if kind in _TEXTS:
        return decode(bytes(inside))
    return None if kind in _NOTHING else str(inside)
