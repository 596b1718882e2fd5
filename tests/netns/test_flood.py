"""A hundred thousand cameras that do not exist, and half a million names, beside fifty that do."""

import json
import shlex
import sys
from itertools import cycle, islice
from pathlib import Path

import pytest

from netns.laboratory import PERSONAS, Run, estate, inside, marks

pytestmark = marks

HERE = Path(__file__).parent
CAMERAS = [
    name
    for name, one in sorted(PERSONAS.items())
    if one.truth.is_video
    and one.ws_discovery
    and one.ws_discovery.multicast
    and "brand" in one.truth.stated
    and name not in {"liar", "twin_endpoint", "zosi_canary"}
]
WHERE = {f"198.18.0.{10 + n}": name for n, name in enumerate(islice(cycle(CAMERAS), 50))}
PROBERS = "ws-discovery,mdns,http"  # those that the flood speaks to, and one beside them
SECONDS, MATCHES, RECORDS = 30, 100_000, 500_000


def script(folder: Path, *, flooded: bool) -> str:
    def words(*parts: object) -> str:
        return shlex.join([sys.executable, *map(str, parts)])

    sweep = words(
        HERE / "measured.py", folder / "figures", sys.executable, "-m", "camcensus", "sweep",
        "198.18.0.0/24", "--pace", "fast", "--probers", PROBERS, "--json",
        "--db", folder / "census.db",
    )  # fmt: skip
    flood = words(HERE / "flood.py", SECONDS, MATCHES, RECORDS)
    return f"{flood} >&2 & {sweep}; code=$?; wait; exit $code" if flooded else sweep


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("flood")
    done = inside(folder, estate(WHERE), script(folder, flooded=True))
    assert done.code == 0, done.stderr
    return done


def test_none_of_fifty_cameras_is_lost(flooded: Run) -> None:
    found = {address: flooded.devices.get(address, {}).get("brand") for address in WHERE}

    assert found == {address: PERSONAS[name].truth.brand for address, name in WHERE.items()}


def test_memory_stays_below_two_hundred_megabytes(flooded: Run) -> None:
    figures = json.loads((flooded.folder / "figures").read_text("utf-8"))

    assert figures["peak_mb"] <= 200


def test_the_flood_was_one_and_what_was_left_aside_is_counted(flooded: Run) -> None:
    assert f"{MATCHES} matches" in flooded.stderr
    # a busy kernel may drop what one of the two protocols sent before anybody could count it
    remarks = [str(flooded.coverage["", one]["remarks"]) for one in ("ws-discovery", "mdns")]
    assert any("left aside: more answers" in one for one in remarks), remarks
