import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

import camcensus
from camcensus.errors import StoreError
from camcensus.store import Store
from store.estate import SERVER, at, camera, observation, sweep

TESTS = Path(__file__).parent.parent
PACKAGE = Path(camcensus.__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{PACKAGE}{os.pathsep}{TESTS}"}
SWEEPING = (sys.executable, "-m", "store.sweeping")
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


def in_a_namespace(script: str, *arguments: str) -> list[str]:
    """Runs a shell script as root of its own mounts; the lines it printed."""
    try:
        allowed = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("needs unshare (util-linux)")
    if allowed.returncode:
        pytest.skip(f"needs user namespaces: {allowed.stderr.decode().strip()}")
    done = subprocess.run(
        [*NAMESPACE, "sh", "-ec", script, "sh", *arguments],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.splitlines()


@pytest.mark.netns
def test_a_full_disk_is_one_sentence_and_loses_nothing_acknowledged(tmp_path: Path) -> None:
    script = """
        mount -t tmpfs -o size=2m none "$1"
        "$2" -m store.sweeping "$1/census.db" || true
        "$2" - "$1/census.db" <<'CHECK'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
print("integrity", database.execute("PRAGMA integrity_check").fetchone()[0])
print("stored", database.execute("SELECT count(DISTINCT address) FROM observation").fetchone()[0])
CHECK
    """
    lines = in_a_namespace(script, str(tmp_path), sys.executable)
    acknowledged = max(int(line) for line in lines if line.isdigit())
    [error] = [line for line in lines if line.startswith("error")]
    [stored] = [int(line.split()[1]) for line in lines if line.startswith("stored")]
    assert "is full: free space, then `camcensus resume`" in error
    assert "integrity ok" in lines
    assert stored >= acknowledged > 0


@pytest.mark.netns
def test_a_read_only_disk_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "census.db"
    with Store.open(file):
        pass
    script = """
        mount --bind "$1" "$1"
        mount -o remount,bind,ro "$1"
        "$2" -m store.opening "$1/census.db" "$1/new.db" "$1/sub/new.db"
    """
    lines = in_a_namespace(script, str(tmp_path), sys.executable)
    assert lines == [
        f"error {tmp_path}/census.db cannot be opened: check the permissions of file and folder",
        f"error {tmp_path}/new.db cannot be made: Read-only file system; check --db",
        f"error {tmp_path}/sub/new.db cannot be made: Read-only file system; check --db",
    ]


@pytest.mark.netns
def test_a_folder_without_write_permission_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o500)
    for parent in list(folder.parents)[:3]:
        if parent != Path(parent.anchor):
            parent.chmod(parent.stat().st_mode | 0o055)
    script = 'exec unshare --user --map-user=1000 "$2" -m store.opening "$1/census.db"'
    [line] = in_a_namespace(script, str(folder), sys.executable)
    assert line == f"error {folder}/census.db cannot be made: Permission denied; check --db"


def test_a_database_locked_by_another_program_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "census.db"
    with Store.open(file, lock_wait_s=20) as store, closing(sqlite3.connect(file)) as other:
        sweep_id = store.begin_sweep(sweep())
        writer = store.writer(sweep_id)
        other.execute("BEGIN IMMEDIATE")
        writer.offer(observation())
        time.sleep(0.5)
        assert (writer.committed, writer.error) == (0, None)
        assert store.sweeps()[0].id == sweep_id  # readers go on
        other.rollback()
        writer.flush()
        assert writer.committed == 1
        writer.close()


def test_a_database_locked_for_too_long_is_one_sentence_and_keeps_what_it_had(
    tmp_path: Path,
) -> None:
    file = tmp_path / "census.db"
    with Store.open(file, lock_wait_s=0.2) as store, closing(sqlite3.connect(file)) as other:
        sweep_id = store.begin_sweep(sweep())
        writer = store.writer(sweep_id)
        writer.offer(observation())
        writer.flush()
        other.execute("BEGIN IMMEDIATE")
        writer.offer(observation(address="198.18.0.6"))
        with pytest.raises(StoreError, match="is locked by another program"):
            writer.flush()
        with pytest.raises(StoreError, match="is locked by another program"):
            writer.offer(observation())
        writer.close()  # was told already
        with pytest.raises(StoreError, match="is locked by another program"):
            store.settle(sweep_id, "north", "", "198.18.0.5", camera(), (SERVER,), at(1))
        other.rollback()
        assert [host.address for host in store.hosts_of(sweep_id)] == ["198.18.0.5"]


def test_close_raises_a_failure_that_nobody_heard_of(tmp_path: Path) -> None:
    file = tmp_path / "census.db"
    with Store.open(file, lock_wait_s=0.1) as store, closing(sqlite3.connect(file)) as other:
        writer = store.writer(store.begin_sweep(sweep()))
        other.execute("BEGIN IMMEDIATE")
        writer.offer(observation())
        with pytest.raises(StoreError, match="is locked by another program"):
            writer.close()
        other.rollback()


def test_ten_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "census.db"
    chance = random.Random(20260301)  # noqa: S311 - where to kill, not a secret
    for kill in range(10):
        acknowledged = write_until_killed(file, wait_s=chance.uniform(0.0, 0.15))
        with closing(sqlite3.connect(file)) as database:
            [[integrity]] = database.execute("PRAGMA integrity_check").fetchall()
            stored, twice = database.execute(
                "SELECT count(DISTINCT address), count(*) - count(DISTINCT address)"
                " FROM observation WHERE sweep_id = ?",
                (kill + 1,),
            ).fetchone()
            done, position = database.execute(
                "SELECT (SELECT count(*) FROM host_done WHERE sweep_id = sweep.id), position"
                " FROM sweep WHERE id = ?",
                (kill + 1,),
            ).fetchone()
        assert integrity == "ok"
        assert stored >= acknowledged
        assert twice == 0
        assert stored >= done >= position >= acknowledged


def write_until_killed(file: Path, *, wait_s: float) -> int:
    """The last number the process was told is stored before it was killed."""
    with subprocess.Popen(
        [*SWEEPING, str(file)], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(wait_s)
        process.send_signal(signal.SIGKILL)
        whole = [line for line in process.stdout if line.endswith("\n")]
    return int(whole[-1]) if whole else 0
