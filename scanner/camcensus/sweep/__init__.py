"""Plan times probers: a stream of observations, in two passes, without database or screen."""

from camcensus.sweep.coverage import Coverage, CoverageRow
from camcensus.sweep.events import Event, HostFinished, Observed, Progress, Resume
from camcensus.sweep.run import Sweep

__all__ = [
    "Coverage",
    "CoverageRow",
    "Event",
    "HostFinished",
    "Observed",
    "Progress",
    "Resume",
    "Sweep",
]
