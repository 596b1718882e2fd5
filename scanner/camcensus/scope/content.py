"""What a plan is made of: plain values, the same whether just made or read from a file."""

from dataclasses import dataclass

from camcensus.scope.parts import Part
from camcensus.scope.words import (
    Asker,
    Exclusion,
    LinkLeftOut,
    PlannedLink,
    PlannedProber,
    PlannedZone,
)
from camcensus.types import PaceLimits


@dataclass(frozen=True, slots=True)
class PlanContent:
    """All that a plan says; its canonical text is the plan's identity."""

    site: str
    key: int
    limit: int | None
    allow_public: bool
    requested: int
    own_networks: tuple[str, ...]  # of this machine's interfaces
    parts: tuple[Part, ...]
    zones: tuple[PlannedZone, ...]
    exclusions: tuple[Exclusion, ...]
    links: tuple[PlannedLink, ...]
    links_left_out: tuple[LinkLeftOut, ...]
    ports: tuple[tuple[str, tuple[int, ...]], ...]
    probers: tuple[PlannedProber, ...]
    pace: PaceLimits
    thorough: bool  # hosts are asked on although everything that matters is known
    notes: tuple[str, ...]
    asker: Asker
