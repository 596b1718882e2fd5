"""The private network, asked with raw sockets: it answers as an estate of real devices would."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import load_der_x509_certificate

from camcensus.errors import CamcensusError
from camcensus.lab import (
    Estate,
    PrivateOptions,
    demo_estate,
    load_personas,
    place,
    private_available,
    run_in_private,
)

_AVAILABLE, _REASON = private_available()
pytestmark = [pytest.mark.netns, pytest.mark.skipif(not _AVAILABLE, reason=_REASON)]

ROUTED = {"amcrest_cam", "axis_encoder", "doorbird", "dlink_cam", "mobotix_cam"}
QUESTIONS = Path(__file__).with_name("questions.py")


def one_of_each() -> Estate:
    devices = []
    for number, persona in enumerate(load_personas(), start=10):
        network = 1 if persona.name in ROUTED else 0
        devices.append(place(persona, f"198.18.{network}.{number}"))
    return Estate(tuple(devices))


@dataclass(frozen=True)
class Lab:
    estate: Estate
    answers: dict[str, Any]
    report: dict[str, Any]
    capture: dict[str, Any]

    def address(self, name: str) -> str:
        return next(one.address for one in self.estate.devices if one.persona.name == name)

    def answerers(self, ask: str) -> set[str]:
        heard = {row[0] for row in self.answers[ask]}
        return {one.persona.name for one in self.estate.devices if one.address in heard}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder = tmp_path_factory.mktemp("lab")
    answers, report, capture = (
        folder / f"{name}.json" for name in ("answers", "report", "capture")
    )
    estate = one_of_each()
    where = {one.persona.name: one.address for one in estate.devices}
    argv = [sys.executable, str(QUESTIONS), str(answers), json.dumps(where)]
    options = PrivateOptions(report=report, capture=capture, spare=True)
    assert run_in_private(argv, estate, options) == 0
    return Lab(estate, *(json.loads(one.read_text("utf-8")) for one in (answers, report, capture)))


def test_the_scanner_sees_the_lab_and_no_other_network(lab: Lab) -> None:
    assert set(lab.answers["interfaces"]) == {"lo", "scan0", "spare0"}


def test_a_multicast_probe_is_answered_by_every_camera_on_the_link_and_by_none_behind_the_router(
    lab: Lab,
) -> None:
    expected = {
        one.persona.name
        for one in lab.estate.devices
        if one.persona.ws_discovery and one.address.startswith("198.18.0.") and one.truth.is_video
    }
    assert lab.answerers("multicast-nvt") == expected
    assert len(expected) > 20


def test_a_probe_without_types_reaches_things_that_are_no_cameras_but_not_the_choosy(
    lab: Lab,
) -> None:
    found = lab.answerers("multicast-typeless")
    assert {"windows_pc", "wsd_printer", "hik_cam"} <= found
    assert "tplink_cam" not in found


def test_a_unicast_probe_is_answered_from_the_address_and_port_it_was_sent_to(lab: Lab) -> None:
    for device in lab.estate.devices:
        voice, rows = device.persona.ws_discovery, lab.answers["unicast-nvt"][device.persona.name]
        wanted = voice.copies if voice and device.truth.is_video else 0
        assert [row[:2] for row in rows] == [[device.address, 3702]] * wanted, device.persona.name


def test_answers_carry_the_devices_own_mac_and_the_probes_message_id(lab: Lab) -> None:
    device = next(one for one in lab.estate.devices if one.persona.name == "hik_cam")
    text = lab.answers["unicast-nvt"]["hik_cam"][0][2]
    assert f"11b3-819e-{device.mac.replace(':', '')}<" in text
    assert ">uuid:1</wsadis:RelatesTo>" in text
    assert f"http://{device.address}/onvif/device_service" in text


def test_a_newline_in_the_probe_is_answered_with_a_fault(lab: Lab) -> None:
    assert "the xml format error" in lab.answers["newline"][0][2]


def test_a_probe_naming_two_types_is_ignored_by_the_camera_known_for_it(lab: Lab) -> None:
    assert lab.answers["two-types"] == []


def test_the_liar_names_another_host_and_sends_three_answers(lab: Lab) -> None:
    rows = lab.answers["unicast-nvt"]["liar"]
    assert len(rows) == 3
    assert all("198.18.0.250" in row[2] and "RelatesTo" not in row[2] for row in rows)
    assert "杭州" in rows[0][2].encode("latin-1").decode("gb2312")


def test_addresses_without_a_device_are_silent(lab: Lab) -> None:
    assert lab.answers["silent-on-link"] in {"TimeoutError", "OSError"}
    assert lab.answers["silent-routed"] == "TimeoutError"
    assert lab.answers["silent-routed-udp"] == []


def test_closed_ports_of_a_device_say_so(lab: Lab) -> None:
    assert lab.answers["closed-udp"] == "ConnectionRefusedError"
    assert lab.answers["closed-tcp"] == "ConnectionRefusedError"


def test_closed_ports_behind_a_devices_firewall_are_silent_and_open_ones_are_not(lab: Lab) -> None:
    assert lab.answers["firewalled-tcp"] == "TimeoutError"
    assert lab.answers["firewalled-udp"] == "TimeoutError"
    assert lab.answers["firewalled-open"].startswith("HTTP/1.1 503 ")


def test_web_pages_come_with_the_personas_headers(lab: Lab) -> None:
    assert lab.answers["http"].startswith("HTTP/1.1 200 OK\r\nDate: ")
    assert "\r\nServer: App-webs/\r\n" in lab.answers["http"]
    assert lab.answers["http-missing"].startswith("HTTP/1.1 404 ")


def test_the_certificate_is_the_devices_own(lab: Lab) -> None:
    device = next(one for one in lab.estate.devices if one.persona.name == "axis_cam")
    der, page = lab.answers["https"]
    certificate = load_der_x509_certificate(bytes.fromhex(der))
    subject = certificate.subject.rfc4514_string()
    assert subject == f"O=Axis Communications AB,CN=axis-{device.mac.replace(':', '')}"
    assert "Location: /camera/index.html" in page


def test_rtsp_refuses_with_the_makers_realm(lab: Lab) -> None:
    assert lab.answers["rtsp"].startswith("RTSP/1.0 401 Unauthorized\r\nCSeq: 7\r\n")
    assert 'Digest realm="IP Camera(' in lab.answers["rtsp"]


def test_hostile_devices_send_without_end_or_without_haste(lab: Lab) -> None:
    assert lab.answers["endless"] >= 300_000
    assert lab.answers["drip"] in {"H", "HT"}
    assert lab.answers["mute"] == ""


def test_legacy_mdns_questions_are_answered_by_unicast_with_id_and_question(lab: Lab) -> None:
    device = next(one for one in lab.estate.devices if one.persona.name == "axis_cam")
    (row,) = lab.answers["mdns-legacy"]
    data = row[2].encode("latin-1")
    assert data[:6] == b"\x00\x4d\x84\x00\x00\x01"
    assert f"macaddress={device.mac.replace(':', '').upper()}".encode() in data


def test_mdns_answers_to_the_group_may_come_from_a_link_local_address(lab: Lab) -> None:
    device = next(one for one in lab.estate.devices if one.persona.name == "axis_cam")
    (row,) = lab.answers["mdns-group"]
    assert row[:2] == [device.link_local, 5353]
    assert bytes(map(int, device.address.split("."))).decode("latin-1") in row[2]


def test_mdns_from_another_network_is_ignored_but_by_the_careless(lab: Lab) -> None:
    assert lab.answers["mdns-off-link"]["axis_encoder"] == []
    assert [row[0] for row in lab.answers["mdns-off-link"]["doorbird"]] == [lab.address("doorbird")]


def test_arp_shows_the_mac_of_each_device_on_the_link(lab: Lab) -> None:
    table = {line.split()[0]: line.split()[3] for line in lab.answers["arp"].splitlines()[1:]}
    for device in lab.estate.devices:
        if device.persona.name in {"hik_cam", "axis_cam", "printer"}:
            assert table[device.address] == device.mac


def test_the_report_counts_bytes_on_forbidden_ports(lab: Lab) -> None:
    (violation,) = lab.report["violations"]
    assert (violation["persona"], violation["port"], violation["count"]) == ("printer", 9100, 5)
    assert lab.report["authorization_headers"] == 0


def test_the_report_lists_every_request(lab: Lab) -> None:
    asked = {(one["address"], one["method"], one["path"]) for one in lab.report["requests"]}
    assert (lab.address("hik_cam"), "GET", "/nothing") in asked


def test_the_capture_counts_what_left_and_nothing_left_on_the_spare_interface(lab: Lab) -> None:
    flows = {
        (one["interface"], one["protocol"], one["destination"], one["port"]): one["frames"]
        for one in lab.capture["flows"]
    }
    assert flows["scan0", "udp", "198.18.1.250", 3702] == 1
    assert flows["scan0", "udp", "239.255.255.250", 3702] == 2
    assert flows["scan0", "arp", "198.18.0.250", 0] >= 1
    assert {one for one in flows if one[0] != "scan0"} == set()
    assert 0 < lab.capture["peak_100ms"] <= lab.capture["peak_1s"] <= lab.capture["frames"]


def test_nothing_is_left_running(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = uuid.uuid4().hex
    monkeypatch.setenv("CAMCENSUS_LAB_MARK", mark)
    assert run_in_private(["true"], demo_estate()) == 0
    assert marked(mark) == [os.getpid()] or marked(mark) == []


def test_nothing_is_left_running_when_we_are_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = uuid.uuid4().hex
    monkeypatch.setenv("CAMCENSUS_LAB_MARK", mark)
    words = ["sh", "-c", "echo on; exec sleep 99"]
    code = f"from camcensus.lab import run_in_private; run_in_private({words})"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"on\n"
        assert len(marked(mark)) >= 4
        process.kill()
    for _ in range(100):
        if not marked(mark):
            break
        time.sleep(0.1)
    assert marked(mark) == []


def test_ctrl_c_is_the_scanners_to_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = "trap 'echo stopped; exit 3' INT; echo on; while :; do sleep 0.1; done"
    words = ["sh", "-c", scanner]
    code = f"from camcensus.lab import run_in_private as run; raise SystemExit(run({words}))"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"on\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == b"stopped\n"
        assert process.wait() == 3


def marked(mark: str) -> list[int]:
    """The processes whose environment at start holds the mark."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and mark in (process / "environ").read_text("latin-1"):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def test_the_exit_code_is_the_commands_own() -> None:
    assert run_in_private(["sh", "-c", "exit 7"], Estate(())) == 7
    assert run_in_private(["/no/such/program"], Estate(())) == 127


def test_the_command_inherits_our_output() -> None:
    code = "from camcensus.lab import run_in_private; run_in_private(['echo', 'inside'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "inside\n"


def test_one_device_may_have_two_addresses_and_one_mac() -> None:
    persona = next(one for one in load_personas() if one.name == "mobotix_cam")
    twins = Estate(tuple(place(persona, one) for one in ("198.18.0.9", "198.18.0.8", "198.18.7.7")))
    assert len({one.mac for one in twins.devices}) == 1
    code = (
        "import socket, sys\n"
        "for one in sys.argv[1:]: socket.create_connection((one, 80), timeout=5).close()\n"
        "rows = [line.split() for line in open('/proc/net/arp').readlines()[1:]]\n"
        "macs = {row[3] for row in rows if row[0].startswith('198.18.0.')}\n"
        "sys.exit(len(macs))"
    )
    addresses = [one.address for one in twins.devices]
    assert run_in_private([sys.executable, "-c", code, *addresses], twins) == 1


def test_the_spare_interface_is_there_only_when_wanted(tmp_path: Path) -> None:
    code = "import socket, sys; sys.exit(len(socket.if_nameindex()))"
    assert run_in_private([sys.executable, "-c", code]) == 2
    assert run_in_private([sys.executable, "-c", code], None, PrivateOptions(spare=True)) == 3


def test_an_estate_that_cannot_start_is_one_sentence(tmp_path: Path) -> None:
    twice = place(load_personas()[0], "198.18.0.9")
    assert run_in_private(["true"], Estate((twice, twice))) == 1
    assert issubclass(CamcensusError, Exception)
