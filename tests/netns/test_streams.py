"""Every streaming device of the lab on true ports: read, named right, and asked as planned."""

import sqlite3
from contextlib import closing

import pytest

from camcensus.probers.rtsp import FURTHER_PORTS, PORT, PROBER
from netns.laboratory import PERSONAS, Frame, Run, estate, marks, sweep

pytestmark = [*marks, pytest.mark.timeout(300)]

NAMES = sorted(
    name
    for name, one in PERSONAS.items()
    if any(port.speaks == "rtsp" and port.port in {PORT, *FURTHER_PORTS} for port in one.tcp)
)
DEVICES = {f"198.18.0.{10 + at}": name for at, name in enumerate(NAMES)}
HOSTILE = {at: name for at, name in DEVICES.items() if name.startswith("hostile")}
LABELS = {
    "hostile_rtsp_endless": "cut at 32768 bytes",
    "hostile_rtsp_length": "bad-content-length",
    "hostile_rtsp_interleaved": "interleaved",
}
DRY = "198.18.0.9"  # a printer: nothing streams there
COST = PROBER.planned[0].cost


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("streams")
    devices = estate({**DEVICES, DRY: "printer"}, ("198.18.0.0/25",))
    # At this pace the whole estate is asked in seconds; what is asked is the same at every pace.
    words = ("198.18.0.0/25", "--probers", "ws-discovery,rtsp", "--pace", "fast", "--thorough")
    done = sweep(folder, devices, *words)
    assert done.code == 0, done.stderr
    return done


def stored(run: Run, what: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(f"file:{run.database}?mode=ro", uri=True)) as connection:
        for address, value in connection.execute(what):
            found.setdefault(address, []).append(value)
    return found


EVIDENCE = (
    "SELECT address, value FROM evidence JOIN observation"
    " ON observation.id = evidence.observation_id WHERE field = 'rtsp.status'"
)
NOTES = "SELECT address, note FROM observation WHERE prober = 'rtsp'"
BYTES = "SELECT address, length(raw) FROM observation WHERE prober = 'rtsp'"


def to_streams(run: Run) -> list[Frame]:
    return [frame for frame in run.frames if frame.port in {PORT, *FURTHER_PORTS}]


def test_every_streaming_device_is_read(run: Run) -> None:
    assert stored(run, EVIDENCE).keys() == DEVICES.keys()


def test_what_is_named_is_named_right(run: Run) -> None:
    for address, name in DEVICES.items():
        truth, said = PERSONAS[name].truth, run.devices.get(address, {})
        assert said.get("maker") in {None, truth.maker}, name
        assert said.get("brand") in {None, truth.brand}, name
        assert said.get("kind") != "not-video", name


@pytest.mark.parametrize(
    "name",
    ["vstarcam_open", "anjvision_open", "uniview_refusing", "unifi_cam", "hostile_rtsp_length",
     "hostile_rtsp_interleaved"],
)  # fmt: skip
def test_a_device_that_only_streams_is_named_by_its_stream(run: Run, name: str) -> None:
    [address] = [at for at, one in DEVICES.items() if one == name]

    assert run.devices[address]["maker"] == PERSONAS[name].truth.maker


def test_a_hostile_device_is_labelled_and_costs_no_more_than_any(run: Run) -> None:
    notes, sizes = stored(run, NOTES), stored(run, BYTES)

    assert set(HOSTILE.values()) == set(LABELS)
    for address, name in HOSTILE.items():
        assert LABELS[name] in "; ".join(notes[address])
        assert sum(map(int, sizes[address])) <= COST.bytes_in
        times = [frame.time for frame in run.frames if frame.destination == address]
        assert times[-1] - times[0] <= 20


def test_nothing_but_the_two_questions_is_said_and_no_credential(run: Run) -> None:
    said = {frame.payload.split(" ")[0] for frame in to_streams(run) if frame.payload}

    assert said == {"OPTIONS", "DESCRIBE"}
    assert run.report["violations"] == []
    assert run.report["authorization_headers"] == 0


def test_no_host_is_sent_more_frames_than_planned(run: Run) -> None:
    frames = to_streams(run)

    for address in {frame.destination for frame in frames}:
        assert sum(frame.destination == address for frame in frames) <= COST.frames


def test_a_live_host_without_streams_costs_one_frame_a_port(run: Run) -> None:
    frames = [frame for frame in to_streams(run) if frame.destination == DRY]

    assert sorted(frame.port for frame in frames) == [PORT, *FURTHER_PORTS]
