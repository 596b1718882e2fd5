"""One recorded exchange to evidence: a reader per protocol, the same fields as when we asked."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape

from camcensus.data import normalise_mac
from camcensus.listen.fields import Fields
from camcensus.listen.names import canonical
from camcensus.probers.evidence import (
    description_evidence,
    dhip_evidence,
    http_evidence,
    onvif_evidence,
    rtsp_evidence,
    sadp_evidence,
    ssdp_evidence,
    ws_discovery_evidence,
)
from camcensus.types import Evidence, Field
from camcensus.wire import MalformedError, dhip, onvif, sadp, ws_discovery
from camcensus.wire.http import Response
from camcensus.wire.json_text import DEPTH, MANY, leaves, read_json, whole
from camcensus.wire.rtsp import Answer
from camcensus.wire.xml import descendants, parse

_INSTANCE = re.compile(
    r"(?P<name>.*?)(?:\.(?P<service>_[A-Za-z0-9-]{1,32}\._(?:tcp|udp)))?", re.DOTALL | re.IGNORECASE
)
_AROUND: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Envelope", ()),
    ("Body", ("Envelope",)),
    ("ProbeMatches", ("Envelope", "Body")),
    ("Hello", ("Envelope", "Body")),
    ("Fault", ("Envelope", "Body")),
    ("ProbeMatch", ("Envelope", "Body", "ProbeMatches")),
)
_ENTERPRISES = re.compile(
    r"^(?:OID: )?\.?(?:(?:iso|1)\.3\.6\.1\.4\.1\.|(?:[\w-]+::)?enterprises\.)"
)
_ATTRIBUTE_KEYS = ("@", "$")
_TEXT_KEYS = frozenset({"#text", "_"})

Reader = Callable[[Fields], Iterable[Evidence]]


def read_http(given: Fields) -> Iterator[Evidence]:
    """An answer of a web server: as much of it as was recorded."""
    body = _first(given, "body", "body_fragment")
    if body is None and "json_of_xml" in given:
        body = _xml_of(given)
    response = Response(
        status_line=given.text("status_line") or "",
        version="",
        status=None,
        reason="",
        headers=_headers(given),
        body=(body or "").encode(),
    )
    yield from http_evidence(response, given.text("url_path") or "")
    yield from _each(Field.HTTP_TITLE, given.texts("title"))
    yield from _each(Field.HTTP_FAVICON_MD5, (_hex(text) for text in given.texts("favicon_md5")))
    yield from _each(Field.HTTP_FAVICON_MMH3, map(_signed, given.texts("favicon_mmh3")))


def read_rtsp(given: Fields) -> Iterator[Evidence]:
    """An answer of a streaming server, and what its description tells of the device."""
    answer = Answer(
        status_line=given.text("status_line") or "",
        version="",
        status=None,
        reason="",
        headers=_headers(given),
        body=(given.text("sdp") or "").encode(),
    )
    yield from rtsp_evidence(answer)


def read_tls(given: Fields) -> Iterator[Evidence]:
    """A certificate, by its names."""
    yield from _each(Field.TLS_SUBJECT, map(canonical, given.texts("subject")))
    yield from _each(Field.TLS_ISSUER, map(canonical, given.texts("issuer")))
    yield from _each(Field.TLS_SAN, given.texts("san"))
    yield from _each(Field.TLS_SHA256, (_hex(text) for text in given.texts("sha256")))
    yield from _each(Field.TLS_SERIAL, (_hex(text) for text in given.texts("serial")))


def read_ws_discovery(given: Fields) -> Iterator[Evidence]:
    """A ProbeMatches, Hello or Fault; whole, in part, or already taken apart."""
    xml = _first(given, "xml", "xml_fragment")
    written = _match_xml(given) if xml is None else _enveloped(xml)
    yield from ws_discovery_evidence(ws_discovery.parse(written.encode()))


def read_onvif(given: Fields) -> Iterator[Evidence]:
    """An answer of the device service, with or without login."""
    xml = (given.text("xml") or "").encode()
    if next(descendants(parse(xml), "ProbeMatch"), None) is not None:
        yield from read_ws_discovery(given)
    yield from onvif_evidence(onvif.parse(xml))


def read_sadp(given: Fields) -> Iterator[Evidence]:
    """One answer of Hikvision's discovery, line by line where it is no XML."""
    yield from sadp_evidence(sadp.parse((given.text("xml") or "").encode()).fields)


def read_dhip(given: Fields) -> Iterator[Evidence]:
    """One answer of Dahua's discovery: as text, as JSON, or already taken apart."""
    value = given.raw("json")
    if isinstance(value, str):
        yield from dhip_evidence(dhip.parse(whole(value).encode()).fields)
    else:
        yield from dhip_evidence(dhip.fields_of(value))
    yield from dhip_evidence(dhip.fields_of(given.raw("fields")))


def read_ssdp(given: Fields) -> Iterator[Evidence]:
    """An announcement or answer, and the description of the device if it was fetched."""
    yield from ssdp_evidence(given.pairs("headers"))
    xml = _first(given, "description_xml", "description_xml_fragment")
    if xml is not None:
        yield from description_evidence((xml if "<root" in xml else f"<root>{xml}</root>").encode())


def read_mdns(given: Fields) -> Iterator[Evidence]:
    """A service: its type, its instance, where it runs and what its TXT record says."""
    service = _bare(given.text("service_type"))
    instance = _INSTANCE.fullmatch(_bare(given.text("name")))
    if instance is not None:
        service = service or instance["service"]
        yield from _each(Field.MDNS_INSTANCE, [instance["name"]])
    yield from _each(Field.MDNS_SERVICE, [service])
    yield from _each(Field.MDNS_HOSTNAME, [(given.text("hostname") or "").rstrip(".")])
    txt = given.raw("txt")
    if isinstance(txt, dict):
        yield from _each(Field.MDNS_TXT, (_pair(key, value) for key, value in txt.items()))
    else:
        yield from _each(Field.MDNS_TXT, given.texts("txt"))
    yield from _each(Field.MDNS_TXT, given.texts("txt_raw"))


def read_sip(given: Fields) -> Iterator[Evidence]:
    """The headers of a SIP message."""
    fields = {"server": Field.SIP_SERVER, "user-agent": Field.SIP_USER_AGENT}
    yield from _named(given.pairs("headers"), Field.SIP_HEADER, fields)


def read_mac(given: Fields) -> Iterator[Evidence]:
    """A MAC address seen on the link or in a table; what is none is an error."""
    text = given.text("mac") or ""
    if normalise_mac(text) is None:
        raise MalformedError(f"mac: {text[:40]!r} is no MAC address")
    yield from _macs([text])


def read_snmp(given: Fields) -> Iterator[Evidence]:
    """What the system says of itself; the object in digits, however the tool wrote it."""
    yield from _each(Field.SNMP_SYS_DESCR, (text.strip() for text in given.texts("sysDescr")))
    objects = (
        _ENTERPRISES.sub("1.3.6.1.4.1.", text.strip()) for text in given.texts("sysObjectID")
    )
    yield from _each(Field.SNMP_SYS_OBJECT_ID, objects)


def _plain(**fields: Field) -> Reader:
    """A reader that takes each key as it stands."""

    def read(given: Fields) -> Iterator[Evidence]:
        for key, field in fields.items():
            yield from _each(field, given.texts(key))

    return read


READERS: Mapping[str, Reader] = {
    "dhcp": _plain(vendor_class=Field.DHCP_VENDOR_CLASS, hostname=Field.DHCP_HOSTNAME),
    "dhip": read_dhip,
    "ftp": _plain(banner=Field.FTP_BANNER),
    "http": read_http,
    "https-cert": read_tls,
    "mac": read_mac,
    "mdns": read_mdns,
    "onvif": read_onvif,
    "rtsp": read_rtsp,
    "sadp": read_sadp,
    "sip": read_sip,
    "snmp": read_snmp,
    "ssdp": read_ssdp,
    "telnet": _plain(banner=Field.TELNET_BANNER),
    "tls": read_tls,
    "ws-discovery": read_ws_discovery,
}
"""One reader per protocol name of an exchange."""


def _each(field: Field, values: Iterable[str]) -> Iterator[Evidence]:
    return (Evidence(field, whole(value)) for value in values if value)


def _macs(texts: Iterable[str]) -> Iterator[Evidence]:
    return _each(Field.MAC_ADDRESS, (normalise_mac(text) or "" for text in texts))


def _named(
    headers: Iterable[tuple[str, str]], every: Field, fields: Mapping[str, Field]
) -> Iterator[Evidence]:
    """Each header as a line, and those with a field of their own there too."""
    for name, value in headers:
        yield from _each(every, [f"{name}: {value}"])
        field = fields.get(name.lower())
        if field is not None:
            yield from _each(field, [value])


def _headers(given: Fields) -> tuple[tuple[str, str], ...]:
    """The headers, with a challenge that was recorded apart put back among them."""
    headers = given.pairs("headers")
    present = {value for name, value in headers if name.lower() == "www-authenticate"}
    apart = (value for value in given.texts("www_authenticate") if value not in present)
    return (*headers, *(("WWW-Authenticate", value) for value in apart))


def _first(given: Fields, *keys: str) -> str | None:
    return next((given.text(key) for key in keys if key in given), None)


def _bare(name: str | None) -> str:
    """A name of multicast DNS without its domain."""
    return (name or "").rstrip(".").removesuffix(".local")


def _pair(key: str, value: object) -> str:
    """One string of a TXT record; a key alone is a flag that is set."""
    texts = [text for _, text in leaves(value)]
    return f"{key}={texts[0]}" if texts else key


def _signed(text: str) -> str:
    """A hash of 32 bits as a signed number, which some tools write without sign."""
    if len(text) == 10 and text.isascii() and text.isdigit() and 1 << 31 <= int(text) < 1 << 32:
        return str(int(text) - (1 << 32))
    return text


def _hex(text: str) -> str:
    return text.replace(":", "").replace(" ", "").lower()


def _enveloped(xml: str) -> str:
    """A fragment with what must stand around it."""
    stands = (before for word, before in _AROUND if f"{word}>" in xml or f"{word} " in xml)
    before = next(stands, ("Envelope", "Body", "ProbeMatches", "ProbeMatch"))
    opening = "".join(f"<{name}>" for name in before)
    return opening + xml + "".join(f"</{name}>" for name in reversed(before))


def _match_xml(given: Fields) -> str:
    """A match that was taken apart, as it was sent: then it is read as ever."""
    parts = {name: " ".join(given.texts(name.lower())) for name in ("Types", "Scopes", "XAddrs")}
    address = f"<Address>{escape(given.text('endpoint') or '')}</Address>"
    inside = f"<EndpointReference>{address}</EndpointReference>"
    inside += "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items())
    return _enveloped(inside)


def _xml_of(given: Fields) -> str:
    """The page that somebody turned from XML to JSON, turned back as far as it goes."""
    value = given.raw("json_of_xml")
    return _element("", read_json(value) if isinstance(value, str) else value)


def _element(name: str, value: object, depth: int = 0) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one, depth + 1) for one in value[:MANY] if depth < DEPTH)
    attributes = ""
    if isinstance(value, dict):
        pairs = [(whole(key), one) for key, one in value.items() if depth < DEPTH]
        attributes = "".join(_attributes(key, one) for key, one in pairs)
        inside = "".join(
            _element("" if key in _TEXT_KEYS else key, one, depth + 1)
            for key, one in pairs
            if not key.startswith(_ATTRIBUTE_KEYS)
        )
    else:
        inside = escape("".join(text for _, text in leaves(value)), quote=False)
    return f"<{name}{attributes}>{inside}</{name}>" if name else inside


def _attributes(key: str, value: object) -> str:
    """An attribute, or the several below one key, as the usual converters write them."""
    if not key.startswith(_ATTRIBUTE_KEYS):
        return ""
    if isinstance(value, dict):
        pairs = [(whole(name), one) for name, one in value.items()]
    else:
        pairs = [(key.lstrip("@"), value)]
    return "".join(
        f' {name}="{escape("".join(text for _, text in leaves(one)))}"' for name, one in pairs
    )
