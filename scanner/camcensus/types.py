"""The values that cross rooms: one frozen type for each word of docs/architecture.md."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Transport(StrEnum):
    """How the bytes travelled."""

    UDP = "udp"
    TCP = "tcp"
    LINK = "link"  # a frame of our own link, below IP


class Outcome(StrEnum):
    """What an exchange came to: a closed list whose members do not lie."""

    ANSWERED = "answered"
    MUTE = "mute"  # connected, and no byte came
    SILENT = "silent"  # nothing came back at all
    REFUSED = "refused"  # TCP RST to our SYN, or ICMP port unreachable from the address itself
    RESET = "reset"  # RST after the connection stood
    CLOSED = "closed"  # closed in order before anything useful came
    UNREACHABLE = "unreachable"  # the network or a router said no
    TLS_FAILED = "tls-failed"
    MALFORMED = "malformed"  # bytes came, and are not of this protocol
    EXCLUDED = "excluded"  # not asked: the scope forbids it
    SKIPPED_BUDGET = "skipped-budget"  # not asked: this host has had enough
    LOCAL_SHORTAGE = "local-shortage"  # not asked: this machine ran out of sockets or memory
    FAILED = "failed"  # our bug


class Kind(StrEnum):
    """What a thing is."""

    CAMERA = "camera"
    NVR = "nvr"
    DVR = "dvr"
    ENCODER = "encoder"
    INTERCOM = "intercom"
    OTHER_VIDEO = "other-video"
    NOT_VIDEO = "not-video"
    UNKNOWN = "unknown"


VIDEO = frozenset(Kind) - {Kind.NOT_VIDEO, Kind.UNKNOWN}
"""What a census of cameras is about."""
RECORDERS = frozenset({Kind.NVR, Kind.DVR, Kind.ENCODER})
"""What other devices' pictures run into: its channels may hide cameras."""


class Field(StrEnum):
    """Where a piece of evidence was read. The word before the dot is the protocol."""

    WSD_TYPES = "ws-discovery.types"  # all types, local names, joined by a space
    WSD_SCOPE = "ws-discovery.scope"  # one scope URI, percent-decoded
    WSD_SCOPES = "ws-discovery.scopes"  # all scopes in the order sent, joined by a space
    WSD_ENDPOINT = "ws-discovery.endpoint"
    WSD_XADDR = "ws-discovery.xaddr"
    WSD_FAULT = "ws-discovery.fault"  # subcode local name, a space, reason text
    HTTP_STATUS = "http.status"  # the status line as sent
    HTTP_SERVER = "http.server"
    HTTP_HEADER = "http.header"  # one header, "Name: value", name as sent
    HTTP_AUTH = "http.auth"  # WWW-Authenticate as sent
    HTTP_REALM = "http.realm"
    HTTP_TITLE = "http.title"
    HTTP_BODY = "http.body"
    HTTP_PATH = "http.path"  # the path that was asked
    HTTP_LOCATION = "http.location"
    HTTP_COOKIE_NAME = "http.cookie-name"
    HTTP_FAVICON_MD5 = "http.favicon-md5"
    HTTP_FAVICON_MMH3 = "http.favicon-mmh3"
    TLS_SUBJECT = "tls.subject"  # RFC 4514 text
    TLS_ISSUER = "tls.issuer"
    TLS_SAN = "tls.san"
    TLS_SHA256 = "tls.sha256"
    TLS_SERIAL = "tls.serial"
    RTSP_STATUS = "rtsp.status"
    RTSP_SERVER = "rtsp.server"
    RTSP_HEADER = "rtsp.header"
    RTSP_REALM = "rtsp.realm"
    RTSP_AUTH = "rtsp.auth"
    RTSP_SDP = "rtsp.sdp"  # one line of the description
    ONVIF_MANUFACTURER = "onvif.manufacturer"
    ONVIF_MODEL = "onvif.model"
    ONVIF_FIRMWARE = "onvif.firmware"
    ONVIF_SERIAL = "onvif.serial"
    ONVIF_HARDWARE_ID = "onvif.hardware-id"
    ONVIF_SCOPE = "onvif.scope"
    ONVIF_HOSTNAME = "onvif.hostname"
    ONVIF_FAULT = "onvif.fault"
    ONVIF_CLOCK = "onvif.clock"  # how far its clock is from ours, in whole seconds, signed
    ONVIF_SERVICE = "onvif.service"  # namespace or category, a space, the address it claims
    ONVIF_ENDPOINT = "onvif.endpoint"
    SADP_FIELD = "sadp.field"  # "DeviceDescription=DS-2CD..."
    DHIP_FIELD = "dhip.field"  # "DeviceType=IPC-..."
    # The makers' own discovery, each value as "key=value".
    DAHUA_V1_FIELD = "dahua-v1.field"
    XIONGMAI_FIELD = "xiongmai.field"
    TPLINK_FIELD = "tplink.field"
    BOSCH_FIELD = "bosch.field"
    HANWHA_FIELD = "hanwha.field"
    VIVOTEK_FIELD = "vivotek.field"
    PANASONIC_FIELD = "panasonic.field"
    SONY_FIELD = "sony.field"
    UBIQUITI_FIELD = "ubiquiti.field"
    REOLINK_FIELD = "reolink.field"
    FOSCAM_FIELD = "foscam.field"
    AXIS_FIELD = "axis.field"
    UNIFI_FIELD = "unifi.field"
    SSDP_SERVER = "ssdp.server"
    SSDP_HEADER = "ssdp.header"
    SSDP_USN = "ssdp.usn"
    SSDP_LOCATION = "ssdp.location"
    SSDP_DESCRIPTION = "ssdp.description"  # "modelName=..."
    MDNS_SERVICE = "mdns.service"  # "_axis-video._tcp"
    MDNS_INSTANCE = "mdns.instance"  # the instance label, without the service type
    MDNS_HOSTNAME = "mdns.hostname"
    MDNS_TXT = "mdns.txt"  # "key=value"
    SNMP_SYS_DESCR = "snmp.sys-descr"
    SNMP_SYS_OBJECT_ID = "snmp.sys-object-id"
    FTP_BANNER = "ftp.banner"
    TELNET_BANNER = "telnet.banner"
    SIP_SERVER = "sip.server"
    SIP_USER_AGENT = "sip.user-agent"
    SIP_HEADER = "sip.header"
    DHCP_VENDOR_CLASS = "dhcp.vendor-class"
    DHCP_HOSTNAME = "dhcp.hostname"
    MAC_ADDRESS = "mac.address"  # lower case with colons
    MAC_OWNER = "mac.owner"  # the IEEE registration of its first 24 bits

    @property
    def protocol(self) -> str:
        """The protocol that carried it: signals of one protocol are one channel."""
        return _PROTOCOLS[self]


_PROTOCOLS = {field: field.value.split(".", 1)[0] for field in Field}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One value read from one field of an answer."""

    field: Field
    value: str


@dataclass(frozen=True, slots=True)
class Target:
    """An address that the plan allows: `zone` is empty where no zone file names it."""

    address: str
    site: str
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface of this machine and one of its addresses."""

    name: str
    address: str
    prefix_length: int
    multicast: bool = True
    bridge: bool = False  # a container or virtual-machine bridge


@dataclass(frozen=True, slots=True)
class ProberCost:
    """What one prober may originate to one host, at most; frames include the kernel's own.

    `usual_frames` is what a live host commonly costs, most of whose ports are closed; 0 where it
    is the same as the most. `usual_share` is the share of the live hosts that are commonly asked.
    """

    frames: int
    connections: int = 0
    requests: int = 1
    bytes_in: int = 65536
    usual_frames: int = 0
    usual_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Request:
    """Bytes to send, under the name by which `fingerprints/safety.toml` allows them."""

    prober: str
    message: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class OwnerLogin:
    """An ONVIF account that the owner of the devices gave; its password is shown nowhere."""

    user: str
    password: Callable[[], str] = field(repr=False)  # read when it is used, never kept
    allow_http: bool = False
    changed_at: datetime | None = None  # when its password was last written, if that is known
    refused: frozenset[str] = frozenset()  # addresses that did not accept it since then


class Permit(Protocol):
    """What scope allows; `net` refuses every send without one."""

    def refusal(self, address: str, transport: Transport, port: int) -> str | None:
        """Why this must not be sent, `None` if it may be."""
        ...

    def link_refusal(self, interface: Interface, group: str) -> str | None:
        """Why this group must not be asked on this interface, `None` if the plan lists it."""
        ...


UNSOLICITED = "unsolicited"  # the note of an answer that does not show whom it answers
UNECHOED = "unechoed"  # the same where the protocol gives a device no way to show it


@dataclass(frozen=True, slots=True)
class Observation:
    """One answer, or its absence where it matters.

    `raw` is capped and scrubbed; `evidence` can be read from it again at any time.
    """

    site: str
    zone: str
    address: str
    port: int
    transport: Transport
    prober: str
    message: str
    seen_at: datetime
    outcome: Outcome
    asked: str = ""  # what the message leaves open: the path of an HTTP request
    raw: bytes = b""
    evidence: tuple[Evidence, ...] = ()
    note: str = ""

    @property
    def answered(self) -> bool:
        """Whether an answer came, and was of this protocol."""
        return self.outcome is Outcome.ANSWERED

    @property
    def proved(self) -> bool:
        """Whether it answers us, so that nobody else can have spoken in the device's name."""
        return self.answered and not self.note.startswith((UNSOLICITED, UNECHOED))


@dataclass(frozen=True, slots=True)
class Claim:
    """One signature's word about one attribute, and what it rests on."""

    signature: str
    attribute: str  # maker, brand, model, firmware, serial, mac, kind, channels
    value: str
    certainty: float
    evidence: Evidence
    why: str = ""


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure, 0 to 1, each settled attribute is; 0 where nothing is known."""

    kind: float = 0.0
    maker: float = 0.0
    brand: float = 0.0
    model: float = 0.0


@dataclass(frozen=True, slots=True)
class Identity:
    """The settled claims. `None` means not known; `conflicts` names attributes left open."""

    kind: Kind = Kind.UNKNOWN
    maker: str | None = None
    brand: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    mac: str | None = None
    channels: int | None = None  # video inputs, of its own and over the network
    cpe: str | None = None  # the device's CPE 2.3 name
    certainty: Certainty = Certainty()
    claims: tuple[Claim, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """The certainty of maker or brand, the higher."""
        return max(self.certainty.maker, self.certainty.brand)


@dataclass(frozen=True, slots=True)
class PaceLimits:
    """How gently: every figure is a maximum. Frames count what the kernel sends on our behalf."""

    name: str
    frames_per_s: float
    host_frames_per_s: float
    hosts_in_flight: int
    hosts_per_24: int
    host_connections: int
    host_requests: int
    host_bytes: int
    host_seconds: float
    request_gap_s: float
    connect_timeout_s: float
