"""The ways a camera makes itself known: one line each, asked in this order.

Everything here is fetched when it is first asked for: `probers.evidence` is also read by what sends
nothing (`identify`), and must not bring sockets with it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camcensus.probers.base import Asking, Host, Prober

    PROBERS: tuple[Prober, ...]

__all__ = ["PROBERS", "Asking", "Host", "Prober"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from camcensus.probers import base, http, mdns, ws_discovery

    table = (
        ws_discovery.PROBER,
        mdns.PROBER,
        http.PROBER,
    )
    globals().update(PROBERS=table, Asking=base.Asking, Host=base.Host, Prober=base.Prober)
    return globals()[name]
