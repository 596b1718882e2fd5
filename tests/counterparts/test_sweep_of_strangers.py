"""camcensus sweeps six daemons of Debian that know nothing of it."""

import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from camcensus.wire import ws_discovery
from camcensus.wire.ssdp import GROUP, build_search, parse_message
from counterparts.office import Office

pytestmark = [pytest.mark.counterpart, pytest.mark.netns, pytest.mark.timeout(300)]

VIDEO = {"camera", "nvr", "dvr", "encoder", "intercom", "other-video"}
AVAHI, WSDD, MINI_HTTPD, LIGHTTPD, NGINX = (f"198.18.7.{last}" for last in range(3, 8))
DLNA = "198.18.7.11"  # as neighbours.sh counts

WATCH = Path(__file__).parents[1] / "netns" / "watch.py"
ASK_WSDD = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
    asker.settimeout(5)
    asker.sendto(sys.stdin.buffer.read(), ("239.255.255.250", 3702))
    sys.stdout.buffer.write(asker.recv(65535))
"""
ASK_SSDP = """
import contextlib, socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
    asker.settimeout(3)
    asker.sendto(sys.stdin.buffer.read(), (sys.argv[1], 1900))
    with contextlib.suppress(TimeoutError):
        sys.stdout.buffer.write(asker.recv(65535))
"""
PROBE_FOR_A_COMPUTER = """<?xml version="1.0" encoding="utf-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof"><e:Header>
<a:MessageID>urn:uuid:5f3c1c62-93a1-4d61-8a2c-000000000001</a:MessageID>
<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>
<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></e:Header>
<e:Body><d:Probe><d:Types>wsdp:Device</d:Types></d:Probe></e:Body></e:Envelope>"""


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep of the office printed and stored."""

    devices: dict[str, dict[str, Any]]  # by address, the last word on each
    last_line: dict[str, Any]
    evidence: set[tuple[str, str, str]]  # address, field, value

    def values(self, address: str, field: str) -> set[str]:
        return {v for a, f, v in self.evidence if (a, f) == (address, field)}


@pytest.fixture(scope="module")
def sweep(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    database = tmp_path_factory.mktemp("census") / "census.db"
    result = office.camcensus(
        *("sweep", "198.18.7.0/28", "--db", str(database), "--json", "-e", "eth0")
    )
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    devices = {
        place["address"]: line
        for line in lines
        if line["schema"] == "camcensus.device/1"
        for place in line["addresses"]
    }
    return Sweep(devices, lines[-1], _evidence(database))


def _evidence(database: Path) -> set[tuple[str, str, str]]:
    query = (
        "SELECT address, field, value FROM evidence"
        " JOIN observation ON observation.id = evidence.observation_id"
    )
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return {(row[0], row[1], row[2]) for row in connection.execute(query)}


def test_only_what_calls_itself_a_camera_is_called_one(sweep: Sweep) -> None:
    called_video = {a for a, device in sweep.devices.items() if device["kind"] in VIDEO}

    assert called_video == {AVAHI}


def test_a_camera_announced_by_avahi_is_named_by_its_own_word(sweep: Sweep) -> None:
    camera = sweep.devices[AVAHI]

    assert str(camera["maker"]).lower() == "axis"
    assert camera["model"] == "M1065-LW"
    assert camera["mac"] == "00:40:8c:12:34:56"
    assert "_axis-video._tcp" in sweep.values(AVAHI, "mdns.service")
    assert "macaddress=00408C123456" in sweep.values(AVAHI, "mdns.txt")


@pytest.mark.parametrize(
    ("address", "server"),
    [(MINI_HTTPD, "mini_httpd/"), (LIGHTTPD, "lighttpd/"), (NGINX, "nginx/")],
)
def test_a_web_server_is_written_down_as_it_names_itself(
    sweep: Sweep, address: str, server: str
) -> None:
    [said] = sweep.values(address, "http.server")

    assert said.startswith(server)
    assert sweep.values(address, "http.title") == {"Staff documents"}
    assert sweep.devices.get(address, {}).get("maker") is None


def test_a_media_server_is_read_by_multicast_and_is_no_camera(sweep: Sweep) -> None:
    [server] = sweep.values(DLNA, "ssdp.server")

    assert "MiniDLNA/" in server
    assert sweep.values(DLNA, "ssdp.location") == {f"http://{DLNA}:8200/rootDesc.xml"}
    assert sweep.devices[DLNA]["kind"] == "not-video"
    assert sweep.devices[DLNA]["maker"] is None


def test_the_description_of_a_media_server_is_fetched_and_read(sweep: Sweep) -> None:
    described = sweep.values(DLNA, "ssdp.description")

    assert "friendlyName=Staff room music" in described
    assert "deviceType=urn:schemas-upnp-org:device:MediaServer:1" in described


def test_a_media_server_hears_questions_to_the_group_and_none_to_itself(office: Office) -> None:
    """So silence by unicast says nothing: it binds the group's address, as UPnP 1.0 allows."""
    said = {
        place: office.run(
            sys.executable, "-c", ASK_SSDP, place, stdin=build_search(place, wait_s=1).decode()
        ).stdout
        for place in (GROUP, DLNA)
    }
    message = parse_message(said[GROUP].encode())

    assert message.speaks_of_itself
    assert "MiniDLNA/" in message.get("server")
    assert message.device
    assert said[DLNA] == ""


def test_the_sweep_ends_with_its_coverage(sweep: Sweep) -> None:
    assert sweep.last_line["schema"].startswith("camcensus.coverage/")


@pytest.fixture(scope="module")
def wsdd_answer(office: Office) -> str:
    answer = office.run(sys.executable, "-c", ASK_WSDD, stdin=PROBE_FOR_A_COMPUTER)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_the_answer_of_wsdd_is_read_as_it_was_meant(wsdd_answer: str) -> None:
    [match] = ws_discovery.parse(wsdd_answer.encode()).matches

    assert "Device" in match.types
    assert "Computer" in match.types


def test_a_computer_that_answers_ws_discovery_is_no_camera(
    office: Office, sweep: Sweep, wsdd_answer: str
) -> None:
    question = {"id": "nas", "protocol": "ws-discovery", "input": {"xml": wsdd_answer}}
    named = json.loads(office.camcensus("identify", "-", stdin=json.dumps(question)).stdout)

    assert named["id"] == "nas"
    assert named["kind"] in {"not-video", "unknown"}
    assert (named["maker"], named["brand"], named["model"]) == (None, None, None)
    assert sweep.devices.get(WSDD, {"kind": "unknown"})["kind"] not in VIDEO


@pytest.fixture(scope="module")
def from_afar(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The coverage of a sweep of avahi alone from another network, and what left, by port."""
    folder = tmp_path_factory.mktemp("afar")
    database, frames = folder / "census.db", folder / "frames"
    where = ("sweep", AVAHI, "--db", database, "--json", "--probers", "ws-discovery,mdns")
    result = replace(office, place="far").watched(WATCH, frames, *where)
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    found = {one["prober"]: one for one in lines if one["schema"] == "camcensus.coverage/1"}
    ports = [row[4] for row in json.loads(frames.read_text("utf-8")) if row[3] == AVAHI]
    return found | {"ports": ports, "answers": _evidence(database)}


def test_avahi_keeps_silent_to_a_question_from_another_network(from_afar: dict[str, Any]) -> None:
    """The question went out, the way there works, and silence is what RFC 6762, 5.5 asks for."""
    assert 5353 in from_afar["ports"]
    assert from_afar["mdns"]["asked"] == 1
    assert from_afar["mdns"]["answered"] == 0
    assert from_afar["answers"] == set()


def test_the_coverage_says_why_avahi_could_not_be_heard(from_afar: dict[str, Any]) -> None:
    assert "behind a router" in from_afar["mdns"]["not_audible"]
    assert "RFC 6762" in from_afar["mdns"]["not_audible"]
