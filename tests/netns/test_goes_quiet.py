"""Devices that stop answering in the middle of a sweep: left alone, and told of."""

import shlex
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from netns.laboratory import Frame, Run, estate, marks, sweep

pytestmark = marks

NFT = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin:/bin")
# From so many bytes on, nothing that a device says arrives: it answered, and then it died.
RULES = """
table ip dying {
  chain input {
    type filter hook input priority 0;
    %s
  }
}
"""
WELL = {f"198.18.0.{n}": name for n, name in ((30, "hik_cam"), (31, "axis_cam"), (32, "dahua_cam"))}
ROUTED_WELL = {"198.18.1.30": "sony_cam"}
SICK = {f"198.18.0.{n}": "sony_cam" for n in range(10, 22)}
WORDS = ("198.18.0.0/26", "198.18.1.24/29", "--thorough", "--probers")
PROBERS = "ws-discovery,http,onvif,rtsp"
SCENES = {"one": ["198.18.0.10"], "many": sorted(SICK)}


def dying(addresses: list[str]) -> str:
    rules = "\n".join(f"ip saddr {one} quota over 2000 bytes drop" for one in addresses)
    return f"printf %s {shlex.quote(RULES % rules)} | nft -f - || exit 77"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("quiet")
    if NFT is None:
        pytest.skip("this machine has no nft (Debian package nftables)")

    def act(name: str) -> Run:
        sick = SCENES[name]
        devices = estate(WELL | ROUTED_WELL | dict.fromkeys(sick, "sony_cam"))
        return sweep(folder / name, devices, *WORDS, PROBERS, before=dying(sick))

    with ThreadPoolExecutor(len(SCENES)) as pool:
        found = dict(zip(SCENES, pool.map(act, SCENES), strict=True))
    if any(run.code == 77 for run in found.values()):
        pytest.skip("the kernel refuses nft here")
    return found


def connections(run: Run, address: str) -> list[Frame]:
    return [f for f in run.frames if f.destination == address and f.flags == "S"]


def test_a_device_that_dies_is_told_of_and_the_sweep_is_not_complete(runs: dict[str, Run]) -> None:
    run = runs["one"]

    assert run.code == 3
    assert "198.18.0.10 went quiet after" in run.stderr
    assert "look whether the device still works" in run.stderr
    assert "went quiet" not in run.stderr.replace("198.18.0.10 went quiet", "")


def test_it_gets_less_than_a_device_that_lives(runs: dict[str, Run]) -> None:
    run = runs["one"]
    died, lived = (
        {frame.port for frame in connections(run, one)} for one in ("198.18.0.10", "198.18.1.30")
    )
    assert 80 in died
    assert 554 in lived - died


def test_what_it_had_said_is_kept(runs: dict[str, Run]) -> None:
    assert runs["one"].devices["198.18.0.10"]["maker"] == "Sony"


def test_the_others_are_found(runs: dict[str, Run]) -> None:
    makers = {"198.18.0.30": "Hikvision", "198.18.0.31": "Axis", "198.18.0.32": "Dahua"}
    found = {one: runs["one"].devices.get(one, {}).get("maker") for one in makers}

    assert found == makers


def test_where_several_die_the_rest_of_their_network_is_left_alone(runs: dict[str, Run]) -> None:
    run = runs["many"]

    assert run.code == 3
    assert "198.18.0.0/24: 3 devices or more went quiet" in run.stderr
    asked = [one for one in SICK if connections(run, one)]
    assert len(asked) < len(SICK)
    assert run.devices["198.18.1.30"]["maker"] == "Sony"  # another network
