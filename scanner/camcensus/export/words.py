"""The words in which a spreadsheet and a page speak of kinds and protocols."""

from collections.abc import Mapping

from camcensus.types import Kind

KINDS: Mapping[Kind, str] = {
    Kind.CAMERA: "Camera",
    Kind.NVR: "Network recorder",
    Kind.DVR: "Recorder of analogue cameras",
    Kind.ENCODER: "Encoder",
    Kind.INTERCOM: "Intercom",
    Kind.OTHER_VIDEO: "Other video device",
    Kind.NOT_VIDEO: "No video device",
    Kind.UNKNOWN: "Unknown",
}

# Protocols as they begin the names of evidence (`types.Field`), or as their prober is called:
# who speaks there, and what that way of asking is called.
_SPEAKERS: Mapping[str, tuple[str, str]] = {
    "arp": ("Its hardware address on the link", "hardware addresses (ARP)"),
    "axis": ("Axis' own page for everybody", "Axis' own page"),
    "bosch": ("Bosch's own discovery", "Bosch's own discovery"),
    "canary": ("Its web server", "the first look at a web server"),
    "dahua-v1": ("Dahua's older discovery", "Dahua's older discovery"),
    "dhcp": ("What it told the DHCP server", "DHCP"),
    "dhip": ("Dahua's own discovery", "Dahua's own discovery"),
    "foscam": ("Foscam's own discovery", "Foscam's own discovery"),
    "ftp": ("Its FTP greeting", "FTP"),
    "hanwha": ("Hanwha's own discovery", "Hanwha's own discovery"),
    "http": ("Its web server", "web servers"),
    "identity-page": ("A page for everybody on its web server", "pages for everybody"),
    "mac": ("Its hardware address", "hardware addresses"),
    "mdns": ("Its Bonjour announcement", "Bonjour"),
    "onvif": ("ONVIF", "ONVIF"),
    "panasonic": ("Panasonic's own discovery", "Panasonic's own discovery"),
    "reolink": ("Reolink's own protocol", "Reolink's own protocol"),
    "rtsp": ("Its stream server", "stream servers"),
    "sadp": ("Hikvision's own discovery", "Hikvision's own discovery"),
    "sip": ("Its telephone protocol", "telephone protocol (SIP)"),
    "snmp": ("Its network management", "network management (SNMP)"),
    "sony": ("Sony's own discovery", "Sony's own discovery"),
    "ssdp": ("Its UPnP announcement", "UPnP"),
    "telnet": ("Its Telnet greeting", "Telnet"),
    "tls": ("Its certificate", "certificates"),
    "tplink": ("TP-Link's own discovery", "TP-Link's own discovery"),
    "ubiquiti": ("Ubiquiti's own discovery", "Ubiquiti's own discovery"),
    "unifi": ("UniFi's own page for everybody", "UniFi's own page"),
    "vivotek": ("Vivotek's own discovery", "Vivotek's own discovery"),
    "ws-discovery": ("ONVIF discovery", "ONVIF discovery"),
    "xiongmai": ("Xiongmai's own discovery", "Xiongmai's own discovery"),
}


def speaker(protocol: str) -> str:
    """Who speaks, at the beginning of a sentence: "Its web server"."""
    return _SPEAKERS.get(protocol, (protocol, protocol))[0]


def way(protocol: str) -> str:
    """What a way of asking is called within a sentence: "web servers"."""
    return _SPEAKERS.get(protocol, (protocol, protocol))[1]
