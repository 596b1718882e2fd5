"""What the page of a plan shows of each prober is what it may send: all of it, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.net import load_safety
from camcensus.probers.base import Prober
from camcensus.probers.samples import Sample, occasions, parts
from camcensus.probers.snmp import NAME as SNMP
from camcensus.probers.snmp import Community, with_community
from camcensus.probers.table import PROBERS

GIVEN = "k33p-this-Quiet"
ASKING = tuple(
    with_community(Community(GIVEN, version_1_too=True)) if one.name == SNMP else one
    for one in PROBERS
)
SAFETY = load_safety()
ONE, OTHER = occasions("camcensus/1 (test)", SAFETY.pages, thorough=True, login=True)
each_prober = pytest.mark.parametrize("prober", ASKING, ids=lambda one: one.name)


def samples(prober: Prober) -> list[tuple[Sample, Sample]]:
    return list(zip(prober.samples(ONE), prober.samples(OTHER), strict=True))


def test_every_message_that_may_be_sent_has_a_sample() -> None:
    shown = {(x.request.prober, x.request.message) for one in ASKING for x, _ in samples(one)}
    assert shown == set(SAFETY.allowed)


@each_prober
def test_a_sample_has_the_shape_that_may_be_sent(prober: Prober) -> None:
    for sample, _ in samples(prober):
        request = sample.request
        row = SAFETY.allowed[request.prober, request.message]
        port = row.ports[0][0] if row.ports else 80
        assert SAFETY.objection(request, row.transport, port) is None


@each_prober
def test_two_occasions_differ_in_bytes_and_not_in_length(prober: Prober) -> None:
    for sample, other in samples(prober):
        assert len(sample.request.payload) == len(other.request.payload)
        assert (sample.when, sample.source_port) == (other.when, other.source_port)


def test_without_thoroughness_and_login_their_messages_are_not_shown() -> None:
    plain, _ = occasions("x", SAFETY.pages, thorough=False, login=False)
    onvif = next(one for one in ASKING if one.name == "onvif")
    shown = {one.request.message for one in onvif.samples(plain)}
    assert shown == {
        "get-system-date-and-time",
        "get-device-information",
        "get-scopes",
        "get-hostname",
    }


def test_the_community_that_was_given_is_in_no_sample() -> None:
    snmp = next(one for one in ASKING if one.name == SNMP)
    payloads = [sample.request.payload for sample in snmp.samples(ONE)]
    assert len(payloads) == 2
    assert not any(GIVEN.encode() in payload for payload in payloads)


@given(
    pair=st.integers(0, 60).flatmap(lambda n: st.tuples(*[st.binary(min_size=n, max_size=n)] * 2))
)
def test_parts_are_the_message_and_what_differs_is_marked(pair: tuple[bytes, bytes]) -> None:
    one, other = pair
    cut = parts(one, other)
    assert b"".join(part.data for part in cut) == one
    at = 0
    for part in cut:
        assert part.data
        if not part.varies:
            assert other[at : at + len(part.data)] == part.data
        at += len(part.data)


def test_a_message_of_another_length_varies_as_a_whole() -> None:
    [part] = parts(b"abc", b"abcd")
    assert part.varies
