"""Answers of a device service: told apart, read as far as they go, and never a surprise."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.onvif import Answer, Fault, Service, parse

TDS = "http://www.onvif.org/ver10/device/wsdl"
TT = "http://www.onvif.org/ver10/schema"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"


def said(body: str, *, soap: str = SOAP_12, prefix: str = "env") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{prefix}:Envelope xmlns:{prefix}="{soap}"'
        f' xmlns:tds="{TDS}" xmlns:tt="{TT}" xmlns:ter="http://www.onvif.org/ver10/error">'
        f"<{prefix}:Body>{body}</{prefix}:Body></{prefix}:Envelope>"
    ).encode()


def clock(**parts: object) -> bytes:
    values = {"Hour": 7, "Minute": 59, "Second": 30, "Year": 2026, "Month": 1, "Day": 12} | parts
    texts = {name: f"<tt:{name}>{value}</tt:{name}>" for name, value in values.items()}
    time = "".join(texts[name] for name in ("Hour", "Minute", "Second"))
    date = "".join(texts[name] for name in ("Year", "Month", "Day"))
    return said(
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
        "<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
        f"<tt:UTCDateTime><tt:Time>{time}</tt:Time><tt:Date>{date}</tt:Date></tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


INFORMATION = said(
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Bosch</tds:Manufacturer>"
    "<tds:Model>FLEXIDOME indoor 5100i IR</tds:Model>"
    "<tds:FirmwareVersion>8.71.0066</tds:FirmwareVersion>"
    "<tds:SerialNumber>404754734001050102</tds:SerialNumber>"
    "<tds:HardwareId>F000B543</tds:HardwareId></tds:GetDeviceInformationResponse>"
)
SCOPES = said(
    "<tds:GetScopesResponse>"
    "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>"
    "<tt:ScopeItem>onvif://www.onvif.org/name/EXAMPLE%20CAM-1</tt:ScopeItem></tds:Scopes>"
    "<tds:Scopes><tt:ScopeDef>Configurable</tt:ScopeDef>"
    "<tt:ScopeItem>onvif://www.onvif.org/location/bad%2G%2</tt:ScopeItem></tds:Scopes>"
    "</tds:GetScopesResponse>"
)
HOSTNAME = said(
    "<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>"
    "<tt:Name>axis-0c1122334455</tt:Name></tds:HostnameInformation></tds:GetHostnameResponse>"
)


def fault(subcode: str, reason: str) -> bytes:
    return said(
        "<env:Fault><env:Code><env:Value>env:Sender</env:Value><env:Subcode>"
        f"<env:Value>{subcode}</env:Value></env:Subcode></env:Code>"
        f'<env:Reason><env:Text xml:lang="en">{reason}</env:Text></env:Reason>'
        "<env:Detail><env:Text>The action requested requires authorization</env:Text></env:Detail>"
        "</env:Fault>"
    )


def test_device_information_is_read() -> None:
    assert parse(INFORMATION) == Answer(
        operations=("GetDeviceInformation",),
        manufacturer="Bosch",
        model="FLEXIDOME indoor 5100i IR",
        firmware="8.71.0066",
        serial="404754734001050102",
        hardware_id="F000B543",
    )


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        (lambda data: data.replace(b"tds:", b"SOAP-ENV2:"), ("xml-not-well-formed",)),
        (lambda data: data.replace(TDS.encode(), b"http://www.onvif.org/ver20/wrong"), ()),
        (lambda data: data.replace(SOAP_12.encode(), SOAP_11.encode()), ()),
        (lambda data: data.replace(b"tds:", b"").replace(b"<env:", b"<").replace(b"</env:", b"</"),
         ()),
        (lambda data: data.replace(b' xmlns:tds="' + TDS.encode() + b'"', b""),
         ("xml-not-well-formed",)),
        (lambda data: data.replace(b"UTF-8", b"UTF-16"), ()),
        (lambda data: b"\xef\xbb\xbf\r\n" + data + b"\0\0", ()),
        (lambda data: data.replace(b"><", b">\r\n  <"), ()),
    ],
)  # fmt: skip
def test_no_dialect_of_the_envelope_loses_the_model(
    change: Callable[[bytes], bytes], problems: tuple[str, ...]
) -> None:
    answer = parse(change(INFORMATION))

    assert (answer.model, answer.serial) == ("FLEXIDOME indoor 5100i IR", "404754734001050102")
    assert answer.problems == problems


def test_scopes_are_decoded_as_far_as_they_go() -> None:
    assert parse(SCOPES).scopes == (
        "onvif://www.onvif.org/name/EXAMPLE CAM-1",
        "onvif://www.onvif.org/location/bad%2G%2",
    )


def test_the_host_name_is_read() -> None:
    assert parse(HOSTNAME).hostname == "axis-0c1122334455"


def test_services_and_capabilities_are_claims_with_their_addresses() -> None:
    services = said(
        f"<tds:GetServicesResponse><tds:Service><tds:Namespace>{TDS}</tds:Namespace>"
        "<tds:XAddr>http://192.0.2.1/onvif/device_service</tds:XAddr></tds:Service>"
        "<tds:Service><tds:XAddr>http://192.0.2.1/nameless</tds:XAddr></tds:Service>"
        "</tds:GetServicesResponse>"
    )
    capabilities = said(
        "<tds:GetCapabilitiesResponse><tds:Capabilities>"
        "<tt:Media><tt:XAddr>http://192.0.2.1:9100/media</tt:XAddr></tt:Media><tt:Extension>"
        "<tt:DeviceIO><tt:XAddr>http://192.0.2.1/io</tt:XAddr></tt:DeviceIO></tt:Extension>"
        "</tds:Capabilities></tds:GetCapabilitiesResponse>"
    )

    assert parse(services).services == (Service(TDS, "http://192.0.2.1/onvif/device_service"),)
    assert parse(capabilities).services == (
        Service("Media", "http://192.0.2.1:9100/media"),
        Service("DeviceIO", "http://192.0.2.1/io"),
    )


def test_the_endpoint_and_the_macs_of_interfaces_are_read() -> None:
    endpoint = said(
        "<tds:GetEndpointReferenceResponse><tds:GUID>urn:uuid:1</tds:GUID>"
        "</tds:GetEndpointReferenceResponse>"
    )
    interfaces = said(
        "<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces><tt:Info>"
        "<tt:HwAddress>0C-11-22-33-44-55</tt:HwAddress></tt:Info></tds:NetworkInterfaces>"
        "</tds:GetNetworkInterfacesResponse>"
    )

    assert parse(endpoint).endpoint == "urn:uuid:1"
    assert parse(interfaces).macs == ("0C-11-22-33-44-55",)


def test_the_clock_is_read_in_utc() -> None:
    assert parse(clock()).clock == datetime(2026, 1, 12, 7, 59, 30, tzinfo=UTC)


def test_a_leap_second_is_the_second_before() -> None:
    answer = parse(clock(Hour=23, Minute=59, Second=60, Month=6, Day=30))

    assert answer.clock == datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [{"Month": 0}, {"Day": 31, "Month": 2}, {"Hour": 25}, {"Year": 0}, {"Minute": -1},
     {"Second": ""}, {"Year": "\u0662\u0660\u0662\u0666"}, {"Day": "9" * 5000}],
    ids=str,
)  # fmt: skip
def test_a_clock_that_no_calendar_knows_is_no_clock(wrong: dict[str, object]) -> None:
    answer = parse(clock(**wrong))

    assert answer.clock is None
    assert answer.operations == ("GetSystemDateAndTime",)
    assert answer.problems == ("no-clock",)


@pytest.mark.parametrize(
    ("subcode", "reason"),
    [
        ("ter:NotAuthorized", "Sender not Authorized"),
        ("ter:Other", "An error was discovered processing the &lt;wsse:Security&gt; header."),
        ("wsse:FailedAuthentication", "The security token could not be authenticated"),
        ("ter:InvalidArgVal",
         "Sender not Authorized. Invalid username or password! You still have 24 attempt(s)."),
        ("", "Unauthorised"),
    ],
)  # fmt: skip
def test_every_form_of_not_authorized_is_a_refusal(subcode: str, reason: str) -> None:
    refusal = parse(fault(subcode, reason)).fault

    assert refusal is not None
    assert refusal.refuses
    assert refusal.code == subcode.rpartition(":")[2]


@pytest.mark.parametrize(
    ("subcode", "reason"),
    [
        ("ter:ActionNotSupported", "Optional Action Not Implemented"),
        ("ter:WellFormed", "Well-formed Error"),
        ("ter:UnknownAction", "Unknown Action"),
        ("ter:Action", "HTTP error"),
    ],
)
def test_other_faults_are_no_refusal(subcode: str, reason: str) -> None:
    other = parse(fault(subcode, reason)).fault

    assert other is not None
    assert not other.refuses


def test_a_fault_of_soap_1_1_is_read() -> None:
    old = said(
        "<env:Fault><faultcode>ter:NotAuthorized</faultcode>"
        "<faultstring>Sender not Authorized</faultstring></env:Fault>",
        soap=SOAP_11,
    )

    assert parse(old).fault == Fault("NotAuthorized", "Sender not Authorized")


def test_a_reason_without_end_is_cut_and_its_code_kept() -> None:
    answer = parse(fault("ter:NotAuthorized", "A" * 1_000_000)[:60_000])

    assert answer.fault is not None
    assert answer.fault.code == "NotAuthorized"
    assert answer.fault.refuses
    assert len(answer.fault.reason) <= 1024


@pytest.mark.parametrize(
    "page",
    [
        b"<html><head><title>Document Error: Unauthorized</title></head></html>",
        b"<!DOCTYPE html><html><body>404</body></html>",
        b"Not Found",
        b"",
        b"{}",
    ],
)
def test_a_page_is_no_answer(page: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(page)


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY e "x">]>' + INFORMATION,
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">' + INFORMATION,
        b"<a>" * 3000,
    ],
)
def test_what_could_explode_or_reach_out_is_refused(document: bytes) -> None:
    with pytest.raises(MalformedError, match=r"xml-(refused:dtd|depth)"):
        parse(document)


def test_an_answer_that_says_too_much_is_bounded() -> None:
    many = b"<tt:ScopeItem>onvif://x/" + b"y" * 400 + b"</tt:ScopeItem>"
    answer = parse(b"<Envelope><Body><GetScopesResponse>" + many * 140)

    assert len(answer.scopes) == 64
    assert max(map(len, answer.scopes)) == 256
    assert "too-many-scopes" in answer.problems


def test_reading_takes_time_in_proportion(
    assert_linear: Callable[[Callable[[bytes], object], bytes], None],
) -> None:
    for unit in (b"<GetXResponse/>", b"<XAddr>h</XAddr>", b"%E0", b"<Fault><Code>", b"&lt;"):
        assert_linear(lambda data: _read(b"<Envelope>" + data[:65000]), unit)


def _read(data: bytes) -> Answer | None:
    with contextlib.suppress(MalformedError):
        return parse(data)
    return None


def _check_bounds(answer: Answer | None) -> None:
    if answer is None:
        return
    texts = [answer.manufacturer, answer.model, answer.firmware, answer.serial, answer.hardware_id]
    texts += [answer.hostname, answer.endpoint, *answer.scopes, *answer.macs, *answer.operations]
    texts += [text for one in answer.services for text in (one.name, one.xaddr)]
    assert all(len(text) <= 256 for text in texts)
    assert len(answer.services) <= 64
    assert answer.fault is None or len(answer.fault.reason) <= 1024


CAPTURED = (INFORMATION, SCOPES, HOSTNAME, clock(), fault("ter:NotAuthorized", "No"))


@pytest.mark.fuzz
@pytest.mark.parametrize("data", CAPTURED, ids=["information", "scopes", "name", "clock", "fault"])
def test_an_answer_cut_anywhere_raises_nothing_else(data: bytes) -> None:
    for cut in range(len(data)):
        _check_bounds(_read(data[:cut]))


@pytest.mark.fuzz
@given(st.sampled_from(CAPTURED), st.integers(0, 700), st.binary(max_size=60))
def test_a_cut_or_garbled_answer_raises_nothing_else(data: bytes, at: int, junk: bytes) -> None:
    _check_bounds(_read(data[:at] + junk))
    _check_bounds(_read(data[:at] + junk + data[at + len(junk) :]))


@pytest.mark.fuzz
@given(st.binary(max_size=400))
def test_any_bytes_raise_nothing_else(data: bytes) -> None:
    _check_bounds(_read(data))
    _check_bounds(_read(b"<Envelope><Body><GetServicesResponse>" + data))
