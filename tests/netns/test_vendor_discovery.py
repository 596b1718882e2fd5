"""Makers' own discovery alone, on the link and behind a router, frame by frame."""

import sys
from collections import Counter

import pytest

from netns.laboratory import PERSONAS, Run, estate, marks, sweep

pytestmark = marks

# prober: the port that it asks, and the port of ours that it asks from (0: any)
ASKED = {
    "bosch": (1757, 1758),
    "hanwha": (7701, 7711),
    "vivotek": (10000, 0),
    "panasonic": (10670, 10669),
    "sony": (2380, 0),
    "ubiquiti": (10001, 10001),
    "reolink": (2015, 22015),
    "foscam": (10000, 10000),
}
USUAL = 53702  # the documented source port
SPEAKERS = sorted(
    name for name, one in PERSONAS.items() if any(port.protocol in ASKED for port in one.udp)
)
DEVICES = {
    f"198.18.{network}.{10 + place}": name
    for place, name in enumerate([*SPEAKERS, "printer", "windows_pc"])
    for network in (0, 1)
}
HOLDER = (
    f"({sys.executable} -c 'import socket,time; s=socket.socket(type=2); "
    's.bind(("",7711)); time.sleep(60)\' & sleep 1)'
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("makers")
    words = [*DEVICES, "--probers", ",".join(ASKED), "--pace", "fast"]
    done = sweep(folder, estate(DEVICES), *words)
    assert done.code == 0, done.stderr
    return done


def test_every_device_is_named_by_its_makers_discovery_on_the_link_and_behind_a_router(
    run: Run,
) -> None:
    for address, name in DEVICES.items():
        if name not in SPEAKERS:
            continue
        seen, truth = run.devices[address], PERSONAS[name].truth
        assert (seen["kind"], seen["maker"]) == (truth.kind, truth.maker), (address, name)
        assert seen["model"] in {truth.model, None}, (address, name)
        assert seen["mac"] or seen["serial"], (address, name)


def test_nothing_else_is_named(run: Run) -> None:
    for address, name in DEVICES.items():
        if name not in SPEAKERS:
            seen = run.devices.get(address, {"kind": "unknown", "maker": None})
            assert (seen["kind"], seen["maker"]) == ("unknown", None), (address, name)


def test_each_address_hears_each_question_once_from_the_port_that_its_answer_comes_to(
    run: Run,
) -> None:
    heard = Counter(
        (one.destination, one.port, one.source_port) for one in run.frames if one.protocol == "udp"
    )

    assert heard == Counter(
        (address, port, source or USUAL) for address in DEVICES for port, source in ASKED.values()
    )


def test_no_device_hears_a_datagram_that_it_forbids(run: Run) -> None:
    assert run.report["violations"] == []


def test_where_the_reply_port_is_taken_nobody_is_asked_and_the_coverage_says_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    devices = estate({"198.18.0.10": "hanwha_cam"})
    words = ["198.18.0.10", "--probers", "hanwha", "--pace", "fast"]

    done = sweep(tmp_path_factory.mktemp("taken"), devices, *words, before=HOLDER)

    assert not [one for one in done.frames if one.port == ASKED["hanwha"][0]]
    row = done.coverage["", "hanwha"]
    assert row["asked"] == row["answered"] == 0
    assert "7711" in str(row)
