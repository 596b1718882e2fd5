"""What evidence says about a device beside its identity: names, identifiers, protocols. Pure."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from camcensus.types import Evidence, Field, Identity

_SCOPE = re.compile(r"^onvif://www\.onvif\.org/(name|location)/(.+)$", re.IGNORECASE | re.DOTALL)
_MAC = re.compile(r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$")
_SCOPE_FIELDS = (Field.WSD_SCOPE, Field.ONVIF_SCOPE)

# What makers ship in these scopes; a person wrote anything else.
_FACTORY_NAMES = frozenset({
    "cam", "camera", "default", "device", "dome", "encoder", "general", "hd-ipc", "ip-camera",
    "ipc", "ipcam", "ipcamera", "ipdome", "network-camera", "network_camera", "networkcamera",
    "nvr", "nvt", "onvif", "onvif_ipnc", "unknown", "video",
})  # fmt: skip
_FACTORY_LOCATIONS = frozenset({"china", "default", "hangzhou", "shenzhen", "unknown", "location"})
_STRUCTURED = ("country/", "city/", "province/", "region/")

# Numbers that stand for "nobody wrote one in": they name no device.
_EMPTY_SERIALS = frozenset({
    "123456789", "1234567890", "default", "n/a", "none", "null", "serial", "unknown",
})  # fmt: skip
_EMPTY_MACS = frozenset({"00:11:22:33:44:55", "00:12:34:56:78:90", "00:12:34:56:78:9a"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What settling stores beside the identity, in one reading of the evidence."""

    name: str | None
    location: str | None
    hostnames: tuple[str, ...]
    endpoint: str | None
    macs: tuple[str, ...]  # stated by the device
    interface_mac: str | None  # seen on the link
    serial: str | None  # only if it can name a device
    namespace: str  # whose serial it is: the maker, else the brand
    certificates: tuple[str, ...]
    udns: tuple[str, ...]
    sources: tuple[str, ...]


def read_facts(
    identity: Identity, evidence: Sequence[Evidence], interface_mac: str | None
) -> Facts:
    """The facts in what one host said."""
    stated = [identity.mac or "", *_values(evidence, Field.MAC_ADDRESS)]
    endpoints = [_endpoint(text) for text in _values(evidence, Field.WSD_ENDPOINT)]
    return Facts(
        name=_user_text("name", identity, evidence),
        location=_user_text("location", identity, evidence),
        hostnames=_unique(_values(evidence, Field.MDNS_HOSTNAME)),
        endpoint=next((endpoint for endpoint in endpoints if endpoint), None),
        macs=_unique(mac for text in stated if (mac := text.lower()) and _MAC.match(mac)),
        interface_mac=interface_mac.lower() if interface_mac else None,
        serial=identity.serial if identity.serial and names_one(identity.serial) else None,
        namespace=identity.maker or identity.brand or "",
        certificates=_unique(_values(evidence, Field.TLS_SHA256)),
        udns=_unique(
            text.partition("::")[0].lower()
            for text in _values(evidence, Field.SSDP_USN)
            if text.lower().startswith("uuid:")
        ),
        sources=tuple(sorted({item.field.protocol for item in evidence})),
    )


def identifies(mac: str) -> bool:
    """Whether a MAC can name one device: globally administered, no group, not a placeholder.

    The two low bits of the first byte say so (IEEE 802-2014, 8.2). A globally administered
    address that its maker never registered still tells two devices apart.
    """
    if not _MAC.match(mac) or int(mac[:2], 16) & 0b11:
        return False
    return mac not in _EMPTY_MACS and mac[9:] != "00:00:00" and len(set(mac.split(":"))) > 1


def names_one(serial: str) -> bool:
    """Whether a serial number can name one device: somebody wrote a number in."""
    text = serial.strip().lower()
    return len(text) >= 4 and len(set(text)) > 1 and text not in _EMPTY_SERIALS


def address_order(address: str) -> str:
    """Text that sorts as addresses do: IPv4 by number, then IPv6, then anything else."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return f"9{address}"
    return f"{parsed.version}{int(parsed):0{parsed.max_prefixlen // 4}x}"


def _endpoint(text: str) -> str | None:
    """The endpoint as stored; `None` for an empty or all-zero one."""
    endpoint = text.strip().lower()
    number = endpoint.rpartition(":")[2].replace("-", "")
    return endpoint if number.strip("0") else None


def _user_text(what: str, identity: Identity, evidence: Iterable[Evidence]) -> str | None:
    """A name or location scope that a person wrote, not the factory."""
    for item in evidence:
        found = _SCOPE.match(item.value) if item.field in _SCOPE_FIELDS else None
        if found and found[1].lower() == what and _by_a_person(what, found[2].strip(), identity):
            return found[2].strip()
    return None


def _by_a_person(what: str, text: str, identity: Identity) -> bool:
    lower = text.lower()
    if not lower:
        return False
    if what == "location":
        return lower not in _FACTORY_LOCATIONS and not lower.startswith(_STRUCTURED)
    known = (identity.maker, identity.brand, identity.model)
    return lower not in _FACTORY_NAMES and not any(word and word.lower() in lower for word in known)


def _values(evidence: Iterable[Evidence], field: Field) -> list[str]:
    return [item.value for item in evidence if item.field is field]


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
