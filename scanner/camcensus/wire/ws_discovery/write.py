"""Writing WS-Discovery: the Probes that are sent, and the answers of simulated devices."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

from camcensus.wire.ws_discovery.message import (
    ADDRESSING,
    ANONYMOUS,
    DISCOVERY,
    SOAP_11,
    SOAP_12,
    TO,
    Match,
    ProbeForm,
)

_MESSAGE_ID = re.compile(r"[A-Za-z0-9:._-]{1,128}")
_ASKED = {
    ProbeForm.NVT: (
        ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"',
        "<d:Types>dn:NetworkVideoTransmitter</d:Types>",
    ),
    ProbeForm.DEVICE: (
        ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"',
        "<d:Types>tds:Device</d:Types>",
    ),
    ProbeForm.UNTYPED: ("", "<d:Scopes/>"),
    ProbeForm.WSDP_DEVICE: (
        ' xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof"',
        "<d:Types>wsdp:Device</d:Types>",
    ),
    ProbeForm.STREAMING_SCOPE: (
        "",
        "<d:Scopes>onvif://www.onvif.org/Profile/Streaming</d:Scopes>",
    ),
}


def build_probe(message_id: str, form: ProbeForm) -> bytes:
    """A Probe on one line without declaration: line breaks make some devices answer a fault."""
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError(f"not a message id: {message_id!r}")
    namespace, asked = _ASKED[form]
    return (
        f'<s:Envelope xmlns:s="{SOAP_12}" xmlns:a="{ADDRESSING}" xmlns:d="{DISCOVERY}"{namespace}>'
        f'<s:Header><a:Action s:mustUnderstand="1">{DISCOVERY}/Probe</a:Action>'
        f"<a:MessageID>{message_id}</a:MessageID><a:ReplyTo><a:Address>"
        f"{ANONYMOUS}</a:Address></a:ReplyTo>"
        f'<a:To s:mustUnderstand="1">{TO}</a:To></s:Header>'
        f"<s:Body><d:Probe>{asked}</d:Probe></s:Body></s:Envelope>"
    ).encode()


_NAMESPACES = {
    "dn": "http://www.onvif.org/ver10/network/wsdl",
    "tdn": "http://www.onvif.org/ver10/network/wsdl",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "wsdp": "http://schemas.xmlsoap.org/ws/2006/02/devprof",
    "pub": "http://schemas.microsoft.com/windows/pub/2005/07",
    "wprt": "http://schemas.microsoft.com/windows/2006/08/wdp/print",
    "wscn": "http://schemas.microsoft.com/windows/2006/08/wdp/scan",
}
_USUAL_PREFIX = {
    "NetworkVideoTransmitter": "dn",
    "NetworkVideoDisplay": "dn",
    "NetworkVideoStorage": "dn",
    "NetworkVideoAnalytics": "dn",
    "Device": "tds",
    "Computer": "pub",
    "PrintDeviceType": "wprt",
    "ScanDeviceType": "wscn",
}


@dataclass(frozen=True, slots=True)
class Style:
    """How one firmware writes its XML; the defaults are what most cameras send."""

    soap: str = "SOAP-ENV"
    addressing: str = "wsa"
    discovery: str = "d"
    network: str = "dn"  # prefix of the types of the network namespace
    soap_11: bool = False
    declaration: bool = True
    namespaces: bool = True  # without: prefixes nobody declared
    line_breaks: bool = False  # between the words of a list
    app_sequence: bool = True


def build_probe_matches(
    *, message_id: str, relates_to: str, matches: Sequence[Match], style: Style | None = None
) -> bytes:
    """The answer to a Probe; `relates_to` is the Probe's id letter for letter."""
    style = style or Style()
    d = style.discovery
    found = "".join(_match("ProbeMatch", match, style) for match in matches)
    header = _header(message_id, ANONYMOUS, f"{DISCOVERY}/ProbeMatches", style, relates_to)
    return _envelope(header, f"<{d}:ProbeMatches>{found}</{d}:ProbeMatches>", style)


def build_hello(*, message_id: str, match: Match, style: Style | None = None) -> bytes:
    """What a device says to everyone when it starts or its address changes."""
    style = style or Style()
    header = _header(message_id, TO, f"{DISCOVERY}/Hello", style)
    return _envelope(header, _match("Hello", match, style), style)


def build_bye(*, message_id: str, match: Match, style: Style | None = None) -> bytes:
    """What a device says to everyone before it goes."""
    style = style or Style()
    header = _header(message_id, TO, f"{DISCOVERY}/Bye", style)
    return _envelope(header, _match("Bye", match, style), style)


def build_fault(
    *,
    message_id: str,
    relates_to: str,
    subcode: str = "MatchingRuleNotSupported",
    reason: str = "",
    style: Style | None = None,
) -> bytes:
    """The refusal of a Probe, in SOAP 1.2 or, if the style says so, 1.1."""
    style = style or Style()
    s, d = style.soap, style.discovery
    if style.soap_11:
        body = (
            f"<faultcode>{d}:{escape(subcode)}</faultcode>"
            f"<faultstring>{escape(reason)}</faultstring>"
        )
    else:
        body = (
            f"<{s}:Code><{s}:Value>{s}:Sender</{s}:Value><{s}:Subcode><{s}:Value>{d}:"
            f"{escape(subcode)}</{s}:Value></{s}:Subcode></{s}:Code>"
            f'<{s}:Reason><{s}:Text xml:lang="en">{escape(reason)}</{s}:Text></{s}:Reason>'
        )
    header = _header(message_id, ANONYMOUS, f"{DISCOVERY}/fault", style, relates_to)
    return _envelope(header, f"<{s}:Fault>{body}</{s}:Fault>", style)


def _header(message_id: str, to: str, action: str, style: Style, relates_to: str = "") -> str:
    a, d = style.addressing, style.discovery
    related = f"<{a}:RelatesTo>{escape(relates_to)}</{a}:RelatesTo>" if relates_to else ""
    sequence = f'<{d}:AppSequence InstanceId="1" MessageNumber="1"/>' if style.app_sequence else ""
    return (
        f"<{a}:MessageID>{escape(message_id)}</{a}:MessageID>{related}"
        f"<{a}:To>{to}</{a}:To><{a}:Action>{action}</{a}:Action>{sequence}"
    )


def _match(element: str, match: Match, style: Style) -> str:
    a, d = style.addressing, style.discovery
    gap = "\n  " if style.line_breaks else " "
    types = gap.join(_type(word, style) for word in match.types)
    scopes = gap.join(
        match.raw_scopes or (quote(scope, safe=":/?=&@+,;.") for scope in match.scopes)
    )
    return (
        f"<{d}:{element}><{a}:EndpointReference><{a}:Address>{escape(match.endpoint)}</{a}:Address>"
        f"</{a}:EndpointReference><{d}:Types>{escape(types)}</{d}:Types>"
        f"<{d}:Scopes>{escape(scopes)}</{d}:Scopes><{d}:XAddrs>{escape(gap.join(match.xaddrs))}"
        f"</{d}:XAddrs><{d}:MetadataVersion>1</{d}:MetadataVersion></{d}:{element}>"
    )


def _type(word: str, style: Style) -> str:
    """With the prefix it usually has; a word that brings its own keeps it."""
    prefix = _USUAL_PREFIX.get(word)
    if ":" in word or prefix is None:
        return word
    return f"{style.network if prefix == 'dn' else prefix}:{word}"


def _envelope(header: str, body: str, style: Style) -> bytes:
    s = style.soap
    declared = {
        s: SOAP_11 if style.soap_11 else SOAP_12,
        style.addressing: ADDRESSING,
        style.discovery: DISCOVERY,
        style.network: _NAMESPACES["dn"],
        **{prefix: uri for prefix, uri in _NAMESPACES.items() if f"{prefix}:" in body},
    }
    names = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in declared.items())
    start = '<?xml version="1.0" encoding="UTF-8"?>' if style.declaration else ""
    return (
        f"{start}<{s}:Envelope{names if style.namespaces else ''}><{s}:Header>{header}</{s}:Header>"
        f"<{s}:Body>{body}</{s}:Body></{s}:Envelope>"
    ).encode()
