"""What WS-Discovery 2005/04 messages say, apart from how they are written."""

from dataclasses import dataclass
from enum import StrEnum

SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
TO = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
ANONYMOUS = f"{ADDRESSING}/role/anonymous"


class ProbeForm(StrEnum):
    """What a Probe asks for: some devices answer only one of these."""

    NVT = "nvt"
    DEVICE = "device"
    UNTYPED = "untyped"
    WSDP_DEVICE = "wsdp-device"
    STREAMING_SCOPE = "streaming-scope"


class Action(StrEnum):
    """What a message is, by its body, or by its header where the body does not say."""

    PROBE_MATCHES = "ProbeMatches"
    RESOLVE_MATCHES = "ResolveMatches"
    HELLO = "Hello"
    BYE = "Bye"
    FAULT = "Fault"
    PROBE = "Probe"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Match:
    """What one device says of itself; in a Probe, what is asked for."""

    endpoint: str = ""
    types: tuple[str, ...] = ()  # local names
    scopes: tuple[str, ...] = ()  # percent-decoded
    raw_scopes: tuple[str, ...] = ()
    xaddrs: tuple[str, ...] = ()  # as sent: claims, not addresses


@dataclass(frozen=True, slots=True)
class Fault:
    """A SOAP fault, 1.1 or 1.2: proof of a SOAP device. Codes are local names."""

    code: str
    subcode: str
    reason: str


@dataclass(frozen=True, slots=True)
class Message:
    """One datagram; `problems` names what was overlooked or cut."""

    action: Action
    message_id: str
    relates_to: str
    matches: tuple[Match, ...] = ()
    fault: Fault | None = None
    problems: tuple[str, ...] = ()
