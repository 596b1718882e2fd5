"""The probers, one line each, asked in this order."""

from camcensus.probers import (
    bosch,
    dahua_v1,
    dhip,
    foscam,
    hanwha,
    http,
    mdns,
    onvif,
    panasonic,
    reolink,
    sadp,
    sony,
    tplink,
    ubiquiti,
    vivotek,
    ws_discovery,
    xiongmai,
)
from camcensus.probers.base import Prober

PROBERS: tuple[Prober, ...] = (
    ws_discovery.PROBER,
    mdns.PROBER,
    sadp.PROBER,
    dhip.PROBER,
    http.PROBER,  # first who it may be, then what only its maker's devices understand
    onvif.PROBER,
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
)
