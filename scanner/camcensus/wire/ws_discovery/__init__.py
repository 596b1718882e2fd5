"""WS-Discovery 2005/04 over SOAP, as ONVIF devices speak and misspeak it."""

from camcensus.wire.ws_discovery.message import Action, Fault, Match, Message, ProbeForm
from camcensus.wire.ws_discovery.read import parse
from camcensus.wire.ws_discovery.write import (
    Style,
    build_bye,
    build_fault,
    build_hello,
    build_probe,
    build_probe_matches,
)
from camcensus.wire.ws_discovery.xaddr import XAddr, xaddr_endpoint

__all__ = [
    "Action",
    "Fault",
    "Match",
    "Message",
    "ProbeForm",
    "Style",
    "XAddr",
    "build_bye",
    "build_fault",
    "build_hello",
    "build_probe",
    "build_probe_matches",
    "parse",
    "xaddr_endpoint",
]
