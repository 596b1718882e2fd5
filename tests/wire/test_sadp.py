import contextlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.sadp import FIELDS_KEPT, VALUE_KEPT, build_inquiry, parse

RECORDER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\r\n<ProbeMatch>\r\n'
    b"<Uuid>13A888A9-F1B1-4020-AE9F-05607682D23B</Uuid>\r\n<Types>inquiry</Types>\r\n"
    b"<DeviceType>20110</DeviceType>\r\n"
    b"<DeviceDescription>DS-7608NI-K2/8P</DeviceDescription>\r\n"
    b"<DeviceSN>DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU</DeviceSN>\r\n"
    b"<CommandPort>8000</CommandPort>\r\n<HttpPort>80</HttpPort>\r\n"
    b"<MAC>44-47-cc-0a-1b-2c</MAC>\r\n<IPv4Address>198.18.0.9</IPv4Address>\r\n"
    b"<IPv6Address>::</IPv6Address>\r\n<DHCP>false</DHCP>\r\n"
    b"<AnalogChannelNum>0</AnalogChannelNum>\r\n<DigitalChannelNum>8</DigitalChannelNum>\r\n"
    b"<SoftwareVersion>V4.22.005build 191208</SoftwareVersion>\r\n"
    b"<Salt></Salt>\r\n<Activated>true</Activated>\r\n"
    b"<HCPlatformEnable>flase</HCPlatformEnable>\r\n</ProbeMatch>\r\n"
)
FIELDS = (
    ("Uuid", "13A888A9-F1B1-4020-AE9F-05607682D23B"),
    ("Types", "inquiry"),
    ("DeviceType", "20110"),
    ("DeviceDescription", "DS-7608NI-K2/8P"),
    ("DeviceSN", "DS-7608NI-K2/8P0120190101CCRRJ12345678WCVU"),
    ("CommandPort", "8000"),
    ("HttpPort", "80"),
    ("MAC", "44-47-cc-0a-1b-2c"),
    ("IPv4Address", "198.18.0.9"),
    ("IPv6Address", "::"),
    ("DHCP", "false"),
    ("AnalogChannelNum", "0"),
    ("DigitalChannelNum", "8"),
    ("SoftwareVersion", "V4.22.005build 191208"),
    ("Activated", "true"),
    ("HCPlatformEnable", "flase"),
)


def test_the_question_is_one_line_that_only_asks() -> None:
    asked = build_inquiry(UUID("13a888a9-f1b1-4020-ae9f-05607682d23b"))

    assert asked == (
        b'<?xml version="1.0" encoding="utf-8"?><Probe>'
        b"<Uuid>13A888A9-F1B1-4020-AE9F-05607682D23B</Uuid><Types>inquiry</Types></Probe>"
    )
    assert not parse(asked).is_of_a_device


def test_every_field_is_kept_in_its_order_and_spelling() -> None:
    message = parse(RECORDER)

    assert message.fields == FIELDS
    assert (message.root, message.problems, message.is_of_a_device) == ("ProbeMatch", (), True)


@pytest.mark.parametrize(
    ("broken", "lost"),
    [
        (RECORDER.replace(b"</ProbeMatch>\r\n", b""), set()),
        (RECORDER.replace(b"</DHCP>", b"</DHPC>"), set()),
        (RECORDER.replace(b"</DHCP>", b""), set()),
        (RECORDER.replace(b"<ProbeMatch>", b"<ProbeMatch></ProbeMatch>"), set()),
        (RECORDER.replace(b">8000<", b">80<00<"), {"CommandPort"}),
        (RECORDER.replace(b'<?xml version="1.0" encoding="UTF-8"?>\r\n', b"garbage "), set()),
        (RECORDER[: RECORDER.index(b"flase")], {"HCPlatformEnable"}),
        (RECORDER.replace(b"\r\n", b""), set()),
        (RECORDER + b"\0\0\0", set()),
    ],
    ids=range(9),
)
def test_broken_xml_loses_only_what_is_broken(broken: bytes, lost: set[str]) -> None:
    message = parse(broken)

    wanted = {pair for pair in FIELDS if pair[0] not in lost}
    assert wanted <= set(message.fields)
    assert message.is_of_a_device


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xff\xff",
        b'<!DOCTYPE a [<!ENTITY x "y">]><ProbeMatch><MAC>&x;</MAC></ProbeMatch>',
        RECORDER + b" " * 65536,
    ],
)
def test_what_is_no_xml_or_is_hostile_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(data)


@pytest.mark.parametrize(
    "data",
    [
        b"<Probe><Uuid>A</Uuid><Types>inquiry</Types></Probe>",
        b"<ProbeMatch><Uuid>A</Uuid></ProbeMatch>",
        b"<html><title>DS-2CD2385G1-I</title></html>",
        b"<a>",
    ],
)
def test_a_question_and_foreign_xml_are_no_answer_of_a_device(data: bytes) -> None:
    assert not parse(data).is_of_a_device


@pytest.mark.parametrize("root", ["ProbeMatch", "Hello", "Bye"])
def test_a_device_speaks_of_itself_under_three_names(root: str) -> None:
    data = f"<{root}><DeviceDescription>DS-1</DeviceDescription></{root}>".encode()

    assert parse(data).is_of_a_device


def test_names_in_other_scripts_and_escapes_are_read() -> None:
    data = "<ProbeMatch><DeviceName>海康 &amp; Söhne</DeviceName></ProbeMatch>".encode()

    assert parse(data).fields == (("DeviceName", "海康 & Söhne"),)
    assert parse(data[:-12]).fields == (("DeviceName", "海康 & Söhne"),)


def test_a_flood_of_fields_and_a_long_value_are_bounded() -> None:
    many = parse(b"<ProbeMatch>" + b"<a>b</a>" * 5000 + b"</ProbeMatch>")
    long = parse(b"<ProbeMatch><a>" + b"b" * 60000 + b"</a></ProbeMatch>")

    assert len(many.fields) == FIELDS_KEPT
    assert len(long.fields[0][1]) == VALUE_KEPT


@pytest.mark.fuzz
def test_an_answer_cut_anywhere_raises_nothing_else() -> None:
    for cut in range(len(RECORDER)):
        with contextlib.suppress(MalformedError):
            assert set(parse(RECORDER[:cut]).fields) - set(FIELDS) <= {
                (name, part) for name, value in FIELDS for part in _beginnings(value)
            }


def _beginnings(value: str) -> list[str]:
    return [value[:length] for length in range(1, len(value))]


@pytest.mark.fuzz
@given(st.integers(0, len(RECORDER)), st.binary(max_size=80), st.integers(0, 40))
def test_a_garbled_answer_raises_nothing_else(at: int, junk: bytes, over: int) -> None:
    with contextlib.suppress(MalformedError):
        assert len(parse(RECORDER[:at] + junk + RECORDER[at + over :]).fields) <= FIELDS_KEPT


@pytest.mark.fuzz
@given(st.binary(max_size=400), st.sampled_from([b"", b"<ProbeMatch>", b"<ProbeMatch><MAC>"]))
def test_any_bytes_raise_nothing_else(junk: bytes, start: bytes) -> None:
    with contextlib.suppress(MalformedError):
        parse(start + junk)
