"""The probers, one line each, asked in this order."""

from camcensus.probers import http, mdns, onvif, ws_discovery
from camcensus.probers.base import Prober

PROBERS: tuple[Prober, ...] = (
    ws_discovery.PROBER,
    mdns.PROBER,
    http.PROBER,
    onvif.PROBER,
)
