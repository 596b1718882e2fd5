import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from camcensus.identify import load_catalogue
from camcensus.listen.exchanges import Exchange, answer, answers, read_line
from camcensus.types import Evidence, Field
from camcensus.wire import MalformedError

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "identify-1.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
PROBE_MATCH = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><d:ProbeMatches'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><d:ProbeMatch><d:Types>'
    "dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/name/Acme%20One</d:Scopes>"
    "</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
)
DEVICE = (
    '<E:Envelope xmlns:E="http://www.w3.org/2003/05/soap-envelope"><E:Body>'
    "<GetDeviceInformationResponse><Manufacturer>Acme</Manufacturer><Model>One</Model>"
    "<FirmwareVersion>1.2</FirmwareVersion><SerialNumber>7</SerialNumber><HardwareId>h</HardwareId>"
    "</GetDeviceInformationResponse></E:Body></E:Envelope>"
)
SADP = "<ProbeMatch><DeviceDescription>DS-1</DeviceDescription><DHCP></DHCP></ProbeMatch>"


def pairs(protocol: str, given: object) -> list[tuple[str, str]]:
    exchange = read_line(json.dumps({"id": "x", "protocol": protocol, "input": given}))
    return [(one.field.value, one.value) for one in exchange.evidence]


@pytest.mark.parametrize(
    ("protocol", "given", "wanted"),
    [
        (
            "http",
            {"headers": {"Server": "A/1"}},
            [("http.header", "Server: A/1"), ("http.server", "A/1")],
        ),
        (
            "http",
            {"headers": {"server": ["A", "B"]}},
            [
                ("http.header", "server: A"),
                ("http.header", "server: B"),
                ("http.server", "A"),
                ("http.server", "B"),
            ],
        ),
        (
            "http",
            {"headers": [["Location", "/doc"]], "status_line": "HTTP/1.1 302 Found"},
            [
                ("http.status", "HTTP/1.1 302 Found"),
                ("http.header", "Location: /doc"),
                ("http.location", "/doc"),
            ],
        ),
        (
            "http",
            {"www_authenticate": 'Digest realm="Acme", nonce="1"'},
            [
                ("http.header", 'WWW-Authenticate: Digest realm="Acme", nonce="1"'),
                ("http.auth", 'Digest realm="Acme", nonce="1"'),
                ("http.realm", "Acme"),
            ],
        ),
        (
            "http",
            {"headers": {"www-authenticate": "Basic realm=x"}, "www_authenticate": "Basic realm=x"},
            [
                ("http.header", "www-authenticate: Basic realm=x"),
                ("http.auth", "Basic realm=x"),
                ("http.realm", "x"),
            ],
        ),
        ("http", {"title": "Acme"}, [("http.title", "Acme")]),
        (
            "http",
            {"body": "<title>Acme</title>", "url_path": "/index.html"},
            [
                ("http.path", "/index.html"),
                ("http.title", "Acme"),
                ("http.body", "<title>Acme</title>"),
            ],
        ),
        ("http", {"body_fragment": "<b>"}, [("http.body", "<b>")]),
        (
            "http",
            {"favicon_md5": "0A", "favicon_mmh3": -7},
            [("http.favicon-md5", "0a"), ("http.favicon-mmh3", "-7")],
        ),
        (
            "http",
            {"favicon_mmh3": [4294967289, "2147483647", "9" * 9999]},
            [
                ("http.favicon-mmh3", "-7"),
                ("http.favicon-mmh3", "2147483647"),
                ("http.favicon-mmh3", "9" * 9999),
            ],
        ),
        (
            "http",
            {"json_of_xml": {"Device": {"Name": "A&B", "Port": [80, None], "On": True}}},
            [
                (
                    "http.body",
                    "<Device><Name>A&amp;B</Name><Port>80</Port><Port></Port><On>true</On></Device>",
                )
            ],
        ),
        ("http", {"json_of_xml": '{"Device": "A"}'}, [("http.body", "<Device>A</Device>")]),
        (
            "http",
            {"json_of_xml": {"Device": {"@xmlns": "urn:a", "Name": {"#text": "B", "@id": 1}}}},
            [("http.body", '<Device xmlns="urn:a"><Name id="1">B</Name></Device>')],
        ),
        (
            "http",
            {"json_of_xml": {"Device": {"$": {"xmlns": 'a"b'}, "_": "C"}}},
            [("http.body", '<Device xmlns="a&quot;b">C</Device>')],
        ),
        (
            "rtsp",
            {
                "status_line": "RTSP/1.0 401 Unauthorized",
                "headers": {"Server": "R", "WWW-Authenticate": 'Basic realm="y"'},
                "sdp": "v=0\r\ns=Media Server\n",
            },
            [
                ("rtsp.status", "RTSP/1.0 401 Unauthorized"),
                ("rtsp.header", "Server: R"),
                ("rtsp.header", 'WWW-Authenticate: Basic realm="y"'),
                ("rtsp.server", "R"),
                ("rtsp.auth", 'Basic realm="y"'),
                ("rtsp.realm", "y"),
                ("rtsp.sdp", "s=Media Server"),
            ],
        ),
        (
            "https-cert",
            {
                "subject": "CN=a",
                "issuer": "CN=b",
                "san": ["a", "c"],
                "sha256": "AA:0B",
                "serial": 7,
            },
            [
                ("tls.subject", "CN=a"),
                ("tls.issuer", "CN=b"),
                ("tls.san", "a"),
                ("tls.san", "c"),
                ("tls.sha256", "aa0b"),
                ("tls.serial", "7"),
            ],
        ),
        (
            "ws-discovery",
            {
                "types": ["dn:NetworkVideoTransmitter", "tds:Device"],
                "scopes": ["onvif://www.onvif.org/name/A%20%26%20B", "onvif://x/y"],
                "xaddrs": ["http://192.0.2.1/onvif/device_service"],
                "endpoint": "urn:uuid:1",
            },
            [
                ("ws-discovery.types", "NetworkVideoTransmitter Device"),
                ("ws-discovery.scope", "onvif://www.onvif.org/name/A & B"),
                ("ws-discovery.scope", "onvif://x/y"),
                ("ws-discovery.scopes", "onvif://www.onvif.org/name/A & B onvif://x/y"),
                ("ws-discovery.endpoint", "urn:uuid:1"),
                ("ws-discovery.xaddr", "http://192.0.2.1/onvif/device_service"),
            ],
        ),
        (
            "onvif",
            {"xml": DEVICE},
            [
                ("onvif.manufacturer", "Acme"),
                ("onvif.model", "One"),
                ("onvif.firmware", "1.2"),
                ("onvif.serial", "7"),
                ("onvif.hardware-id", "h"),
            ],
        ),
        (
            "onvif",
            {
                "xml": "<x><ScopeItem>onvif://x/name/A%20B</ScopeItem><HostnameInformation><Name>h"
                "</Name></HostnameInformation><HwAddress>AC-CC-8E-00-00-01</HwAddress></x>"
            },
            [
                ("onvif.scope", "onvif://x/name/A B"),
                ("onvif.hostname", "h"),
                ("mac.address", "ac:cc:8e:00:00:01"),
            ],
        ),
        (
            "onvif",
            {
                "xml": "<Fault><Code><Value>s:Sender</Value><Subcode><Value>ter:NotAuthorized"
                "</Value></Subcode></Code><Reason><Text>No</Text></Reason></Fault>"
            },
            [("onvif.fault", "NotAuthorized No")],
        ),
        ("sadp", {"xml": SADP}, [("sadp.field", "DeviceDescription=DS-1")]),
        (
            "dhip",
            {"fields": {"List": ["a", "b"]}},
            [("dhip.field", "List=a"), ("dhip.field", "List=b")],
        ),
        (
            "sadp",
            {"xml": "ProbeMatch><MAC>44-19</MAC><DHCP>false</DHC"},
            [("sadp.field", "MAC=44-19")],
        ),
        (
            "dhip",
            {"json": '....DHIP{"mac":"a","params":{"deviceInfo":{"Port":1,"X":{"Y":true}}}}\n\0'},
            [("dhip.field", "mac=a"), ("dhip.field", "Port=1"), ("dhip.field", "X.Y=true")],
        ),
        ("dhip", {"json": {"mac": "a"}}, [("dhip.field", "mac=a")]),
        ("dhip", {"fields": {"Vendor": "Acme"}}, [("dhip.field", "Vendor=Acme")]),
        (
            "ssdp",
            {
                "headers": {"SERVER": "L/1", "USN": "uuid:1", "LOCATION": "http://x/"},
                "description_xml_fragment": "<device><modelName>One</modelName><x/></device>",
            },
            [
                ("ssdp.header", "SERVER: L/1"),
                ("ssdp.server", "L/1"),
                ("ssdp.header", "USN: uuid:1"),
                ("ssdp.usn", "uuid:1"),
                ("ssdp.header", "LOCATION: http://x/"),
                ("ssdp.location", "http://x/"),
                ("ssdp.description", "modelName=One"),
            ],
        ),
        (
            "mdns",
            {
                "service_type": "_axis-video._tcp.local.",
                "name": "AXIS M1065-LW - ACCC8E123456._axis-video._tcp.local.",
                "hostname": "axis-accc8e123456.local.",
                "port": 80,
                "txt": {"macaddress": "ACCC8E123456"},
            },
            [
                ("mdns.instance", "AXIS M1065-LW - ACCC8E123456"),
                ("mdns.service", "_axis-video._tcp"),
                ("mdns.hostname", "axis-accc8e123456.local"),
                ("mdns.txt", "macaddress=ACCC8E123456"),
            ],
        ),
        (
            "mdns",
            {"name": "Cam 1._rtsp._tcp", "txt": {"on": True, "flag": None, "ch": 4}},
            [
                ("mdns.instance", "Cam 1"),
                ("mdns.service", "_rtsp._tcp"),
                ("mdns.txt", "on=true"),
                ("mdns.txt", "flag"),
                ("mdns.txt", "ch=4"),
            ],
        ),
        (
            "mdns",
            {"txt": ["a=1", "b"], "txt_raw": "c=2"},
            [("mdns.txt", "a=1"), ("mdns.txt", "b"), ("mdns.txt", "c=2")],
        ),
        (
            "snmp",
            {"sysDescr": "Linux", "sysObjectID": "1.3.6"},
            [("snmp.sys-descr", "Linux"), ("snmp.sys-object-id", "1.3.6")],
        ),
        (
            "snmp",
            {"sysObjectID": "OID: SNMPv2-SMI::enterprises.368.1"},
            [("snmp.sys-object-id", "1.3.6.1.4.1.368.1")],
        ),
        (
            "snmp",
            {"sysObjectID": "iso.3.6.1.4.1.368.1"},
            [("snmp.sys-object-id", "1.3.6.1.4.1.368.1")],
        ),
        ("ftp", {"banner": "220 hi"}, [("ftp.banner", "220 hi")]),
        ("telnet", {"banner": "login:"}, [("telnet.banner", "login:")]),
        (
            "sip",
            {"headers": {"User-Agent": "A", "Server": "B"}},
            [
                ("sip.header", "User-Agent: A"),
                ("sip.user-agent", "A"),
                ("sip.header", "Server: B"),
                ("sip.server", "B"),
            ],
        ),
        (
            "dhcp",
            {"vendor_class": "AXIS,Network Camera", "hostname": "cam"},
            [("dhcp.vendor-class", "AXIS,Network Camera"), ("dhcp.hostname", "cam")],
        ),
        ("mac", {"mac": "AC-CC-8E-00-00-01"}, [("mac.address", "ac:cc:8e:00:00:01")]),
    ],
)
def test_each_protocol_gives_its_fields(
    protocol: str, given: object, wanted: list[tuple[str, str]]
) -> None:
    assert pairs(protocol, given) == wanted


@pytest.mark.parametrize(
    "given",
    [
        {"xml": PROBE_MATCH},
        {"xml_fragment": PROBE_MATCH[PROBE_MATCH.index("<d:ProbeMatches") : -24]},
        {"xml_fragment": PROBE_MATCH[PROBE_MATCH.index("<d:ProbeMatch>") : -41]},
        {"xml_fragment": PROBE_MATCH[PROBE_MATCH.index("<d:Types>") : -56]},
        {"xml_fragment": PROBE_MATCH[PROBE_MATCH.index("<d:Types>") : -60]},
    ],
)
def test_a_discovery_answer_may_be_whole_or_in_part(given: dict[str, str]) -> None:
    assert pairs("ws-discovery", given) == [
        ("ws-discovery.types", "NetworkVideoTransmitter"),
        ("ws-discovery.scope", "onvif://www.onvif.org/name/Acme One"),
        ("ws-discovery.scopes", "onvif://www.onvif.org/name/Acme One"),
    ]


def test_a_discovery_answer_that_somebody_calls_onvif_is_read_all_the_same() -> None:
    assert pairs("onvif", {"xml": PROBE_MATCH}) == pairs("ws-discovery", {"xml": PROBE_MATCH})


def test_a_fault_is_evidence() -> None:
    reason = "<Reason><Text>the xml format error</Text></Reason>"
    xml = f"<Envelope><Body><Fault>{reason}</Fault></Body></Envelope>"

    assert pairs("ws-discovery", {"xml": xml}) == [("ws-discovery.fault", "the xml format error")]


def test_several_exchanges_are_of_one_device() -> None:
    line = {
        "id": 7,
        "evidence": [
            {"protocol": "http", "input": {"title": "Acme"}},
            {"protocol": "gopher", "input": {}},
            {"protocol": "onvif", "input": {"xml": "<<"}},
            {"protocol": "http", "input": {"title": "Acme"}},
        ],
    }

    exchange = read_line(json.dumps(line))

    assert exchange.id == 7
    assert [one.field for one in exchange.evidence] == [Field.HTTP_TITLE]
    assert len(exchange.problems) == 2
    assert exchange.problems[0].startswith("2: protocol: 'gopher' is not one of dhcp, dhip")
    assert exchange.problems[1] == "3: not xml"


def test_a_line_of_zgrab2_is_known_by_its_shape() -> None:
    parsed = {
        "subject": {"common_name": ["A, B"], "organization": ["Acme"], "country": ["DE"]},
        "issuer": {"common_name": ["CA"]},
        "extensions": {"subject_alt_name": {"dns_names": ["a.example"]}},
        "fingerprint_sha256": "AB",
        "serial_number": "255",
    }
    log = {"handshake_log": {"server_certificates": {"certificate": {"parsed": parsed}}}}
    response = {
        "protocol": {"name": "HTTP/1.1"},
        "status_line": "200 OK",
        "headers": {
            "server": ["App/1"],
            "www_authenticate": ['Basic realm="x"'],
            "unknown": [{"key": "x_frame", "value": ["deny"]}],
        },
        "body": "<title>T</title>",
        "request": {"tls_log": log},
    }
    line = {
        "ip": "192.0.2.7",
        "data": {
            "http": {"status": "success", "protocol": "http", "result": {"response": response}},
            "banner": {"protocol": "ftp", "result": {"banner": "220 hi"}},
            "tls": {"protocol": "tls", "result": log},
            "telnet": {"protocol": "telnet", "status": "connection-timeout"},
            "odd": 7,
            "odder": {"protocol": [], "result": {}},
        },
    }

    exchange = read_line(json.dumps(line))

    assert exchange.id == "192.0.2.7"
    assert exchange.problems == ()
    assert [(one.field.value, one.value) for one in exchange.evidence] == [
        ("http.status", "HTTP/1.1 200 OK"),
        ("http.header", "Server: App/1"),
        ("http.header", 'WWW-Authenticate: Basic realm="x"'),
        ("http.header", "X-Frame: deny"),
        ("http.server", "App/1"),
        ("http.auth", 'Basic realm="x"'),
        ("http.realm", "x"),
        ("http.title", "T"),
        ("http.body", "<title>T</title>"),
        ("tls.subject", r"CN=A\, B,O=Acme,C=DE"),
        ("tls.issuer", "CN=CA"),
        ("tls.san", "a.example"),
        ("tls.sha256", "ab"),
        ("tls.serial", "ff"),
        ("ftp.banner", "220 hi"),
    ]


@pytest.mark.parametrize(
    "result",
    [
        {"response": 7},
        {"response": {}},
        {"response": {"headers": [], "status_line": 7, "request": 7}},
        {"response": {"headers": {"server": 7, "unknown": 7}, "body": 7}},
        {"tls_log": {"handshake_log": {"server_certificates": {"certificate": {"parsed": {}}}}}},
    ],
)
def test_what_zgrab2_leaves_out_is_left_out(result: dict[str, object]) -> None:
    line = {"ip": "192.0.2.7", "data": {"http": {"protocol": "http", "result": result}}}

    assert read_line(json.dumps(line)).evidence == ()


def test_json_nested_without_end_is_read_to_a_bound() -> None:
    deep: object = {"last": 1}
    for _ in range(100):
        deep = {"k": [deep, 7]}

    found = pairs("dhip", {"fields": deep})

    assert ("dhip.field", "k=7") in found
    assert all("last" not in value for _, value in found)
    assert len(pairs("http", {"json_of_xml": deep})) == 1


def test_a_scan_of_zgrab2_that_got_nothing_is_no_error() -> None:
    line = {"domain": "cam.example", "data": {"http": {"status": "connection-timeout"}}}

    exchange = read_line(json.dumps(line))

    assert (exchange.id, exchange.evidence) == ("cam.example", ())


BROKEN = {
    "": "not JSON",
    "[]": "the line: an object is wanted",
    '{"id": "a"': "not JSON",
    '{"id": "a", "protocol": "http", "input": NaN}': "not JSON: NaN",
    '{"id": ' + "1" * 5000 + "}": "not JSON",
    "[" * 200_000: "not JSON",
    '{"id": "a"}': "neither protocol and input, nor evidence, nor a scan of zgrab2",
    '{"id": "a", "evidence": {}}': "neither",
    '{"id": "a", "evidence": [7]}': "1: evidence: an object is wanted",
    '{"id": {}, "protocol": "http", "input": {}}': "id: a text is wanted",
    '{"id": "a", "protocol": "gopher", "input": {}}': "protocol: 'gopher' is not one of",
    '{"id": "a", "protocol": ["http"], "input": {}}': "protocol: a text is wanted",
    '{"id": "a", "protocol": "http"}': "input: an object is wanted",
    '{"id": "a", "protocol": "http", "input": {"title": {}}}': "title: a text is wanted",
    '{"id": "a", "protocol": "http", "input": {"title": true}}': "title: a text is wanted",
    '{"id": "a", "protocol": "http", "input": {"favicon_mmh3": 1.5}}': "favicon_mmh3: a text",
    '{"id": "a", "protocol": "http", "input": {"headers": "x"}}': "headers: an object or a list",
    '{"id": "a", "protocol": "http", "input": {"headers": [["x"]]}}': "headers: a pair of texts",
    '{"id": "a", "protocol": "onvif", "input": {}}': "not xml",
    '{"id": "a", "protocol": "sadp", "input": {"xml": "hello"}}': "not xml",
    '{"id": "a", "protocol": "dhip", "input": {"json": "hello"}}': "not JSON",
    '{"id": "a", "protocol": "mac", "input": {"mac": "x"}}': "mac: 'x' is no MAC address",
}


@pytest.mark.parametrize(("line", "error"), BROKEN.items(), ids=range(len(BROKEN)))
def test_a_broken_line_says_what_is_wrong_with_it(line: str, error: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read_line(line)

    assert str(caught.value).startswith(error)


def test_one_answer_a_line_in_order_whatever_comes() -> None:
    fine = '{"id": "b", "protocol": "http", "input": {"title": "\\ud800"}, "unknown": 1}'
    huge = json.dumps({"id": "c", "protocol": "http", "input": {"body": "x" * 1_000_000}})
    lines = ['{"id": "a", "protocol": "x"}', fine, "\n", huge]

    found = list(answers(lines, load_catalogue()))

    assert [one["id"] for one in found] == ["a", "b", None, "c"]
    assert ["error" in one for one in found] == [True, False, True, False]
    assert {one["schema"] for one in found} == {"camcensus.identify/1"}
    assert found[1]["kind"] == "unknown"
    assert found[1]["maker"] is None


def test_every_example_of_the_catalogue_gives_an_answer_that_the_schema_allows() -> None:
    catalogue = load_catalogue()
    for signature in catalogue.signatures:
        for example in signature.matches:
            evidence = (Evidence(signature.fields[0], example.value),)
            found = answer(Exchange("x", evidence), catalogue)
            VALIDATOR.validate(found)
            assert found["claims"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "printer"},
        {"mac": "AC-CC-8E-12-34-56"},
        {"error": "both"},
        {"confidence": 1.1},
        {"claims": [{"signature": "x"}]},
        {"maker": ""},
    ],
)
def test_the_schema_refuses_what_is_not_in_the_contract(change: dict[str, object]) -> None:
    found = answer(Exchange("x"), load_catalogue())

    assert VALIDATOR.is_valid(found)
    assert not VALIDATOR.is_valid(found | change)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
KEYS = [
    "status_line", "headers", "www_authenticate", "title", "body", "json_of_xml", "sdp", "subject",
    "san", "serial", "xml", "xml_fragment", "types", "scopes", "endpoint", "json", "fields",
    "description_xml", "service_type", "name", "txt", "banner", "mac", "favicon_mmh3",
]  # fmt: skip
PROTOCOLS = [
    "http", "rtsp", "tls", "https-cert", "ws-discovery", "onvif", "sadp", "dhip", "ssdp", "mdns",
    "snmp", "ftp", "telnet", "sip", "dhcp", "mac",
]  # fmt: skip
EXCHANGE = st.fixed_dictionaries(
    {
        "protocol": st.sampled_from(PROTOCOLS),
        "input": st.dictionaries(st.sampled_from(KEYS), JSON | st.just(PROBE_MATCH), max_size=4),
    }
)
LINE = EXCHANGE | st.fixed_dictionaries({"id": JSON, "evidence": st.lists(EXCHANGE, max_size=3)})


def malformed_or_written(line: str) -> None:
    (found,) = answers([line], load_catalogue())
    json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    VALIDATOR.validate(found)


@pytest.mark.fuzz
@given(LINE)
def test_no_line_makes_it_raise(line: object) -> None:
    malformed_or_written(json.dumps(line))


@pytest.mark.fuzz
@given(st.dictionaries(st.sampled_from(["http", "tls", "ftp"]), JSON), JSON)
def test_no_line_of_zgrab2_makes_it_raise(data: object, ip: object) -> None:
    malformed_or_written(json.dumps({"ip": ip, "data": data}))


def cuts() -> Iterator[str]:
    for protocol, xml in (("ws-discovery", PROBE_MATCH), ("onvif", DEVICE), ("sadp", SADP)):
        yield json.dumps({"id": "x", "protocol": protocol, "input": {"xml": xml}})


@pytest.mark.fuzz
@given(st.sampled_from(list(cuts())), st.integers(0, 900), st.text(max_size=20))
def test_a_line_cut_short_with_junk_behind_it_does_no_harm(line: str, at: int, junk: str) -> None:
    malformed_or_written(line[:at] + junk)
    inside = json.loads(line)
    inside["input"]["xml"] = inside["input"]["xml"][:at] + junk
    malformed_or_written(json.dumps(inside))
