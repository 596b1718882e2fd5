"""The words of the scope: what the user asked for, and what a plan says about it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from camcensus.types import Interface, ProberCost, Transport

Stage = Literal["first", "second", "link"]


class Policy(StrEnum):
    """What a zone allows, from the loosest to the strictest."""

    PROBE = "probe"
    UDP_ONLY = "udp-only"
    LISTEN_ONLY = "listen-only"
    DO_NOT_PROBE = "do-not-probe"

    @property
    def strictness(self) -> int:
        """The higher wins where zones overlap."""
        return list(Policy).index(self)

    @property
    def sends(self) -> bool:
        """Whether anything at all may be sent to an address of the zone."""
        return self in {Policy.PROBE, Policy.UDP_ONLY}


class Reach(StrEnum):
    """Whom the first pass of a prober asks."""

    ALL = "all"
    AFFORDABLE = "affordable"  # all, where the time for it stays reasonable; else those alive
    NAMED = "named"  # the same, but only if the user named this prober; else those alive


@dataclass(frozen=True, slots=True)
class ScopeRequest:
    """What the user typed, not yet looked at."""

    targets: tuple[str, ...] = ()
    target_files: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_files: tuple[Path, ...] = ()
    zones_file: Path | None = None
    site: str = "default"
    allow_public: bool = False
    allow_unzoned: bool = False
    yes: bool = False
    ports: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    thorough: bool = False  # ask a host on although everything that matters is known
    limit: int | None = None  # a pilot: this many of the targets, the first in the plan's order


@dataclass(frozen=True, slots=True)
class PlannedProber:
    """One prober of the plan. `ports` of a link prober are the ports of its groups.

    A prober whose first pass does not reach all declares a second one too; a plan keeps one.
    """

    name: str
    stage: Stage
    transport: Transport
    ports: tuple[int, ...]
    cost: ProberCost
    groups: tuple[str, ...] = ()
    reach: Reach = Reach.ALL

    @property
    def optional(self) -> bool:
        """Whether a plan may leave this row out."""
        return self.reach is not Reach.ALL


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks and by which rules: what was agreed to besides the scope."""

    program: str = ""  # name and version
    rules: str = ""  # SHA-256 of the files that say what may be sent
    contact: str = ""
    source_port: int = 0
    login: str = "none"  # the owner's ONVIF account: none, https, or http where there is no https


UNSTATED = Asker()  # of plans that older programs stored


@dataclass(frozen=True, slots=True)
class DeniedPorts:
    """Ports that are never sent to, whoever asks."""

    transport: Transport
    first: int
    last: int
    why: str
    source: str


NOBODYS = ("network address of ", "broadcast address of ")
"""How the reason begins by which an address that is no device's is left out."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A network that is left out; `count` is how many asked-for addresses it alone removed.

    Where several exclusions cover an address the first one is charged, so that the counts and
    the plan's size add up to what was asked for.
    """

    network: str
    reason: str
    source: str
    count: int


@dataclass(frozen=True, slots=True)
class PlannedZone:
    """A zone that has targets in the plan."""

    name: str
    policy: Policy
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedLink:
    """An interface that multicast will leave by, one row for each of its addresses."""

    interface: Interface
    groups: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class LinkLeftOut:
    """An interface that no multicast leaves by, and why."""

    interface: Interface
    why: str
