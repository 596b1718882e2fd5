import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from camcensus.errors import StoreError
from camcensus.store import Store
from camcensus.store.engine import APPLICATION_ID
from store.estate import camera, observation, sweep


@pytest.fixture
def census(tmp_path: Path) -> Path:
    file = tmp_path / "census.db"
    with Store.open(file) as store:
        sweep_id = store.begin_sweep(sweep())
        with store.writer(sweep_id) as writer:
            for host in range(50):
                writer.offer(observation(address=f"198.18.0.{host}", raw=os.urandom(2_000)))
        store.settle(sweep_id, "north", "", "198.18.0.1", camera(), (), sweep().started_at)
    return file


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def read_all(file: Path) -> None:
    with Store.open(file) as store:
        list(store.devices())
        list(store.hosts_of(None))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_files_are_the_owners_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    former = os.umask(umask)
    try:
        with Store.open(tmp_path / "one" / "two" / "census.db") as store:
            store.begin_sweep(sweep())
            folder = tmp_path / "one" / "two"
            assert {mode(file) for file in folder.iterdir()} == {0o600}
            assert {file.name for file in folder.iterdir()} >= {"census.db", "census.db-wal"}
            assert (mode(folder), mode(folder.parent)) == (0o700, 0o700)
    finally:
        os.umask(former)


def test_a_missing_census_is_not_made_for_a_reader(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no census at .* yet: run a sweep"):
        Store.open(tmp_path / "none.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_database_is_refused(census: Path) -> None:
    change(census, "UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(StoreError, match=r"newer camcensus \(schema 0999, this one knows 0003\)"):
        Store.open(census)


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    change(file, "CREATE TABLE sweep (id INTEGER)")
    before = file.read_bytes()
    with pytest.raises(StoreError, match="is not a camcensus database"):
        Store.open(file)
    change(file, "DROP TABLE sweep", "PRAGMA application_id = 7")
    with pytest.raises(StoreError, match="is not a camcensus database"):
        Store.open(file)
    assert len(file.read_bytes()) == len(before)


@pytest.mark.parametrize("content", [b"id,name\n1,x\n" * 200, b"\x00" * 5000, os.urandom(9000)])
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    with pytest.raises(StoreError, match="is not a camcensus database"):
        Store.open(file)
    assert file.read_bytes() == content


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        Store.open(tmp_path)


def test_a_file_in_the_way_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be"):
        Store.open(tmp_path / "file" / "census.db")


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("mysql://host/name", "cannot be used: give a file"),
        ("nothing://host", "cannot be used: give a file"),
        ("://", "cannot be used: give a file"),
    ],
)
def test_a_database_of_another_kind_is_refused(where: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        Store.open(where)


def test_a_url_password_is_not_shown() -> None:
    with pytest.raises(StoreError) as refused:
        Store.open("mysql://someone:hidden@host/name")
    assert "hidden" not in str(refused.value)


def test_a_sqlite_url_is_the_file(tmp_path: Path, census: Path) -> None:
    with Store.open(f"sqlite:///{census}") as store:
        assert store.path == str(census)
        assert len(store.sweeps()) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER extra AFTER INSERT ON sweep BEGIN DELETE FROM device; END",
        "ALTER TABLE device ADD COLUMN extra TEXT AS (upper(site))",
        "DROP VIEW census_v1",
    ],
)
def test_an_altered_schema_is_refused(census: Path, statement: str) -> None:
    change(census, statement)
    with pytest.raises(StoreError, match="has been altered"):
        Store.open(census)


def test_a_table_disguised_as_our_view_is_refused(census: Path) -> None:
    change(census, "DROP VIEW census_v1", "CREATE TABLE census_v1 (id INTEGER)")
    with pytest.raises(StoreError, match="census_v1 is not as camcensus made it"):
        Store.open(census)


def test_a_copy_can_be_read_while_it_is_written(census: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    change(census, f"VACUUM INTO '{copy}'")
    with Store.open(copy, lock_wait_s=0.1) as store:
        assert sum(store.begin_sweep(sweep()) > 0 for _ in store.hosts_of(1)) == 50


def test_views_of_the_owners_own_are_fine(census: Path) -> None:
    change(census, "CREATE VIEW mine AS SELECT maker FROM census_v1")
    with Store.open(census) as store:
        assert len(list(store.devices())) == 1


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_a_damaged_file_is_one_sentence_and_no_traceback(census: Path, cut: float) -> None:
    content = bytearray(census.read_bytes())
    start = int(len(content) * cut) // 4096 * 4096
    content[start:] = os.urandom(len(content) - start)
    census.write_bytes(content)
    with pytest.raises(StoreError) as refused:
        read_all(census)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE observation SET outcome = 'maybe'",
        "UPDATE observation SET seen_at = 'yesterday'",
        "UPDATE observation SET raw = x'00112233'",
        "UPDATE sweep SET argv = '{'",
        "UPDATE sweep SET networks = '[\"nowhere\"]'",
    ],
)
def test_values_no_version_wrote_are_one_sentence(census: Path, statement: str) -> None:
    change(census, statement)
    with pytest.raises(StoreError, match="the database holds"):
        read_all(census)


def test_a_packed_bomb_stays_small(census: Path) -> None:
    import zlib

    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    with closing(sqlite3.connect(census)) as database:
        database.execute("UPDATE observation SET raw = ? WHERE id = 1", (bomb,))
        database.commit()
    with Store.open(census) as store:
        assert max(
            len(item.raw) for host in store.hosts_of(None) for item in host.observations
        ) == (16 << 20)


def test_the_pragmas_that_distrust_the_file_are_on(census: Path) -> None:
    with Store.open(census) as store, store._reading() as connection:

        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

        assert pragma("application_id") == APPLICATION_ID
        assert (pragma("trusted_schema"), pragma("cell_size_check")) == (0, 1)
        assert (pragma("foreign_keys"), pragma("journal_mode")) == (1, "wal")
