"""Dahua's discovery (DHIP): UDP 37810, group 239.255.255.251; every device of its platform.

Some firmware does not hear the group, so each address is asked too. Who answers has Dahua's
electronics; the names of vendor and manufacturer in it are those of a label, or of nobody.
"""

from dataclasses import replace
from functools import partial

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import dhip_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.scope import Reach
from camcensus.types import Evidence
from camcensus.wire import MalformedError
from camcensus.wire.dhip import build_search, parse

NAME = "dhip"
PORT = 37810
GROUP = "239.255.255.251"


def build(_seed: bytes, _local_port: int, *, unicast: bool) -> bytes:
    """The search; the protocol has no place for a number of ours."""
    return build_search(unicast=unicast)


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What a device says of itself; `MalformedError` for a question or another protocol."""
    message = parse(data)
    if not message.is_of_a_device:
        raise MalformedError(f"no answer of a device: method {message.method[:40]!r}")
    return dhip_evidence(message.fields)


def _question(*, unicast: bool) -> Question:
    return Question(
        prober=NAME,
        message="search",
        port=PORT,
        build=partial(build, unicast=unicast),
        evidence=evidence,
        group=GROUP,
        reach=Reach.AFFORDABLE,
    )


_TO_GROUP, _TO_ONE = (_question(unicast=unicast) for unicast in (False, True))


def samples(occasion: Occasion) -> tuple[Sample, ...]:
    """The two forms of the question."""
    number = occasion.number[:16]
    return (
        Sample(_TO_ONE.request(number), "to one address"),
        Sample(_TO_GROUP.request(number), "to the group on a planned link"),
    )


PROBER = replace(datagram_prober(_TO_ONE), link=datagram_prober(_TO_GROUP).link, samples=samples)
