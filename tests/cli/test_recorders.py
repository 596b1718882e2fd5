"""Recorders hide cameras: the number of their channels, as people and programs are told."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from camcensus.identify import load_catalogue
from camcensus.store import Store
from camcensus.types import Evidence, Field, Observation, Outcome, Transport
from cli.program import Ask, run
from store.estate import at, sweep

RECORDER = ("DeviceClass=NVR", "DeviceType=NVR4216-4KS2", "VideoInputChannels=0")
NVR, ONE_CHANNEL, CAMERA, SHY = (f"198.18.0.{last}" for last in range(1, 5))
SAID = {
    NVR: (*RECORDER, "RemoteVideoInputChannels=16"),
    ONE_CHANNEL: (*RECORDER, "RemoteVideoInputChannels=1"),
    CAMERA: ("DeviceClass=IPC", "DeviceType=IPC-HFW2431T-AS-S2", "VideoInputChannels=1"),
    SHY: ("DeviceClass=NVR", "DeviceType=NVR4216-4KS2"),
}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A census of one sweep."""
    catalogue = load_catalogue()
    with Store.open(tmp_path / "census.db") as store:
        number = store.begin_sweep(sweep("north", ("198.18.0.0/24",)))
        for address, lines in SAID.items():
            said = tuple(Evidence(Field.DHIP_FIELD, line) for line in lines)
            identity = catalogue.identify(said)
            store.settle(number, "north", "", address, identity, said, at(1), None)
    return tmp_path / "census.db"


def test_show_says_what_may_stand_behind_a_recorder(ask: Ask, db: Path) -> None:
    told = {address: ask("show", address, "--db", db).out for address in SAID}

    hidden = "cameras behind it that may not be on this network"
    assert f"hides: up to 16 channels: {hidden}" in told[NVR]
    assert f"hides: 1 channel: {hidden}" in told[ONE_CHANNEL]
    assert "hides" not in told[CAMERA] + told[SHY]


def test_devices_gives_programs_the_number(ask: Ask, db: Path) -> None:
    rows = [json.loads(line) for line in ask("devices", "--json", "--db", db).out.splitlines()]
    channels = {row["addresses"][0]["address"]: row["channels"] for row in rows}

    assert channels == {NVR: 16, ONE_CHANNEL: 1, CAMERA: 1, SHY: None}


def test_identify_gives_the_number_and_why() -> None:
    fields = {"RemoteVideoInputChannels": 16, "VideoInputChannels": 4}
    line = json.dumps({"id": "x", "protocol": "dhip", "input": {"fields": fields}})
    [row] = [json.loads(one) for one in run("identify", "-", feed=line).out.splitlines()]

    assert row["channels"] == 20
    assert [one["value"] for one in row["claims"] if one["field"] == "channels"] == ["16", "4"]


def test_show_tells_the_state_of_a_device_as_plain_facts(ask: Ask, tmp_path: Path) -> None:
    said = b"<ProbeMatch><Types>inquiry</Types><Activated>false</Activated></ProbeMatch>"
    evidence = (Evidence(Field.SADP_FIELD, "Activated=false"), Evidence(Field.ONVIF_CLOCK, "-7300"))
    seen = Observation(
        *("north", "", CAMERA, 37020, Transport.UDP, "sadp", "inquiry", at(1), Outcome.ANSWERED),
        raw=said,
        evidence=evidence,
    )
    with Store.open(tmp_path / "census.db") as store:
        number = store.begin_sweep(sweep("north", ("198.18.0.0/24",)))
        with closing(store.writer(number)) as writer:
            assert writer.offer(seen)
            writer.flush()
        identity = load_catalogue().identify(evidence)
        store.settle(number, "north", "", CAMERA, identity, evidence, at(1), None)

    told = ask("show", CAMERA, "--db", tmp_path / "census.db").out
    assert "state:\n  activated: no: " in told
    assert "  clock: 2 hours behind this machine's [onvif.clock]" in told
    row = json.loads(ask("show", "1", "--json", "--db", tmp_path / "census.db").out)
    assert [one["about"] for one in row["states"]] == ["activated", "clock"]
