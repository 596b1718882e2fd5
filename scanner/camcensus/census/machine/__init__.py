"""What this machine can do and hear: read from the system's own files, nothing is sent."""

import os
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from camcensus.census.machine.check import Check, Level
from camcensus.census.machine.firewall import firewalls
from camcensus.census.machine.links import links, neighbour_overflows
from camcensus.census.machine.rights import may_send_frames, rights
from camcensus.census.machine.secrecy import secrecy
from camcensus.census.prepare import DEFAULT_SOURCE_PORT
from camcensus.config import Settings
from camcensus.errors import CatalogueError
from camcensus.types import Interface

__all__ = ["Check", "Level", "diagnose", "may_send_frames", "neighbour_overflows"]

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


def diagnose(interfaces: Sequence[Interface], settings: Settings) -> Iterator[Check]:
    """Everything that decides what a sweep from here can see; nothing is sent."""
    from camcensus.probers.table import PROBERS

    replies = sorted({prober.reply_port for prober in PROBERS} - {0})
    yield _system()
    yield _knowledge(settings.own_signatures)
    yield from links(interfaces)
    yield from firewalls(settings.source_port or DEFAULT_SOURCE_PORT, tuple(replies))
    yield from rights()
    yield from secrecy()
    yield _database(settings.db)
    yield from _extras()
    yield _lab()


def _system() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.platform != "linux":
        return Check(
            Level.NOTE, "system", f"Python {version} on {sys.platform}, where nobody has tested "
            "camcensus (docs/install.md)",
            "sweep from Linux where completeness matters",
            means="signs of life from ICMP are read on Linux only, so fewer silent devices are "
            "asked a second time",
        )  # fmt: skip
    return Check(
        Level.GOOD, "system", f"Python {version} on Linux", means="every way to ask works here"
    )


def _knowledge(signatures: Path | None) -> Check:
    from camcensus.identify import load_catalogue
    from camcensus.net import load_safety

    safety = load_safety()
    try:
        catalogue = load_catalogue(own=signatures)
    except CatalogueError as error:
        return Check(
            Level.BAD, "knowledge", str(error), "mend it: camcensus signatures check",
            means="until then no sweep starts",
        )  # fmt: skip
    makers = sum(1 for file in catalogue.files if file.maker)
    return Check(
        Level.GOOD, "knowledge",
        f"catalogue {catalogue.version}: {len(catalogue.signatures)} signatures, {makers} makers "
        "and brands",
        means=f"{len(safety.allowed)} messages may be sent, and to {len(safety.denied)} ranges of "
        "ports never any",
    )  # fmt: skip


def _database(db: str) -> Check:
    means = "the census is kept there, and sent nowhere"
    if "://" in db:
        return Check(Level.GOOD, "database", db.rpartition("@")[2] or db, means=means)
    path = Path(db)
    place = path if path.exists() else next(p for p in path.absolute().parents if p.exists())
    if not os.access(place, os.W_OK):
        return Check(
            Level.BAD, "database", f"{place} cannot be written by this user",
            "name another with --db PATH", means="no sweep can be kept",
        )  # fmt: skip
    made = "" if path.exists() else " (not made yet)"
    return Check(Level.GOOD, "database", f"{db}{made}", means=means)


def _extras() -> Iterator[Check]:
    for module, (extra, purpose) in _EXTRAS.items():
        if find_spec(module) is None:
            yield Check(
                Level.NOTE, "extra", f"{extra} is not installed",
                f"pip install 'camcensus[{extra}]'", means=f"without it: no {purpose}",
            )  # fmt: skip


def _lab() -> Check:
    from camcensus.lab import SHORTCOMINGS, private_available

    works, reason = private_available()
    if works:
        return Check(
            Level.GOOD, "lab", f"the demo can use a private network: {reason}",
            means="it shows everything, and no frame of it leaves this machine",
        )  # fmt: skip
    return Check(
        Level.NOTE, "lab", f"the demo will use loopback: {reason}",
        "nothing, if the demo is not wanted; else allow unprivileged user namespaces",
        means=f"it shows {SHORTCOMINGS}",
    )  # fmt: skip
