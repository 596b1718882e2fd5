"""What a sweep tells as it goes, and what an interrupted one left for the next."""

from dataclasses import dataclass

from camcensus.probers.base import Host
from camcensus.types import Observation, Target


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation of an address of the plan."""

    observation: Observation


@dataclass(frozen=True, slots=True)
class HostFinished:
    """A live address has been asked everything that the plan asks."""

    target: Target


@dataclass(frozen=True, slots=True)
class Progress:
    """Every first-pass address before `position` is asked and heard; `frames` left so far.

    `asked` counts also those that may still answer.
    """

    position: int
    frames: int
    asked: int


Event = Observed | HostFinished | Progress


@dataclass(frozen=True, slots=True)
class Resume:
    """Where an interrupted sweep goes on."""

    position: int = 0
    pending: tuple[Host, ...] = ()
    finished: frozenset[str] = frozenset()
