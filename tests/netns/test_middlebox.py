"""A firewall that accepts for a whole network: one sentence, no cameras, and few questions."""

import pytest

from camcensus.probers.canary import PORT
from netns.laboratory import Run, estate, marks, sweep

pytestmark = marks

# Three first questions, as in every sweep: one alone may be lost on a busy machine.
PROBERS = "ws-discovery,sadp,dhip,http,canary"
BEHIND = [f"198.18.1.{last}" for last in range(10, 34)]
CAMERAS = {"198.18.0.10": "hik_cam", "198.18.1.200": "axis_cam", "198.18.1.201": "dahua_cam"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    devices = estate(CAMERAS | dict.fromkeys(BEHIND, "hostile_accepts_all"))
    folder = tmp_path_factory.mktemp("middlebox")
    done = sweep(folder, devices, *CAMERAS, f"{BEHIND[0]}-33", "--probers", PROBERS)
    assert done.code == 0, done.stderr
    return done


def test_a_network_that_accepts_everything_is_one_sentence_and_no_device(run: Run) -> None:
    assert f"{len(BEHIND)} addresses of 198.18.1.0/24 accept connections" in run.stderr
    assert not set(run.devices) & set(BEHIND)


def test_the_cameras_in_it_are_found(run: Run) -> None:
    assert {run.devices[one]["brand"] for one in CAMERAS} == {"Hikvision", "Axis", "Dahua"}


def test_once_it_is_known_for_what_it_is_each_address_is_asked_once(run: Run) -> None:
    connections = {
        address: sum(row["connections"] for row in run.report["tcp"] if row["address"] == address)
        for address in BEHIND
    }
    asked_once = [address for address, count in connections.items() if count == 1]

    assert len(asked_once) >= len(BEHIND) - 16  # eight at a time, until eight are suspects
    for row in run.report["tcp"]:
        assert row["port"] != PORT or row["address"] in BEHIND
