"""Hostile answers to WS-Discovery and multicast DNS, written byte by byte."""

import re
import struct
from collections.abc import Callable, Iterable

Answer = Callable[[bytes, str], Iterable[bytes]]

_ID = re.compile(rb"MessageID>([^<]{1,200})<")


def match(
    *,
    xaddrs: str = "http://{self}/onvif/device_service",
    scopes: str = "onvif://www.onvif.org/hardware/IPC-X onvif://www.onvif.org/name/Hipcam",
    relates: str | None = None,
    before: str = "",
    inside: str = "",
    encode: str = "utf-8",
) -> Answer:
    """A ProbeMatch to every Probe; `{self}` is the address that answers."""

    def answer(question: bytes, address: str) -> list[bytes]:
        found = _ID.search(question)
        to = found[1].decode() if found and relates is None else relates or ""
        text = (
            f'<?xml version="1.0" encoding="utf-8"?>{before}'
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
            ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
            ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>'
            f"<a:MessageID>uuid:1</a:MessageID>{f'<a:RelatesTo>{to}</a:RelatesTo>' if to else ''}"
            "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action>"
            f"</s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>{inside}<a:EndpointReference>"
            f"<a:Address>urn:uuid:{address}</a:Address></a:EndpointReference>"
            f"<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>{scopes}</d:Scopes>"
            f"<d:XAddrs>{xaddrs}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
        )
        return [text.replace("{self}", address).encode(encode)]

    return answer


LAUGHS = (
    "<!DOCTYPE l [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]>"
)


def name(text: str) -> bytes:
    """A DNS name without compression (RFC 1035, 3.1)."""
    labels = text.rstrip(".").split(".")
    return b"".join(bytes([len(one)]) + one.encode() for one in labels) + b"\0"


def resource(owner: bytes, kind: int, data: bytes, *, flush: bool = False) -> bytes:
    """One record, class IN."""
    return owner + struct.pack("!HHIH", kind, 0x8001 if flush else 1, 120, len(data)) + data


def response(*records: bytes, count: int | None = None) -> bytes:
    """An answer with these records, and any count of them that it claims."""
    stated = len(records) if count is None else count
    return struct.pack("!HHHHHH", 0, 0x8400, 0, stated, 0, 0) + b"".join(records)


def replying(*packets: Callable[[str], bytes]) -> Answer:
    """Packets in answer to every question; each is made for the address that answers."""
    return lambda _, address: [make(address) for make in packets]


def a_record(owner: str, address: str) -> bytes:
    packed = bytes(int(part) for part in address.split("."))
    return resource(name(owner), 1, packed, flush=True)


def honest(address: str) -> bytes:
    """A service of an ordinary device."""
    return response(
        resource(name("_http._tcp.local"), 12, name("Honest._http._tcp.local")),
        a_record("honest.local", address),
    )


def to_itself(_: str) -> bytes:
    """A name whose pointer leads to the pointer."""
    return response(resource(b"\xc0\x0c", 12, b"\xc0\x0c"))


def chained(_: str) -> bytes:
    """Four thousand pointers, each to the next."""
    start = 12
    links = b"".join(struct.pack("!H", 0xC000 | start + 2 * n + 2) for n in range(4000))
    return struct.pack("!HHHHHH", 0, 0x8400, 1, 1, 0, 0) + links + b"\0\0\x0c\0\1"


def lying_count(_: str) -> bytes:
    """65,535 answers in a body of twelve bytes."""
    return struct.pack("!HHHHHH", 0, 0x8400, 0, 65535, 0, 0) + b"\xff" * 12


def odd_txt(_: str) -> bytes:
    """TXT strings of no length, of 255 bytes that are no text, without `=`, and twice the same."""
    strings = [b"", bytes(range(1, 256)), b"nokey", b"vendor=one", b"vendor=two", b"=x"]
    data = b"".join(bytes([len(one)]) + one for one in strings)
    return response(
        resource(name("_http._tcp.local"), 12, name("Odd._http._tcp.local")),
        resource(name("Odd._http._tcp.local"), 16, data),
    )
