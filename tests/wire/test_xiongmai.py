import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.xiongmai import FIELDS_KEPT, VALUE_KEPT, build_answer, build_search, parse

BODY = (
    b'{ "NetWork.NetCommon" : { "BuildDate" : "2019-04-23 10:11:12", "ChannelNum" : 4, '
    b'"DeviceType" : 0, "GateWay" : "0x0101A8C0", "HostIP" : "0x6401A8C0", '
    b'"HostName" : "LocalHost", "HttpPort" : 80, "MAC" : "00:12:17:0a:1b:2c", '
    b'"OtherFunction" : "", "SN" : "0123456789abcdef", "Submask" : "0x00FFFFFF", '
    b'"TCPPort" : 34567, "Version" : "V4.02.R11.34500140.12001.131600.00000" }, '
    b'"Ret" : 100, "SessionID" : "0x00000000" }\n\0'
)
FIELDS = (
    ("BuildDate", "2019-04-23 10:11:12"),
    ("ChannelNum", "4"),
    ("DeviceType", "0"),
    ("GateWay", "192.168.1.1"),
    ("HostIP", "192.168.1.100"),
    ("HostName", "LocalHost"),
    ("HttpPort", "80"),
    ("MAC", "00:12:17:0a:1b:2c"),
    ("SN", "0123456789abcdef"),
    ("Submask", "255.255.255.0"),
    ("TCPPort", "34567"),
    ("Version", "V4.02.R11.34500140.12001.131600.00000"),
    ("Ret", "100"),
    ("SessionID", "0x00000000"),
)
ANSWER = build_answer(BODY)


def test_the_question_is_message_1530_without_a_body() -> None:
    assert build_search().hex() == "ff00000000000000000000000000fa0500000000"


def test_every_value_is_read_and_addresses_in_the_usual_form() -> None:
    message = parse(ANSWER)

    assert message.fields == FIELDS
    assert message.problems == ()


def test_a_wrong_length_is_a_problem_and_loses_nothing() -> None:
    message = parse(ANSWER[:16] + b"\xff\xff\xff\xff" + ANSWER[20:])

    assert message.fields == FIELDS
    assert message.problems == ("the header states another length",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        build_search(),
        ANSWER[:20],
        ANSWER[:60],
        BODY,
        b"\xff" * 20 + BODY,
        ANSWER[:14] + b"\xfc\x05" + ANSWER[16:],
        build_answer(b'{"a":' * 20000),
    ],
    ids=range(8),
)
def test_questions_commands_and_cut_answers_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(data)


def test_number_and_length_are_bounded() -> None:
    many = parse(build_answer(json.dumps({str(n): n for n in range(2000)}).encode()))
    long = parse(build_answer(json.dumps({"a" * 5000: "b" * 5000}).encode()))

    assert len(many.fields) == FIELDS_KEPT
    assert {len(text) for text in long.fields[0]} == {VALUE_KEPT}


@pytest.mark.fuzz
def test_an_answer_cut_anywhere_is_whole_or_malformed() -> None:
    for cut in range(len(ANSWER)):
        with contextlib.suppress(MalformedError):
            assert parse(ANSWER[:cut]).fields == FIELDS


@pytest.mark.fuzz
@given(st.integers(0, len(ANSWER)), st.binary(max_size=80), st.integers(0, 60))
def test_a_garbled_answer_raises_nothing_else(at: int, junk: bytes, over: int) -> None:
    with contextlib.suppress(MalformedError):
        parse(ANSWER[:at] + junk + ANSWER[at + over :])


@pytest.mark.fuzz
@given(st.binary(max_size=300), st.sampled_from([b"", ANSWER[:20], ANSWER[:22]]))
def test_any_bytes_raise_nothing_else(junk: bytes, start: bytes) -> None:
    with contextlib.suppress(MalformedError):
        parse(start + junk)
