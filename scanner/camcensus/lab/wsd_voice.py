"""How simulated devices speak WS-Discovery: bytes written here, not by our own codec."""

import re
from dataclasses import dataclass
from uuid import uuid4
from xml.sax.saxutils import escape

from camcensus.lab.estate import LabDevice
from camcensus.lab.personas import Form, WsDiscovery

_WSD = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_WSA = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
_ANONYMOUS = f"{_WSA}/role/anonymous"
_NVT = "NetworkVideoTransmitter"
_NAMESPACES = {
    "dn": "http://www.onvif.org/ver10/network/wsdl",
    "tdn": "http://www.onvif.org/ver10/network/wsdl",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "wsdp": "http://schemas.xmlsoap.org/ws/2006/02/devprof",
    "pub": "http://schemas.microsoft.com/windows/pub/2005/07",
    "wprt": "http://schemas.microsoft.com/windows/2006/08/wdp/print",
    "wscn": "http://schemas.microsoft.com/windows/2006/08/wdp/scan",
}

_ELEMENT = r"<(?:[\w.-]+:)?{0}(?:\s[^>]*)?>([^<]*)</"
_BODY_PROBE = re.compile(r"<(?:[\w.-]+:)?Probe(?:\s[^>]*)?/?>")


@dataclass(frozen=True, slots=True)
class Style:
    """The prefixes by which a maker's SOAP library is known."""

    soap: str
    addressing: str
    discovery: str
    envelope: str = _SOAP


STYLES = {
    "plain": Style("s", "a", "d"),
    "gsoap": Style("SOAP-ENV", "wsa", "wsdd"),
    "env": Style("env", "wsadis", "d"),
    "soap": Style("soap", "wsa", "wsd"),
    "soap11": Style("SOAP-ENV", "wsa", "d", _SOAP11),
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What somebody asked: types as local names."""

    message_id: str
    types: tuple[str, ...]
    scopes: tuple[str, ...]
    broken_lines: bool

    @property
    def form(self) -> Form | None:
        """Which of the shapes it is; `None` for a type that no camera has."""
        if not self.types:
            return Form.TYPELESS
        if _NVT in self.types:
            return Form.NVT
        return Form.DEVICE if "Device" in self.types else None


def read_probe(data: bytes) -> Probe | None:
    """The Probe in a datagram, `None` if it holds something else."""
    text = data.decode("utf-8", "replace")
    message_id = _text(text, "MessageID")
    if message_id is None or not _BODY_PROBE.search(text) or _text(text, "XAddrs") is not None:
        return None
    types = tuple(one.split(":")[-1] for one in (_text(text, "Types") or "").split())
    return Probe(
        message_id, types, tuple((_text(text, "Scopes") or "").split()), "\n" in text.strip()
    )


def answers_to(device: LabDevice, probe: Probe) -> list[bytes]:
    """The datagrams that the device sends back: none if the Probe does not suit it."""
    voice = device.persona.ws_discovery
    if voice is None:
        return []
    if voice.newline_fault and probe.broken_lines:
        return [_fault(probe)]
    if not _suits(device, voice, probe):
        return []
    return [_matches(device, voice, probe) for _ in range(voice.copies)]


def _suits(device: LabDevice, voice: WsDiscovery, probe: Probe) -> bool:
    if probe.form is None or probe.form not in voice.answers:
        return False
    own = {one.split(":")[-1] for one in voice.types.split()}
    if voice.refuses_extra_types and len(probe.types) > 1:
        return False
    if not set(probe.types) <= own:
        return False
    scopes = [device.fill(one) for one in voice.scopes]
    return all(any(_covers(asked, one) for one in scopes) for asked in probe.scopes)


def _covers(asked: str, scope: str) -> bool:
    return scope == asked or scope.startswith(asked.rstrip("/") + "/")


def _matches(device: LabDevice, voice: WsDiscovery, probe: Probe) -> bytes:
    style = STYLES[voice.envelope]
    wsa = style.addressing
    own_id = {"echo": probe.message_id, "endpoint": device.fill(voice.endpoint)}
    message_id = own_id.get(voice.message_id, f"urn:uuid:{uuid4()}")
    relates = {
        "echo": f"<{wsa}:RelatesTo>{escape(probe.message_id)}</{wsa}:RelatesTo>",
        "urn": f"<{wsa}:RelatesTo>urn:{escape(probe.message_id)}</{wsa}:RelatesTo>",
    }.get(voice.relates_to, "")
    head = (
        f"<{wsa}:MessageID>{escape(message_id)}</{wsa}:MessageID>{relates}"
        f"<{wsa}:To>{_ANONYMOUS}</{wsa}:To><{wsa}:Action>{_WSD}/ProbeMatches</{wsa}:Action>"
        f'<{style.discovery}:AppSequence InstanceId="1" MessageNumber="7"/>'
    )
    wsd = style.discovery
    match = f"<{wsd}:ProbeMatch>{_description(device, voice, style)}</{wsd}:ProbeMatch>"
    body = f"<{wsd}:ProbeMatches>{match}</{wsd}:ProbeMatches>"
    return _envelope(voice, style, head, body)


def _description(device: LabDevice, voice: WsDiscovery, style: Style) -> str:
    wsa, wsd = style.addressing, style.discovery
    scopes = escape(device.fill(" ".join(voice.scopes)))
    xaddrs = escape(device.fill(" ".join(voice.xaddrs)))
    return (
        f"<{wsa}:EndpointReference><{wsa}:Address>{escape(device.fill(voice.endpoint))}"
        f"</{wsa}:Address></{wsa}:EndpointReference><{wsd}:Types>{escape(voice.types)}</{wsd}:Types>"
        f"<{wsd}:Scopes>{scopes}</{wsd}:Scopes><{wsd}:XAddrs>{xaddrs}</{wsd}:XAddrs>"
        f"<{wsd}:MetadataVersion>10</{wsd}:MetadataVersion>"
    )


def _envelope(voice: WsDiscovery, style: Style, head: str, body: str) -> bytes:
    prefixes = sorted({one.split(":")[0] for one in voice.types.split() if ":" in one})
    declared = "".join(f' xmlns:{one}="{_NAMESPACES[one]}"' for one in prefixes)
    text = (
        f'<?xml version="1.0" encoding="{voice.encoding}"?><{style.soap}:Envelope'
        f' xmlns:{style.soap}="{style.envelope}" xmlns:{style.addressing}="{_WSA}"'
        f' xmlns:{style.discovery}="{_WSD}"{declared}>'
        f"<{style.soap}:Header>{head}</{style.soap}:Header>"
        f"<{style.soap}:Body>{body}</{style.soap}:Body></{style.soap}:Envelope>"
    )
    return text.encode(voice.encoding)


def _fault(probe: Probe) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<env:Envelope xmlns:env="{_SOAP}" xmlns:wsa="{_WSA}"'
        f' xmlns:d="{_WSD}"><env:Header><wsa:MessageID>urn:uuid:{uuid4()}</wsa:MessageID>'
        f"<wsa:RelatesTo>{escape(probe.message_id)}</wsa:RelatesTo><wsa:To>{_ANONYMOUS}</wsa:To>"
        f"<wsa:Action>{_WSD}/fault</wsa:Action></env:Header><env:Body><env:Fault><env:Code>"
        "<env:Value>env:Sender</env:Value><env:Subcode><env:Value>d:MatchingRuleNotSupported"
        "</env:Value></env:Subcode></env:Code><env:Reason><env:Text>the xml format error</env:Text>"
        "</env:Reason></env:Fault></env:Body></env:Envelope>"
    ).encode()


def _text(text: str, name: str) -> str | None:
    found = re.search(_ELEMENT.format(name), text)
    return found[1].strip() if found and found[1].strip() else None
