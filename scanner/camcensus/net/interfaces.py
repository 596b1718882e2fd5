"""This machine's own network interfaces."""

import socket
import struct
import sys
from ipaddress import ip_address
from pathlib import Path

import ifaddr

from camcensus.types import Interface

_SIOCGIFFLAGS = 0x8913  # linux/sockios.h
_IFF_UP, _IFF_LOOPBACK, _IFF_POINTOPOINT, _IFF_MULTICAST = 0x1, 0x8, 0x10, 0x1000  # linux/if.h
_CARRIES = _IFF_UP | 0x40  # IFF_RUNNING
_BRIDGE_NAMES = ("docker", "br-", "virbr", "cni", "podman", "lxc", "lxd", "vmnet", "vnet")


def interfaces() -> tuple[Interface, ...]:
    """Every address of every interface that is up, IPv4 first, loopback included."""
    found = []
    for adapter in ifaddr.get_adapters():
        name = str(adapter.nice_name)
        flags = _flags(name)
        if not flags & _IFF_UP:
            continue
        for ip in adapter.ips:
            address = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            found.append(
                Interface(
                    name=name,
                    address=address.partition("%")[0],
                    prefix_length=ip.network_prefix,
                    multicast=_has_multicast(flags, address, ip.network_prefix),
                    bridge=_is_bridge(name),
                )
            )
    return tuple(sorted(found, key=lambda one: (":" in one.address, one.name, one.address)))


def is_running(name: str) -> bool:
    """Whether the interface is up and has a carrier."""
    return _flags(name) & _CARRIES == _CARRIES


def _has_multicast(flags: int, address: str, prefix_length: int) -> bool:
    """Whether neighbours may answer: a tunnel may carry the flag, but has none."""
    if sys.platform != "linux":  # nothing but the address tells: a tunnel has a prefix of one host
        bits = 128 if ":" in address else 32
        return prefix_length < bits and not ip_address(address.partition("%")[0]).is_loopback
    return bool(flags & _IFF_MULTICAST) and not flags & (_IFF_LOOPBACK | _IFF_POINTOPOINT)


def _flags(name: str) -> int:
    """The kernel's flags of an interface; where it is not Linux, each one listed counts as up."""
    if sys.platform != "linux":
        return _CARRIES | _IFF_MULTICAST
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            answer = fcntl.ioctl(probe, _SIOCGIFFLAGS, struct.pack("16sH14x", name.encode(), 0))
        except OSError:
            return 0
    return int(struct.unpack("16xH", answer[:18])[0])


def _is_bridge(name: str) -> bool:
    """A container's or virtual machine's bridge: its hosts are this machine's own guests."""
    named = name.startswith(_BRIDGE_NAMES)
    return named or (Path("/sys/class/net") / name.replace("/", "_") / "bridge").is_dir()
