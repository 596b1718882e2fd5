"""SSDP: what UPnP devices say of themselves in a datagram (UPnP Device Architecture 1.1, 1).

Devices of version 1.0 and 1.1 differ in little; both are read, and what both understand is built.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from camcensus.wire import MalformedError
from camcensus.wire.head import parse_head
from camcensus.wire.xml import local_name, parse, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

GROUP, PORT = "239.255.255.250", 1900
DESCRIBED = frozenset(
    {
        "deviceType",
        "friendlyName",
        "manufacturer",
        "manufacturerURL",
        "modelDescription",
        "modelName",
        "modelNumber",
        "serialNumber",
        "UDN",
        "presentationURL",
    }
)
"""The elements of a description that say what a device is (UPnP Device Architecture 1.1, 2.3)."""
DEVICES_KEPT = 8  # a root device and those inside it
VALUE_KEPT = 1024  # characters

_ANSWER = re.compile(r"HTTP/\d(?:\.\d)?[ \t]+200\b", re.IGNORECASE)
_NOTIFY = re.compile(r"NOTIFY[ \t]+\*", re.IGNORECASE)
_SEARCH = re.compile(r"M-SEARCH[ \t]+\*", re.IGNORECASE)
_HOST = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9A-Fa-f:]{2,45}\]")
_UUID = re.compile(r"uuid:\s*([^\s:][^\s]*?)(?:::|$)", re.IGNORECASE)


class Speech(StrEnum):
    """What a datagram is: only an answer and an announcement are a device's word on itself."""

    ANSWER = "answer"
    ALIVE = "alive"  # also an update: the device is there and says where
    BYEBYE = "byebye"
    SEARCH = "search"  # another's question


@dataclass(frozen=True, slots=True)
class Message:
    """One datagram; `problems` says what was odd about it."""

    speech: Speech
    headers: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """The first value of that header, the name in any case; empty if there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    @property
    def speaks_of_itself(self) -> bool:
        """Whether the sender told what it is."""
        return self.speech in {Speech.ANSWER, Speech.ALIVE}

    @property
    def device(self) -> str:
        """The device's own id out of USN, the same in each of its many answers; may be empty."""
        found = _UUID.search(self.get("usn"))
        return found[1] if found else ""


def build_search(host: str = GROUP, *, wait_s: int = 2) -> bytes:
    """One question for root devices; `host` is the group, or the one device that is asked.

    `wait_s` is MX, over which answers are spread: older stacks ignore a question without it, also
    by unicast. `ValueError` if a part could smuggle another line.
    """
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    if not _HOST.fullmatch(shown):
        raise ValueError(f"not an address: {host!r}")
    if not 0 < wait_s <= 5:
        raise ValueError(f"not a time that UPnP allows: {wait_s}")
    return (
        f'M-SEARCH * HTTP/1.1\r\nHOST: {shown}:{PORT}\r\nMAN: "ssdp:discover"\r\n'
        f"MX: {wait_s}\r\nST: upnp:rootdevice\r\n\r\n"
    ).encode("ascii")


def parse_message(data: bytes) -> Message:
    """The message in a datagram, complete or cut; `MalformedError` if it is none."""
    problems: list[str] = []
    first, headers = parse_head(data.lstrip(b"\r\n \t\0"), problems)
    speech = _speech(first, headers)
    if speech is None:
        raise MalformedError("not ssdp")
    return Message(speech, headers, tuple(dict.fromkeys(problems)))


def _speech(first: str, headers: tuple[tuple[str, str], ...]) -> Speech | None:
    if _ANSWER.match(first):
        return Speech.ANSWER
    if _SEARCH.match(first):
        return Speech.SEARCH
    if not _NOTIFY.match(first):
        return None
    said = [value.lower() for name, value in headers if name.lower() == "nts"]
    return Speech.BYEBYE if said[:1] == ["ssdp:byebye"] else Speech.ALIVE


def parse_description(data: bytes) -> tuple[tuple[str, str], ...]:
    """What a description says of the device and those inside it: (element, text), as ordered."""
    return _described(parse(data))


def _described(root: "_Element") -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    devices = 0
    for element in root.iter():
        name = local_name(element)
        devices += name == "device"
        if devices > DEVICES_KEPT:
            break
        value = text_of(element)[:VALUE_KEPT] if name in DESCRIBED and not len(element) else ""
        if value:
            found.append((name, value))
    return tuple(dict.fromkeys(found))
