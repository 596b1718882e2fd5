"""A sweep that is stopped or killed keeps what it had, and ends as if nothing had happened."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from camcensus.lab import Estate
from cli.conftest import PORTS
from cli.program import Ran, run, surroundings, words

CROWD = 30  # further addresses, which answer nothing but "port unreachable"
Facts = Counter[tuple[str, ...]]


def targets(estate: Estate) -> tuple[str, ...]:
    """The devices of which every run asks the same, and a crowd that has nothing to say.

    The ANNKE camera is certain once SADP, in the first pass, has had its answer. Whether that
    comes before ONVIF's turn in the second is a race that two runs end differently.
    """
    devices = (one for one in estate.devices if one.persona.name != "annke_cam")
    return (*(one.address for one in devices), f"127.32.3.1-{CROWD}")


def sweep_words(estate: Estate, db: Path) -> tuple[str | Path, ...]:
    return ("sweep", *targets(estate), *PORTS, "--db", db, "--pace", "fast", "--json")


def facts(db: Path) -> Facts:
    """Each device of the census, by what a person would look for."""
    ran = run("devices", "--all", "--json", "--db", db)
    assert ran.code == 0
    rows = map(json.loads, ran.out.splitlines())
    return Counter(
        (
            " ".join(span["address"] for span in row["addresses"]),
            *(str(row[key]) for key in ("kind", "maker", "brand", "model", "mac", "serial")),
        )
        for row in rows
    )


def coverage(ran: Ran) -> dict[str, tuple[int, int, int]]:
    """What each prober asked, by the last lines of a sweep."""
    rows = [json.loads(line) for line in ran.out.splitlines()]
    return {
        row["prober"]: (row["asked"], row["answered"], row["silent"])
        for row in rows
        if row["schema"] == "camcensus.coverage/1" and row["asked"]
    }


class Whole:
    """A sweep that nobody interrupted: what it found and what it covered."""

    def __init__(self, estate: Estate, db: Path) -> None:
        ran = run(*sweep_words(estate, db))
        assert ran.code == 0, ran.err
        self.facts, self.coverage = facts(db), coverage(ran)


@pytest.fixture(scope="module")
def whole(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return Whole(estate, tmp_path_factory.mktemp("whole") / "census.db")


def start(estate: Estate, db: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words(*sweep_words(estate, db), *more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
    )


def look(db: Path) -> tuple[str, int, int]:
    """Integrity, observations, and hosts asked everything, as another program reads them."""
    with closing(sqlite3.connect(f"{db.as_uri()}?mode=ro", uri=True)) as database:
        [[integrity]] = database.execute("PRAGMA integrity_check").fetchall()
        [[observations]] = database.execute("SELECT count(*) FROM observation").fetchall()
        [[done]] = database.execute("SELECT count(*) FROM host_done").fetchall()
    return integrity, observations, done


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_keeps_what_was_found_and_resume_makes_it_whole(
    estate: Estate, whole: Whole, tmp_path: Path, number: signal.Signals
) -> None:
    db = tmp_path / "census.db"
    with start(estate, db) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        asked_to_stop = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
        seconds = time.monotonic() - asked_to_stop
    sys.stderr.write(f"{number.name}: stopped after {seconds:.2f} s\n")
    assert seconds < 10
    assert process.returncode == 3, said
    assert "everything so far is kept; go on with: camcensus resume 1" in said
    assert "Traceback" not in said
    kept = facts(db)
    assert first["addresses"][0]["address"] in {row[0] for row in kept}
    assert look(db)[2] < whole.facts.total(), "it was over already: the crowd is too small"

    resumed = run("resume", "--db", db, "--json")
    assert resumed.code == 0, resumed.err
    assert facts(db) == whole.facts
    assert coverage(resumed) == whole.coverage
    assert run("resume", "--db", db).code == 2  # nothing is left to do


def wait_for_answers(process: subprocess.Popen[str], db: Path, count: int) -> None:
    """Return once so many answers are on disk, or the process is over."""
    while process.poll() is None:
        try:
            if look(db)[1] >= count:
                return
        except sqlite3.OperationalError:  # no file yet, or no tables in it
            pass
        time.sleep(0.02)


def test_five_kills_lose_nothing_and_double_nothing(
    estate: Estate, whole: Whole, tmp_path: Path
) -> None:
    db = tmp_path / "census.db"
    kept: Facts = Counter()
    stored = done = kills = 0
    for number in range(5):
        again = ("resume", "--db", db, "--json", "--pace", "fast")
        command = words(*(again if db.exists() else sweep_words(estate, db)))
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=surroundings(),
        ) as process:
            wait_for_answers(process, db, stored + 4 + 3 * number)
            process.kill()
            _, said = process.communicate(timeout=60)
        assert "Traceback" not in said, said
        if process.returncode != -signal.SIGKILL:
            break  # it was over before
        kills += 1
        integrity, stored_now, done_now = look(db)
        assert integrity == "ok"
        assert stored_now >= stored
        assert done_now >= done
        stored, done, before = stored_now, done_now, kept
        kept = facts(db)
        assert not {row[0] for row in before} - {row[0] for row in kept}
    assert kills >= 2
    resumed = run("resume", "--db", db, "--json")
    assert resumed.code in {0, 2}, resumed.err
    assert look(db)[0] == "ok"
    assert facts(db) == whole.facts
    if resumed.code == 0:
        assert coverage(resumed) == whole.coverage


def test_a_second_sweep_on_the_same_census_is_refused_and_the_first_unharmed(
    estate: Estate, tmp_path: Path
) -> None:
    db = tmp_path / "census.db"
    with start(estate, db, "--pace", "gentle", "--max-rate", "20") as process:  # a long one
        assert process.stdout is not None
        process.stdout.readline()
        for verb in (("sweep", "127.32.3.1"), ("resume",)):
            ran = run(*verb, "--db", db, "-q")
            assert ran.code == 1
            assert f"another sweep (process {process.pid}) is writing to {db}" in ran.complaint
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 3
    assert look(db)[0] == "ok"
