"""The demo as a user starts it: the census is the estate's truth, and the machine sent nothing."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from camcensus.census.naming import evidence_again
from camcensus.lab import demo_estate
from camcensus.lab.capture import flow_of
from camcensus.store import Store
from camcensus.types import Outcome
from netns.laboratory import marks

pytestmark = marks

SCHEMA = Path(__file__).resolve().parents[2] / "docs/schema/device-1.schema.json"
NO_CAMERA = {"not-video", "unknown"}
SWEEP_PORTS = {3702, 5353, 53702}
ALL_PROTOCOLS, OUTGOING = 3, 4


@dataclass(frozen=True)
class Demo:
    """What one run of the demo printed, where it left its census, and what left meanwhile."""

    code: int
    stderr: str
    devices: dict[str, dict[str, Any]]
    lines: list[dict[str, Any]]
    database: Path
    strays: list[tuple[str, str, str, int]] | None  # `None` where nobody may look


@contextmanager
def own_interfaces() -> Iterator[list[tuple[str, str, str, int]] | None]:
    """Frames of a sweep that leave by an interface of the machine itself."""
    try:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    except PermissionError:
        yield None
        return
    seen: list[tuple[str, str, str, int]] = []
    stopped = threading.Event()

    def watch() -> None:
        while not stopped.is_set():
            try:
                frame, (interface, _, direction, *_) = sock.recvfrom(256)
            except TimeoutError:
                continue
            flow = flow_of(interface, frame)
            of_ours = flow[2].startswith(("198.18.", "198.19.")) or flow[3] in SWEEP_PORTS
            if direction == OUTGOING and interface != "lo" and of_ours:
                seen.append(flow)

    with closing(sock):
        sock.settimeout(0.2)
        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield seen
        finally:
            stopped.set()
            thread.join()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    database = tmp_path_factory.mktemp("demo") / "census.db"
    command = [sys.executable, "-m", "camcensus", "demo", "--json", "--pace", "fast"]
    with own_interfaces() as strays:
        done = subprocess.run(
            [*command, "--db", str(database)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"COLUMNS": "100"},
        )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    devices = {span["address"]: line for line in lines for span in line["addresses"]}
    return Demo(done.returncode, done.stderr, devices, lines, database, strays)


def test_the_demo_says_itself_that_it_is_right(demo: Demo) -> None:
    assert demo.code == 0, demo.stderr


def test_every_camera_has_its_maker_brand_and_model_where_it_states_one(demo: Demo) -> None:
    cameras = [device for device in demo_estate().devices if device.truth.is_video]
    assert len(cameras) >= 40
    for device in cameras:
        row = demo.devices[device.address]
        assert row["kind"] not in NO_CAMERA, device.persona.name
        stated = {key: row[key] for key in device.stated}
        assert stated == device.stated, device.persona.name


def test_nothing_else_is_called_a_camera(demo: Demo) -> None:
    for device in demo_estate().devices:
        if not device.truth.is_video and device.address in demo.devices:
            assert demo.devices[device.address]["kind"] in NO_CAMERA, device.persona.name


def test_relabels_show_maker_and_brand_apart(demo: Demo) -> None:
    pairs = {
        (row["brand"], row["maker"])
        for row in demo.lines
        if row["brand"] and row["maker"] and row["brand"] != row["maker"]
    }

    assert {("Annke", "Hikvision"), ("Amcrest", "Dahua"), ("VIGI", "TP-Link")} <= pairs
    assert len({row["maker"] for row in demo.lines if row["maker"]}) >= 12


def test_every_line_is_of_the_published_schema(demo: Demo) -> None:
    schema = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))

    assert [error.message for line in demo.lines for error in schema.iter_errors(line)] == []


def test_no_frame_leaves_by_an_interface_of_the_machine(demo: Demo) -> None:
    if demo.strays is None:
        pytest.skip("seeing this machine's frames needs CAP_NET_RAW")
    assert demo.strays == []


def test_every_prober_reads_from_the_stored_bytes_what_it_saw_on_the_wire(demo: Demo) -> None:
    query = (
        "SELECT address, prober, port, message, field, value FROM evidence"
        " JOIN observation ON observation.id = evidence.observation_id"
    )
    with closing(sqlite3.connect(demo.database)) as connection:
        stored = set(connection.execute(query))
    read = set()
    kinds = set()
    with Store.open(str(demo.database), create=False) as store:
        for host in store.hosts_of():
            for seen in host.observations:
                if seen.outcome is Outcome.ANSWERED:
                    kinds.add((seen.prober, seen.message))
                for item in evidence_again(seen):
                    where = (seen.address, seen.prober, seen.port, seen.message)
                    read.add((*where, item.field.value, item.value))

    assert read == stored
    assert len(read) > 1000
    assert {("tls", "certificate"), ("mdns", "query"), ("http", "page")} <= kinds


def test_naming_again_right_after_a_sweep_changes_nothing(demo: Demo) -> None:
    command = [sys.executable, "-m", "camcensus"]
    where = ["--db", str(demo.database), "--json"]

    def census() -> list[dict[str, Any]]:
        done = subprocess.run(
            [*command, "devices", *where], capture_output=True, text=True, check=True
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    before = census()
    subprocess.run([*command, "reidentify", *where], capture_output=True, check=True)

    assert before == census()
    assert len(before) >= 40
