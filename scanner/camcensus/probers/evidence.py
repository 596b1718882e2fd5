"""What each kind of message says about a device, as evidence; pure, and repeatable at any time.

Values stay as the device wrote them (decoded, at most 64 KiB): whoever shows them escapes them.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from camcensus.data import mac_owner, normalise_mac
from camcensus.types import Evidence, Field
from camcensus.wire import http, mdns, onvif, rtsp, snmp, ssdp, ws_discovery, x509
from camcensus.wire.sdp import looks_secret

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

VALUE_KEPT = 65536  # characters

_SPEAKS_OF_ITSELF = frozenset(
    {
        ws_discovery.Action.PROBE_MATCHES,
        ws_discovery.Action.RESOLVE_MATCHES,
        ws_discovery.Action.HELLO,
        ws_discovery.Action.BYE,
    }
)
_SSDP_FIELDS = {
    "server": Field.SSDP_SERVER,
    "usn": Field.SSDP_USN,
    "location": Field.SSDP_LOCATION,
}


def _evidence(found: Iterable[tuple[Field, str | None]]) -> tuple[Evidence, ...]:
    """Each pair once, in the order found; what is empty says nothing."""
    kept = ((field, value[:VALUE_KEPT]) for field, value in found if value and value.strip())
    return tuple(Evidence(field, value) for field, value in dict.fromkeys(kept))


def field_evidence(field: Field, pairs: Iterable[tuple[str, str]]) -> tuple[Evidence, ...]:
    """Key and value of a maker's own discovery as "key=value"; what is empty says nothing."""
    return _evidence((field, f"{key}={value}") for key, value in pairs if value.strip())


def answer_evidence(field: Field, answer: "DataclassInstance") -> tuple[Evidence, ...]:
    """Every value that an answer holds, under the name that it has there, with hyphens."""
    names = [one.name for one in dataclasses.fields(answer)]
    pairs = ((name.replace("_", "-"), getattr(answer, name)) for name in names)
    return field_evidence(field, pairs)


def sadp_evidence(fields: Iterable[tuple[str, str]]) -> tuple[Evidence, ...]:
    """The elements of an answer; what only encrypts a later login is no fact of the device."""
    return field_evidence(Field.SADP_FIELD, (one for one in fields if one[0] != "Salt"))


def dhip_evidence(fields: Iterable[tuple[str, str]]) -> tuple[Evidence, ...]:
    """The values of an answer, each with its path."""
    return field_evidence(Field.DHIP_FIELD, fields)


def ws_discovery_evidence(message: ws_discovery.Message) -> tuple[Evidence, ...]:
    """Types, scopes, endpoint and addresses of every match, and a fault's words."""
    return _evidence(_ws_discovery(message))


def _ws_discovery(message: ws_discovery.Message) -> Iterator[tuple[Field, str]]:
    if message.action in _SPEAKS_OF_ITSELF:
        for match in message.matches:
            yield Field.WSD_TYPES, " ".join(match.types)
            for scope in match.scopes:
                yield Field.WSD_SCOPE, scope
            yield Field.WSD_SCOPES, " ".join(match.scopes)
            yield Field.WSD_ENDPOINT, match.endpoint
            for xaddr in match.xaddrs:
                yield Field.WSD_XADDR, xaddr
    if message.fault is not None:
        fault = message.fault
        yield Field.WSD_FAULT, f"{fault.subcode or fault.code} {fault.reason}".strip()


def onvif_evidence(answer: onvif.Answer, seen_at: datetime | None = None) -> tuple[Evidence, ...]:
    """What a device service says of itself; its clock only where we know when it spoke."""
    return _evidence(_onvif(answer, seen_at))


def _onvif(answer: onvif.Answer, seen_at: datetime | None) -> Iterator[tuple[Field, str | None]]:
    yield Field.ONVIF_MANUFACTURER, answer.manufacturer
    yield Field.ONVIF_MODEL, answer.model
    yield Field.ONVIF_FIRMWARE, answer.firmware
    yield Field.ONVIF_SERIAL, answer.serial
    yield Field.ONVIF_HARDWARE_ID, answer.hardware_id
    for scope in answer.scopes:
        yield Field.ONVIF_SCOPE, scope
    yield Field.ONVIF_HOSTNAME, answer.hostname
    for mac in answer.macs:
        yield Field.MAC_ADDRESS, normalise_mac(mac)
    if answer.clock is not None and seen_at is not None:
        yield Field.ONVIF_CLOCK, str(round((answer.clock - seen_at).total_seconds()))
    for service in answer.services:
        yield Field.ONVIF_SERVICE, f"{service.name} {service.xaddr}".rstrip()
    yield Field.ONVIF_ENDPOINT, answer.endpoint
    if answer.fault is not None:
        yield Field.ONVIF_FAULT, f"{answer.fault.code} {answer.fault.reason}".strip()


def http_evidence(response: http.Response, path: str) -> tuple[Evidence, ...]:
    """Everything of the answer that a signature may read; cookies by name only."""
    return _evidence(_http(response, path))


def _http(response: http.Response, path: str) -> Iterator[tuple[Field, str | None]]:
    yield Field.HTTP_PATH, path
    yield Field.HTTP_STATUS, response.status_line
    for name, value in response.headers:
        yield Field.HTTP_HEADER, _header(name, value)
    for field, name in (
        (Field.HTTP_SERVER, "server"),
        (Field.HTTP_AUTH, "www-authenticate"),
        (Field.HTTP_LOCATION, "location"),
    ):
        for value in response.values(name):
            yield field, value
    for realm in response.realms():
        yield Field.HTTP_REALM, realm
    for cookie in response.cookie_names():
        yield Field.HTTP_COOKIE_NAME, cookie
    yield Field.HTTP_TITLE, response.title()
    yield Field.HTTP_BODY, response.text()


def http_service_evidence(response: http.Response) -> tuple[Evidence, ...]:
    """Who served an answer that is no page, and how it asks for a login."""
    pairs = ((Field.HTTP_SERVER, value) for value in response.values("server"))
    challenges = ((Field.HTTP_AUTH, value) for value in response.values("www-authenticate"))
    realms = ((Field.HTTP_REALM, value) for value in response.realms())
    return _evidence((*pairs, *challenges, *realms))


def _header(name: str, value: str) -> str:
    """One header on one line; of a cookie the name alone, its value may be a session."""
    if name.lower() in {"set-cookie", "set-cookie2"}:
        value = value.partition("=")[0] if "=" in value else ""
    return f"{name}: {value}" if value else f"{name}:"


def rtsp_evidence(answer: rtsp.Answer) -> tuple[Evidence, ...]:
    """Status, headers, challenges and the telling lines of the description."""
    return _evidence(_rtsp(answer))


def _rtsp(answer: rtsp.Answer) -> Iterator[tuple[Field, str | None]]:
    yield Field.RTSP_STATUS, answer.status_line
    for name, value in answer.headers:
        if not ("://" in value and looks_secret(value)):
            yield Field.RTSP_HEADER, _header(name, value)
    for field, name in ((Field.RTSP_SERVER, "server"), (Field.RTSP_AUTH, "www-authenticate")):
        for value in answer.values(name):
            yield field, value
    for realm in answer.realms():
        yield Field.RTSP_REALM, realm
    for line in answer.description():
        yield Field.RTSP_SDP, line


def favicon_evidence(md5: str, mmh3: int) -> tuple[Evidence, ...]:
    """The two hashes of an icon, in the forms in which lists of icons give them."""
    return _evidence([(Field.HTTP_FAVICON_MD5, md5), (Field.HTTP_FAVICON_MMH3, str(mmh3))])


def certificate_evidence(certificate: x509.Certificate) -> tuple[Evidence, ...]:
    """Subject, issuer, alternative names, hash and serial."""
    return _evidence(
        [
            (Field.TLS_SUBJECT, certificate.subject),
            (Field.TLS_ISSUER, certificate.issuer),
            *((Field.TLS_SAN, name) for name in certificate.san),
            (Field.TLS_SHA256, certificate.sha256),
            (Field.TLS_SERIAL, certificate.serial),
        ]
    )


def mac_evidence(mac: str) -> tuple[Evidence, ...]:
    """A MAC seen on the link, and who the IEEE registered for it."""
    return _evidence([(Field.MAC_ADDRESS, mac), (Field.MAC_OWNER, mac_owner(mac))])


def mdns_evidence(message: mdns.Message) -> tuple[Evidence, ...]:
    """Services, instances, host names and TXT strings; a question says nothing of its asker."""
    return _evidence(_mdns(message)) if message.is_response else ()


def _mdns(message: mdns.Message) -> Iterator[tuple[Field, str | None]]:
    for record in message.records:
        if record.type is mdns.RecordType.PTR:
            yield Field.MDNS_SERVICE, mdns.service_type(record.name)
            yield Field.MDNS_SERVICE, mdns.service_type(record.target)
        if record.address:
            yield Field.MDNS_HOSTNAME, record.name.rstrip(".")
    for service in mdns.services(message):
        yield Field.MDNS_SERVICE, service.type
        yield Field.MDNS_INSTANCE, service.instance
        yield Field.MDNS_HOSTNAME, service.host.rstrip(".")
        for key, value in service.txt:
            yield Field.MDNS_TXT, key if value is None else f"{key}={value}"


def snmp_evidence(response: snmp.Response) -> tuple[Evidence, ...]:
    """The system's description, and its object in digits."""
    description = response.value(snmp.SYS_DESCR)
    return _evidence(
        [
            (Field.SNMP_SYS_DESCR, description and description.strip()),
            (Field.SNMP_SYS_OBJECT_ID, response.value(snmp.SYS_OBJECT_ID)),
        ]
    )


def ssdp_evidence(headers: Iterable[tuple[str, str]]) -> tuple[Evidence, ...]:
    """Every header of an answer or announcement, and those that have a field of their own."""
    return _evidence(_ssdp(headers))


def _ssdp(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[Field, str]]:
    for name, value in headers:
        yield Field.SSDP_HEADER, f"{name}: {value}"
        field = _SSDP_FIELDS.get(name.lower())
        if field is not None:
            yield field, value


def description_evidence(data: bytes) -> tuple[Evidence, ...]:
    """What a UPnP description says, one "element=text" each; `MalformedError` if it is none."""
    said = ssdp.parse_description(data)
    return _evidence((Field.SSDP_DESCRIPTION, f"{name}={value}") for name, value in said)
