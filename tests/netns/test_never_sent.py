"""Every prober at its most talkative, beside devices that must never hear certain words.

The rules here are written down anew, from what is known to harm: they do not read
`fingerprints/safety.toml`, which they are there to check.
"""

import json
import re

import pytest

from camcensus.lab import load_personas
from camcensus.probers.table import PROBERS
from netns.laboratory import Frame, Run, estate, marks, sweep

pytestmark = marks

CANARIES = {
    "198.18.0.10": "printer",
    "198.18.0.11": "plc",
    "198.18.0.12": "infusion_pump",
    "198.18.0.13": "zosi_canary",
    "198.18.0.14": "wsd_printer",
    "198.18.0.15": "voip_phone",
}
# A device of each maker, so that every prober has somebody who tempts it to go on.
LEFT_OUT = {"hostile_", "router", "proxy_router"}
SPEAKERS = [
    one.name
    for one in load_personas()
    if one.name not in CANARIES.values() and not one.name.startswith(tuple(LEFT_OUT))
]

NEVER_TCP = {
    *range(9100, 9108), 515, 631, 502, 102, 104, 2761, 2762, 11112, 2575, 20000, 44818, 47808,
    4840, 10001, 2404, 1911, 4911, 9600, 21, 22, 23, 445, 3389, 5060, 5061, 49152, 49153,
}  # fmt: skip
NEVER_UDP = {8600, 502, 47808, 44818, 5060, 5061, 20000}
SILENT_LOGIN_PORTS = {37777, 34567, 9000, 35000}  # whoever speaks first begins a login
SADP_PORT, DHIP_PORT, XM_PORT = 37020, 37810, 34569
METHODS = re.compile(r"(GET|OPTIONS|DESCRIBE|POST) ")
POST_PATHS = re.compile(r"POST /(onvif/\w+|axis-cgi/basicdeviceinfo\.cgi) ")
WORDS = re.compile(
    r"(?i)authorization|password|passwd|<username|cookie:|setconfig|reboot|restore|activate|"
    r"exchangecode|getusers|setsystem|createusers|snapshot|/streaming/|mjpe?g|\.jpg|\?auth=|"
    r"/security/users|configurationfile|current_config|weblanguage|device\.rsp|/proc/|/etc/|\.\./"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    where = CANARIES | {f"198.18.0.{20 + n}": name for n, name in enumerate(SPEAKERS)}
    words = ("198.18.0.0/24", "--thorough", "--pace", "fast")
    done = sweep(tmp_path_factory.mktemp("never"), estate(where), *words)
    assert done.code == 0, done.stderr
    return done


def said(run: Run, protocol: str) -> list[Frame]:
    return [frame for frame in run.frames if frame.protocol == protocol and frame.payload]


def test_every_prober_took_part(run: Run) -> None:
    """A rule that nobody could have broken proves nothing."""
    asked = {prober for _, prober in run.coverage}
    # these need a community, a privilege, and a host whose every port is open and mute
    optional = {"snmp", "arp", "canary"}
    assert {prober.name for prober in PROBERS} - optional <= asked


def test_no_port_that_must_be_left_alone_hears_so_much_as_a_connection(run: Run) -> None:
    assert {frame.port for frame in run.frames if frame.protocol == "tcp"} & NEVER_TCP == set()
    assert {frame.port for frame in run.frames if frame.protocol == "udp"} & NEVER_UDP == set()


def test_nothing_is_said_where_the_first_word_begins_a_login(run: Run) -> None:
    for frame in said(run, "tcp"):
        assert frame.port not in SILENT_LOGIN_PORTS, frame
        binary = not METHODS.match(frame.payload) and not frame.payload.startswith("\x16\x03")
        if frame.port == 8000:
            assert not binary, frame


def test_over_tcp_only_questions_are_asked(run: Run) -> None:
    for frame in said(run, "tcp"):
        if METHODS.match(frame.payload) is None:
            continue  # TLS, or the body of a POST
        if frame.payload.startswith("POST"):
            assert POST_PATHS.match(frame.payload), frame


def test_no_frame_holds_a_credential_or_an_order(run: Run) -> None:
    for frame in run.frames:
        found = WORDS.search(frame.payload)
        assert found is None, (found, frame)


def test_hikvision_devices_are_only_asked_who_they_are(run: Run) -> None:
    frames = [frame for frame in said(run, "udp") if frame.port == SADP_PORT]
    assert frames
    for frame in frames:
        assert re.findall(r"<Types>(.*?)</Types>", frame.payload) == ["inquiry"], frame


def test_dahua_devices_are_only_searched_for(run: Run) -> None:
    frames = [frame for frame in said(run, "udp") if frame.port == DHIP_PORT]
    assert frames
    for frame in frames:
        start = frame.payload.index("{")
        assert json.loads(frame.payload[start:])["method"] == "DHDiscover.search", frame


def test_xiongmai_devices_are_never_configured(run: Run) -> None:
    frames = [frame for frame in said(run, "udp") if frame.port == XM_PORT]
    assert frames
    for frame in frames:
        assert frame.payload[14:16].encode("latin-1") == b"\xfa\x05", frame  # 1530: who is there?


def test_the_devices_themselves_saw_nothing_forbidden(run: Run) -> None:
    assert run.report["violations"] == []
    assert run.report["authorization_headers"] == 0


def test_devices_that_must_be_left_alone_are_not_called_cameras(run: Run) -> None:
    for address, name in CANARIES.items():
        kind = run.devices.get(address, {}).get("kind", "unknown")
        assert kind in {"not-video", "unknown"} or name == "zosi_canary"
