"""How simulated devices speak multicast DNS: bytes written here, not by our own codec."""

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

from camcensus.lab.estate import LabDevice
from camcensus.lab.personas import Mdns, MdnsService

_A, _PTR, _TXT, _SRV, _ANY = 1, 12, 16, 33, 255
_FLUSH = 0x8000
_ENUMERATION = "_services._dns-sd._udp.local"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `labels` as sent, `unicast` is the QU bit of RFC 6762, 5.4."""

    labels: tuple[bytes, ...]
    kind: int
    unicast: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A question message: the identifier, its questions, and their bytes as sent."""

    identifier: int
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    labels: tuple[bytes, ...]
    kind: int
    data: bytes
    unique: bool = True


def read_query(data: bytes) -> Query | None:
    """The questions of a datagram, `None` if it is an answer or broken."""
    try:
        identifier, flags, count = struct.unpack_from("!HHH", data)
        if flags & 0x8000:
            return None
        questions, offset = [], 12
        for _ in range(min(count, 32)):
            labels, offset = _labels(data, offset)
            kind, klass = struct.unpack_from("!HH", data, offset)
            questions.append(Question(labels, kind, bool(klass & 0x8000)))
            offset += 4
    except (struct.error, IndexError):
        return None
    return Query(identifier, tuple(questions))


def answer(device: LabDevice, query: Query, *, legacy: bool) -> bytes | None:
    """The one message that answers what it knows of the query, `None` if that is nothing.

    A legacy answer (RFC 6762, 6.7) repeats identifier and questions and lives 10 seconds.
    """
    voice = device.persona.mdns
    if voice is None:
        return None
    answers: list[_Record] = []
    extra: list[_Record] = []
    for question in query.questions:
        found, more = _about(device, voice, question)
        answers += found
        extra += more
    if not answers:
        return None
    extra = [one for one in extra if one not in answers]
    asked = query.questions if legacy else ()
    head = struct.pack(
        "!HHHHHH",
        query.identifier if legacy else 0,
        0x8400,
        len(asked),
        len(answers),
        0,
        len(extra),
    )
    body = b"".join(_name(one.labels) + struct.pack("!HH", one.kind, 1) for one in asked)
    return head + body + b"".join(_packed(one, legacy=legacy) for one in [*answers, *extra])


def _about(
    device: LabDevice, voice: Mdns, question: Question
) -> tuple[list[_Record], list[_Record]]:
    asked = _key(question.labels)
    if question.kind in {_PTR, _ANY} and asked == _key(_split(_ENUMERATION)):
        labels = _split(_ENUMERATION)
        types = dict.fromkeys(one.type for one in voice.service)
        return [_Record(labels, _PTR, _name(_split(f"{one}.local")), False) for one in types], []
    answers: list[_Record] = []
    extra: list[_Record] = []
    for service in voice.service:
        kind = _split(f"{service.type}.local")
        instance = (device.fill(service.instance).encode(), *kind)
        if question.kind in {_PTR, _ANY} and asked == _key(kind):
            answers.append(_Record(kind, _PTR, _name(instance), False))
            extra += _details(device, voice, service, instance)
        elif asked == _key(instance):
            details = _details(device, voice, service, instance)
            answers += [one for one in details if question.kind in {one.kind, _ANY}]
    if question.kind in {_A, _ANY} and asked == _key(_host(device, voice)):
        answers += _addresses(device, voice)
    return answers, extra


def _details(
    device: LabDevice, voice: Mdns, service: MdnsService, instance: tuple[bytes, ...]
) -> list[_Record]:
    server = struct.pack("!HHH", 0, 0, device.port(service.port)) + _name(_host(device, voice))
    entries = [device.fill(one).encode() for one in service.txt] or [b""]
    text = b"".join(bytes([len(one)]) + one for one in entries)
    own = [_Record(instance, _SRV, server), _Record(instance, _TXT, text)]
    return own + _addresses(device, voice)


def _addresses(device: LabDevice, voice: Mdns) -> list[_Record]:
    host = _host(device, voice)
    return [_Record(host, _A, IPv4Address(device.fill(one)).packed) for one in voice.addresses]


def _host(device: LabDevice, voice: Mdns) -> tuple[bytes, ...]:
    return _split(f"{device.fill(voice.hostname)}.local")


def _packed(record: _Record, *, legacy: bool) -> bytes:
    klass = 1 | (_FLUSH if record.unique and not legacy else 0)
    lifetime = 10 if legacy else 120
    return (
        _name(record.labels)
        + struct.pack("!HHIH", record.kind, klass, lifetime, len(record.data))
        + record.data
    )


def _split(text: str) -> tuple[bytes, ...]:
    return tuple(one.encode() for one in text.split("."))


def _key(labels: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(one.lower() for one in labels)


def _name(labels: tuple[bytes, ...]) -> bytes:
    return b"".join(bytes([len(one)]) + one for one in labels) + b"\0"


def _labels(data: bytes, offset: int) -> tuple[tuple[bytes, ...], int]:
    """The name at an offset and where it ends; pointers may only lead backwards."""
    labels: list[bytes] = []
    end = 0
    while length := data[offset]:
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | data[offset + 1]
            end = end or offset + 2
            if target >= offset:
                raise IndexError("a name that points forward")
            offset = target
            continue
        labels.append(data[offset + 1 : offset + 1 + length])
        offset += 1 + length
    return tuple(labels), end or offset + 1
