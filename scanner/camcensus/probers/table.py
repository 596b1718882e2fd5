"""The probers, one line each, asked in this order."""

from camcensus.probers import http, identity_page, mdns, ssdp, web_identity, ws_discovery
from camcensus.probers.base import Prober

PROBERS: tuple[Prober, ...] = (
    ws_discovery.PROBER,
    mdns.PROBER,
    ssdp.PROBER,
    http.PROBER,
    web_identity.AXIS,
    web_identity.UNIFI,
    identity_page.PROBER,
)
