"""Which questions a live host need not be asked, and that the others fit its budget."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from camcensus.probers.base import Host
from camcensus.probers.table import PROBERS
from camcensus.sweep.thrift import needless
from camcensus.types import (
    UNECHOED,
    UNSOLICITED,
    Certainty,
    Claim,
    Evidence,
    Field,
    Identity,
    Kind,
    Observation,
    Outcome,
    Target,
    Transport,
)
from probers.asking import NOW, SAFETY, Desk

BY_NAME = {one.name: one for one in PROBERS}
SAYS = Evidence(Field.DHIP_FIELD, "DeviceType=IPC")
CERTAIN = Identity(
    kind=Kind.CAMERA,
    maker="dahua",
    model="IPC",
    certainty=Certainty(1.0, 1.0, 1.0, 1.0),
    claims=(Claim("s", "mac", "00:00:5e:00:53:01", 1.0, SAYS),),
)


class Reader(Desk):
    """Knows everything of whoever has said anything."""

    def name(self, evidence: Iterable[Evidence]) -> Identity:
        return CERTAIN if list(evidence) else Identity()


def seen(prober: str, transport: Transport, outcome: Outcome = Outcome.ANSWERED) -> Observation:
    return Observation("s", "", "198.18.0.9", 9, transport, prober, "m", NOW, outcome)


def host(*observations: Observation) -> Host:
    return Host(Target("198.18.0.9", "s"), list(observations))


@pytest.mark.parametrize("note", [UNSOLICITED, UNECHOED])
def test_a_word_that_anybody_may_have_said_ends_no_questions(note: str) -> None:
    told = replace(seen("dhip", Transport.UDP), evidence=(SAYS,))
    asking = Reader().asking()

    assert needless(asking, BY_NAME["http"], host(told)).startswith("maker, model")
    doubtful = replace(told, note=f"{note}: who knows")
    assert needless(asking, BY_NAME["http"], host(doubtful)) == ""
    assert needless(asking, BY_NAME["http"], host(doubtful, told)).startswith("maker, model")


@pytest.mark.parametrize("prober", ["arp", "mdns", "ssdp"])
def test_a_makers_own_question_is_not_for_whoever_says_what_any_computer_says(prober: str) -> None:
    asking, vendor = Desk().asking(), BY_NAME["hanwha"]
    computer = [seen(prober, Transport.UDP), seen("ws-discovery", Transport.UDP, Outcome.REFUSED)]

    assert needless(asking, vendor, host(*computer)) == "it answered nothing that a camera answers"
    for outcome in (Outcome.ANSWERED, Outcome.MUTE):
        streams = seen("rtsp", Transport.TCP, outcome)
        assert needless(asking, vendor, host(*computer, streams)) == ""


def test_a_device_that_only_streams_can_be_asked_every_makers_own_question_at_any_pace() -> None:
    streams = {"rtsp": 2}  # the options, and the description of the root
    everybody = dict.fromkeys(("mdns", "ssdp"), 1)
    vendors = dict.fromkeys((one.name for one in PROBERS if one.vendor), 1)
    asked = sum((streams | everybody | vendors).values())

    assert asked <= min(pace.host_requests for pace in SAFETY.paces.values())
