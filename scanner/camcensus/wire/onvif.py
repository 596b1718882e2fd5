"""Answers of an ONVIF device service, as devices misspeak them: any prefix, namespace or envelope.

Nothing is ever fetched while reading (`wire.xml`), and no schema decides what is kept: what one
element says is worth having even if its neighbours are missing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from camcensus.wire import MalformedError
from camcensus.wire.text import decode
from camcensus.wire.xml import child, descendants, local_name, read, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

SCOPES_KEPT = 64
SERVICES_KEPT = 64
INTERFACES_KEPT = 16
TEXT_KEPT = 256  # characters of one value
REASON_KEPT = 1024

_DATE = ("Year", "Month", "Day")
_TIME = ("Hour", "Minute", "Second")
_CAPABILITIES_WITHIN = frozenset({"Capabilities", "Extension"})
# What "you have no right to ask" looks like; ONVIF Core says ter:NotAuthorized, devices say more.
_REFUSAL = re.compile(
    r"not\s?authori[sz]ed|unauthori[sz]ed|failed\s?authentication|failedcheck"
    r"|attempt\(s\)|wsse:security|invalidsecurity",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A SOAP fault, 1.1 or 1.2: `code` is the local name of the innermost code."""

    code: str
    reason: str

    @property
    def refuses(self) -> bool:
        """Whether it says that we may not ask, in any of the ways in which devices say that."""
        return _REFUSAL.search(f"{self.code} {self.reason}") is not None


@dataclass(frozen=True, slots=True)
class Service:
    """One service that the device names: a namespace or a category, and its address, a claim."""

    name: str
    xaddr: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer says; `operations` are the calls that it answers, without `Response`."""

    operations: tuple[str, ...] = ()
    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = ""
    hardware_id: str = ""
    scopes: tuple[str, ...] = ()
    hostname: str = ""
    clock: datetime | None = None
    services: tuple[Service, ...] = ()
    endpoint: str = ""
    macs: tuple[str, ...] = ()  # as sent
    fault: Fault | None = None
    problems: tuple[str, ...] = ()


def parse(data: bytes) -> Answer:
    """One answer; `MalformedError` if it is no XML, or a page in the place of an answer."""
    document = read(data)
    root, problems = document.root, list(document.problems)
    if local_name(root).lower() == "html":
        raise MalformedError("a page where an answer of the device service was expected")
    if local_name(root) != "Envelope":
        problems.append("no-envelope")
    information = next(descendants(root, "GetDeviceInformationResponse"), None)
    return Answer(
        operations=_operations(root),
        manufacturer=_value(information, "Manufacturer"),
        model=_value(information, "Model"),
        firmware=_value(information, "FirmwareVersion"),
        serial=_value(information, "SerialNumber"),
        hardware_id=_value(information, "HardwareId"),
        scopes=_scopes(root, problems),
        hostname=_value(next(descendants(root, "HostnameInformation"), None), "Name"),
        clock=_clock(root, problems),
        services=_services(root, problems),
        endpoint=_value(next(descendants(root, "GetEndpointReferenceResponse"), None), "GUID"),
        macs=_macs(root),
        fault=_fault(next(descendants(root, "Fault"), None)),
        problems=tuple(dict.fromkeys(problems)),
    )


def _value(element: "_Element | None", name: str) -> str:
    return text_of(child(element, name))[:TEXT_KEPT]


def _operations(root: "_Element") -> tuple[str, ...]:
    """`GetHostname` of a `GetHostnameResponse`, wherever it stands."""
    names = (local_name(element) for element in root.iter())
    found = (name.removesuffix("Response") for name in names if name.endswith("Response"))
    return tuple(dict.fromkeys(name[:TEXT_KEPT] for name in found if name.startswith("Get")))[:8]


def _scopes(root: "_Element", problems: list[str]) -> tuple[str, ...]:
    """The scopes, percent-decoded as far as that goes."""
    texts = [text for one in descendants(root, "ScopeItem") if (text := text_of(one))]
    if len(texts) > SCOPES_KEPT:
        problems.append("too-many-scopes")
    cut = (text[: 3 * TEXT_KEPT] for text in texts[:SCOPES_KEPT])
    return tuple(_unquoted(text)[:TEXT_KEPT] for text in cut)


def _unquoted(text: str) -> str:
    return decode(unquote_to_bytes(text)) if "%" in text else text


def _clock(root: "_Element", problems: list[str]) -> datetime | None:
    """The device's time in UTC, `None` if it states none that a calendar knows."""
    stated = next(descendants(root, "UTCDateTime"), None)
    if stated is None:
        return None
    texts = [
        _value(child(stated, part), name)
        for part, names in (("Date", _DATE), ("Time", _TIME))
        for name in names
    ]
    if not all(re.fullmatch(r"\d{1,4}", text, re.ASCII) for text in texts):
        problems.append("no-clock")
        return None
    year, month, day, hour, minute, second = map(int, texts)
    try:
        # A leap second is a second that Python does not know.
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        problems.append("no-clock")
        return None


def _services(root: "_Element", problems: list[str]) -> tuple[Service, ...]:
    found = tuple(dict.fromkeys((*_listed(root), *_capable(root))))
    if len(found) > SERVICES_KEPT:
        problems.append("too-many-services")
    return found[:SERVICES_KEPT]


def _listed(root: "_Element") -> Iterator[Service]:
    """The services of GetServices, by namespace."""
    for element in descendants(root, "Service"):
        namespace = _value(element, "Namespace")
        if namespace:
            yield Service(namespace, _value(element, "XAddr"))


def _capable(root: "_Element") -> Iterator[Service]:
    """The categories of GetCapabilities that have an address."""
    for answer in descendants(root, "GetCapabilitiesResponse"):
        for xaddr in descendants(answer, "XAddr"):
            parent = xaddr.getparent()
            name = "" if parent is None else local_name(parent)
            if name and name not in _CAPABILITIES_WITHIN:
                yield Service(name[:TEXT_KEPT], text_of(xaddr)[:TEXT_KEPT])


def _macs(root: "_Element") -> tuple[str, ...]:
    texts = (text_of(one)[:TEXT_KEPT] for one in descendants(root, "HwAddress"))
    return tuple(dict.fromkeys(text for text in texts if text))[:INTERFACES_KEPT]


def _fault(fault: "_Element | None") -> Fault | None:
    if fault is None:
        return None
    code = child(fault, "Code")
    codes = [] if code is None else [text_of(one) for one in descendants(code, "Value")]
    codes += [text_of(one) for one in descendants(fault, "faultcode")]
    reason = text_of(child(fault, "Reason")) or text_of(child(fault, "faultstring"))
    return Fault(
        code=codes[-1].rpartition(":")[2].strip()[:TEXT_KEPT] if codes else "",
        reason=" ".join(reason[: 4 * REASON_KEPT].split())[:REASON_KEPT],
    )
