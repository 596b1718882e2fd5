"""A link with UPnP on it: heard by its group, and nobody fetched from whom it would crash."""

import sqlite3
from contextlib import closing

import pytest

from netns.laboratory import Run, estate, marks, sweep

pytestmark = marks

AXIS, LOCKED, DAHUA, RECORDER, TELEVISION, FILES, ROUTER, CONSOLE = (
    f"198.18.0.{last}" for last in range(10, 18)
)
ROUTED_RECORDER = "198.18.1.10"
DEVICES = {
    AXIS: "axis_encoder",
    LOCKED: "axis_locked",
    DAHUA: "dahua_cam",
    RECORDER: "zosi_canary",
    TELEVISION: "smart_tv",
    FILES: "nas",
    ROUTER: "router",
    CONSOLE: "unifi_console",
    ROUTED_RECORDER: "zosi_canary",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("upnp")
    done = sweep(folder, estate(DEVICES), "198.18.0.0/27", "198.18.1.8/29", "--thorough")
    assert done.code == 0, done.stderr
    return done


def values(run: Run, address: str, field: str) -> set[str]:
    query = (
        "SELECT value FROM evidence JOIN observation ON observation.id = evidence.observation_id"
        " WHERE address = ? AND field = ?"
    )
    with closing(sqlite3.connect(run.database)) as connection:
        return {value for (value,) in connection.execute(query, (address, field))}


def requests(run: Run, address: str) -> set[tuple[int, str, str]]:
    return {
        (one["port"], one["method"], one["path"])
        for one in run.report["requests"]
        if one["address"] == address
    }


def test_a_recorder_that_crashes_is_heard_and_never_touched(run: Run) -> None:
    for address in (RECORDER, ROUTED_RECORDER):
        assert values(run, address, "ssdp.location") == {f"http://{address}:49152/upnp_eth0.xml"}
        assert not [one for one in run.frames if one.destination == address and one.port == 5000]
    assert not [one for one in run.frames if one.port in {49152, 49153}]
    assert run.report["violations"] == []


@pytest.mark.parametrize(
    ("address", "place"),
    [(AXIS, (45895, "GET", "/rootdesc1.xml")), (FILES, (5000, "GET", "/ssdp/desc-DSM-eth0.xml"))],
)
def test_a_safe_description_is_fetched_once(
    run: Run, address: str, place: tuple[int, str, str]
) -> None:
    described = {one for one in requests(run, address) if one[2].endswith(".xml")}

    assert described == {place}
    assert any(said.startswith("modelName=") for said in values(run, address, "ssdp.description"))


@pytest.mark.parametrize("address", [TELEVISION, ROUTER, DAHUA])
def test_no_other_description_is_fetched(run: Run, address: str) -> None:
    assert values(run, address, "ssdp.server")
    assert values(run, address, "ssdp.description") == set()


@pytest.mark.parametrize("address", [TELEVISION, ROUTER, FILES])
def test_what_plays_stores_or_routes_is_no_camera(run: Run, address: str) -> None:
    assert run.devices[address]["kind"] == "not-video"


def test_what_announces_itself_is_heard_although_it_ignores_the_question(run: Run) -> None:
    assert "NTS: ssdp:alive" in values(run, DAHUA, "ssdp.header")


def test_the_serial_number_in_a_usn_is_read(run: Run) -> None:
    assert run.devices[DAHUA]["serial"].startswith("4K01FD2PAJ")


def test_an_axis_device_that_refuses_gives_its_mac_and_one_that_answers_its_firmware(
    run: Run,
) -> None:
    assert (80, "POST", "/axis-cgi/basicdeviceinfo.cgi") in requests(run, LOCKED)
    assert run.devices[LOCKED]["mac"].startswith("b8:a4:4f")
    assert run.devices[AXIS]["firmware"] == "9.80.3.2"
    assert run.devices[AXIS]["kind"] == "encoder"


def test_a_console_tells_what_it_is_over_tls_only(run: Run) -> None:
    asked = {one for one in requests(run, CONSOLE) if one[2] == "/api/system"}

    assert asked == {(443, "GET", "/api/system")}
    assert run.devices[CONSOLE]["model"] == "UNVR"


def test_nobody_but_the_makers_own_is_asked_a_makers_question(run: Run) -> None:
    asked = {one["address"] for one in run.report["requests"] if "axis-cgi" in one["path"]}

    assert asked == {AXIS, LOCKED}
    assert run.report["authorization_headers"] == 0


def test_coverage_says_why_upnp_behind_a_router_is_not_all_heard(run: Run) -> None:
    row = run.coverage["", "ssdp"]

    assert row["answered"] >= 6
    assert "hear only questions to their group" in str(row)
