"""Hikvision's discovery (SADP): one XML question on UDP 37020, one flat XML answer.

The same port takes commands that change a device; this module can only ask.
"""

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING
from uuid import UUID

from camcensus.wire import MalformedError
from camcensus.wire.layout import bounded
from camcensus.wire.text import decode
from camcensus.wire.xml import XML_LIMIT, local_name, text_of
from camcensus.wire.xml import parse as parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

FIELDS_KEPT = 256
VALUE_KEPT = 1024  # characters
# A whole element, or one that ends with its line.
_ELEMENT = re.compile(
    r"<([A-Za-z][\w.-]{0,63})>(?:([^<>]{0,1024})</\1>|([^<>\r\n]{1,1024})(?=[\r\n]))"
)
_ROOT = re.compile(r"<(ProbeMatch|Probe|Hello|Bye)>")
_OF_A_DEVICE = frozenset({"ProbeMatch", "Hello", "Bye"})


@dataclass(frozen=True, slots=True)
class Message:
    """What one datagram says: its root element, and each field as it was written.

    Firmware spells some values in its own way (`flase`); they are kept so.
    """

    root: str
    fields: tuple[tuple[str, str], ...]
    problems: tuple[str, ...] = ()

    @property
    def is_of_a_device(self) -> bool:
        """Whether a device speaks of itself here, and says anything."""
        return self.root in _OF_A_DEVICE and any(name != "Uuid" for name, _ in self.fields)


def build_inquiry(number: UUID) -> bytes:
    """The question `inquiry`, as one line."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><Probe>'
        f"<Uuid>{str(number).upper()}</Uuid><Types>inquiry</Types></Probe>"
    ).encode("ascii")


def parse(data: bytes) -> Message:
    """The fields in the order sent; of broken XML those of its elements that are whole."""
    if len(data) > XML_LIMIT:
        raise MalformedError("xml-refused:size")
    by_line = _by_line(decode(data))
    try:
        root = parse_xml(data)
    except MalformedError as error:
        if not by_line.fields or str(error).startswith("xml-refused"):
            raise
        return by_line
    read = Message(local_name(root), _bounded(_leaves(root)))
    # A recovering parser drops what follows a stray tag; the lines still have it.
    return read if len(read.fields) >= len(by_line.fields) else by_line


def _leaves(root: "_Element") -> list[tuple[str, str]]:
    return [(local_name(one), text_of(one)) for one in root.iter() if not len(one)]


def _by_line(text: str) -> Message:
    root = _ROOT.search(text)
    found = _ELEMENT.findall(text)
    pairs = [(name, unescape(closed or open_).strip()) for name, closed, open_ in found]
    return Message(root[1] if root else "", _bounded(pairs), ("xml-not-well-formed",))


def _bounded(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return bounded(pairs, most=FIELDS_KEPT, longest=VALUE_KEPT)
