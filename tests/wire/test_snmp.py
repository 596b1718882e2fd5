"""SNMP: the one question to the octet, answers as agents send them, and anything else refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.snmp import (
    MESSAGE_MAX,
    SYS_DESCR,
    SYS_OBJECT_ID,
    Version,
    build_get,
    is_community,
    parse,
    without_community,
)

LAB = "maple-lab"


def length(body: bytes) -> bytes:
    """BER, definite form (X.690, 8.1.3)."""
    if len(body) < 128:
        return bytes([len(body)])
    octets = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def tlv(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + length(body) + body


DESCR_NAME = tlv(0x06, bytes.fromhex("2b06010201010100"))
OBJECT_NAME = tlv(0x06, bytes.fromhex("2b06010201010200"))
AXIS_OBJECT = tlv(0x06, bytes.fromhex("2b060104018270"))  # 1.3.6.1.4.1.368


def answer(
    *bindings: bytes,
    version: int = 1,
    community: bytes = LAB.encode(),
    request_id: bytes = bytes.fromhex("01020304"),
    status: int = 0,
    index: int = 0,
    pdu: int = 0xA2,
) -> bytes:
    """A message put together by hand, so that two mistakes cannot agree."""
    inside = tlv(2, request_id) + tlv(2, bytes([status])) + tlv(2, bytes([index]))
    inside += tlv(0x30, b"".join(bindings))
    return tlv(0x30, tlv(2, bytes([version])) + tlv(4, community) + tlv(pdu, inside))


def descr(text: bytes) -> bytes:
    return tlv(0x30, DESCR_NAME + tlv(4, text))


AXIS = answer(
    descr(b"; AXIS Q1700-LE; License Plate Camera; 11.10.61; Apr 18 2024 18:26; 7C8; 1"),
    tlv(0x30, OBJECT_NAME + AXIS_OBJECT),
)


def test_the_question_is_one_get_for_two_objects_octet_by_octet() -> None:
    null = tlv(0x30, DESCR_NAME + b"\x05\x00") + tlv(0x30, OBJECT_NAME + b"\x05\x00")
    inside = bytes.fromhex("0204 01020304 020100 020100") + tlv(0x30, null)
    expected = tlv(0x30, bytes.fromhex("020101") + tlv(4, b"maple-lab") + tlv(0xA0, inside))

    assert build_get(LAB, 0x01020304) == expected
    assert build_get(LAB, 0x01020304, Version.V1) == expected.replace(
        b"\x02\x01\x01\x04", b"\x02\x01\x00\x04", 1
    )


@pytest.mark.parametrize(
    ("community", "request_id"),
    [("", 0x01020304), ("a" * 65, 0x01020304), ("a\n", 0x01020304), ("é", 0x01020304)],
)
def test_what_cannot_be_a_community_is_not_sent(community: str, request_id: int) -> None:
    assert not is_community(community)
    with pytest.raises(ValueError, match="1 to 64 printable"):
        build_get(community, request_id)


@pytest.mark.parametrize("request_id", [0, 0x00FFFFFF, 0x80000000, -1])
def test_a_request_id_always_fills_four_octets(request_id: int) -> None:
    with pytest.raises(ValueError, match="four octets"):
        build_get(LAB, request_id)


def test_description_and_object_are_read() -> None:
    response = parse(AXIS)

    assert (response.version, response.request_id) == (Version.V2C, 0x01020304)
    assert (response.error_status, response.error_index) == (0, 0)
    assert response.value(SYS_DESCR) == (
        "; AXIS Q1700-LE; License Plate Camera; 11.10.61; Apr 18 2024 18:26; 7C8; 1"
    )
    assert response.value(SYS_OBJECT_ID) == "1.3.6.1.4.1.368"


def test_an_object_number_above_two_octets_is_read_whole() -> None:
    number = 1004849
    arcs = [number >> shift & 0x7F | (0x80 if shift else 0) for shift in (14, 7, 0)]
    name = tlv(0x06, bytes.fromhex("2b06010401") + bytes(arcs) + b"\x02\x01")
    response = parse(answer(tlv(0x30, OBJECT_NAME + name)))

    assert response.value(SYS_OBJECT_ID) == "1.3.6.1.4.1.1004849.2.1"


def test_what_the_agent_does_not_have_is_left_out() -> None:
    missing = [tlv(0x30, DESCR_NAME + bytes([tag, 0])) for tag in (0x80, 0x81, 0x82, 0x05)]
    for one in missing:
        response = parse(answer(one, tlv(0x30, OBJECT_NAME + AXIS_OBJECT)))
        assert response.values == ((SYS_OBJECT_ID, "1.3.6.1.4.1.368"),)


def test_the_error_of_version_one_is_read() -> None:
    null = tlv(0x30, DESCR_NAME + b"\x05\x00")
    response = parse(answer(null, version=0, status=2, index=1))

    assert (response.version, response.error_status, response.error_index) == (Version.V1, 2, 1)
    assert response.values == ()


def test_a_length_in_the_long_form_is_read() -> None:
    body = AXIS[2:] if AXIS[1] < 128 else AXIS[3:]
    assert parse(b"\x30\x84" + len(body).to_bytes(4, "big") + body) == parse(AXIS)


def test_text_in_another_character_set_stays_text() -> None:
    said = parse(answer(descr("摄像机".encode("gb18030")))).value(SYS_DESCR)
    assert said == "摄像机"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "no SNMP message"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "no SNMP message"),
        (build_get(LAB, 0x01020304), "no response"),
        (answer(descr(b"x"), pdu=0xA3), "no SNMP message"),  # a set
        (answer(descr(b"x"), version=3), "no SNMP message"),
        (answer(descr(b"x" * MESSAGE_MAX)), "octets"),
        (answer(tlv(0x30, DESCR_NAME + tlv(2, b"\x7f" * 1900))), "no SNMP message"),
    ],
)
def test_anything_but_a_response_is_malformed(data: bytes, complaint: str) -> None:
    with pytest.raises(MalformedError, match=complaint):
        parse(data)


def test_the_community_that_an_answer_repeats_does_not_survive() -> None:
    kept = without_community(AXIS)

    assert LAB.encode() not in kept
    assert parse(kept) == parse(AXIS)
    assert LAB not in repr(parse(AXIS))


def harmless(data: bytes) -> None:
    """Read or refused, with nothing else raised and nothing longer than what came."""
    for read in (parse, without_community):
        try:
            read(data)
        except MalformedError:
            continue
    try:
        response = parse(data)
    except MalformedError:
        return
    assert sum(len(value) for _, value in response.values) <= 4 * len(data)


@pytest.mark.fuzz
def test_an_answer_cut_anywhere_is_read_or_refused() -> None:
    for end in range(len(AXIS)):
        harmless(AXIS[:end])
        harmless(AXIS[end:])


@pytest.mark.fuzz
@given(st.lists(st.tuples(st.integers(0, len(AXIS) - 1), st.integers(0, 255)), max_size=4))
def test_a_garbled_answer_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    garbled = bytearray(AXIS)
    for at, byte in changes:
        garbled[at] = byte
    harmless(bytes(garbled))


@pytest.mark.fuzz
@given(st.binary(max_size=MESSAGE_MAX + 8))
def test_junk_is_read_or_refused(data: bytes) -> None:
    harmless(data)
    harmless(b"\x30\x80" + data)
    harmless(answer(data[:1000]))
    harmless(answer(tlv(0x30, data[:1000])))


@pytest.mark.fuzz
@given(st.binary(max_size=200), st.integers(0, 255))
def test_any_value_of_any_type_is_read_or_refused(body: bytes, tag: int) -> None:
    harmless(answer(tlv(0x30, DESCR_NAME + tlv(tag, body))))


@pytest.mark.parametrize(
    "unit", [b"\x30\x80", b"\x24\x80", b"\x30", tlv(0x30, tlv(6, b"\x2b") + b"\x05\x00"), b"\x81"]
)
def test_no_nesting_within_the_cap_gets_out(unit: bytes) -> None:
    for size in (MESSAGE_MAX // 2, MESSAGE_MAX - 64):
        filled = (unit * size)[:size]
        harmless(filled)
        harmless(answer(filled))
        harmless(answer(tlv(0x30, DESCR_NAME + filled)))
        harmless(b"\x30\x82" + size.to_bytes(2, "big") + filled)
