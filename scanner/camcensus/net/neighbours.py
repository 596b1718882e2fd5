"""The neighbours that this machine's kernel knows already; reading them sends nothing."""

import socket
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from camcensus.types import Interface
from camcensus.wire import MalformedError
from camcensus.wire.neighbours import Neighbour, State, build_dump, parse_part

_FRESH_S = 600.0  # a stale entry proven longer ago than this may be of a device that has gone
_PARTS = 10_000  # datagrams; far above the largest table
_LARGEST = 65536


@dataclass(frozen=True, slots=True)
class Known:
    """One neighbour, as the kernel knows it now."""

    interface: str
    address: str
    mac: str
    state: str

    def line(self) -> bytes:
        """The entry as text, the way `ip neighbour` writes it."""
        return f"{self.address} dev {self.interface} lladdr {self.mac} {self.state}".encode()


@dataclass(frozen=True, slots=True)
class NeighbourTable:
    """Living neighbours in the networks of our own interfaces, or why they cannot be read."""

    entries: tuple[Known, ...] = ()
    why_not: str = ""


def read_neighbours(interfaces: Iterable[Interface]) -> NeighbourTable:
    """The kernel's table, both families; waits for the kernel, so not for the event loop."""
    if sys.platform != "linux":
        return NeighbourTable(why_not=f"it is read on Linux only, and this is {sys.platform}")
    try:
        found = _dump()
        names = dict(socket.if_nameindex())
    except (OSError, MalformedError) as error:
        return NeighbourTable(why_not=f"it cannot be read: {error}")
    networks = [
        (one.name, ip_network((one.address, one.prefix_length), strict=False)) for one in interfaces
    ]
    entries = []
    for one in found:
        name, place = names.get(one.interface, ""), ip_address(one.address)
        if _alive(one) and any(own == name and place in net for own, net in networks):
            entries.append(Known(name, one.address, one.mac, one.state.name))
    return NeighbourTable(tuple(entries))


def _alive(one: Neighbour) -> bool:
    return one.state is State.REACHABLE or one.confirmed_s < _FRESH_S


def _dump() -> list[Neighbour]:
    found: list[Neighbour] = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.settimeout(2.0)
        kernel.sendto(build_dump(), (0, 0))
        for _ in range(_PARTS):
            part = parse_part(kernel.recv(_LARGEST))
            found += part.neighbours
            if part.done:
                break
    return found
