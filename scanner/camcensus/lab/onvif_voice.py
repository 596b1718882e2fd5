"""How simulated devices answer at their ONVIF device service: written here, not by our codec."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from camcensus.lab.estate import LabDevice
from camcensus.lab.personas import Onvif, Refusal
from camcensus.lab.wsd_voice import STYLES

_TDS = "http://www.onvif.org/ver10/device/wsdl"
_TT = "http://www.onvif.org/ver10/schema"
_TER = "http://www.onvif.org/ver10/error"
_OPERATION = re.compile(rb"<(?:[\w.-]+:)?Body(?:\s[^>]*)?>\s*<(?:[\w.-]+:)?(\w{1,64})")
# What ONVIF Core lets everybody ask (access class PRE_AUTH).
_PRE_AUTH = frozenset(
    {
        "GetSystemDateAndTime",
        "GetHostname",
        "GetCapabilities",
        "GetServices",
        "GetServiceCapabilities",
        "GetWsdlUrl",
        "GetEndpointReference",
    }
)
_NOT_AUTHORIZED = "Sender not Authorized"
_FAULT_STATUS = {
    Refusal.FAULT_200: "200 OK",
    Refusal.FAULT_400: "400 Bad Request",
    Refusal.FAULT_500: "500 Internal Server Error",
    Refusal.ATTEMPTS: "400 Bad Request",
    Refusal.SECURITY_HEADER: "400 Bad Request",
    Refusal.ENDLESS_REASON: "500 Internal Server Error",
}
_REASON = {
    Refusal.ATTEMPTS: f"{_NOT_AUTHORIZED}. Invalid username or password! "
    "You still have 24 attempt(s).",
    Refusal.SECURITY_HEADER: "An error was discovered processing the <wsse:Security> header.",
    Refusal.ENDLESS_REASON: f"{_NOT_AUTHORIZED}. " + "A" * 1_000_000,
}
_DETAIL = "The action requested requires authorization and the sender is not authorized."
_PAGE = (
    "<html><head><title>Document Error: Unauthorized</title></head>"
    "<body><h2>Access Error: 401 -- Unauthorized</h2></body></html>"
)


@dataclass(frozen=True, slots=True)
class Said:
    """One HTTP answer: what follows the version, further headers, and the body."""

    status: str
    headers: tuple[str, ...]
    body: bytes


def asked_for(body: bytes) -> str:
    """The call that a request makes, "" if it makes none."""
    found = _OPERATION.search(body)
    return found[1].decode() if found else ""


def answer(device: LabDevice, voice: Onvif, body: bytes) -> Said:
    """What the device says to this request; nobody here has a login."""
    operation = asked_for(body)
    if voice.refuses_all or (operation not in _PRE_AUTH and operation not in voice.open):
        return _refusal(device, voice)
    said = _answers(device, voice).get(operation)
    if said is None:
        return _fault(voice, "400 Bad Request", "ActionNotSupported", "Action not implemented")
    return _envelope(voice, "200 OK", f"<tds:{operation}Response>{said}</tds:{operation}Response>")


def _answers(device: LabDevice, voice: Onvif) -> dict[str, str]:
    def texts(**elements: str) -> str:
        pairs = ((name, escape(device.fill(text))) for name, text in elements.items())
        return "".join(f"<tds:{name}>{text}</tds:{name}>" for name, text in pairs)

    at = device.fill(voice.xaddr or f"http://{{address}}{{http}}{voice.path}")
    wsdl = "http://www.onvif.org/onvif/ver10/device/wsdl/devicemgmt.wsdl"
    answers = {
        "GetSystemDateAndTime": _date_and_time(voice),
        "GetDeviceInformation": texts(
            Manufacturer=voice.manufacturer,
            Model=voice.model,
            FirmwareVersion=voice.firmware,
            SerialNumber=voice.serial,
            HardwareId=voice.hardware_id,
        ),
        "GetScopes": _scopes(device),
        "GetHostname": "<tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP><tt:Name>"
        f"{escape(device.fill(voice.hostname))}</tt:Name></tds:HostnameInformation>",
        "GetCapabilities": _capabilities(at),
        "GetServices": _services(at),
        "GetServiceCapabilities": "<tds:Capabilities><tds:Network/>"
        '<tds:Security UsernameToken="true" HttpDigest="true"/><tds:System/></tds:Capabilities>',
        "GetWsdlUrl": texts(WsdlUrl=wsdl),
        "GetNetworkInterfaces": _interfaces(device),
    }
    endpoint = device.persona.ws_discovery
    if endpoint is not None:
        answers["GetEndpointReference"] = texts(GUID=endpoint.endpoint)
    return answers


def _date_and_time(voice: Onvif) -> str:
    now = datetime.now(UTC) + timedelta(seconds=voice.skew_s)
    moment = (
        f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
        f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
        f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date>"
    )
    return (
        "<tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings>"
        f"<tt:TimeZone><tt:TZ>{escape(voice.time_zone)}</tt:TZ></tt:TimeZone>"
        f"<tt:UTCDateTime>{moment}</tt:UTCDateTime></tds:SystemDateAndTime>"
    )


def _scopes(device: LabDevice) -> str:
    voice = device.persona.ws_discovery
    return "".join(
        "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>"
        f"<tt:ScopeItem>{escape(device.fill(scope))}</tt:ScopeItem></tds:Scopes>"
        for scope in (voice.scopes if voice else ())
    )


def _capabilities(at: str) -> str:
    return (
        f"<tds:Capabilities><tt:Device><tt:XAddr>{escape(at)}</tt:XAddr></tt:Device>"
        f"<tt:Media><tt:XAddr>{escape(at)}</tt:XAddr><tt:StreamingCapabilities/></tt:Media>"
        "</tds:Capabilities>"
    )


def _services(at: str) -> str:
    return "".join(
        f"<tds:Service><tds:Namespace>{namespace}</tds:Namespace><tds:XAddr>{escape(at)}</tds:XAddr>"
        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>42</tt:Minor></tds:Version></tds:Service>"
        for namespace in (_TDS, "http://www.onvif.org/ver10/media/wsdl")
    )


def _interfaces(device: LabDevice) -> str:
    return (
        '<tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>eth0'
        f"</tt:Name><tt:HwAddress>{device.mac}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info>"
        "</tds:NetworkInterfaces>"
    )


def _refusal(device: LabDevice, voice: Onvif) -> Said:
    """One of the forms in which devices say that a login is needed."""
    if voice.refusal is Refusal.PAGE:
        return Said("401 Unauthorized", ("Content-Type: text/html",), _PAGE.encode())
    if voice.refusal is Refusal.DIGEST:
        realm = device.fill(voice.realm or "{hex32}")
        challenge = f'WWW-Authenticate: Digest realm="{realm}", qop="auth", nonce="{realm}1"'
        return Said("401 Unauthorized", (challenge,), b"")
    reason = _REASON.get(voice.refusal, _NOT_AUTHORIZED)
    return _fault(voice, _FAULT_STATUS[voice.refusal], "NotAuthorized", reason)


def _fault(voice: Onvif, status: str, code: str, reason: str) -> Said:
    s = STYLES[voice.envelope].soap
    body = (
        f"<{s}:Fault><{s}:Code><{s}:Value>{s}:Sender</{s}:Value><{s}:Subcode><{s}:Value>ter:{code}"
        f"</{s}:Value></{s}:Subcode></{s}:Code><{s}:Reason>"
        f'<{s}:Text xml:lang="en">{escape(reason)}</{s}:Text></{s}:Reason>'
        f"<{s}:Detail><{s}:Text>{_DETAIL}</{s}:Text></{s}:Detail></{s}:Fault>"
    )
    return _envelope(voice, status, body)


def _envelope(voice: Onvif, status: str, body: str) -> Said:
    style = STYLES[voice.envelope]
    s = style.soap
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><{s}:Envelope xmlns:{s}="{style.envelope}" '
        f'xmlns:tds="{_TDS}" xmlns:tt="{_TT}" xmlns:ter="{_TER}"><{s}:Body>{body}</{s}:Body>'
        f"</{s}:Envelope>"
    )
    kind = "Content-Type: application/soap+xml; charset=utf-8"
    return Said(status, (kind,), text.encode("utf-8", "surrogateescape"))
