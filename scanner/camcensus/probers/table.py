"""The probers, one line each, asked in this order."""

from camcensus.probers import (
    bosch,
    foscam,
    hanwha,
    http,
    mdns,
    panasonic,
    reolink,
    sony,
    ubiquiti,
    vivotek,
    ws_discovery,
)
from camcensus.probers.base import Prober

PROBERS: tuple[Prober, ...] = (
    ws_discovery.PROBER,
    mdns.PROBER,
    http.PROBER,  # first who it may be, then what only its maker's devices understand
    hanwha.PROBER,
    bosch.PROBER,
    vivotek.PROBER,
    panasonic.PROBER,
    sony.PROBER,
    ubiquiti.PROBER,
    reolink.PROBER,
    foscam.PROBER,
)
