import pytest

from camcensus.wire import MalformedError
from camcensus.wire.xiongmai import build_search, parse


def build_answer(body: bytes) -> bytes:
    """Message 1531 with its body."""
    return bytes.fromhex("ff010000" + "00" * 10 + "fb05") + len(body).to_bytes(4, "little") + body


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
