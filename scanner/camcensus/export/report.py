"""The page for people who run no scanner: how many cameras, where, whose, and what was not seen.

Makers stand by how many devices they made and then by name; nothing is ordered, coloured or
counted by country.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from camcensus.export.inventory import Inventory, Listed, Unseen, by_label
from camcensus.export.method import local, method
from camcensus.export.page import render
from camcensus.export.words import KINDS, way
from camcensus.types import RECORDERS, Kind

_BARS = 16  # makers that a chart shows by name; the rest is one bar
_ROW = 26  # height of a bar and its gap
_LABEL, _WIDTH, _VALUE = 190, 860, 60  # room for the name, of the whole chart, for the number
_IPV4 = r"\b\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?\b"
_IPV6 = r"\b(?:[0-9a-f]{1,4}:){2,7}(?::|[0-9a-f]{1,4})?(?::?[0-9a-f]{1,4})*(?:/\d{1,3})?"
_MAC = r"\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b|\b[0-9a-f]{12}\b"
_WHERE_IT_IS = re.compile(f"{_MAC}|{_IPV4}|{_IPV6}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart, in its coordinates: first the one part, then the other."""

    name: str
    count: int
    y: int
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Horizontal bars, and the size of the drawing."""

    bars: tuple[Bar, ...]
    label: int = _LABEL
    width: int = _WIDTH

    @property
    def height(self) -> int:
        """The height of the drawing."""
        return len(self.bars) * _ROW + 4


@dataclass(frozen=True, slots=True)
class Pairing:
    """A label on another maker's electronics: how many, and the lines of evidence of one."""

    brand: str
    maker: str
    count: int
    electronics: str
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One way of asking: counts of addresses."""

    way: str
    asked: int
    answered: int
    silent: int


@dataclass(frozen=True, slots=True)
class Row:
    """A device as the page lists it."""

    place: str
    kind: str
    brand: str
    maker: str
    model: str
    firmware: str
    address: str
    mac: str
    seen: str
    sure: str


def page(inventory: Inventory, *, marking: str = "", addresses: bool = True) -> str:
    """The HTML of the page. Without `addresses` it names no address, network, MAC or serial."""
    show = _as_it_is if addresses else _without_addresses
    devices = inventory.devices
    places = _places(devices, addresses=addresses)
    return render(
        "report.html",
        {
            "marking": marking,
            "addresses": addresses,
            "title": inventory.title,
            "made": f"{local(inventory.made_at):%d %B %Y, %H:%M}",
            "figures": _figures(inventory),
            "makers": _makers(devices),
            "places": None if len(places) < 2 else _chart(places, Counter()),
            "by_network": not any(one.record.zone for one in devices),
            "pairings": tuple(_pairings(inventory.relabelled, quoting=addresses)),
            "rows": tuple(_row(one, addresses=addresses) for one in devices),
            "unseen": tuple(
                Unseen(one.what, one.where if addresses else "", show(one.why))
                for one in inventory.unseen
            ),
            "method": [(name, show(sentence)) for name, sentence in method(inventory)],
            "coverage": _asked(inventory),
        },
    )


def _asked(inventory: Inventory) -> list[Asked]:
    """The latest sweep, all zones together; ways that asked nobody are left out."""
    counts: dict[str, Counter[str]] = {}
    for row in inventory.sweeps[0].coverage if inventory.sweeps else ():
        counted = counts.setdefault(way(row.prober), Counter())
        counted.update({"asked": row.asked, "answered": row.answered, "silent": row.silent})
    return [
        Asked(name, one["asked"], one["answered"], one["silent"])
        for name, one in sorted(counts.items(), key=lambda pair: pair[0].casefold())
        if one["asked"]
    ]


def _figures(inventory: Inventory) -> list[tuple[str, str]]:
    kinds = inventory.kinds
    recorders = sum(count for kind, count in kinds.items() if kind in RECORDERS)
    cameras = kinds[Kind.CAMERA]
    makers = inventory.makers
    named = len(set(makers) - {""})
    rest = kinds.total() - cameras - recorders
    rows = [
        (cameras, "camera" if cameras == 1 else "cameras"),
        (recorders, "recorders and encoders"),
        (rest, "intercoms and other video devices"),
        (named, "maker" if named == 1 else "makers"),
        (len(inventory.relabelled), "with another firm's name on the label"),
        (makers[""], "whose maker is not known"),
        (inventory.channels, "channels on recorders, which may hide cameras"),
    ]
    return [(f"{count:,}", what) for at, (count, what) in enumerate(rows) if count or at < 2]


def _makers(devices: Sequence[Listed]) -> Chart:
    """How many each maker made; the second part of a bar are those with another label."""
    made = Counter(one.record.maker or "not known" for one in devices)
    other = Counter(one.record.maker or "" for one in devices if one.relabelled)
    return _chart(made, other)


def _chart(counts: Counter[str], second: Counter[str]) -> Chart:
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].casefold()))
    shown = ranked if len(ranked) <= _BARS else ranked[: _BARS - 1]
    rest = ranked[len(shown) :]
    bars = [(name, count, second[name]) for name, count in shown]
    if rest:
        names = [name for name, _ in rest]
        more = sum(count for _, count in rest)
        bars.append((f"{len(rest)} others", more, sum(second[name] for name in names)))
    most = max((count for _, count, _ in bars), default=1)
    scale = (_WIDTH - _LABEL - _VALUE) / most
    return Chart(
        tuple(
            Bar(name, count, at * _ROW, (count - other) * scale, other * scale)
            for at, (name, count, other) in enumerate(bars)
        )
    )


def _places(devices: Iterable[Listed], *, addresses: bool) -> Counter[str]:
    """How many in each zone; in each network of 256 addresses where there are no zones."""
    found = [one.record for one in devices]
    if any(one.zone for one in found):
        return Counter(one.zone or "in no zone" for one in found)
    if not addresses:
        return Counter()
    return Counter(_network(one.address) for one in found)


def _network(address: str) -> str:
    if ":" in address:
        return "IPv6"
    return f"{address.rpartition('.')[0]}.0/24" if address else "no address"


def _pairings(devices: Sequence[Listed], *, quoting: bool) -> Iterable[Pairing]:
    for (brand, maker), count in by_label(devices).items():
        one = next(x for x in devices if (x.record.brand, x.record.maker) == (brand, maker))
        said = (one.electronics(quoting=quoting), one.label(quoting=quoting))
        yield Pairing(brand, maker, count, *said)


def _row(one: Listed, *, addresses: bool) -> Row:
    record = one.record
    place = record.place or ""
    return Row(
        place=place if addresses else _without_addresses(place),
        kind=KINDS[record.kind],
        brand=record.brand or "",
        maker=record.maker or "",
        model=record.model or "",
        firmware=record.firmware or "",
        address=record.address if addresses else "",
        mac=(record.mac or "") if addresses else "",
        seen=f"{local(record.last_seen):%Y-%m-%d}",
        sure=one.how_sure,
    )


def _as_it_is(text: str) -> str:
    return text


def _without_addresses(text: str) -> str:
    """The text with every address, network and MAC left out."""
    return _WHERE_IT_IS.sub("(address)", text)
