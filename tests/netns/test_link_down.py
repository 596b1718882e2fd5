"""Our own link goes down in the middle of a sweep: it waits, and nobody is lost for it."""

import shlex

import pytest

from netns.laboratory import Run, estate, marks, sweep

pytestmark = marks

DEVICES = {"198.18.0.10": "hik_cam", "198.18.0.11": "axis_cam", "198.18.0.12": "sony_cam"}
# The link goes down once ten frames of the sweep have left, however long its start takes.
DOWN = """{
  sent() { awk '/scan0:/ { print $11 }' /proc/net/dev; }
  for i in $(seq 600); do [ -e census.db ] && break; sleep 0.1; done
  goal=$(($(sent) + 10))
  for i in $(seq 600); do [ $(sent) -ge $goal ] && break; sleep 0.1; done
  ip link set scan0 down; sleep 6; ip link set scan0 up
} &"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("down")
    before = f"cd {shlex.quote(str(folder))}; {DOWN} true"
    return sweep(folder, estate(DEVICES), "198.18.0.0/27", "--thorough", before=before)


def test_the_sweep_waits_and_is_complete(run: Run) -> None:
    assert run.code == 0, run.stderr
    assert "scan0 went down during the sweep, which waited" in run.stderr


def test_every_device_is_found_and_none_called_quiet(run: Run) -> None:
    assert DEVICES.keys() <= run.devices.keys()
    assert [run.devices[one]["maker"] for one in DEVICES] == ["Hikvision", "Axis", "Sony"]
    assert "went quiet" not in run.stderr


def test_what_could_not_leave_was_asked_again(run: Run) -> None:
    assert run.coverage["", "arp"]["asked"] == 30
    assert "ran short" not in str(run.coverage)
