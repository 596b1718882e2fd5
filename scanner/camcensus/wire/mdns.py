"""Multicast DNS and DNS-SD: zeroconf's codec, with our own judgement of what came out of it.

zeroconf's reader never raises: what it could not read is missing, so validity is decided here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from camcensus.wire import MalformedError
from camcensus.wire.text import decode

if TYPE_CHECKING:
    from zeroconf import DNSOutgoing, DNSRecord

RECORDS_KEPT = 128
TXT_KEPT = 64  # strings of one TXT record
LEGACY_TTL = 10  # seconds, at most, in an answer to one asker (RFC 6762, 6.7)
ENUMERATION = "_services._dns-sd._udp.local."

_QUERY, _ANSWER = 0x0000, 0x8400
_A, _PTR, _TXT, _AAAA, _SRV = 1, 12, 16, 28, 33
_IN = 1
_UNIQUE = 0x8000  # cache-flush in a record, unicast wanted in a question
_TYPE = re.compile(r"_[^.]{1,63}\._(?:tcp|udp)", re.IGNORECASE)
_INSTANCE = re.compile(r"(.+)\.(_[^.]{1,63}\._(?:tcp|udp))\.([^_]+)", re.IGNORECASE | re.DOTALL)
_SERVICE_TYPE = re.compile(r"(_[^.]{1,63}\._(?:tcp|udp))\.[^_]+", re.IGNORECASE | re.DOTALL)


class RecordType(StrEnum):
    """The record types that describe a service."""

    PTR = "PTR"
    SRV = "SRV"
    TXT = "TXT"
    A = "A"
    AAAA = "AAAA"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: a claim of whoever sent it. Names end with a dot, as on the wire."""

    name: str
    type: RecordType
    ttl: int
    target: str = ""  # PTR, SRV
    port: int = 0  # SRV
    txt: tuple[tuple[str, str | None], ...] = ()  # value `None`: the key stood without `=`
    address: str = ""  # A, AAAA


@dataclass(frozen=True, slots=True)
class Message:
    """One packet; `problems` says what was overlooked or cut."""

    id: int
    is_response: bool
    questions: tuple[str, ...]
    records: tuple[Record, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A service as one packet describes it; type without domain, `host` empty if not told."""

    instance: str
    type: str
    host: str = ""
    port: int = 0
    txt: tuple[tuple[str, str | None], ...] = ()
    addresses: tuple[str, ...] = ()


def build_query(names: Sequence[str], *, unicast_response: bool, message_id: int = 0) -> bytes:
    """PTR questions for these names in one packet; `ValueError` if they do not fit or are bad."""
    from zeroconf import DNSOutgoing, DNSQuestion

    if not names:
        raise ValueError("no name to ask for")
    out = DNSOutgoing(_QUERY)
    for name in names:
        question = DNSQuestion(_full(name), _PTR, _IN | _UNIQUE * unicast_response)
        out.add_question(question)
    return _only_packet(out, message_id)


def parse(data: bytes) -> Message:
    """One packet as a message; `MalformedError` if nothing in it can be read."""
    from zeroconf import DNSIncoming

    if not 12 <= len(data) <= 0xFFFF:
        raise MalformedError(f"{len(data)} bytes are no DNS message")
    stated = sum(int.from_bytes(data[at : at + 2]) for at in (6, 8, 10))
    try:
        incoming = DNSIncoming(data)
        answers = incoming.answers()
        questions = tuple(question.name for question in incoming.questions[:RECORDS_KEPT])
    except Exception as error:  # another library's reader, on bytes chosen by an attacker
        raise MalformedError("not DNS") from error
    problems = ["skipped-record"] if len(answers) < stated else []
    if not incoming.valid:
        problems.append("broken-message")
    records = tuple(record for answer in answers if (record := _record(answer)) is not None)
    if len(records) > RECORDS_KEPT:
        problems.append("too-many-records")
    if not incoming.valid and not records:
        raise MalformedError("not a readable DNS message")
    return Message(
        id=incoming.id,
        is_response=bool(incoming.is_response()),
        questions=questions,
        records=records[:RECORDS_KEPT],
        problems=tuple(problems),
    )


def _record(found: "DNSRecord") -> Record | None:
    """Ours, for the types that matter; goodbyes (TTL 0) are evidence as well."""
    from zeroconf import DNSAddress, DNSPointer, DNSService, DNSText

    ttl = int(found.ttl)
    if isinstance(found, DNSPointer):
        return Record(found.name, RecordType.PTR, ttl, target=found.alias)
    if isinstance(found, DNSService):
        return Record(found.name, RecordType.SRV, ttl, target=found.server, port=found.port)
    if isinstance(found, DNSText):
        return Record(found.name, RecordType.TXT, ttl, txt=_txt(found.text))
    if isinstance(found, DNSAddress):
        return _address(found.name, ttl, found.address)
    return None


def _address(name: str, ttl: int, packed: bytes) -> Record | None:
    from ipaddress import ip_address

    try:
        address = ip_address(packed)
    except ValueError:
        return None
    kind = RecordType.A if address.version == 4 else RecordType.AAAA
    return Record(name, kind, ttl, address=str(address))


def _txt(text: bytes) -> tuple[tuple[str, str | None], ...]:
    """Key and value of each string; a last string that claims too much is cut."""
    pairs: list[tuple[str, str | None]] = []
    at = 0
    while at < len(text) and len(pairs) < TXT_KEPT:
        entry = text[at + 1 : at + 1 + text[at]]
        at += 1 + text[at]
        key, equals, value = entry.partition(b"=")
        if key:
            pairs.append((decode(key), decode(value) if equals else None))
    return tuple(pairs)


def services(message: Message) -> tuple[Service, ...]:
    """The services that the packet's records describe, in the order first named."""
    names: dict[str, str] = {}  # folded name -> name as first sent
    for record in message.records:
        name = record.target if record.type is RecordType.PTR else record.name
        if record.type in {RecordType.PTR, RecordType.SRV, RecordType.TXT}:
            names.setdefault(name.lower(), name)
    found = (_service(name, message.records) for name in names.values())
    return tuple(service for service in found if service is not None)


def _service(name: str, records: tuple[Record, ...]) -> Service | None:
    split = split_instance(name)
    if split is None:
        return None
    own = [record for record in records if record.name.lower() == name.lower()]
    located = next((record for record in own if record.type is RecordType.SRV), None)
    described = next((record for record in own if record.type is RecordType.TXT), None)
    host = located.target if located else ""
    addresses = (
        record.address
        for record in records
        if record.address and host and record.name.lower() == host.lower()
    )
    return Service(
        instance=split[0],
        type=split[1],
        host=host,
        port=located.port if located else 0,
        txt=described.txt if described else (),
        addresses=tuple(dict.fromkeys(addresses)),
    )


def split_instance(name: str) -> tuple[str, str] | None:
    """Instance label and service type of `Cam 1._http._tcp.local.`; `None` if it is no instance."""
    match = _INSTANCE.fullmatch(name)
    if match is None or match.group(1).lower().endswith("._sub"):
        return None
    return match.group(1), match.group(2)


def service_type(name: str) -> str | None:
    """`_http._tcp` of `_http._tcp.local.`; `None` if it is no service type."""
    match = _SERVICE_TYPE.fullmatch(name)
    return match.group(1) if match and _TYPE.fullmatch(match.group(1)) else None


def build_response(
    records: Sequence[Record], *, message_id: int = 0, questions: Sequence[str] = ()
) -> bytes:
    """An answer in one packet.

    With questions it is one for a legacy asker (RFC 6762, 6.7): the question repeated, no
    cache-flush bit, TTLs of 10 s or less.
    """
    from zeroconf import DNSOutgoing, DNSQuestion

    legacy = bool(questions)
    out = DNSOutgoing(_ANSWER)
    for name in questions:
        out.add_question(DNSQuestion(_full(name), _PTR, _IN))
    for record in records:
        out.add_answer_at_time(_outgoing(record, legacy=legacy), 0)
    return _only_packet(out, message_id)


def _outgoing(record: Record, *, legacy: bool) -> "DNSRecord":
    from ipaddress import ip_address

    from zeroconf import DNSAddress, DNSPointer, DNSService, DNSText

    name = _full(record.name)
    ttl = min(record.ttl, LEGACY_TTL) if legacy else record.ttl
    unique = _IN if legacy else _IN | _UNIQUE
    match record.type:
        case RecordType.PTR:
            return DNSPointer(name, _PTR, _IN, ttl, _full(record.target))
        case RecordType.SRV:
            target = _full(record.target)
            return DNSService(name, _SRV, unique, ttl, 0, 0, record.port, target)
        case RecordType.TXT:
            return DNSText(name, _TXT, unique, ttl, _txt_bytes(record.txt))
        case RecordType.A:
            return DNSAddress(name, _A, unique, ttl, ip_address(record.address).packed)
        case RecordType.AAAA:
            return DNSAddress(name, _AAAA, unique, ttl, ip_address(record.address).packed)


def _txt_bytes(pairs: tuple[tuple[str, str | None], ...]) -> bytes:
    strings = [key.encode() if value is None else f"{key}={value}".encode() for key, value in pairs]
    if any(len(string) > 255 for string in strings):
        raise ValueError("a TXT string is longer than 255 bytes")
    return b"".join(bytes([len(string)]) + string for string in strings) or b"\0"


def _full(name: str) -> str:
    """The name with its dot at the end; `ValueError` if it cannot be written (RFC 1035, 2.3.4)."""
    labels = name.removesuffix(".").split(".")
    if not all(0 < len(label.encode()) < 64 for label in labels) or len(name.encode()) > 253:
        raise ValueError(f"not a name: {name[:80]!r}")
    return ".".join(labels) + "."


def _only_packet(out: "DNSOutgoing", message_id: int) -> bytes:
    """The packet with its id, which zeroconf leaves out where it writes the top bit of a class."""
    packets = out.packets()
    if len(packets) != 1:
        raise ValueError("does not fit into one packet")
    return message_id.to_bytes(2) + bytes(packets[0])[2:]
