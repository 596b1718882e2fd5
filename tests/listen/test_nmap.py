import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.listen.nmap import read_nmap
from camcensus.wire import MalformedError

REPORT = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -sV --script http-title,ssl-cert 192.0.2.0/24">
<host><status state="up"/><address addr="192.0.2.7" addrtype="ipv4"/>
<address addr="AC:CC:8E:12:34:56" addrtype="mac" vendor="Axis Communications AB"/>
<ports><port protocol="tcp" portid="443"><state state="open"/>
<service name="http" product="Some camera httpd"/>
<script id="http-title" output="AXIS"><elem key="title">AXIS</elem></script>
<script id="http-server-header" output="App-webs/"><elem>App-webs/</elem></script>
<script id="http-auth" output="&#xa;HTTP/1.1 401 Unauthorized&#xa;
&#xa;  Digest realm=AXIS_ACCC8E nonce=x"/>
<script id="ssl-cert" output="Subject: commonName=a"><table key="subject">
<elem key="commonName">axis-accc8e123456</elem><elem key="organizationName">Axis</elem></table>
<table key="issuer"><elem key="commonName">Axis CA</elem></table>
<elem key="sha256">AB0c</elem></script>
</port></ports></host>
<host><status state="down"/><address addr="192.0.2.8" addrtype="ipv4"/></host>
<host><status state="up"/><address addr="2001:db8::1" addrtype="ipv6"/>
<ports><port>
<script id="http-title" output="Site doesn't have a title (text/html)."/></port></ports>
<hostscript><script id="http-server-header" output="&#xa;  one&#xa;  two"/></hostscript></host>
</nmaprun>"""


def test_every_host_that_was_up_is_an_exchange() -> None:
    axis, other = read_nmap(REPORT)

    assert axis.id == "192.0.2.7"
    assert [(one.field.value, one.value) for one in axis.evidence] == [
        ("mac.address", "ac:cc:8e:12:34:56"),
        ("http.title", "AXIS"),
        ("http.header", "Server: App-webs/"),
        ("http.server", "App-webs/"),
        ("http.header", "WWW-Authenticate: Digest realm=AXIS_ACCC8E nonce=x"),
        ("http.auth", "Digest realm=AXIS_ACCC8E nonce=x"),
        ("http.realm", "AXIS_ACCC8E"),
        ("tls.subject", "CN=axis-accc8e123456,O=Axis"),
        ("tls.issuer", "CN=Axis CA"),
        ("tls.sha256", "ab0c"),
    ]
    assert other.id == "2001:db8::1"
    assert [one.value for one in other.evidence if one.field == "http.server"] == ["one", "two"]


def test_a_report_cut_short_gives_the_hosts_before_the_cut() -> None:
    (axis,) = read_nmap(REPORT[: REPORT.index(b"</host>") + 7])

    assert axis.id == "192.0.2.7"


@pytest.mark.parametrize(
    "xml", [b"", b"x", b"<masscan/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><nmaprun/>"]
)
def test_what_is_no_report_of_nmap_is_refused(xml: bytes) -> None:
    with pytest.raises(MalformedError):
        list(read_nmap(xml))


@pytest.mark.fuzz
@given(st.integers(0, len(REPORT)), st.binary(max_size=30))
def test_no_bytes_make_it_raise_anything_else(at: int, junk: bytes) -> None:
    for xml in (REPORT[:at] + junk, REPORT[:at] + junk + REPORT[at:]):
        try:
            list(read_nmap(xml))
        except MalformedError:
            continue
