import pytest

from camcensus.wire import MalformedError
from camcensus.wire.dhip import build_search, frame, parse

BODY = (
    b'{ "mac" : "3c:ef:8c:0a:1b:2c", "method" : "client.notifyDevInfo", "params" : '
    b'{ "deviceInfo" : { "DeviceClass" : "NVR", "DeviceType" : "NVR4216-4KS2", "Find" : "BC", '
    b'"HttpPort" : 80, "IPv4Address" : { "DhcpEnable" : false, "IPAddress" : "198.18.0.9" }, '
    b'"IPv6Address" : { "IPAddress" : "2001:db8::9\\/112" }, "MachineName" : "Empfang \\u00fc", '
    b'"RemoteVideoInputChannels" : 16, "SerialNo" : "5L03A8EPAZ00001", "Vendor" : "Dahua", '
    b'"Version" : "4.001.0000001.0", "VideoInputChannels" : 0, "Empty" : "" } } }\n\0'
)
FIELDS = (
    ("mac", "3c:ef:8c:0a:1b:2c"),
    ("method", "client.notifyDevInfo"),
    ("DeviceClass", "NVR"),
    ("DeviceType", "NVR4216-4KS2"),
    ("Find", "BC"),
    ("HttpPort", "80"),
    ("IPv4Address.DhcpEnable", "false"),
    ("IPv4Address.IPAddress", "198.18.0.9"),
    ("IPv6Address.IPAddress", "2001:db8::9/112"),
    ("MachineName", "Empfang ü"),
    ("RemoteVideoInputChannels", "16"),
    ("SerialNo", "5L03A8EPAZ00001"),
    ("Vendor", "Dahua"),
    ("Version", "4.001.0000001.0"),
    ("VideoInputChannels", "0"),
)
ANSWER = frame(BODY)


def test_the_question_is_as_the_makers_tool_sends_it() -> None:
    assert build_search(unicast=True).hex() == (
        "20000000444849500000000000000000" "3b000000000000003b00000000000000"
        "7b226d6574686f64223a224448446973636f7665722e736561726368222c22706172616d73223a"
        "7b226d6163223a22222c22756e69223a317d7d0a"
    )  # fmt: skip
    assert build_search(unicast=False)[32:] == build_search(unicast=True)[32:].replace(b"1", b"0")
    assert not parse(build_search(unicast=True)).is_of_a_device


def test_every_value_stands_under_its_path() -> None:
    message = parse(ANSWER)

    assert message.fields == FIELDS
    assert (message.method, message.problems) == ("client.notifyDevInfo", ())
    assert message.is_of_a_device


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (BODY, "the header is missing"),
        (b"\0" * 32 + BODY, "the header is missing"),
        (ANSWER[:16] + b"\xff\xff\xff\xff" + ANSWER[20:], "the header states another length"),
        (b"\x21" + ANSWER[1:], "the header states another length"),
        (ANSWER[:16] + b"{{{{" + ANSWER[20:], "the header states another length"),
        (b"....DHIP" + BODY, "the header states another length"),
        (ANSWER[:32] + bytes(8) + BODY, "the header states another length"),
        (ANSWER[:16] + b"{" + ANSWER[17:32] + bytes(8) + BODY, "the header states another length"),
        (ANSWER + b"more", "the header states another length"),
    ],
    ids=range(9),
)
def test_a_wrong_or_missing_header_loses_nothing(data: bytes, problem: str) -> None:
    message = parse(data)

    assert message.fields == FIELDS
    assert problem in message.problems


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        ANSWER[:32],
        ANSWER[:200],
        frame(b'{"a": NaN}'),
        frame(b'{"a":' * 20000),
        frame(b'{"a":' + b"[" * 20000),
        frame(b'{"a":' + b"9" * 5000 + b"}"),
        frame(b"x" * 65536),
    ],
    ids=range(9),
)
def test_what_is_no_json_or_is_hostile_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(data)


@pytest.mark.parametrize(
    "body",
    [
        b'{"method":"DHDiscover.setConfig","params":{"mac":"a"}}',
        b'{"result":false,"error":{"code":1}}',
        b"{}",
    ],
)
def test_a_question_and_a_refusal_are_no_answer_of_a_device(body: bytes) -> None:
    assert not parse(frame(body)).is_of_a_device


def test_depth_is_bounded() -> None:
    deep = parse(b'{"a":' * 100 + b"1" + b"}" * 100)

    assert deep.fields == ()
