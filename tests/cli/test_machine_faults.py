"""What the machine refuses: a full disk, a folder without write permission, a locked census."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from camcensus.lab import private_available
from camcensus.store import Store
from cli.conftest import PORTS, Census
from cli.program import run, surroundings, words

_AVAILABLE, _REASON = private_available()
_SPACE = ("unshare", "--user", "--map-root-user", "--mount")


def in_a_namespace(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a shell script as root of mounts of its own."""
    done = subprocess.run(
        [*_SPACE, "sh", "-c", script, "sh", *map(str, arguments)],
        env=surroundings(),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


# A small disk that is full but for `free` KiB; then the sweep, then room, then the resume.
_FULL = """
    mount -t tmpfs -o size=4m none "$1" || exit 9
    dd if=/dev/zero of="$1/filler" bs=1k count=$((4096 - $2)) 2>/dev/null
    shift 2
    "$@"; echo "first $?"
    rm -f "$CENSUS/filler"
    "$PYTHON" -m camcensus resume -q --db "$CENSUS/census.db"; echo "resume $?"
    "$PYTHON" - "$CENSUS/census.db" <<'CHECK'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
print("integrity", database.execute("PRAGMA integrity_check").fetchone()[0])
print("devices", database.execute("SELECT count(*) FROM device").fetchone()[0])
CHECK
"""


@pytest.mark.netns
@pytest.mark.skipif(not _AVAILABLE, reason=_REASON)
def test_a_full_disk_is_one_sentence_and_resume_makes_it_whole(
    census: Census, tmp_path: Path
) -> None:
    sweep = words("sweep", *census.targets, *PORTS, "--pace", "fast", "-q", "--db")
    script = f'PYTHON="{sys.executable}"; CENSUS="$1"\n{_FULL}'
    done = in_a_namespace(script, tmp_path, "420", *sweep, tmp_path / "census.db")
    assert "first 1" in done.stdout, done
    assert f"the disk that holds {tmp_path}/census.db is full: free space, then" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "resume 0" in done.stdout
    assert "integrity ok" in done.stdout
    assert f"devices {len(census.targets)}" in done.stdout


@pytest.mark.netns
@pytest.mark.skipif(not _AVAILABLE, reason=_REASON)
def test_an_output_file_on_a_full_disk_is_one_sentence(census: Census, tmp_path: Path) -> None:
    script = """
        mount -t tmpfs -o size=64k none "$1" || exit 9
        echo before > "$1/out.csv"
        dd if=/dev/zero of="$1/filler" bs=1k count=64 2>/dev/null
        out="$1"; shift
        "$@" -o "$out/out.csv"; echo "code $?"; cat "$out/out.csv"; ls -A "$out"
    """
    signatures = words("signatures", "--json", "-q")
    done = in_a_namespace(script, tmp_path, *signatures)
    assert done.stdout.split() == ["code", "2", "before", "filler", "out.csv"]
    [line] = done.stderr.splitlines()
    assert line == (
        f"camcensus: cannot write {tmp_path}/out.csv: No space left on device; "
        "choose another file with -o"
    )


@contextmanager
def without_write_permission(folder: Path) -> Iterator[None]:
    folder.chmod(0o555)
    for parent in list(folder.parents)[:3]:
        if parent != Path(parent.anchor):
            parent.chmod(parent.stat().st_mode | 0o055)
    try:
        yield
    finally:
        folder.chmod(0o755)


@pytest.mark.netns
@pytest.mark.skipif(not _AVAILABLE, reason=_REASON)
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("sweep", "127.32.3.1", "--db", "{}/new.db"), 1, "new.db cannot be made: Permission den"),
        (("sweep", "127.32.3.1", "--db", "{}/old.db"), 1, "old.db cannot be "),
        (("plan", "127.32.3.1", "-q", "-o", "{}/x.plan"), 2, "cannot write {}/x.plan: Permission"),
        (("signatures", "-q", "-o", "{}/x"), 2, "cannot write {}/x: Permission denied"),
        (("demo", "-q", "--db", "{}/sub/census.db"), 1, "name another place with --db PATH"),
    ],
)
def test_a_folder_without_write_permission_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    Store.open(folder / "old.db").close()
    (folder / "old.db").chmod(0o444)
    # root of a namespace may write everywhere; another user of it may not
    script = 'exec unshare --user --map-user=1000 "$@"'
    with without_write_permission(folder):
        before = sorted(path.name for path in folder.iterdir())
        done = in_a_namespace(script, *words(*(one.format(folder) for one in arguments)))
        assert sorted(path.name for path in folder.iterdir()) == before
    assert done.returncode == code, done
    [line] = done.stderr.splitlines()
    assert line.startswith("camcensus: ")
    assert said.format(folder) in line


def test_a_census_locked_by_another_program_is_read_and_waited_for(
    census: Census, tmp_path: Path
) -> None:
    db = tmp_path / "census.db"
    with closing(sqlite3.connect(census.db)) as source, closing(sqlite3.connect(db)) as copy:
        source.backup(copy)
    with closing(sqlite3.connect(db)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN IMMEDIATE")
        assert run("devices", "--all", "-q", "--db", db).code == 0  # readers go on
        with subprocess.Popen(
            words("sweep", census.targets[0], *PORTS, "-q", "--pace", "fast", "--db", db),
            stderr=subprocess.PIPE,
            text=True,
            env=surroundings(),
        ) as process:
            with pytest.raises(subprocess.TimeoutExpired):
                process.communicate(timeout=2)
            other.rollback()
            _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")
