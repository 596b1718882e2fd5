"""camcensus and Debian's snmpd: asked with the community of this run, left alone without it."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from counterparts.office import Office

pytestmark = [pytest.mark.counterpart, pytest.mark.netns, pytest.mark.timeout(300)]

SNMPD, NETWORK = "198.18.7.12", "198.18.7.0/28"
NET_SNMP = "1.3.6.1.4.1.8072."
WATCH = Path(__file__).parents[1] / "netns" / "watch.py"


@dataclass(frozen=True, slots=True)
class Asked:
    """One sweep: what it printed, what left on port 161, and what is on the disk."""

    lines: list[dict[str, Any]]
    said: str
    to_161: list[list[Any]]
    database: Path

    @property
    def coverage(self) -> dict[str, dict[str, Any]]:
        return {row["prober"]: row for row in self.lines if row["schema"] == "camcensus.coverage/1"}

    @property
    def values(self) -> dict[str, str]:
        query = (
            "SELECT field, value FROM evidence JOIN observation"
            " ON observation.id = evidence.observation_id WHERE address = ? AND field LIKE 'snmp%'"
        )
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return {row[0]: row[1] for row in connection.execute(query, (SNMPD,))}

    @property
    def on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.database.parent.iterdir())


def ask(office: Office, folder: Path, *words: str) -> Asked:
    database, frames = folder / "census" / "census.db", folder / "frames"
    database.parent.mkdir()
    where = ("sweep", NETWORK, "--db", database, "--json", "-e", "eth0")
    done = office.watched(WATCH, frames, *where, *words)
    assert done.returncode == 0, done.stderr
    left = [row for row in json.loads(frames.read_text("utf-8")) if row[4] == 161]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return Asked(lines, done.stdout + done.stderr, left, database)


@pytest.fixture(scope="module")
def informed(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    words = ("--snmp-community-file", str(office.home / "community"))
    return ask(office, tmp_path_factory.mktemp("informed"), *words)


@pytest.fixture(scope="module")
def uninformed(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return ask(office, tmp_path_factory.mktemp("uninformed"))


def test_what_the_agent_says_is_read_and_proves_nothing(informed: Asked) -> None:
    assert informed.values["snmp.sys-descr"].startswith("Linux ")
    assert informed.values["snmp.sys-object-id"].startswith(NET_SNMP)
    assert informed.coverage["snmp"]["answered"] == 1
    named = [line for line in informed.lines if SNMPD in json.dumps(line.get("addresses", ""))]
    assert {line["maker"] for line in named} <= {None}


def test_each_live_host_gets_one_datagram(informed: Asked) -> None:
    destinations = [row[3] for row in informed.to_161]

    assert SNMPD in destinations
    assert len(destinations) == len(set(destinations))
    # One of the living is the scanner itself, whom no frame on the wire reaches.
    assert len(destinations) == informed.coverage["snmp"]["asked"] - 1


def test_the_community_is_on_the_wire_and_nowhere_else(office: Office, informed: Asked) -> None:
    secret = (office.home / "community").read_text("ascii")

    assert all(secret in row[7] for row in informed.to_161)
    assert secret not in informed.said
    assert secret.encode() not in informed.on_disk


def test_without_a_community_nothing_is_sent_and_the_coverage_says_so(uninformed: Asked) -> None:
    assert uninformed.to_161 == []
    assert uninformed.values == {}
    assert uninformed.coverage["snmp"]["asked"] == 0
    assert uninformed.coverage["snmp"]["not_audible"] == "no community given"
