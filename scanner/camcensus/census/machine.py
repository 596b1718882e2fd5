"""What this machine can do and hear: read from /proc and /sys, nothing is sent."""

import os
import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from camcensus.errors import CatalogueError
from camcensus.types import Interface

_PROC = Path("/proc")
_ARPHRD_ETHER = 1  # linux/if_arp.h
_CAP_NET_RAW = 13  # linux/capability.h
_EXTRAS = {
    "scapy": ("link", "ARP, packet captures and listening"),
    "numpy": ("fast", "the raw engine"),
    "xlsxwriter": ("xlsx", "spreadsheets"),
    "aiohttp": ("register", "asset registers"),
    "fastapi": ("web", "the dashboard"),
    "psycopg": ("postgres", "PostgreSQL"),
    "apprise": ("alerts", "alerts"),
    "apscheduler": ("schedule", "schedules"),
}


class Level(StrEnum):
    """How much a finding matters."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing about this machine, in words; `remedy` is what to do where it is not well."""

    level: Level
    subject: str
    text: str
    remedy: str = ""


def neighbour_overflows() -> int:
    """How often the IPv4 neighbour table was full since boot; 0 where that cannot be read."""
    try:
        text = (_PROC / "net/stat/arp_cache").read_text("ascii")
    except OSError:
        return 0
    header, *rows = text.splitlines() or [""]
    names = header.split()
    if "table_fulls" not in names:
        return 0
    column = names.index("table_fulls")
    return sum(int(row.split()[column], 16) for row in rows)


def diagnose(
    interfaces: Sequence[Interface], db: str, signatures: Path | None = None
) -> Iterator[Check]:
    """Everything that decides what a sweep from here can see; nothing is sent."""
    yield _python()
    yield from _knowledge(signatures)
    yield from _network(interfaces)
    yield _neighbours()
    yield _groups()
    yield _firewall()
    yield _privileges()
    yield _descriptors()
    yield _crypto()
    yield _database(db)
    yield from _extras()
    yield _lab()


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.platform != "linux":
        return Check(
            Level.NOTE, "system", f"Python {version} on {sys.platform}: signs of life from ICMP "
            "are read on Linux only, so fewer silent devices are asked a second time",
        )  # fmt: skip
    return Check(Level.GOOD, "system", f"Python {version} on Linux")


def _knowledge(signatures: Path | None) -> Iterator[Check]:
    from camcensus.identify import load_catalogue
    from camcensus.net import load_safety

    safety = load_safety()
    try:
        catalogue = load_catalogue(own=signatures)
    except CatalogueError as error:
        remedy = "mend it: camcensus signatures check; until then no sweep starts"
        yield Check(Level.BAD, "knowledge", str(error), remedy)
        return
    makers = sum(1 for file in catalogue.files if file.maker)
    yield Check(
        Level.GOOD, "knowledge",
        f"catalogue {catalogue.version}: {len(catalogue.signatures)} signatures, {makers} makers "
        f"and brands; {len(safety.allowed)} messages may be sent, {len(safety.denied)} ranges of "
        "ports never",
    )  # fmt: skip


def _network(interfaces: Sequence[Interface]) -> Iterator[Check]:
    usable = [one for one in interfaces if one.multicast and not one.bridge]
    for one in interfaces:
        if not one.multicast and not _is_loopback(one):
            yield Check(
                Level.NOTE, "interface", f"{one.name} ({one.address}) has no multicast: a VPN or "
                "tunnel; devices behind it are found by unicast only",
            )  # fmt: skip
        elif one.bridge:
            yield Check(
                Level.NOTE, "interface",
                f"{one.name} ({one.address}) is a bridge of containers or virtual machines: left "
                "out of multicast unless -e names it",
            )  # fmt: skip
    wired = [one for one in usable if _is_ethernet(one.name) and ":" not in one.address]
    if wired:
        listed = ", ".join(f"{one.name} {one.address}/{one.prefix_length}" for one in wired)
        yield Check(Level.GOOD, "interface", f"multicast can be asked on {listed}")
    else:
        yield Check(
            Level.BAD, "interface", "no interface of this machine can hear multicast (only VPN, "
            "tunnels or bridges): devices that answer nothing but multicast stay unseen",
            "run the sweep from a machine on the cameras' own network",
        )  # fmt: skip


def _is_loopback(one: Interface) -> bool:
    return one.address.startswith("127.") or one.address == "::1"


def _is_ethernet(name: str) -> bool:
    """Whether this is an Ethernet-like link, by its own hardware type."""
    try:
        kind = (Path("/sys/class/net") / name / "type").read_text("ascii")
    except OSError:
        return True  # not to be read here: the multicast flag decided already
    return int(kind) == _ARPHRD_ETHER


def _neighbours() -> Check:
    limit = _number(_PROC / "sys/net/ipv4/neigh/default/gc_thresh3")
    try:
        entries = len((_PROC / "net/arp").read_text("ascii").splitlines()) - 1
    except OSError:
        return Check(Level.NOTE, "neighbours", "the neighbour table cannot be read here")
    if limit is not None and entries >= limit * 0.9:
        return Check(
            Level.BAD, "neighbours", f"the neighbour table is full ({entries} of {limit}): "
            "addresses on this link cannot be reached, by anybody on this machine",
            "wait a minute, or raise net.ipv4.neigh.default.gc_thresh3",
        )  # fmt: skip
    overflows = neighbour_overflows()
    if overflows:
        return Check(
            Level.NOTE, "neighbours",
            f"the neighbour table was full {overflows} times since boot (limit {limit})",
            "raise net.ipv4.neigh.default.gc_thresh3, or sweep less of this link at once",
        )  # fmt: skip
    return Check(Level.GOOD, "neighbours", f"{entries} of {limit or 'unknown'} neighbours in use")


def _groups() -> Check:
    most = _number(_PROC / "sys/net/ipv4/igmp_max_memberships")
    if most is not None and most < 2:
        return Check(
            Level.BAD, "multicast groups", f"a socket may join {most} multicast groups: answers "
            "that are sent to the group itself are not heard",
            "set net.ipv4.igmp_max_memberships to 20",
        )  # fmt: skip
    return Check(
        Level.GOOD, "multicast groups", "groups can be joined; whether the switch (IGMP snooping) "
        "lets them through is told by the coverage of a sweep",
    )  # fmt: skip


def _firewall() -> Check:
    """Rules are readable to root alone; whether connections are tracked is readable to all."""
    try:
        loaded = (_PROC / "net/ip_tables_names").read_text("ascii").split()
    except OSError:
        loaded = []
    try:
        modules = (_PROC / "modules").read_text("ascii")
    except OSError:
        modules = ""
    tracked = _number(_PROC / "sys/net/netfilter/nf_conntrack_count")
    if (
        tracked
        or loaded
        or any(name in modules for name in ("nf_tables ", "nft_ct ", "iptable_filter "))
    ):
        return Check(
            Level.NOTE, "firewall", "this machine filters packets: a stateful filter drops "
            "answers to multicast, because they come from another address than was asked",
            "accept UDP to the source port of the sweep (53702, or --source-port)",
        )  # fmt: skip
    return Check(Level.GOOD, "firewall", "no packet filter was found")


def may_send_frames() -> bool:
    """Whether a sweep from here can ask its own links by ARP."""
    return _has_raw() and find_spec("scapy") is not None


def _has_raw() -> bool:
    try:
        lines = (_PROC / "self/status").read_text("ascii").splitlines()
    except OSError:
        return False
    held = next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)
    return bool(held >> _CAP_NET_RAW & 1)


def _privileges() -> Check:
    who = "root" if os.geteuid() == 0 else "an ordinary user"
    if _has_raw():
        does = "its own links are asked for MACs by ARP before anything else is sent"
        if not may_send_frames():
            does = "but scapy is missing: MACs are read from this machine's neighbour table"
        return Check(Level.GOOD, "privilege", f"running as {who}, with CAP_NET_RAW; {does}")
    return Check(
        Level.NOTE, "privilege",
        f"running as {who}, without CAP_NET_RAW: MACs are read from this machine's neighbour "
        "table, and medical equipment on its own links is known only after a first question",
        "run the sweep with CAP_NET_RAW (systemd: AmbientCapabilities=CAP_NET_RAW), or as root",
    )  # fmt: skip


def _descriptors() -> Check:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 512:
        return Check(
            Level.BAD, "sockets", f"only {soft} files and sockets may be open at once",
            f"run `ulimit -n {min(hard, 4096) if hard > 0 else 4096}` first",
        )  # fmt: skip
    return Check(Level.GOOD, "sockets", f"{soft} files and sockets may be open at once")


def _crypto() -> Check:
    fips = _number(_PROC / "sys/crypto/fips_enabled")
    if fips:
        return Check(
            Level.NOTE, "cryptography", "this machine is in FIPS mode: certificates of devices "
            "with old TLS cannot be read",
        )  # fmt: skip
    return Check(Level.GOOD, "cryptography", "old TLS of old devices can be read, never trusted")


def _database(db: str) -> Check:
    if "://" in db:
        return Check(Level.GOOD, "database", db.rpartition("@")[2] or db)
    path = Path(db)
    place = path if path.exists() else next(p for p in path.absolute().parents if p.exists())
    if not os.access(place, os.W_OK):
        return Check(
            Level.BAD, "database", f"{place} cannot be written by this user",
            "name another with --db PATH",
        )  # fmt: skip
    return Check(Level.GOOD, "database", f"{db}{'' if path.exists() else ' (not made yet)'}")


def _extras() -> Iterator[Check]:
    for module, (extra, purpose) in _EXTRAS.items():
        if find_spec(module) is None:
            yield Check(
                Level.NOTE, "extra", f"{extra} is not installed ({purpose})",
                f"pip install 'camcensus[{extra}]'",
            )  # fmt: skip


def _lab() -> Check:
    from camcensus.lab import SHORTCOMINGS, private_available

    works, reason = private_available()
    if works:
        return Check(Level.GOOD, "lab", f"the demo can use a private network: {reason}")
    return Check(Level.NOTE, "lab", f"the demo will use loopback ({SHORTCOMINGS}): {reason}")


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None
