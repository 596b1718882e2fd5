"""What a spreadsheet and a page say: the devices with their reasons, and what was not seen."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from camcensus.export.words import KINDS, speaker, way
from camcensus.identify.explain import strength
from camcensus.scope import NOBODYS
from camcensus.store import CoverageRecord, DeviceRecord, SweepRecord
from camcensus.types import RECORDERS, Claim, Kind

_SHOWN = 80  # characters of a device's words that a reason repeats
# As the end of a sweep writes them (`census.closing`): what nobody misses in a list.
_ANSWERS = re.compile(r": [\d,]+ asked, [\d,]+ alive, |more networks with answers$")


@dataclass(frozen=True, slots=True)
class Listed:
    """A device with the claims behind its name, the surest first."""

    record: DeviceRecord
    claims: tuple[Claim, ...] = ()

    @property
    def kind(self) -> str:
        """The kind in words for people."""
        return KINDS[self.record.kind]

    @property
    def relabelled(self) -> bool:
        """Whether the label names another firm than the maker."""
        one = self.record
        return bool(one.maker and one.brand) and one.maker != one.brand

    @property
    def how_sure(self) -> str:
        """How sure maker or brand is, in words."""
        sure = self.record.confidence
        return f"{strength(sure)} ({sure:.0%})" if sure else "not named"

    @property
    def why(self) -> str:
        """What maker and brand rest on, a sentence or two."""
        return " ".join(self.reasons())

    def reasons(self, *, quoting: bool = True) -> tuple[str, ...]:
        """One sentence on the maker; another on the label where that names another firm.

        Without `quoting` no word of the device is repeated: it may hold an address or a serial.
        """
        said = [self.electronics(quoting=quoting)]
        if self.relabelled or not any(said):
            said.append(self.label(quoting=quoting))
        return tuple(filter(None, said))

    def electronics(self, *, quoting: bool = True) -> str:
        """What the maker rests on; empty if the maker is not known."""
        return self._reason("maker", quoting=quoting)

    def label(self, *, quoting: bool = True) -> str:
        """What the brand rests on; empty if the brand is not known."""
        return self._reason("brand", quoting=quoting)

    def _reason(self, attribute: str, *, quoting: bool) -> str:
        wanted = self.record.maker if attribute == "maker" else self.record.brand
        for claim in self.claims:
            if wanted and claim.attribute == attribute and claim.value == wanted:
                return reason(claim, quoting=quoting)
        return ""


def reason(claim: Claim, *, quoting: bool = True) -> str:
    """What one claim rests on, as a sentence that can be read aloud."""
    source = speaker(claim.evidence.field.split(".")[0])
    said = claim.evidence.value
    shown = f"{said[:_SHOWN]}..." if len(said) > _SHOWN else said
    words = f'{source} says "{shown}"' if quoting else f"{source} tells"
    return f"{words}. {claim.why}" if claim.why else f"{words}."


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that the list may lack, and why; `where` is empty if it is everywhere."""

    what: str
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class SweepLine:
    """A sweep that the list rests on."""

    record: SweepRecord
    coverage: tuple[CoverageRecord, ...]

    @property
    def asked(self) -> int:
        """To how many addresses the way that asked most of them went."""
        return max((row.asked for row in self.coverage), default=0)


@dataclass(frozen=True, slots=True)
class Inventory:
    """The census of one site or of all, as it is handed to people."""

    sites: tuple[str, ...]
    devices: tuple[Listed, ...]  # cameras, recorders and the like
    others: int  # devices that are none, or that nobody could name
    unseen: tuple[Unseen, ...]
    sweeps: tuple[SweepLine, ...]  # the latest first
    made_at: datetime
    version: str
    contact: str = ""

    @property
    def kinds(self) -> Counter[Kind]:
        """How many of each kind."""
        return Counter(one.record.kind for one in self.devices)

    @property
    def makers(self) -> Counter[str]:
        """How many of each maker; "" are those whose maker is not known."""
        return Counter(one.record.maker or "" for one in self.devices)

    @property
    def relabelled(self) -> tuple[Listed, ...]:
        """Those whose label names another firm than the maker."""
        return tuple(one for one in self.devices if one.relabelled)

    @property
    def channels(self) -> int:
        """Channels that the recorders state, together."""
        return sum(one.record.channels or 0 for one in self.devices if one.record.kind in RECORDERS)

    @property
    def catalogues(self) -> tuple[str, ...]:
        """The versions of the catalogue that named the devices."""
        return tuple(sorted({one.record.catalogue for one in self.devices if one.record.catalogue}))

    @property
    def title(self) -> str:
        """Of which site or sites."""
        return ", ".join(self.sites) if self.sites else "no site"


def unseen(
    devices: Sequence[Listed], others: Sequence[DeviceRecord], sweeps: Sequence[SweepLine]
) -> tuple[Unseen, ...]:
    """What the list may lack: recorders' channels, silent makers' MACs, networks, deafness."""
    return (
        *(_channels(one.record) for one in devices if _hides(one.record)),
        *(_unnamed(one) for one in others if one.kind is Kind.UNKNOWN),
        *_from_sweeps(sweeps),
    )


def _hides(record: DeviceRecord) -> bool:
    return bool(record.channels) and record.kind in RECORDERS


def _channels(record: DeviceRecord) -> Unseen:
    count = record.channels or 0
    some = "1 channel" if count == 1 else f"{count} channels"
    return Unseen(
        f"cameras behind a {KINDS[record.kind].lower()}",
        record.address,
        f"It states {some}. Cameras on them may have no address of their own on this network.",
    )


def _unnamed(record: DeviceRecord) -> Unseen:
    if record.maker:
        return Unseen(
            "a device that may be a camera",
            record.address,
            f"Its MAC belongs to {record.maker}, which makes cameras, but it told nothing more.",
        )
    return Unseen(
        "a device that nobody could name",
        record.address,
        "It answered, but with nothing that tells what it is.",
    )


def _from_sweeps(sweeps: Sequence[SweepLine]) -> tuple[Unseen, ...]:
    """What the latest sweep of each set of networks could not hear or was not allowed to ask."""
    latest: dict[tuple[str, tuple[str, ...]], SweepLine] = {}
    for one in sweeps:
        latest.setdefault((one.record.site, one.record.networks), one)
    found: dict[Unseen, None] = {}
    for one in latest.values():
        if one.record.finished_at is None or one.record.status != "done":
            why = f"Sweep {one.record.id} did not end: go on with `camcensus resume`."
            found[Unseen("part of the network", "", why)] = None
        for row in one.coverage:
            found.update(dict.fromkeys(_from_row(row)))
    return tuple(found)


def _from_row(row: CoverageRecord) -> tuple[Unseen, ...]:
    if row.prober != "all":
        what = f"what {way(row.prober)} would tell"
        return tuple(Unseen(what, row.zone, _sentence(why)) for why in _parts(row.not_audible))
    left_out = [why for why in _parts(row.excluded_why) if not why.startswith(NOBODYS)]
    silent = [why for why in _parts(row.remarks) if not _ANSWERS.search(why)]
    return (
        *(Unseen("addresses that were left out", row.zone, _sentence(why)) for why in left_out),
        *(Unseen("whole networks", row.zone, _sentence(why)) for why in silent),
    )


def _parts(joined: str) -> tuple[str, ...]:
    return tuple(filter(None, joined.split("; ")))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")


def by_label(devices: Sequence[Listed]) -> Mapping[tuple[str, str], int]:
    """Brand on the label and maker of the electronics, and how many; "" where not known."""
    counts = Counter((one.record.brand or "", one.record.maker or "") for one in devices)
    return dict(sorted(counts.items(), key=lambda pair: (pair[0][1] or "\uffff", pair[0][0])))
