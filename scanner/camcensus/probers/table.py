"""The probers, one line each, asked in this order."""

from camcensus.probers import arp, http, mdns, ws_discovery
from camcensus.probers.base import Prober

PROBERS: tuple[Prober, ...] = (
    arp.PROBER,
    ws_discovery.PROBER,
    mdns.PROBER,
    http.PROBER,
)
