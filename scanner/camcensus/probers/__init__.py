"""The ways a camera makes itself known: one line each, asked in this order."""

from camcensus.probers import http, mdns, ws_discovery
from camcensus.probers.base import Asking, Host, Prober

PROBERS: tuple[Prober, ...] = (
    ws_discovery.PROBER,
    mdns.PROBER,
    http.PROBER,
)

__all__ = ["PROBERS", "Asking", "Host", "Prober"]
