"""What goes into the store and comes out of it: frozen values, no SQLAlchemy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from camcensus.types import Certainty, Claim, Evidence, Kind, Observation


class SweepStatus(StrEnum):
    """How far a sweep came; `running` without a living process means that it was killed."""

    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Change(StrEnum):
    """What settling told us about a device."""

    NEW = "new"
    NAMED = "named"  # it was known, and has its first maker or brand now
    CHANGED = "changed"
    SEEN = "seen"  # nothing new


class Presence(StrEnum):
    """Whether the latest sweep of its site that asked for a device found it."""

    PRESENT = "present"
    NOT_SEEN = "not-seen"
    NOT_ASKED = "not-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepStart:
    """What is known of a sweep before its first frame.

    `networks` are the CIDR blocks the plan may ask, exclusions taken out: they tell "silent"
    from "not asked" afterwards. Without them only what answered counts as asked.
    """

    site: str
    argv: tuple[str, ...]
    plan_text: str
    plan_hash: str
    key: str  # of the order in which the targets are asked
    catalogue: str
    version: str
    started_at: datetime
    readers: str = ""  # the mark of what reads evidence from answers
    user: str = ""
    change: str = ""
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRecord(SweepStart):
    """A stored sweep; all first-pass targets before `position` are asked and stored."""

    id: int
    status: SweepStatus
    position: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class CoverageRecord:
    """What one prober came to in one zone."""

    zone: str
    prober: str
    asked: int = 0
    answered: int = 0
    silent: int = 0
    excluded: int = 0
    excluded_why: str = ""
    not_audible: str = ""  # why answers could not have been heard from here
    spared: int = 0  # addresses that there was no need to ask
    spared_why: str = ""
    rounds: int = 0  # how often the links were asked by multicast
    convergence_percent: int | None = None  # of those who answered, known before the last round
    remarks: str = ""

    def to_json(self) -> dict[str, object]:
        """The line `camcensus.coverage/1`."""
        return {
            "schema": "camcensus.coverage/1",
            "zone": self.zone,
            "prober": self.prober,
            "asked": self.asked,
            "answered": self.answered,
            "silent": self.silent,
            "excluded": self.excluded,
            "excluded_why": self.excluded_why or None,
            "not_audible": self.not_audible or None,
            "spared": self.spared,
            "spared_why": self.spared_why or None,
            "rounds": self.rounds,
            "convergence_percent": self.convergence_percent,
            "remarks": self.remarks or None,
        }


@dataclass(frozen=True, slots=True)
class Position:
    """All first-pass targets before `index` are asked, and their answers were offered before."""

    index: int


@dataclass(frozen=True, slots=True)
class HostDone:
    """Every question to this address was asked, and the answers were offered before."""

    address: str


@dataclass(frozen=True, slots=True)
class PendingHost:
    """An address with a sign of life whose second pass did not end; what it said so far."""

    address: str
    zone: str
    ports: tuple[int, ...]  # the ports it answered or refused on
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class StoredHost:
    """Everything one sweep stored of one address."""

    sweep_id: int
    site: str
    zone: str
    address: str
    observations: tuple[Observation, ...]
    ids: tuple[int, ...] = ()  # of the observations


@dataclass(frozen=True, slots=True)
class AddressSpan:
    """An address a device had, and when it was seen there."""

    address: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Owned:
    """What only people know; no sweep overwrites it."""

    room: str | None = None
    owner: str | None = None
    tag: str | None = None
    note: str | None = None
    accepted_until: date | None = None  # until then somebody accepted the device as it is

    def value(self, field: "OwnedField") -> "OwnedValue":
        """What is written in one field; `None` if nothing is."""
        found: OwnedValue = getattr(self, field.value)
        return found

    def edited(self, edit: "OwnedEdit") -> "Owned":
        """The same after these fields were written."""
        fields: dict[str, Any] = {field.value: value for field, value in edit.items()}
        return replace(self, **fields)


class OwnedField(StrEnum):
    """The fields of `Owned`, by their names there."""

    ROOM = "room"
    OWNER = "owner"
    TAG = "tag"
    NOTE = "note"
    ACCEPTED_UNTIL = "accepted_until"

    @property
    def label(self) -> str:
        """Its name as people type it."""
        return self.value.replace("_", "-")


OwnedValue = str | date | None
OwnedEdit = Mapping[OwnedField, OwnedValue]  # what fields should hold; the others stay


@dataclass(frozen=True, slots=True)
class OwnedChange:
    """One field of one device, and what it held and holds; `None` is empty, days are ISO text."""

    device_id: int
    field: OwnedField
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class OwnedEntry(OwnedChange):
    """A change as it is on record: when, by whom, and through what."""

    changed_at: datetime
    changed_by: str
    how: str


@dataclass(frozen=True, slots=True)
class Signed:
    """Who changes what people wrote, when, and through what: `device set`, a file."""

    by: str
    at: datetime
    how: str


@dataclass(frozen=True, slots=True)
class FindingRef:
    """A finding on a device, by its rule."""

    id: str
    rule: str
    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """One physical thing as the census knows it: the line `camcensus.device/1`."""

    id: int
    site: str
    zone: str
    status: Presence
    kind: Kind
    maker: str | None
    brand: str | None
    model: str | None
    firmware: str | None
    serial: str | None
    name: str | None
    location: str | None
    hostnames: tuple[str, ...]
    mac: str | None
    macs: tuple[str, ...]
    addresses: tuple[AddressSpan, ...]  # the latest first
    endpoint: str | None
    channels: int | None
    cpe: str | None
    certainty: Certainty
    owned: Owned
    first_seen: datetime
    last_seen: datetime
    sources: tuple[str, ...]
    conflicts: tuple[str, ...] = ()
    catalogue: str | None = None  # the version of the catalogue that named it
    findings: tuple[FindingRef, ...] = ()

    @property
    def address(self) -> str:
        """Where it was seen last."""
        return self.addresses[0].address if self.addresses else ""

    @property
    def place(self) -> str | None:
        """The room that people wrote, else where it says it is, else its own name."""
        return self.owned.room or self.location or self.name

    @property
    def confidence(self) -> float:
        """The certainty of maker or brand, the higher."""
        return max(self.certainty.maker, self.certainty.brand)

    def to_json(self) -> dict[str, object]:
        """The line `camcensus.device/1`; what is not known is `None`."""
        sure, owned = self.certainty, self.owned
        return {
            "schema": "camcensus.device/1",
            "id": self.id,
            "site": self.site,
            "zone": self.zone,
            "status": self.status.value,
            "kind": self.kind.value,
            "maker": self.maker,
            "brand": self.brand,
            "model": self.model,
            "firmware": self.firmware,
            "serial": self.serial,
            "name": self.name,
            "location": self.location,
            "hostnames": list(self.hostnames),
            "mac": self.mac,
            "macs": list(self.macs),
            "addresses": [_span(span) for span in self.addresses],
            "endpoint": self.endpoint,
            "channels": self.channels,
            "cpe": self.cpe,
            "certainty": {
                "kind": sure.kind,
                "maker": sure.maker,
                "brand": sure.brand,
                "model": sure.model,
            },
            "confidence": self.confidence,
            "owned": {
                "room": owned.room,
                "owner": owned.owner,
                "tag": owned.tag,
                "note": owned.note,
                "accepted_until": _day(owned.accepted_until),
            },
            "first_seen": rfc3339(self.first_seen),
            "last_seen": rfc3339(self.last_seen),
            "sources": list(self.sources),
            "catalogue": self.catalogue,
            "findings": [
                {"id": found.id, "rule": found.rule, "severity": found.severity}
                for found in self.findings
            ],
        }


@dataclass(frozen=True, slots=True)
class DeviceDetail:
    """A device, the claims behind its identity, and the answers behind the claims."""

    record: DeviceRecord
    claims: tuple[Claim, ...]
    observations: tuple[Observation, ...]
    history: tuple[OwnedEntry, ...] = ()  # what people changed, the latest first


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """A device after settling, and what that told us."""

    record: DeviceRecord
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceQuery:
    """Which devices: every condition that is given must hold."""

    site: str | None = None
    maker: str | None = None
    brand: str | None = None
    kind: Kind | None = None
    seen_since: datetime | None = None
    conflict: bool = False  # only those whose signals contradict each other
    video_only: bool = False  # leave out `unknown` and `not-video`


def rfc3339(moment: datetime) -> str:
    """The time in UTC with Z, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _span(span: AddressSpan) -> dict[str, str]:
    return {
        "address": span.address,
        "first_seen": rfc3339(span.first_seen),
        "last_seen": rfc3339(span.last_seen),
    }
