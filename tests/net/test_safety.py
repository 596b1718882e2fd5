"""`safety.toml` lets our own questions through, and nothing that could harm."""

from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.data import data_folder
from camcensus.errors import CatalogueError
from camcensus.net import Safety, load_safety
from camcensus.probers import mdns
from camcensus.types import Request, Transport
from camcensus.wire.http import build_get
from camcensus.wire.mdns import build_query
from camcensus.wire.ssdp import build_search
from camcensus.wire.tls import Version, build_client_hello
from camcensus.wire.web_identity import build_axis_question
from camcensus.wire.ws_discovery import ProbeForm, build_probe

FORBIDDEN_PATHS = [
    "/Security/users?auth=YWRtaW46MTEK",
    "/onvif-http/snapshot?auth=YWRtaW46MTEK",
    "/System/configurationFile?auth=YWRtaW46MTEK",
    "/SDK/webLanguage",
    "/current_config/passwd",
    "/mnt/mtd/Config/Account1",
    "/RPC2_Login",
    "/device.rsp?opt=user&cmd=list",
    "/shell?cat",
    "/language/Swedish${IFS}",
    "/../../etc/passwd",
    "/..%5C..%5Cetc",
    "//proc/kcore",
    "/get_status.cgi",
    "/system.ini?loginuse&loginpas",
    "/cgi-bin/readfile.cgi?query=ADMINID",
    "/cgi-bin/users.cgi?action=getUsers",
    "/frame/GetConfig",
    "/cgi-bin/jvsweb.cgi?cmd=account",
    "/cgi-bin/test",
    "/cgi-bin/operator/servetest",
    "/uapi-cgi/viewer/simple_loglistjs.cgi",
    "/BWT/utils/logs/read_log.jsp",
    "/ssi.cgi/Login.htm",
    "/PictureCatch.cgi",
    "/cgi-bin/nobody/x",
    "/ISAPI/Streaming/channels/101/picture",
    "/onvif/snapshot",
    "/cgi-bin/snapshot.cgi",
    "/axis-cgi/jpg/image.cgi",
    "/axis-cgi/mjpg/video.cgi",
    "/cgi-bin/reboot.cgi",
    "/restart",
    "/factory_default",
    "/logout",
    "/chksession.cgi",
]


def get(path: str) -> Request:
    return Request("http", "redirect", build_get("198.18.0.5", path, "camcensus/1", port=None))


@pytest.mark.parametrize("path", FORBIDDEN_PATHS)
def test_no_redirect_leads_to_an_attack_a_picture_or_a_setting(safety: Safety, path: str) -> None:
    assert safety.objection(get(path), Transport.TCP, 80)


@pytest.mark.parametrize(
    "path",
    [
        "/doc/page/login.asp",
        "/doc/page/login.asp?_1700000000",
        "/camera/index.html",
        "/view/viewer_index.shtml?id=12",
        "/home/monitoring.cgi",
        "/admin/index.html?Language=0",
        "/wmf/index.html",
        "/web/index.html",
    ],
)
def test_the_front_pages_of_known_makers_may_be_followed(safety: Safety, path: str) -> None:
    assert safety.objection(get(path), Transport.TCP, 80) is None


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (ProbeForm.NVT, "probe-nvt"),
        (ProbeForm.DEVICE, "probe-device"),
        (ProbeForm.UNTYPED, "probe-untyped"),
    ],
)
def test_each_probe_has_its_own_shape(safety: Safety, form: ProbeForm, message: str) -> None:
    payload = build_probe(f"uuid:{uuid4()}", form)
    names = ["probe-nvt", "probe-device", "probe-untyped"]
    passing = [
        name
        for name in names
        if not safety.objection(Request("ws-discovery", name, payload), Transport.UDP, 3702)
    ]

    assert passing == [message]


def test_the_mdns_questions_pass(safety: Safety) -> None:
    for unicast in (False, True):
        query = build_query((mdns.ENUMERATION, *mdns.SERVICES), unicast_response=unicast)
        assert safety.objection(Request("mdns", "query", query), Transport.UDP, 5353) is None


def test_an_mdns_announcement_does_not_pass(safety: Safety) -> None:
    query = bytearray(build_query((mdns.ENUMERATION,), unicast_response=False))
    query[2] |= 0x84

    assert safety.objection(Request("mdns", "query", bytes(query)), Transport.UDP, 5353)


@pytest.mark.parametrize(
    "port", [9100, 9107, 515, 631, 502, 102, 104, 11112, 2575, 20000, 44818, 47808, 4840, 10001]
)
def test_ports_of_printers_plant_and_clinic_are_never_touched(safety: Safety, port: int) -> None:
    request = Request("http", "page", build_get("198.18.0.5", "/", "camcensus/1", port=port))

    assert "never touched" in (safety.objection(request, Transport.TCP, port) or "")


@pytest.mark.parametrize("host", ["239.255.255.250", "198.18.0.9", "2001:db8::9"])
def test_the_questions_for_upnp_devices_pass(safety: Safety, host: str) -> None:
    for wait_s in (1, 2):
        request = Request("ssdp", "search", build_search(host, wait_s=wait_s))
        assert safety.objection(request, Transport.UDP, 1900) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"M-SEARCH", b"NOTIFY"),
        (b"upnp:rootdevice", b"ssdp:all"),
        (b"\r\n\r\n", b"\r\nX: y\r\n\r\n"),
    ],
)
def test_no_other_word_of_ssdp_passes(safety: Safety, old: bytes, new: bytes) -> None:
    request = Request("ssdp", "search", build_search().replace(old, new))

    assert safety.objection(request, Transport.UDP, 1900)


@pytest.mark.parametrize(
    ("server", "safe"),
    [
        ("Linux/4.9.94-axis5, UPnP/1.0, Portable SDK for UPnP devices/1.6.22", True),
        ("Debian DLNADOC/1.50 UPnP/1.0 MiniDLNA/1.3.0", True),
        ("Synology/DSM/192.168.1.10", True),
        ("Linux/3.10.0, UPnP/1.0, Portable SDK for UPnP devices/1.6.18", False),
        ("Linux/3.8.8, UPnP/1.0, ZheJiang Dahua Technology CO.,LTD. Upnp SDK", False),
        ("Linux, UPnP/1.0, Portable SDK for UPnP devices/1.6.6 MiniDLNA/1.3.0\n", False),
        ("", False),
    ],
)
def test_only_software_that_bears_it_is_asked_for_its_description(
    safety: Safety, server: str, safe: bool
) -> None:
    assert safety.may_describe(server) is safe


@pytest.mark.parametrize("port", [49152, 49153])
def test_not_even_a_safe_description_is_fetched_where_recorders_crash(
    safety: Safety, port: int
) -> None:
    payload = build_get("198.18.0.5", "/rootdesc1.xml", "camcensus/1", port=port)

    assert safety.objection(Request("ssdp", "description", payload), Transport.TCP, port)


def test_an_axis_device_is_asked_by_one_method_and_no_other(safety: Safety) -> None:
    question = build_axis_question("198.18.0.5", "camcensus/1")

    def objection(payload: bytes) -> str | None:
        return safety.objection(Request("axis", "basic-device-info", payload), Transport.TCP, 80)

    assert objection(question) is None
    assert objection(question.replace(b"getAllUnrestrictedProperties", b"getAllProperties"))
    assert objection(question.replace(b"/axis-cgi/basicdeviceinfo.cgi", b"/axis-cgi/param.cgi"))
    assert objection(question.replace(b"\r\n\r\n", b"\r\nAuthorization: Basic eDp5\r\n\r\n"))


def test_the_page_that_is_known_as_a_leak_is_asked_by_nobody(safety: Safety) -> None:
    path = "/web_caps/webCapsConfig"

    assert safety.objection(get(path), Transport.TCP, 80)
    payload = build_get("198.18.0.5", path, "camcensus/1")
    assert safety.objection(Request("identity-page", "page", payload), Transport.TCP, 80)


@given(st.binary(max_size=300))
def test_no_other_bytes_pass(junk: bytes) -> None:
    safety = load_safety()
    for (prober, message), row in safety.allowed.items():
        port = row.ports[0][0] if row.ports else 80
        request = Request(prober, message, junk)
        allowed = safety.objection(request, row.transport, port) is None
        # a random query for a name is still a query, and no word at all is what a canary hears
        assert not allowed or prober == "mdns" or not junk


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("schema = 1", "schema = "),
        ('ports = ["3702"]', 'ports = ["0"]'),
        ('ports = ["3702"]', 'ports = ["70000"]'),
        ("host_seconds = 20\n", ""),
        ("shape = 'GET (", "shape = 'GET ("[:-1] + "(("),
    ],
)
def test_a_broken_safety_file_stops_everything(tmp_path: Path, old: str, new: str) -> None:
    text = (data_folder("fingerprints") / "safety.toml").read_text("utf-8")
    pages = (data_folder("fingerprints") / "pages.toml").read_text("utf-8")
    (tmp_path / "pages.toml").write_text(pages, "utf-8")
    (tmp_path / "safety.toml").write_text(text, "utf-8")
    assert load_safety(tmp_path).allowed
    (tmp_path / "safety.toml").write_text(text.replace(old, new), "utf-8")

    with pytest.raises(CatalogueError, match="nothing will be sent"):
        load_safety(tmp_path)


@pytest.mark.parametrize("version", list(Version))
def test_a_hello_with_old_ciphers_passes_and_one_with_more_does_not(
    safety: Safety, version: Version
) -> None:
    hello = build_client_hello(version, bytes(32))
    longer = hello + b"\x00\x00"

    assert safety.objection(Request("tls", "old-hello", hello), Transport.TCP, 443) is None
    assert safety.objection(Request("tls", "old-hello", longer), Transport.TCP, 443)
    assert safety.objection(Request("tls", "old-hello", hello), Transport.TCP, 631)


def test_the_canary_hears_no_word_and_stands_at_one_port(safety: Safety) -> None:
    assert safety.objection(Request("canary", "connect", b""), Transport.TCP, 49151) is None
    assert safety.objection(Request("canary", "connect", b"x"), Transport.TCP, 49151)
    assert safety.objection(Request("canary", "connect", b""), Transport.TCP, 80)
