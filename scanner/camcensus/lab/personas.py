"""Simulated devices as data: one TOML file a persona, read strictly into frozen types."""

import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from camcensus.errors import CatalogueError
from camcensus.types import Kind

# Pages that a prober of their own asks for; every other page belongs to http.
_PAGE_PROTOCOLS = {"/axis-cgi/basicdeviceinfo.cgi": "axis", "/api/system": "unifi"}
_WEB_PORTS = frozenset({80, 81, 88, 443, 8000, 8080, 8443})  # those that are asked unbidden
FIRST_PORTS = frozenset({3702, 37020, 37810})  # what every address is asked
_LINK_ONLY = frozenset({"arp"})  # what no router passes, whatever the device

FOLDER = Path(__file__).resolve().parent / "personas"

T = TypeVar("T")


class Speech(StrEnum):
    """What a TCP port does once somebody has connected."""

    HTTP = "http"
    RTSP = "rtsp"
    MUTE = "mute"  # accepts, and never says a word
    BANNER = "banner"  # speaks first
    ENDLESS = "endless"  # an HTTP body that never ends
    DRIP = "drip"  # an HTTP answer, one byte a second
    HEADER_FLOOD = "header-flood"  # headers that never end
    ENDLESS_100 = "endless-100"  # interim answers that never end
    CHUNK_FLOOD = "chunk-flood"  # chunks whose extensions are longer than their data
    REDIRECT_LOOP = "redirect-loop"  # sends every request on, to a new place each time
    BOMB = "bomb"  # a gigabyte packed into a megabyte
    RESET = "reset"  # breaks every connection off
    NOISE = "noise"  # bytes of no protocol


class Form(StrEnum):
    """The shapes of a Probe that a device may answer or ignore."""

    NVT = "nvt"
    DEVICE = "device"
    TYPELESS = "typeless"


@dataclass(frozen=True, slots=True)
class Truth:
    """What the thing is, in the display names of `fingerprints/vocabulary.toml`.

    `stated` names those of these attributes that its answers give away (the others cannot be
    expected), `identifiers` which of `mac` and `serial` they hold, `lies` those of all these in
    which its answers are false.
    """

    kind: Kind
    is_video: bool
    maker: str | None = None
    brand: str | None = None
    model: str | None = None
    stated: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    lies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hardware:
    """Where its MAC and its serial number come from.

    `mac_owner` is the IEEE registration of `mac_prefix`; empty where the registration
    says nothing about the maker (squatted or module prefixes).
    """

    mac_prefix: str
    serial: str
    mac_owner: str = ""


@dataclass(frozen=True, slots=True)
class WsDiscovery:
    """How it answers a Probe on UDP 3702."""

    endpoint: str
    types: str
    scopes: tuple[str, ...] = ()
    xaddrs: tuple[str, ...] = ()
    answers: tuple[Form, ...] = (Form.NVT, Form.DEVICE, Form.TYPELESS)
    refuses_extra_types: bool = False  # a Probe that names a second type is ignored
    envelope: str = "plain"
    encoding: str = "utf-8"
    newline_fault: bool = False
    relates_to: str = "echo"  # echo, urn, missing
    message_id: str = "fresh"  # fresh, echo, endpoint
    copies: int = 1
    unicast: bool = True
    multicast: bool = True


class Refusal(StrEnum):
    """The forms in which a device service says that a login is needed."""

    DIGEST = "digest"  # HTTP 401 with a challenge, and no body
    FAULT_200 = "fault-200"
    FAULT_400 = "fault-400"
    FAULT_500 = "fault-500"
    ATTEMPTS = "attempts"  # a fault that counts how many tries are left
    SECURITY_HEADER = "security-header"  # a fault that speaks of the header we did not send
    PAGE = "page"  # HTTP 401 with a page, as an embedded web server has one
    ENDLESS_REASON = "endless-reason"  # hostile: a fault with a megabyte of reason


@dataclass(frozen=True, slots=True)
class Onvif:
    """How its device service answers; what needs no login by the specification is answered."""

    ports: tuple[int, ...]  # of `[[tcp]]` entries that speak http
    path: str = "/onvif/device_service"
    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = "{serial}"
    hardware_id: str = ""
    hostname: str = ""
    open: tuple[str, ...] = ()  # further calls that it answers to everybody
    refuses_all: bool = False  # even what everybody may ask
    refusal: Refusal = Refusal.DIGEST
    realm: str = ""
    skew_s: int = 0
    time_zone: str = "CST-8"
    envelope: str = "env"
    xaddr: str = ""  # what it says of its services, if not where it is


@dataclass(frozen=True, slots=True)
class MdnsService:
    """One service that it announces; `txt` entries are `key=value`."""

    type: str
    instance: str
    port: int
    txt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mdns:
    """How it answers on UDP 5353."""

    hostname: str
    service: tuple[MdnsService, ...]
    addresses: tuple[str, ...] = ("{address}",)
    link_local_source: bool = False  # answers multicast questions from its 169.254 address
    off_link: bool = False  # answers a unicast question from another network


@dataclass(frozen=True, slots=True)
class Certificate:
    """The leaf it shows; names as RFC 4514 text, an empty issuer means self-signed."""

    subject: str
    issuer: str = ""
    san: tuple[str, ...] = ()
    serial: int = 1
    days: int = 7300


@dataclass(frozen=True, slots=True)
class Page:
    """One HTTP or RTSP answer. `status` is what follows the version.

    Of RTSP alone: `before_hex` are bytes that come before it, `endless` is text that is said again
    and again in place of its end.
    """

    path: str = "/"
    method: str = "GET"
    status: str = "200 OK"
    headers: tuple[str, ...] = ()
    body: str = ""
    length: bool = True
    before_hex: str = ""
    endless: str = ""


@dataclass(frozen=True, slots=True)
class TcpPort:
    """One open TCP port; `canary` counts every byte received as a violation."""

    port: int
    speaks: Speech
    tls: Certificate | None = None
    tls_at_most: str = ""  # "ssl3", "1.0" or "1.2": what old firmware can do
    tls_cipher: str = ""  # "3des", "rc4" or "export": all that it knows, so no page is ever shown
    version: str = "HTTP/1.1"
    cseq: str = "CSeq"  # how it spells the header of RTSP
    headers: tuple[str, ...] = ()
    page: tuple[Page, ...] = ()
    same_as: int = 0  # speak as this other port does
    banner: str = ""
    canary: bool = False


@dataclass(frozen=True, slots=True)
class UdpPort:
    """A datagram port: what none of `accepts` and `accepts_hex` describes counts as a violation.

    `accepts` are texts that it must hold, `accepts_hex` patterns for the whole of it in lower case
    hexadecimal. `answer` is text, `answer_hex` bytes (`lab.udp_voice`); they go to the asker's
    port, or to `reply_port` of the asker. `answer_head` is what stands before a text: hexadecimal
    with `{size}` (the text's length in four bytes, the least first) or `{size2}` (in two, the most
    first). With a `group` it hears that multicast group too, and `announces`
    is what it tells the group unasked, each second.
    """

    port: int
    protocol: str = ""  # the prober that it answers, if it says who it is
    group: str = ""
    accepts: tuple[str, ...] = ()
    accepts_hex: tuple[str, ...] = ()
    answer: str = ""
    answer_hex: str = ""
    answer_head: str = ""
    announces: str = ""
    reply_port: int = 0
    unicast: bool = True
    multicast: bool = True
    forgives: bool = False  # other datagrams are no violation: several protocols share the port
    veiled: bool = False  # the answer's text goes out as a Reolink veils it
    private_only: bool = False  # the asker needs this very port of its own machine


@dataclass(frozen=True, slots=True)
class Snmp:
    """What its agent says on UDP 161, to the lab's community alone."""

    descr: str
    object: str


@dataclass(frozen=True, slots=True)
class Persona:
    """One kind of device: everything that all its instances have in common."""

    name: str
    about: str
    truth: Truth
    hardware: Hardware
    ws_discovery: WsDiscovery | None = None
    mdns: Mdns | None = None
    onvif: Onvif | None = None
    tcp: tuple[TcpPort, ...] = ()
    udp: tuple[UdpPort, ...] = ()
    snmp: Snmp | None = None
    firewall: bool = False  # closed ports are silent; without it they are refused
    basis: tuple[str, ...] = ()  # where its answers come from
    # What each protocol alone gives away, in the attributes of an identity; where a protocol is
    # left out, anything that is right.
    says: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def spoken(self) -> frozenset[str]:
        """The protocols, as probers are named, in which it answers an anonymous question."""
        sections = {one.name for one in fields(self) if is_dataclass(getattr(self, one.name))}
        said = {name.replace("_", "-") for name in sections - {"truth", "hardware"}}
        said |= {one.protocol for one in self.udp if one.protocol}
        said |= {str(one.speaks) for one in self._described if one.speaks is Speech.RTSP}
        web = [one for one in self._described if one.speaks is Speech.HTTP]
        said |= {"http" for one in web if one.port in _WEB_PORTS and not one.tls_cipher}
        said |= {"tls" for one in web if one.port in _WEB_PORTS and one.tls}
        pages = (page.path for one in web for page in one.page)
        return frozenset({*said, "arp"} | {_PAGE_PROTOCOLS.get(path, "") for path in pages}) - {""}

    def audible(self, *, routed: bool, first: frozenset[int] = FIRST_PORTS) -> frozenset[str]:
        """Those of them that answer a question on its link, or one that came through a router.

        Behind a router, who shows no sign of life to the datagrams to the `first` ports is asked
        nothing else.
        """
        if routed and not any(self._shows_life(port) for port in first):
            return frozenset()
        kept = {name for name in self.spoken if not routed or name not in _LINK_ONLY}
        wsd, mdns = self.ws_discovery, self.mdns
        if wsd and not (wsd.unicast or (wsd.multicast and not routed)):
            kept -= {"ws-discovery"}
        if mdns and routed and not mdns.off_link:
            kept -= {"mdns"}
        for one in self.udp:
            if not (one.unicast or (one.group and one.multicast and not routed)):
                kept -= {one.protocol}
        return frozenset(kept)

    def _shows_life(self, port: int) -> bool:
        """Whether a first datagram from afar to this port brings an answer or a refusal."""
        if port == 3702 and self.ws_discovery and self.ws_discovery.unicast:
            return Form.NVT in self.ws_discovery.answers
        if port in {one.port for one in self.udp}:
            return any(one.port == port and one.unicast and one.protocol for one in self.udp)
        return not self.firewall

    @property
    def _described(self) -> tuple[TcpPort, ...]:
        """Its TCP ports, each with the speech of the one it is the same as."""
        like = {one.port: one for one in self.tcp}
        return tuple(replace(one, speaks=like[one.same_as or one.port].speaks) for one in self.tcp)

    @property
    def udp_ports(self) -> tuple[int, ...]:
        """The UDP ports on which it hears unicast."""
        wsd = (3702,) if self.ws_discovery and self.ws_discovery.unicast else ()
        others = (one.port for one in self.udp if one.unicast)
        return (*wsd, *((5353,) if self.mdns else ()), *others)


@cache
def load_personas(folder: Path = FOLDER) -> tuple[Persona, ...]:
    """Every persona of the folder by name; `CatalogueError` names the file and the key."""
    return tuple(read_persona(path) for path in sorted(folder.glob("*.toml")))


def read_persona(path: Path) -> Persona:
    """The persona of one file, whose stem is its name."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{path.name}: {error}") from error
    if table.pop("schema", None) != 1:
        raise CatalogueError(f"{path.name}: schema must be 1")
    persona = _section(Persona, {"name": path.stem, **table}, path.name)
    _check_ports(persona, path.name)
    return persona


def _check_ports(persona: Persona, where: str) -> None:
    ports = [one.port for one in persona.tcp]
    if len(set(ports)) != len(ports):
        raise CatalogueError(f"{where}: a TCP port is described twice")
    for one in persona.tcp:
        if one.same_as and one.same_as not in ports:
            raise CatalogueError(f"{where}: port {one.port} is the same as unknown {one.same_as}")
    for port in persona.onvif.ports if persona.onvif else ():
        if port not in ports:
            raise CatalogueError(f"{where}: the device service has no TCP port {port}")


def _section(kind: type[T], table: Mapping[str, object], where: str) -> T:
    """The table as `kind`: no unknown key, none missing, every value of the declared type."""
    declared: Mapping[str, Any] = get_type_hints(kind)
    if unknown := sorted(table.keys() - declared.keys()):
        raise CatalogueError(f"{where}: unknown key {unknown[0]!r}")
    for one in fields(kind):  # type: ignore[arg-type]  # only dataclasses come here
        needed = one.default is MISSING and one.default_factory is MISSING
        if needed and one.name not in table:
            raise CatalogueError(f"{where}: {one.name!r} is missing")
    values = {key: _value(declared[key], value, f"{where}: {key}") for key, value in table.items()}
    return kind(**values)


def _value(kind: Any, value: object, where: str) -> object:
    if get_origin(kind) in {Union, types.UnionType}:
        kind = next(one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is tuple and isinstance(value, list):
        return tuple(_value(get_args(kind)[0], one, where) for one in value)
    if get_origin(kind) is dict and isinstance(value, dict):
        return {key: _value(get_args(kind)[1], one, where) for key, one in value.items()}
    if is_dataclass(kind) and isinstance(value, dict):
        return _section(kind, value, where)  # type: ignore[arg-type]  # a class, as declared
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if not isinstance(value, str) or value not in list(kind):
            raise CatalogueError(f"{where}: {value!r} is not one of {', '.join(kind)}")
        return kind(value)
    if isinstance(kind, type) and type(value) is kind:
        return value
    raise CatalogueError(f"{where}: {value!r} is of the wrong type")
