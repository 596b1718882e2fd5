"""The part of a TLS or SSL 3.0 handshake that travels in the clear (RFC 5246, RFC 6101).

A device whose ciphers nobody speaks any more still shows its certificate before any key is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from camcensus.wire import MalformedError

FLIGHT_READ = 65536  # bytes of a flight looked at; a chain of 16 MiB is cut here
_MESSAGES_READ = 16
_ALERT, _HANDSHAKE = 21, 22
_RECORD_HEAD, _MESSAGE_HEAD, _LENGTH = 5, 4, 3
_SERVER_HELLO, _CERTIFICATE, _SERVER_DONE = 2, 11, 14
_TLS_1_3_SUITES = 0x13
_LARGEST_RECORD = 16384 + 2048  # RFC 5246, 6.2.3


class Version(IntEnum):
    """What a hello can offer at most."""

    SSL_3_0 = 0x0300
    TLS_1_0 = 0x0301
    TLS_1_1 = 0x0302
    TLS_1_2 = 0x0303


_VERSIONS: dict[int, str] = {
    Version.SSL_3_0: "SSL 3.0",
    Version.TLS_1_0: "TLS 1.0",
    Version.TLS_1_1: "TLS 1.1",
    Version.TLS_1_2: "TLS 1.2",
}
_FATAL = 2
PROTOCOL_VERSION = "protocol version"
_ALERTS = {  # RFC 5246, 7.2, and RFC 7507
    0: "close notify",
    10: "unexpected message",
    20: "bad record mac",
    22: "record overflow",
    40: "handshake failure",
    42: "bad certificate",
    47: "illegal parameter",
    50: "decode error",
    51: "decrypt error",
    70: PROTOCOL_VERSION,
    71: "insufficient security",
    80: "internal error",
    86: "inappropriate fallback",
    90: "user canceled",
    109: "missing extension",
    112: "unrecognized name",
}
# Asked for in this order, newest first; all of them show a certificate. RFC 2246 A.5, RFC 3268,
# RFC 4346 A.5 (the EXPORT suites), RFC 4492, 6, RFC 5246 A.5, RFC 4162, RFC 5932.
_SUITES = {
    0xC02F: "ECDHE-RSA-AES128-GCM",
    0xC014: "ECDHE-RSA-AES256",
    0xC013: "ECDHE-RSA-AES128",
    0xC00A: "ECDHE-ECDSA-AES256",
    0xC009: "ECDHE-ECDSA-AES128",
    0x009C: "RSA-AES128-GCM",
    0x0039: "DHE-RSA-AES256",
    0x0033: "DHE-RSA-AES128",
    0x0035: "RSA-AES256",
    0x002F: "RSA-AES128",
    0x0084: "RSA-CAMELLIA256",
    0x0041: "RSA-CAMELLIA128",
    0x0096: "RSA-SEED",
    0xC012: "ECDHE-RSA-3DES",
    0xC008: "ECDHE-ECDSA-3DES",
    0x0016: "DHE-RSA-3DES",
    0x0013: "DHE-DSS-3DES",
    0x000A: "RSA-3DES",
    0xC011: "ECDHE-RSA-RC4",
    0xC007: "ECDHE-ECDSA-RC4",
    0x0005: "RSA-RC4-SHA",
    0x0004: "RSA-RC4-MD5",
    0x0007: "RSA-IDEA",
    0x0015: "DHE-RSA-DES",
    0x0009: "RSA-DES",
    0x0014: "EXPORT-DHE-RSA-DES40",
    0x0008: "EXPORT-RSA-DES40",
    0x0006: "EXPORT-RSA-RC2-40",
    0x0003: "EXPORT-RSA-RC4-40",
    0x0002: "RSA-NULL-SHA",
    0x0001: "RSA-NULL-MD5",
}
NO_COMMON_WORD = frozenset({"handshake failure", PROTOCOL_VERSION, "insufficient security"})


@dataclass(frozen=True, slots=True)
class Flight:
    """What a server said in the clear; an empty part did not come.

    `certificate` is the leaf as DER, cut where the bytes ended (then `whole` is false).
    """

    version: str = ""
    suite: str = ""
    certificate: bytes = b""
    whole: bool = False
    alert: str = ""
    complete: bool = False  # its last word before keys are made has come

    @property
    def offer(self) -> str:
        """Version and cipher that the server chose, in words; empty if it said no hello."""
        return f"{self.version} with {self.suite}" if self.version else ""


def read_flight(data: bytes) -> Flight:
    """Everything that can be read; `MalformedError` if these bytes begin no TLS record."""
    if not speaks_tls(data):
        raise MalformedError("not tls")
    handshake, alert = _records(data[:FLIGHT_READ])
    version = suite = ""
    certificate, whole, complete = b"", False, bool(alert)
    for kind, body, message_whole in _messages(handshake):
        if kind == _SERVER_HELLO and not version:
            version, suite = _hello(body)
        elif kind == _CERTIFICATE and not certificate:
            certificate, whole = _leaf(body)
        complete |= kind == _SERVER_DONE or (kind == _CERTIFICATE and message_whole)
    return Flight(version, suite, certificate, whole, alert, complete)


def speaks_tls(data: bytes) -> bool:
    """Whether these bytes begin as a TLS or SSL 3.0 server begins."""
    return len(data) >= 3 and data[0] in {_ALERT, _HANDSHAKE} and data[1] == 3 and data[2] <= 4


def flight_complete(data: bytes) -> bool:
    """Whether there is nothing more to wait for: certificate, alert, or no TLS at all."""
    if len(data) < 3:
        return False
    try:
        return len(data) >= FLIGHT_READ or read_flight(data).complete
    except MalformedError:
        return True


def build_client_hello(at_most: Version, random: bytes) -> bytes:
    """A hello that offers every old cipher, and nothing that an old server could stumble over."""
    if len(random) != 32:
        raise ValueError("a hello has 32 random bytes")
    suites = b"".join(code.to_bytes(2) for code in _SUITES)
    body = at_most.to_bytes(2) + random + b"\0" + len(suites).to_bytes(2) + suites + b"\1\0"
    message = b"\1" + len(body).to_bytes(3) + body
    record = min(at_most, Version.TLS_1_0)  # RFC 5246, E.1: what old servers expect here
    return bytes([_HANDSHAKE]) + record.to_bytes(2) + len(message).to_bytes(2) + message


def _records(data: bytes) -> tuple[bytes, str]:
    """The handshake bytes of all records joined, and the fatal alert that ended them."""
    joined = bytearray()
    at = 0
    while at + _RECORD_HEAD <= len(data) and speaks_tls(data[at : at + 3]):
        length = int.from_bytes(data[at + 3 : at + 5])
        body = data[at + _RECORD_HEAD : at + _RECORD_HEAD + length]
        if not 0 < length <= _LARGEST_RECORD:
            break
        if data[at] == _HANDSHAKE:
            joined += body
        elif len(body) >= 2 and body[0] == _FATAL:  # a warning is followed by the hello
            return bytes(joined), _ALERTS.get(body[1], f"alert {body[1]}")
        at += _RECORD_HEAD + length
    return bytes(joined), ""


def _messages(data: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Kind and body of each handshake message, the last one cut where the bytes end."""
    at = 0
    for _ in range(_MESSAGES_READ):
        if at + _MESSAGE_HEAD > len(data):
            return
        start = at + _MESSAGE_HEAD
        end = start + int.from_bytes(data[at + 1 : start])
        yield data[at], data[start:end], end <= len(data)
        at = end


def _hello(body: bytes) -> tuple[str, str]:
    """Version and cipher suite of a ServerHello; both empty if it is cut before them."""
    if len(body) < 35:
        return "", ""
    at = 35 + body[34]
    if at + 2 > len(body):
        return "", ""
    stated, suite = int.from_bytes(body[:2]), int.from_bytes(body[at : at + 2])
    version = _VERSIONS.get(stated, f"version {stated:#06x}")
    if suite >> 8 == _TLS_1_3_SUITES:  # its hello still says 1.2 here (RFC 8446, 4.1.3)
        version = "TLS 1.3"
    return version, _SUITES.get(suite, f"cipher {suite:#06x}")


def _leaf(body: bytes) -> tuple[bytes, bool]:
    """The first certificate of the chain, as far as it came."""
    start = 2 * _LENGTH
    length = int.from_bytes(body[_LENGTH:start])
    leaf = body[start : start + length]
    return leaf, bool(leaf) and len(leaf) == length
