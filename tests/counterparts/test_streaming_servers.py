"""camcensus and streaming servers nobody here wrote: GStreamer's, open and guarded, and Perl's."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from counterparts.office import Office

pytestmark = [pytest.mark.counterpart, pytest.mark.netns, pytest.mark.timeout(300)]

SERVERS = ("gst", "guarded", "perl")


@dataclass(frozen=True, slots=True)
class Census:
    """What a sweep of the streaming servers stored, and what it called them."""

    office: Office
    evidence: set[tuple[str, str, str]]
    asked: dict[tuple[str, str, str], str]  # address, message, outcome, and its note
    devices: dict[str, dict[str, Any]]

    def values(self, host: str, field: str) -> set[str]:
        address = self.office.address(host)
        return {v for a, f, v in self.evidence if (a, f) == (address, field)}


@pytest.fixture(scope="module")
def census(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Census:
    database = tmp_path_factory.mktemp("streams") / "census.db"
    targets = [office.address(host) for host in SERVERS]
    result = office.camcensus("sweep", *targets, "--db", str(database), "--json", "-e", "eth0")
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    devices = {
        place["address"]: line
        for line in lines
        if line["schema"] == "camcensus.device/1"
        for place in line["addresses"]
    }
    return Census(office, *_stored(database), devices)


def _stored(
    database: Path,
) -> tuple[set[tuple[str, str, str]], dict[tuple[str, str, str], str]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        evidence = connection.execute(
            "SELECT address, field, value FROM evidence"
            " JOIN observation ON observation.id = evidence.observation_id"
        ).fetchall()
        asked = connection.execute(
            "SELECT address, message, outcome, note FROM observation WHERE prober = 'rtsp'"
        ).fetchall()
    return {(a, f, v) for a, f, v in evidence}, {(a, m, o): note for a, m, o, note in asked}


@pytest.mark.parametrize("host", SERVERS)
def test_both_answers_of_each_server_are_read_without_a_fault(census: Census, host: str) -> None:
    address = census.office.address(host)
    answered = {m for a, m, o in census.asked if (a, o) == (address, "answered")}

    assert answered == {"options", "describe"}
    assert {
        note for (a, _, o), note in census.asked.items() if (a, o) == (address, "answered")
    } == {""}


def test_an_open_server_of_gstreamer_describes_its_root(census: Census) -> None:
    assert census.values("gst", "rtsp.server") == {"GStreamer RTSP server"}
    assert census.values("gst", "rtsp.status") == {"RTSP/1.0 200 OK"}
    assert census.values("gst", "rtsp.sdp") == {
        "s=Session streamed with GStreamer", "i=rtsp-server", "a=tool:GStreamer",
    }  # fmt: skip


def test_a_guarded_server_of_gstreamer_is_read_on_8554_and_no_password_is_tried(
    census: Census,
) -> None:
    assert census.values("guarded", "rtsp.realm") == {"Ward 7"}
    assert "RTSP/1.0 401 Unauthorized" in census.values("guarded", "rtsp.status")
    assert len([m for a, m, _ in census.asked if a == census.office.address("guarded")]) == 3


def test_a_server_in_perl_is_read_although_it_has_nothing_to_show(census: Census) -> None:
    assert census.values("perl", "rtsp.status") == {"RTSP/1.0 200 OK", "RTSP/1.0 404 Not Found"}


def test_none_of_them_is_called_a_cameras_or_a_makers(census: Census) -> None:
    for host in SERVERS:
        device = census.devices.get(census.office.address(host), {})
        assert device.get("kind", "unknown") in {"unknown", "not-video"}
        assert (device.get("maker"), device.get("brand")) == (None, None)
