"""How a list was made, in sentences that a spreadsheet and a page share."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

from camcensus.export.inventory import Inventory
from camcensus.store import SweepRecord

Address = IPv4Address | IPv6Address

_NETWORKS = 8  # ranges of a sweep that are named
_ASKED = (
    "Each address of the plan got a few harmless questions that need no login. No password "
    "was tried, and nothing was changed on any device."
)
_NAMES = (
    "Made by is whose electronics it is; the brand is what the label says. Each rests on "
    "evidence of its own. What is empty is not known."
)
_SURE = "How often such evidence is right: strong is 90 % or more, fair 70 % or more."
_ALWAYS = (
    ("What was asked", _ASKED),
    ("Made by, and brand", _NAMES),
    ("How sure", _SURE),
    ("What this is not", "Legal advice, or proof that there is no other camera."),
)


def local(moment: datetime) -> datetime:
    """The time on this machine's clock: without a zone, to the second."""
    return moment.astimezone().replace(tzinfo=None, microsecond=0)


def method(inventory: Inventory) -> list[tuple[str, str]]:
    """How the list was made, as pairs of name and sentence."""
    zone = inventory.made_at.astimezone()
    offset = zone.utcoffset() or timedelta()
    hours = offset.total_seconds() / 3600
    rows = [
        ("Sites", inventory.title),
        ("Made", f"{zone:%Y-%m-%d %H:%M}, times are {zone.tzname()} (UTC{hours:+g} h)"),
        ("Program", f"camcensus {inventory.version}"),
        ("Catalogue", ", ".join(inventory.catalogues) or "none"),
        *([("Contact", inventory.contact)] if inventory.contact else []),
        *_ALWAYS,
    ]
    rows += [(f"Sweep {one.record.id}", sweep_sentence(one.record)) for one in inventory.sweeps]
    return rows


def sweep_sentence(record: SweepRecord) -> str:
    """One sweep in a sentence: when, where, by whom, how it ended."""
    began = local(record.started_at)
    who = f", by {record.user}" if record.user else ""
    ticket = f", change {record.change}" if record.change else ""
    blocks = ranges(record.networks)
    networks = ", ".join(blocks[:_NETWORKS]) + (" ..." if len(blocks) > _NETWORKS else "")
    return (
        f"{began:%Y-%m-%d %H:%M} at site {record.site}{who}{ticket}: {record.status.value}; "
        f"asked {networks or 'what answered'}; plan {record.plan_hash[:16]}"
    )


def ranges(networks: Iterable[str]) -> list[str]:
    """Networks as people write them: those that follow each other are one range."""
    spans: list[tuple[Address, Address]] = []
    for block in sorted(map(ip_network, networks), key=lambda one: (one.version, int(one[0]))):
        if spans and follows(spans[-1][1], block[0]):
            spans[-1] = (spans[-1][0], block[-1])
        else:
            spans.append((block[0], block[-1]))
    return [str(first) if first == last else f"{first} to {last}" for first, last in spans]


def follows(last: Address, first: Address) -> bool:
    """Whether an address is the next after another."""
    return last.version == first.version and int(last) + 1 == int(first)
