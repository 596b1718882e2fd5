"""What the user of this process may do, and what each right gives."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from camcensus.census.machine.check import Check, Level, read_words

_CAP_NET_RAW = 13  # linux/capability.h
_FEW, _ENOUGH = 512, 4096  # sockets
_STATUS = Path("/proc/self/status")


def may_send_frames() -> bool:
    """Whether a sweep from here can ask its own links by ARP."""
    return _holds(_CAP_NET_RAW) and find_spec("scapy") is not None


def rights() -> Iterator[Check]:
    """Frames of our own, and how many sockets."""
    yield _frames()
    yield _sockets()


def _frames() -> Check:
    who = _who()
    if may_send_frames():
        return Check(
            Level.GOOD, "privilege", f"running as {who}, with CAP_NET_RAW",
            means="its own links are asked for MACs by ARP before anything else is sent, so that "
            "medical equipment there is left alone from the first packet on",
        )  # fmt: skip
    means = (
        "MACs are read from this machine's own neighbour table instead of asked for by ARP, and "
        "medical equipment on its own links is known only after a first question; all else works"
    )
    if _holds(_CAP_NET_RAW):
        return Check(
            Level.NOTE, "privilege", f"running as {who}, with CAP_NET_RAW, but without scapy",
            "install the extra: pip install 'camcensus[link]' (scapy is under the GPL, version 2)",
            means=means,
        )  # fmt: skip
    return Check(
        Level.NOTE, "privilege", f"running as {who}, without CAP_NET_RAW",
        "if that matters here, run the sweep with CAP_NET_RAW (systemd: "
        "AmbientCapabilities=CAP_NET_RAW), or as root; no other privilege is ever needed",
        means=means,
    )  # fmt: skip


def _who() -> str:
    if not hasattr(os, "geteuid"):
        return "this user"
    return "root" if os.geteuid() == 0 else "an ordinary user"


def _holds(capability: int) -> bool:
    """Whether this process has a capability; never where the system knows none."""
    lines = read_words(_STATUS).splitlines()
    held = next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)
    return bool(held >> capability & 1)


def _sockets() -> Check:
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return Check(
            Level.NOTE, "sockets", "this system does not say how many sockets may be open",
            "if a sweep says that sockets run out, use --pace gentle",
            means="Python on Windows waits for 512 sockets at most; pace gentle stays far below",
        )  # fmt: skip
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return Check(Level.GOOD, "sockets", "any number may be open", means="no pace meets a limit")
    if soft < _FEW:
        most = min(hard, _ENOUGH) if hard > 0 else _ENOUGH
        return Check(
            Level.BAD, "sockets", f"only {soft} files and sockets may be open at once",
            f"run `ulimit -n {most}` first",
            means="a sweep runs out of sockets and misses devices, which its coverage then says",
        )  # fmt: skip
    return Check(
        Level.GOOD, "sockets", f"{soft} files and sockets may be open at once",
        means=f"enough for {'every pace' if soft >= 2 * _FEW else 'pace gentle and normal'}",
    )  # fmt: skip
