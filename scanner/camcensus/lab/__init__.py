"""A virtual estate of cameras and of things that are none: for demo, tests and benchmarks."""

from camcensus.lab.estate import Estate, LabDevice, estate_of
from camcensus.lab.personas import Persona, load_personas
from camcensus.lab.private import PrivateOptions, private_available, run_in_private

__all__ = [
    "Estate",
    "LabDevice",
    "Persona",
    "PrivateOptions",
    "estate_of",
    "load_personas",
    "private_available",
    "run_in_private",
]
