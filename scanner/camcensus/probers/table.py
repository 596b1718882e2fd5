"""The probers, one line each, asked in this order."""

from camcensus.probers import (
    dahua_v1,
    dhip,
    http,
    mdns,
    sadp,
    tplink,
    ws_discovery,
    xiongmai,
)
from camcensus.probers.base import Prober

PROBERS: tuple[Prober, ...] = (
    ws_discovery.PROBER,
    mdns.PROBER,
    sadp.PROBER,
    dhip.PROBER,
    dahua_v1.PROBER,
    xiongmai.PROBER,
    tplink.PROBER,
    http.PROBER,
)
