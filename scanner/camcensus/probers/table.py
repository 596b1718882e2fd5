"""The probers, one line each, asked in this order."""

from camcensus.probers import dhip, http, mdns, sadp, ws_discovery
from camcensus.probers.base import Prober

PROBERS: tuple[Prober, ...] = (
    ws_discovery.PROBER,
    mdns.PROBER,
    sadp.PROBER,
    dhip.PROBER,
    http.PROBER,
)
