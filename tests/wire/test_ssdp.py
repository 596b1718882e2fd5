"""SSDP as devices speak it, and the descriptions that they point to."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.ssdp import (
    DESCRIBED,
    Message,
    Speech,
    build_search,
    parse_description,
    parse_message,
)

# FantasticFiasco/axis-js:packages/axis-discovery-ssdp: as sent, without a blank line at the end
AXIS_ANSWER = (
    b"HTTP/1.1 200 OK\r\n"
    b"CACHE-CONTROL: max-age=1800\r\n"
    b"DATE: Sun, 02 Oct 2016 21:11:25 GMT\r\n"
    b"EXT:\r\n"
    b"LOCATION: http://192.168.1.102:45895/rootdesc1.xml\r\n"
    b'OPT: "http://schemas.upnp.org/upnp/1/0/"; ns=01\r\n'
    b"SERVER: Linux/2.6.35, UPnP/1.0, Portable SDK for UPnP devices/1.6.18\r\n"
    b"X-User-Agent: redsonic\r\n"
    b"ST: urn:axis-com:service:BasicService:1\r\n"
    b"USN: uuid:Upnp-BasicDevice-1_0-ACCC8E270AD8::urn:axis-com:service:BasicService:1\r\n"
)
# home-assistant/core#46822
DAHUA_NOTIFY = (
    b"NOTIFY * HTTP/1.1\r\n"
    b"HOST: 239.255.255.250:1900\r\n"
    b"CACHE-CONTROL: max-age=100\r\n"
    b"LOCATION: http://192.168.1.108:49152/upnp_device_desc.xml\r\n"
    b"NT: urn:schemas-upnp-org:device:3.0-5D0A1B2PAZ00042\r\n"
    b"NTS: ssdp:alive\r\n"
    b"SERVER: Linux/3.8.8, UPnP/1.0, ZheJiang Dahua Technology CO.,LTD. Upnp SDK\r\n"
    b"X-User-Agent: redsonic\r\n"
    b"USN: uuid:www.dahuatech.com.device_3_0-5D0A1B2PAZ00042"
    b"::urn:schemas-upnp-org:device:3.0-5D0A1B2PAZ00042\r\n\r\n"
)
DESCRIPTION = b"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major></specVersion>
<device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType>
<friendlyName>AXIS M1014 - ACCC8E270AD8</friendlyName><manufacturer>AXIS</manufacturer>
<modelName>AXIS M1014</modelName><modelNumber>M1014</modelNumber>
<serialNumber>ACCC8E270AD8</serialNumber><UDN>uuid:Upnp-BasicDevice-1_0-ACCC8E270AD8</UDN>
<serviceList><service><serviceId>urn:axis-com:serviceId:BasicServiceId</serviceId></service>
</serviceList><presentationURL>http://192.168.1.102:80/</presentationURL></device></root>"""


def said(head: str, *lines: str, end: str = "\r\n") -> Message:
    return parse_message(end.join([head, *lines, "", ""]).encode())


def test_the_question_is_what_upnp_asks_for() -> None:
    assert build_search() == (
        b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\n'
        b"MX: 2\r\nST: upnp:rootdevice\r\n\r\n"
    )
    assert b"\r\nHOST: 198.18.0.7:1900\r\n" in build_search("198.18.0.7", wait_s=1)
    assert b"\r\nHOST: [2001:db8::7]:1900\r\n" in build_search("2001:db8::7")


@pytest.mark.parametrize("host", ["", "camera", "198.18.0.7\r\nX: y", "198.18.0.7:80", "1.2.3.4 "])
def test_no_host_smuggles_a_line_into_the_question(host: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        build_search(host)


@pytest.mark.parametrize("wait_s", [0, 6, -1])
def test_the_wait_is_one_that_upnp_allows(wait_s: int) -> None:
    with pytest.raises(ValueError, match="not a time"):
        build_search(wait_s=wait_s)


def test_an_answer_without_its_last_blank_line_is_read_whole() -> None:
    message = parse_message(AXIS_ANSWER)

    assert message.speech is Speech.ANSWER
    assert message.device == "Upnp-BasicDevice-1_0-ACCC8E270AD8"
    assert message.get("location") == "http://192.168.1.102:45895/rootdesc1.xml"
    assert len(message.headers) == 9


def test_an_announcement_is_a_word_of_its_sender() -> None:
    message = parse_message(DAHUA_NOTIFY)

    assert message.speech is Speech.ALIVE
    assert message.speaks_of_itself
    assert message.device == "www.dahuatech.com.device_3_0-5D0A1B2PAZ00042"


@pytest.mark.parametrize(
    ("head", "nts", "speech"),
    [
        ("NOTIFY * HTTP/1.1", "ssdp:byebye", Speech.BYEBYE),
        ("NOTIFY * HTTP/1.1", "ssdp:update", Speech.ALIVE),
        ("notify * HTTP/1.0", "SSDP:ByeBye", Speech.BYEBYE),
        ("NOTIFY * HTTP/1.1", "", Speech.ALIVE),
        ("M-SEARCH * HTTP/1.1", "", Speech.SEARCH),
        ("http/1.0 200", "", Speech.ANSWER),
    ],
)
def test_what_kind_of_message_it_is(head: str, nts: str, speech: Speech) -> None:
    message = said(head, f"NTS: {nts}")

    assert message.speech is speech
    assert message.speaks_of_itself is (speech in {Speech.ANSWER, Speech.ALIVE})


def test_bare_line_feeds_and_any_case_of_names_are_read() -> None:
    message = said("HTTP/1.1 200 OK", "Server: Acme/1", "uSn:uuid:abc", end="\n")

    assert (message.get("SERVER"), message.device) == ("Acme/1", "abc")
    assert "bare-lf" in message.problems


@pytest.mark.parametrize(
    "usn", ["", "upnp:rootdevice", "uuid:", "uuid:::upnp:rootdevice", "abc::uuid"]
)
def test_a_usn_without_a_device_names_none(usn: str) -> None:
    assert said("HTTP/1.1 200 OK", f"USN: {usn}").device == ""


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 40, b"HTTP/1.1 404 Not Found\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"NOTIFY\r\n"],
)
def test_what_is_another_message_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_message(data)


def test_a_description_gives_what_says_which_device_it_is() -> None:
    assert parse_description(DESCRIPTION) == (
        ("deviceType", "urn:schemas-upnp-org:device:Basic:1"),
        ("friendlyName", "AXIS M1014 - ACCC8E270AD8"),
        ("manufacturer", "AXIS"),
        ("modelName", "AXIS M1014"),
        ("modelNumber", "M1014"),
        ("serialNumber", "ACCC8E270AD8"),
        ("UDN", "uuid:Upnp-BasicDevice-1_0-ACCC8E270AD8"),
        ("presentationURL", "http://192.168.1.102:80/"),
    )


def test_a_description_of_a_thousand_devices_is_read_for_a_few() -> None:
    devices = b"".join(
        b"<device><modelName>M%d</modelName></device>" % number for number in range(1000)
    )

    assert len(parse_description(b"<root>" + devices + b"</root>")) == 8


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b'<!DOCTYPE r [<!ENTITY a "b">]><root><modelName>&a;</modelName></root>',
        b"<root>" + b"<device>" * 200 + b"</root>",
    ],
)
def test_a_description_that_is_none_or_is_hostile_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_description(data)


@pytest.mark.parametrize("unit", [b"A: b\r\n", b"\r\n ", b"USN: uuid:\r\n", b"uuid:", b"\n"])
def test_reading_costs_no_more_than_its_length(
    unit: bytes, assert_linear: Callable[[Callable[[bytes], object], bytes], None]
) -> None:
    assert_linear(lambda data: total(b"HTTP/1.1 200 OK\r\n" + data), unit)


def total(data: bytes) -> None:
    """Whatever the bytes are: a bounded message, or `MalformedError`."""
    with contextlib.suppress(MalformedError):
        message = parse_message(data)
        assert len(message.headers) <= 64
        assert len(message.device) <= 8192
    with contextlib.suppress(MalformedError):
        described = parse_description(data)
        assert {name for name, _ in described} <= DESCRIBED
        assert all(len(value) <= 1024 for _, value in described)


@pytest.mark.fuzz
@pytest.mark.parametrize("whole", [AXIS_ANSWER, DAHUA_NOTIFY, DESCRIPTION])
def test_a_message_cut_anywhere_raises_nothing_else(whole: bytes) -> None:
    for cut in range(len(whole)):
        total(whole[:cut])
        total(whole[:cut] + b"\xff" + whole[cut + 1 :])


@pytest.mark.fuzz
@given(
    st.sampled_from([AXIS_ANSWER, DAHUA_NOTIFY, DESCRIPTION]),
    st.integers(0, 800),
    st.binary(max_size=60),
)
def test_a_garbled_message_raises_nothing_else(whole: bytes, at: int, junk: bytes) -> None:
    total(whole[:at] + junk + whole[at + len(junk) :])


@pytest.mark.fuzz
@given(st.sampled_from([b"", b"NOTIFY * HTTP/1.1\r\n", b"<root>"]), st.binary(max_size=400))
def test_any_bytes_raise_nothing_else(start: bytes, data: bytes) -> None:
    total(start + data)
