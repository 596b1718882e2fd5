"""The probers, one line each, asked in this order."""

from camcensus.probers import (
    arp,
    bosch,
    canary,
    dahua_v1,
    dhip,
    foscam,
    hanwha,
    http,
    identity_page,
    mdns,
    onvif,
    panasonic,
    reolink,
    rtsp,
    sadp,
    snmp,
    sony,
    ssdp,
    tplink,
    ubiquiti,
    vivotek,
    web_identity,
    ws_discovery,
    xiongmai,
)
from camcensus.probers.base import Prober

PROBERS: tuple[Prober, ...] = (
    arp.PROBER,
    ws_discovery.PROBER,
    mdns.PROBER,
    sadp.PROBER,
    dhip.PROBER,
    ssdp.PROBER,
    http.PROBER,  # first who it may be
    canary.PROBER,  # whom this finds out gets nothing more
    web_identity.AXIS,  # then what its maker's devices tell at once
    web_identity.UNIFI,
    identity_page.PROBER,
    dahua_v1.PROBER,
    xiongmai.PROBER,
    tplink.PROBER,
    hanwha.PROBER,
    bosch.PROBER,
    vivotek.PROBER,
    panasonic.PROBER,
    sony.PROBER,
    ubiquiti.PROBER,
    reolink.PROBER,
    foscam.PROBER,
    onvif.PROBER,  # then what takes several connections
    rtsp.PROBER,
    snmp.PROBER,
)
