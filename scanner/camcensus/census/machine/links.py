"""What this machine's interfaces, neighbour table and groups let a sweep hear."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from camcensus.census.machine.check import Check, Level, read_number, read_words
from camcensus.types import Interface

_PROC = Path("/proc")
_ARPHRD_ETHER = 1  # linux/if_arp.h
_ON_ITS_LINKS = "run the sweep from a machine on the cameras' own network"


def neighbour_overflows() -> int:
    """How often the IPv4 neighbour table was full since boot; 0 where that cannot be read."""
    header, *rows = read_words(_PROC / "net/stat/arp_cache").splitlines() or [""]
    names = header.split()
    if "table_fulls" not in names:
        return 0
    column = names.index("table_fulls")
    return sum(int(row.split()[column], 16) for row in rows)


def links(interfaces: Sequence[Interface]) -> Iterator[Check]:
    """Interfaces, neighbours, groups."""
    yield from _interfaces(interfaces)
    yield _neighbours()
    yield _groups()


def _interfaces(interfaces: Sequence[Interface]) -> Iterator[Check]:
    for one in interfaces:
        if not one.multicast and not _is_loopback(one):
            yield Check(
                Level.NOTE, "interface", f"{one.name} ({one.address}) has no multicast: a VPN or "
                "tunnel", means="devices behind it are found by unicast only", remedy=_ON_ITS_LINKS,
            )  # fmt: skip
        elif one.bridge:
            yield Check(
                Level.NOTE, "interface",
                f"{one.name} ({one.address}) is a bridge of containers or virtual machines",
                "name it with -e if cameras are behind it",
                means="it is left out of multicast",
            )  # fmt: skip
    usable = [one for one in interfaces if one.multicast and not one.bridge]
    wired = [one for one in usable if _is_ethernet(one.name) and ":" not in one.address]
    if wired:
        listed = ", ".join(f"{one.name} {one.address}/{one.prefix_length}" for one in wired)
        yield Check(
            Level.GOOD, "interface", f"multicast can be asked on {listed}",
            means="devices there are heard even where they answer nothing but multicast",
        )  # fmt: skip
    else:
        yield Check(
            Level.BAD, "interface", "no interface of this machine can hear multicast (only VPN, "
            "tunnels or bridges)", _ON_ITS_LINKS,
            means="devices that answer nothing but multicast stay unseen",
        )  # fmt: skip


def _is_loopback(one: Interface) -> bool:
    return one.address.startswith("127.") or one.address == "::1"


def _is_ethernet(name: str) -> bool:
    """Whether this is an Ethernet-like link, by its own hardware type."""
    kind = read_number(Path("/sys/class/net") / name / "type")
    return kind in {None, _ARPHRD_ETHER}  # not to be read: the multicast flag decided already


def _neighbours() -> Check:
    limit = read_number(_PROC / "sys/net/ipv4/neigh/default/gc_thresh3")
    table = read_words(_PROC / "net/arp").splitlines()
    raised = "raise net.ipv4.neigh.default.gc_thresh3"
    if not table:
        return Check(
            Level.NOTE, "neighbours", "the neighbour table cannot be read here",
            "sweep from Linux where MACs matter", means="MACs come from what devices say alone",
        )  # fmt: skip
    entries = len(table) - 1
    if limit is not None and entries >= limit * 0.9:
        return Check(
            Level.BAD, "neighbours", f"the neighbour table is full ({entries} of {limit})",
            f"wait a minute, or {raised}",
            means="addresses on this link cannot be reached, by anybody on this machine",
        )  # fmt: skip
    if overflows := neighbour_overflows():
        return Check(
            Level.NOTE, "neighbours",
            f"the neighbour table was full {overflows} times since boot (limit {limit})",
            f"{raised}, or sweep less of this link at once",
            means="a sweep of a large link may not reach every address of it",
        )  # fmt: skip
    return Check(
        Level.GOOD, "neighbours", f"{entries} of {limit or 'unknown'} neighbours in use",
        means="addresses on its own links can be reached, and their MACs read",
    )  # fmt: skip


def _groups() -> Check:
    most = read_number(_PROC / "sys/net/ipv4/igmp_max_memberships")
    if most is not None and most < 2:
        return Check(
            Level.BAD, "multicast groups", f"a socket may join {most} multicast groups",
            "set net.ipv4.igmp_max_memberships to 20",
            means="answers that are sent to the group itself are not heard",
        )  # fmt: skip
    return Check(
        Level.GOOD, "multicast groups", "groups can be joined",
        means="whether the switch (IGMP snooping) lets them through is told by the coverage of a "
        "sweep",
    )  # fmt: skip
