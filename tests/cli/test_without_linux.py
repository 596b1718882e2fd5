"""camcensus starts, plans, names and lists without anything that only Linux or POSIX has.

This is Linux with the rest hidden: it shows that nothing Linux-only is needed, not that a real
Windows or macOS works (docs/install.md says so).
"""

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli.conftest import PORTS, Census
from cli.program import Ran, surroundings

HERE = Path(__file__).parent
EVIDENCE = '{"id": 1, "protocol": "http", "input": {"headers": {"Server": "App-webs/"}}}\n'
SYSTEMS = pytest.mark.parametrize("system", ["windows", "unix"])


def elsewhere(system: str, *arguments: str | Path, feed: str = "", **more: str) -> Ran:
    done = subprocess.run(
        [sys.executable, HERE / "without_linux.py", system, *map(str, arguments)],
        input=feed,
        capture_output=True,
        text=True,
        env=surroundings(**more),
        timeout=100,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def devices(system: str, db: Path, *more: str) -> dict[str, tuple[str, str]]:
    """Address, maker and model of the cameras of a census, as read there."""
    ran = elsewhere(system, "devices", *more, "--json", "--db", db)
    assert ran.code == 0
    rows = map(json.loads, ran.out.splitlines())
    return {row["addresses"][0]["address"]: (row["maker"], row["model"]) for row in rows}


@SYSTEMS
def test_help_names_every_verb(system: str) -> None:
    ran = elsewhere(system, "--help")
    assert ran.code == 0
    assert {"sweep", "plan", "doctor", "export"} <= set(ran.out.split())


@SYSTEMS
def test_plan_counts_what_would_be_sent(system: str, tmp_path: Path) -> None:
    ran = elsewhere(system, "plan", "198.18.0.0/24", "--json", HOME=str(tmp_path))
    assert (ran.code, json.loads(ran.out)["hosts"]) == (0, 256)


@SYSTEMS
def test_the_census_is_listed_and_exported(system: str, census: Census) -> None:
    assert set(devices(system, census.db, "--all")) == set(census.targets)
    exported = elsewhere(system, "export", "csv", "--db", census.db)
    assert exported.code == 0
    assert "Axis" in exported.out


@SYSTEMS
def test_evidence_is_named(system: str) -> None:
    ran = elsewhere(system, "identify", "-", feed=EVIDENCE)
    assert (ran.code, json.loads(ran.out)["maker"]) == (0, "Hikvision")


def test_what_an_old_encoding_lacks_is_printed_as_an_escape() -> None:
    site = "\u6d77"
    ran = elsewhere(
        "windows", "config", "show", PYTHONIOENCODING="cp1252:strict", CAMCENSUS_SITE=site
    )
    assert ran.code == 0
    assert "\\u6d77" in ran.out


@SYSTEMS
def test_doctor_says_that_nobody_tested_it_there(system: str, tmp_path: Path) -> None:
    ran = elsewhere(system, "doctor", "--json", "--db", tmp_path / "census.db")
    checks = {row["subject"]: row for row in map(json.loads, ran.out.splitlines())}
    assert "nobody has tested" in checks["system"]["text"]
    assert "not looked at" in checks["firewall"]["text"]
    assert "ordinary" not in checks["privilege"]["text"] or system == "unix"


@SYSTEMS
def test_the_lab_says_what_works_instead(system: str) -> None:
    ran = elsewhere(system, "lab", "--", "true")
    assert ran.code == 1
    assert "made of Linux namespaces" in ran.err
    assert "camcensus demo needs none" in ran.err


def test_a_sweep_finds_the_same_cameras(census: Census, tmp_path: Path) -> None:
    def swept(system: str) -> Ran:
        db = tmp_path / f"{system}.db"
        return elsewhere(system, "sweep", *census.targets, *PORTS, "--db", db, "--pace", "fast")

    systems = ("unix", "windows-with-flock", "fips")
    with ThreadPoolExecutor(len(systems)) as pool:  # they wait more than they work
        ran = dict(zip(systems, pool.map(swept, systems), strict=True))
    cameras = devices("unix", census.db)
    assert len(cameras) == 5
    for system, sweep in ran.items():
        assert sweep.code == 0, sweep.err
        assert ("heard on Linux only" in sweep.err) == (system != "fips")
        assert devices("unix", tmp_path / f"{system}.db") == cameras


def test_a_stop_is_heard_where_the_loop_takes_no_signals(census: Census, tmp_path: Path) -> None:
    words: list[str | Path] = [
        *(sys.executable, HERE / "without_linux.py", "windows-with-flock", "sweep"),
        *(
            census.targets[0],
            "--max-rate",
            "1",
            "--db",
            tmp_path / "census.db",
            "--stats-every",
            "100ms",
        ),
    ]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=surroundings()) as process:
        assert process.stderr
        while "frames/s" not in process.stderr.readline():  # the first word on progress
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(60) == 3, said
    assert "Traceback" not in said


def test_what_is_hidden_is_really_gone(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import runpy, sys\n"
        f"namespace = runpy.run_path({str(HERE / 'without_linux.py')!r})\n"
        "namespace['become'](sys.argv[1])\n"
        "import os, socket\n"
        "print(hasattr(os, 'geteuid'), hasattr(socket, 'AF_PACKET'), sys.platform)\n"
        "import fcntl\n"
    )
    done = subprocess.run(
        [sys.executable, script, "windows"], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["False", "False", "elsewhere"]
    assert "ModuleNotFoundError: import of fcntl halted" in done.stderr
