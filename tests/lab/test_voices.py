"""How personas read questions and word their answers: no sockets."""

import struct
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.lab import Persona, load_personas, place, snmp_voice
from camcensus.lab.mdns_voice import answer, read_query
from camcensus.lab.personas import Form, Snmp
from camcensus.lab.wsd_voice import Probe, answers_to, read_probe
from camcensus.wire.snmp import SYS_DESCR, SYS_OBJECT_ID, Version, build_get, parse

PERSONAS = {one.name: one for one in load_personas()}
NVT = "NetworkVideoTransmitter"
PROBE = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>'
    b"<a:MessageID>urn:uuid:7</a:MessageID></s:Header><s:Body><d:Probe>"
    b"<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>a b</d:Scopes>"
    b"</d:Probe></s:Body></s:Envelope>"
)
QUERY = (
    struct.pack("!HHHHHH", 9, 0, 2, 0, 0, 0)
    + b"\x0b_axis-video\x04_tcp\x05local\x00\x00\x0c\x00\x01"
    + b"\x05_rtsp\xc0\x18\x00\x0c\x80\x01"
)


def probing(*types: str, newline: bool = False, scopes: tuple[str, ...] = ()) -> Probe:
    return Probe("uuid:1", types, scopes, newline)


def test_a_probe_is_read() -> None:
    probe = read_probe(PROBE)
    assert probe == Probe("urn:uuid:7", (NVT,), ("a", "b"), broken_lines=False)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", PROBE.replace(b"d:Probe", b"d:Hello")])
def test_what_is_no_probe_is_not_read(data: bytes) -> None:
    assert read_probe(data) is None


@pytest.mark.fuzz
@given(st.integers(0, len(PROBE)), st.binary(max_size=64))
def test_a_cut_probe_never_raises(cut: int, junk: bytes) -> None:
    probe = read_probe(PROBE[:cut] + junk)
    assert probe is None or probe.message_id


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=lambda one: one.name)
@pytest.mark.parametrize("types", [(NVT,), ("Device",), ()], ids=["nvt", "device", "typeless"])
def test_every_answer_is_xml_of_the_declared_encoding(
    persona: Persona, types: tuple[str, ...]
) -> None:
    device = place(persona, "198.18.0.9")
    for data in answers_to(device, probing(*types)):
        root = ET.fromstring(data.decode(persona.ws_discovery.encoding).partition("?>")[2])  # type: ignore[union-attr]  # noqa: S314 - our own bytes, and only speakers answer
        assert root.tag.endswith("Envelope")
        assert device.mac != ""


def test_a_type_that_no_camera_has_is_answered_by_none() -> None:
    for persona in PERSONAS.values():
        assert answers_to(place(persona, "198.18.0.9"), probing("PrintDeviceType2")) == []


def test_scopes_match_by_whole_segments() -> None:
    device = place(PERSONAS["hik_cam"], "198.18.0.9")
    profile = "onvif://www.onvif.org/Profile"
    assert answers_to(device, probing(NVT, scopes=(profile,)))
    assert not answers_to(device, probing(NVT, scopes=(profile[:-1],)))


def test_the_forms_of_a_probe_are_told_apart() -> None:
    assert probing().form is Form.TYPELESS
    assert probing("Device", NVT).form is Form.NVT
    assert probing("Device").form is Form.DEVICE
    assert probing("Computer").form is None


def test_two_instances_of_the_fixed_endpoint_share_it_and_other_clones_do_not() -> None:
    def endpoint(name: str, number: int) -> str:
        device = place(PERSONAS[name], "198.18.0.9", number)
        return device.fill(device.persona.ws_discovery.endpoint)  # type: ignore[union-attr]  # both speak

    assert endpoint("twin_endpoint", 1) == endpoint("twin_endpoint", 2)
    assert endpoint("xm_clone", 1) != endpoint("xm_clone", 2)


def test_a_query_with_a_compressed_name_is_read() -> None:
    query = read_query(QUERY)
    assert query is not None
    assert [one.labels for one in query.questions] == [
        (b"_axis-video", b"_tcp", b"local"),
        (b"_rtsp", b"_tcp", b"local"),
    ]
    assert [one.unicast for one in query.questions] == [False, True]


@pytest.mark.fuzz
@given(st.integers(0, len(QUERY)), st.binary(max_size=64))
def test_a_cut_query_never_raises(cut: int, junk: bytes) -> None:
    query = read_query(QUERY[:cut] + junk)
    assert query is None or query.identifier >= 0


def test_a_name_that_points_forward_is_refused() -> None:
    assert read_query(struct.pack("!HHHHHH", 1, 0, 1, 0, 0, 0) + b"\xc0\x0c\0\x0c\0\1") is None


def test_answers_of_others_are_no_questions() -> None:
    assert read_query(struct.pack("!HHHHHH", 1, 0x8400, 0, 0, 0, 0)) is None


def test_legacy_answers_are_short_lived_and_carry_no_flush_bit() -> None:
    device = place(PERSONAS["doorbird"], "198.18.0.9")
    query = read_query(QUERY)
    assert query is not None
    legacy, full = (answer(device, query, legacy=one) for one in (True, False))
    assert legacy is not None
    assert full is not None
    assert legacy[:2] == b"\0\x09"
    assert full[:2] == b"\0\0"
    assert struct.pack("!HHI", 33, 1, 10) in legacy
    assert struct.pack("!HHI", 33, 0x8001, 120) in full


def test_service_enumeration_names_each_type_once() -> None:
    device = place(PERSONAS["axis_cam"], "198.18.0.9")
    labels = b"\x09_services\x07_dns-sd\x04_udp\x05local\x00"
    query = read_query(struct.pack("!HHHHHH", 1, 0, 1, 0, 0, 0) + labels + b"\0\x0c\0\1")
    assert query is not None
    message = answer(device, query, legacy=True)
    assert message is not None
    assert struct.unpack("!H", message[6:8]) == (3,)


def test_an_agent_answers_its_community_alone_and_counts_every_other_question() -> None:
    voice = Snmp("; AXIS M2036-LE; Network Camera; 11.10.61" + "; x" * 60, "1.3.6.1.4.1.1004849.2")
    for version in Version:
        question = build_get(snmp_voice.COMMUNITY, 0x0A0A0A0A, version)
        said = parse(snmp_voice.hear(voice, question).answer)
        assert (said.version, said.request_id) == (version, 0x0A0A0A0A)
        assert (said.value(SYS_DESCR), said.value(SYS_OBJECT_ID)) == (voice.descr, voice.object)

    question = build_get(snmp_voice.COMMUNITY, 0x0A0A0A0A)
    guessed = snmp_voice.hear(voice, build_get("another", 0x0A0A0A0A))
    written = snmp_voice.hear(voice, question.replace(b"\xa0\x2a", b"\xa3\x2a"))
    assert (guessed.answer, guessed.violation) == (b"", "a community that nobody gave")
    assert (written.answer, written.violation) == (b"", "a datagram it forbids")
