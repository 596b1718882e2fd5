"""SNMP on the wire: one question to each live host with a community, no frame without one."""

from pathlib import Path

import pytest

from camcensus.lab.snmp_voice import COMMUNITY
from netns.laboratory import Run, estate, marks, sweep

pytestmark = marks

WHERE = {
    "198.18.0.2": "axis_cam",
    "198.18.0.3": "switch",
    "198.18.0.4": "sony_cam",  # has no agent, and its kernel says so
    "198.18.0.5": "windows_pc",  # is silent where it has no port
}
NETWORK = "198.18.0.0/29"


def asked(folder: Path, *words: str, before: str = ":") -> Run:
    done = sweep(
        folder,
        estate(WHERE),
        NETWORK,
        "--exclude",
        "198.18.0.1",
        "--pace",
        "fast",
        "--thorough",
        *words,
        before=before,
    )
    assert done.code == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def informed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """With the community from the environment, and version 1 wanted too."""
    folder = tmp_path_factory.mktemp("informed")
    words = ("--snmp-version", "2c,1", "--probers", "arp,ws-discovery,http,snmp")
    return asked(folder, *words, before=f"export CAMCENSUS_SNMP_COMMUNITY={COMMUNITY}")


def test_a_live_host_gets_one_datagram_and_where_that_is_silent_one_in_version_one(
    informed: Run,
) -> None:
    sent = [frame for frame in informed.frames if frame.port == 161]
    versions = {
        host: [ord(frame.payload[4]) for frame in sent if frame.destination == host]
        for host in WHERE
    }

    # a busy machine may hear one of them too late, and then asks it in version 1 as well
    assert all(asked in ([1], [1, 0]) for asked in versions.values()), versions
    assert versions["198.18.0.5"] == [1, 0]
    assert [1] in versions.values()
    assert {frame.destination for frame in sent} == WHERE.keys()
    assert informed.coverage["", "snmp"]["asked"] == 4
    assert informed.coverage["", "snmp"]["answered"] == 2
    assert informed.report["violations"] == []


def test_what_agents_say_is_used(informed: Run) -> None:
    assert "snmp" in informed.devices["198.18.0.2"]["sources"]
    assert informed.devices["198.18.0.2"]["model"] == "M2036-LE"
    assert informed.devices["198.18.0.3"]["kind"] == "not-video"


def test_the_community_is_on_the_wire_and_nowhere_else(informed: Run) -> None:
    sent = [frame.payload for frame in informed.frames if frame.port == 161]
    stored = b"".join(path.read_bytes() for path in informed.folder.glob("census.db*"))

    assert all(COMMUNITY in payload for payload in sent)
    assert COMMUNITY not in informed.stdout + informed.stderr
    assert COMMUNITY.encode() not in stored


def test_without_a_community_no_frame_goes_to_161(tmp_path: Path) -> None:
    run = asked(tmp_path)

    assert [frame for frame in run.frames if frame.port == 161] == []
    assert run.coverage["", "snmp"]["asked"] == 0
    assert run.coverage["", "snmp"]["not_audible"] == "no community given"
