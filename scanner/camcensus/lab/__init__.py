"""A virtual estate of cameras and of things that are none: for demo, tests and benchmarks."""

from camcensus.lab.capture import frames_on_real_interfaces
from camcensus.lab.demo import demo_estate
from camcensus.lab.estate import Estate, LabDevice, estate_of, place
from camcensus.lab.loopback import SHORTCOMINGS, LoopbackEstate, start_loopback
from camcensus.lab.personas import Persona, load_personas
from camcensus.lab.private import PrivateOptions, private_available, run_in_private

__all__ = [
    "SHORTCOMINGS",
    "Estate",
    "LabDevice",
    "LoopbackEstate",
    "Persona",
    "PrivateOptions",
    "demo_estate",
    "estate_of",
    "frames_on_real_interfaces",
    "load_personas",
    "place",
    "private_available",
    "run_in_private",
    "start_loopback",
]
