"""Every message of a plan, byte for byte, with what it asks: for those who must approve it."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from camcensus.census.prepare import Prepared, user_agent
from camcensus.data import data_folder
from camcensus.errors import CatalogueError
from camcensus.net.safety import AllowedMessage
from camcensus.net.tcp import client_hello
from camcensus.probers.base import Prober
from camcensus.probers.onvif_messages import MissingWsdlError
from camcensus.probers.samples import Part, Sample, occasions, parts
from camcensus.types import Transport

_KEYS = {"prober", "title", "says", "alert"}
_MOSTLY = 0.5  # so much of a message must be readable before it is shown as text


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a prober is called and good for, in plain words, as `protocols.toml` has it."""

    prober: str
    title: str
    says: str
    alert: str  # what a sensor on the network may make of it


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its bytes for a made-up device, cut where another device's would differ."""

    prober: str
    name: str
    why: str
    when: str
    transport: Transport
    ports: str  # that it may go to; "" where the prober decides among its own
    source_port: int
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(len(part.data) for part in self.parts)

    @property
    def readable(self) -> bool:
        """Whether it is a text."""
        data = b"".join(part.data for part in self.parts)
        plain = sum(32 <= byte < 127 or byte in b"\r\n" for byte in data)
        return bool(data) and plain >= _MOSTLY * len(data)

    @property
    def lines(self) -> tuple[tuple[tuple[str, bool], ...], ...]:
        """The text line by line, each as runs of characters and whether they vary."""
        rows: list[list[tuple[str, bool]]] = [[]]
        for part in self.parts:
            text = "".join(map(_character, part.data))
            first, *rest = text.split("\n")
            rows[-1].append((first, part.varies))
            rows += [[(line, part.varies)] for line in rest]
        while rows and not any(text for text, _ in rows[-1]):
            rows.pop()
        return tuple(tuple(run for run in row if run[0]) for row in rows)

    @property
    def hexadecimal(self) -> tuple[tuple[str, bool], ...]:
        """The bytes as runs of hexadecimal digits and whether they vary."""
        return tuple((part.data.hex(" ", -4), part.varies) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Said:
    """A prober of the plan with all that it may send; `problem` says why it can send nothing."""

    protocol: Protocol
    messages: tuple[Message, ...]
    problem: str = ""


def load_protocols(folder: Path | None = None) -> dict[str, Protocol]:
    """What `protocols.toml` says of each prober; `CatalogueError` names what does not hold."""
    path = (folder or data_folder("fingerprints")) / "protocols.toml"
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["protocol"]
        return {row["prober"]: _protocol(row) for row in rows}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"{path}: the protocols do not hold: {error}") from error


def _protocol(row: dict[str, object]) -> Protocol:
    texts = {key: one for key, one in row.items() if isinstance(one, str) and one}
    if set(texts) != _KEYS or texts != row:
        raise ValueError(f"{row.get('prober')!r} must state {', '.join(sorted(_KEYS))}")
    return Protocol(**texts)


def messages_of(prepared: Prepared) -> tuple[Said, ...]:
    """Each prober of the plan with its messages, in the order asked; sends nothing."""
    known = load_protocols()
    names = {row.name for row in prepared.plan.content.probers}
    return tuple(
        _said(prepared, prober, known[prober.name])
        for prober in prepared.probers
        if prober.name in names
    )


def tls_greeting() -> tuple[Part, ...]:
    """The first message of a TLS connection, as this machine's library makes it."""
    return parts(client_hello(), client_hello())


def _said(prepared: Prepared, prober: Prober, protocol: Protocol) -> Said:
    content = prepared.plan.content
    both = occasions(
        user_agent(prepared.order.contact),
        prepared.safety.pages,
        thorough=content.thorough,
        login=content.asker.login != "none",
    )
    try:
        one, other = (prober.samples(occasion) for occasion in both)
    except MissingWsdlError as error:
        return Said(protocol, (), f"it asks nobody here: {error}")
    return Said(protocol, tuple(_messages(prepared, one, other)))


def _messages(
    prepared: Prepared, one: tuple[Sample, ...], other: tuple[Sample, ...]
) -> Iterator[Message]:
    for sample, same in zip(one, other, strict=True):
        request = sample.request
        row = prepared.safety.allowed[request.prober, request.message]
        yield Message(
            prober=request.prober,
            name=request.message,
            why=row.why,
            when=sample.when,
            transport=row.transport,
            ports=_ports(row),
            source_port=sample.source_port,
            parts=parts(request.payload, same.request.payload),
        )


def _character(byte: int) -> str:
    """A byte of a text: a line ends with its line feed, what cannot be read is a dot."""
    if byte == ord("\r"):
        return ""
    return chr(byte) if byte == ord("\n") or 32 <= byte < 127 else "·"


def _ports(row: AllowedMessage) -> str:
    return ", ".join(f"{low}-{high}" if low != high else f"{low}" for low, high in row.ports)
