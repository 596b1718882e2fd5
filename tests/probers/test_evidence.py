import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.probers.evidence import (
    certificate_evidence,
    favicon_evidence,
    http_evidence,
    mdns_evidence,
    ws_discovery_evidence,
)
from camcensus.types import Evidence, Field
from camcensus.wire import mdns
from camcensus.wire.http import parse_response
from camcensus.wire.mdns import Record, RecordType
from camcensus.wire.ws_discovery import (
    Match,
    ProbeForm,
    build_fault,
    build_hello,
    build_probe,
    build_probe_matches,
    parse,
)
from camcensus.wire.x509 import Certificate

CAMERA = Match(
    endpoint="urn:uuid:1",
    types=("NetworkVideoTransmitter", "Device"),
    scopes=("onvif://www.onvif.org/name/EXAMPLE CAM-1", "onvif://www.onvif.org/hardware/CAM-1"),
    xaddrs=("http://198.18.0.9/onvif/device_service",),
)


def pairs(evidence: tuple[Evidence, ...]) -> list[tuple[Field, str]]:
    return [(item.field, item.value) for item in evidence]


def test_a_match_says_types_scopes_endpoint_and_addresses() -> None:
    answer = build_probe_matches(message_id="uuid:2", relates_to="uuid:1", matches=[CAMERA])

    assert pairs(ws_discovery_evidence(parse(answer))) == [
        (Field.WSD_TYPES, "NetworkVideoTransmitter Device"),
        (Field.WSD_SCOPE, "onvif://www.onvif.org/name/EXAMPLE CAM-1"),
        (Field.WSD_SCOPE, "onvif://www.onvif.org/hardware/CAM-1"),
        (
            Field.WSD_SCOPES,
            "onvif://www.onvif.org/name/EXAMPLE CAM-1 onvif://www.onvif.org/hardware/CAM-1",
        ),
        (Field.WSD_ENDPOINT, "urn:uuid:1"),
        (Field.WSD_XADDR, "http://198.18.0.9/onvif/device_service"),
    ]


def test_a_hello_says_as_much_as_an_answer() -> None:
    hello = parse(build_hello(message_id="uuid:2", match=CAMERA))
    answer = build_probe_matches(message_id="uuid:2", relates_to="uuid:1", matches=[CAMERA])

    assert ws_discovery_evidence(hello) == ws_discovery_evidence(parse(answer))


def test_what_is_said_twice_is_evidence_once() -> None:
    twice = build_probe_matches(message_id="uuid:2", relates_to="", matches=[CAMERA, CAMERA])
    once = build_probe_matches(message_id="uuid:2", relates_to="", matches=[CAMERA])

    assert ws_discovery_evidence(parse(twice)) == ws_discovery_evidence(parse(once))


def test_a_fault_says_subcode_and_reason() -> None:
    fault = build_fault(message_id="uuid:2", relates_to="uuid:1", reason="the xml format error")

    assert pairs(ws_discovery_evidence(parse(fault))) == [
        (Field.WSD_FAULT, "MatchingRuleNotSupported the xml format error")
    ]


@pytest.mark.parametrize("form", list(ProbeForm))
def test_a_probe_says_nothing_about_who_sent_it(form: ProbeForm) -> None:
    assert ws_discovery_evidence(parse(build_probe("uuid:1", form))) == ()


def test_an_http_answer_says_everything_but_cookie_values() -> None:
    response = parse_response(
        b"HTTP/1.1 302 Found\r\nServer: Example-Webs\r\n"
        b'WWW-Authenticate: Digest realm="Login to 0A1B", nonce="1"\r\n'
        b"Location: /doc/page/login.asp\r\nSet-Cookie: SID=secret-value; path=/\r\n\r\n"
        b"<title>Camera</title>"
    )

    assert pairs(http_evidence(response, "/")) == [
        (Field.HTTP_PATH, "/"),
        (Field.HTTP_STATUS, "HTTP/1.1 302 Found"),
        (Field.HTTP_HEADER, "Server: Example-Webs"),
        (Field.HTTP_HEADER, 'WWW-Authenticate: Digest realm="Login to 0A1B", nonce="1"'),
        (Field.HTTP_HEADER, "Location: /doc/page/login.asp"),
        (Field.HTTP_HEADER, "Set-Cookie: SID"),
        (Field.HTTP_SERVER, "Example-Webs"),
        (Field.HTTP_AUTH, 'Digest realm="Login to 0A1B", nonce="1"'),
        (Field.HTTP_LOCATION, "/doc/page/login.asp"),
        (Field.HTTP_REALM, "Login to 0A1B"),
        (Field.HTTP_COOKIE_NAME, "SID"),
        (Field.HTTP_TITLE, "Camera"),
        (Field.HTTP_BODY, "<title>Camera</title>"),
    ]


@given(st.text("abc=;, ", max_size=12))
def test_no_cookie_value_becomes_evidence(before: str) -> None:
    cookie = f"Set-Cookie: {before}=s3cr3t; path=/"
    response = parse_response(f"HTTP/1.1 200 OK\r\n{cookie}\r\n\r\n".encode())

    assert not any("s3cr3t" in item.value for item in http_evidence(response, "/"))


def test_what_is_empty_says_nothing() -> None:
    response = parse_response(b"HTTP/1.1 200 OK\r\nServer: \r\n\r\n<title> </title>")

    fields = {item.field for item in http_evidence(response, "/")}
    assert fields.isdisjoint({Field.HTTP_SERVER, Field.HTTP_TITLE, Field.HTTP_REALM})


def test_values_keep_their_control_characters_for_the_sinks_to_escape() -> None:
    response = parse_response(b"HTTP/1.1 200 OK\r\nServer: a\x1b[2J\r\n\r\n")

    assert Evidence(Field.HTTP_SERVER, "a\x1b[2J") in http_evidence(response, "/")


def test_a_page_is_kept_up_to_its_limit() -> None:
    response = parse_response(b"HTTP/1.1 200 OK\r\n\r\n" + b"A" * 100_000)

    bodies = [item for item in http_evidence(response, "/") if item.field is Field.HTTP_BODY]
    assert [len(item.value) for item in bodies] == [65_536]


def test_an_icon_has_two_hashes() -> None:
    assert pairs(favicon_evidence("baec6461b0d69dde1b861aefbe375d8a", -1)) == [
        (Field.HTTP_FAVICON_MD5, "baec6461b0d69dde1b861aefbe375d8a"),
        (Field.HTTP_FAVICON_MMH3, "-1"),
    ]


def test_a_certificate_says_its_names_hash_and_serial() -> None:
    certificate = Certificate("CN=a", "", ("b", "c"), "00ff", "1f", None, None)

    assert pairs(certificate_evidence(certificate)) == [
        (Field.TLS_SUBJECT, "CN=a"),
        (Field.TLS_SAN, "b"),
        (Field.TLS_SAN, "c"),
        (Field.TLS_SHA256, "00ff"),
        (Field.TLS_SERIAL, "1f"),
    ]


INSTANCE = "AXIS M1065-LW - ACCC8E123456._axis-video._tcp.local."


def test_an_mdns_answer_says_service_instance_host_and_txt() -> None:
    records = [
        Record("_axis-video._tcp.local.", RecordType.PTR, 10, target=INSTANCE),
        Record(INSTANCE, RecordType.SRV, 10, target="axis-accc8e123456.local.", port=80),
        Record(INSTANCE, RecordType.TXT, 10, txt=(("macaddress", "ACCC8E123456"), ("on", None))),
        Record("axis-accc8e123456.local.", RecordType.A, 10, address="198.18.0.9"),
    ]

    assert sorted(pairs(mdns_evidence(mdns.parse(mdns.build_response(records))))) == sorted(
        [
            (Field.MDNS_SERVICE, "_axis-video._tcp"),
            (Field.MDNS_INSTANCE, "AXIS M1065-LW - ACCC8E123456"),
            (Field.MDNS_HOSTNAME, "axis-accc8e123456.local"),
            (Field.MDNS_TXT, "macaddress=ACCC8E123456"),
            (Field.MDNS_TXT, "on"),
        ]
    )


def test_an_enumeration_says_the_services_it_lists() -> None:
    names = ("_http._tcp.local.", "_psia._tcp.local.")
    records = [Record(mdns.ENUMERATION, RecordType.PTR, 10, target=name) for name in names]

    assert pairs(mdns_evidence(mdns.parse(mdns.build_response(records)))) == [
        (Field.MDNS_SERVICE, "_http._tcp"),
        (Field.MDNS_SERVICE, "_psia._tcp"),
    ]


def test_a_question_says_nothing_about_who_asked() -> None:
    query = mdns.build_query(["_axis-video._tcp.local"], unicast_response=True)

    assert mdns_evidence(mdns.parse(query)) == ()
