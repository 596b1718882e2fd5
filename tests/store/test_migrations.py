"""A census that an older version wrote comes forward whole, from every schema that there was."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from camcensus.data import data_folder
from camcensus.store import OwnedField, Signed, Store
from camcensus.store.engine import APPLICATION_ID, WRITES, connect, location, make_file
from camcensus.store.migrate import HEAD, expected_schema
from store.estate import at, sweep

OLD = ("0001", "0002")  # every schema but today's
OURS = "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL"
# What each of them can hold: a sweep, an answer, and a device with everything that hangs on it.
ROWS = """
INSERT INTO sweep VALUES (1, 'north', '["camcensus"]', 'plan', 'hash', 'key', '["198.18.0.0/24"]',
  'then', '0.1', 'operator', '', 'done', 0, '2026-03-01T09:00:00.000000Z', NULL);
INSERT INTO observation VALUES (1, 1, 'north', 'ward', '198.18.0.5', 80, 'tcp', 'http', 'GET /', '',
  '2026-03-01T09:01:00.000000Z', 'answered', '', x'');
INSERT INTO evidence VALUES (1, 0, 'http.server', 'App-webs/');
INSERT INTO device VALUES (7, 'north', '2026-03-01T09:01:00.000000Z',
  '2026-03-01T09:01:00.000000Z', 'B 12', NULL, NULL, 'above the door');
INSERT INTO identifier VALUES (7, 'mac', '44:19:b6:00:00:01', '', '2026-03-01T09:01:00.000000Z',
  '2026-03-01T09:01:00.000000Z');
INSERT INTO address VALUES (7, '198.18.0.5', '2026-03-01T09:01:00.000000Z',
  '2026-03-01T09:01:00.000000Z');
INSERT INTO identity VALUES (1, 1, 7, 'ward', '198.18.0.5', '04c6120005', 'new', 1,
  '2026-03-01T09:01:00.000000Z', 'camera', 'hikvision', 'hikvision', 'DS-1', NULL, NULL,
  '44:19:b6:00:00:01', NULL, NULL, '[]', NULL, NULL, NULL, 0.9, 0.9, 0.9, 0.8, '[]', '["http"]');
INSERT INTO claim VALUES (1, 0, 'hikvision.http.server', 'maker', 'hikvision', 0.9, 'http.server',
  'App-webs/', 'why');
"""


def make_old(file: Path, revision: str) -> None:
    """A census as the version with this schema left it."""
    make_file(file)
    engine = connect(location(file)[0], lock_wait_s=1)
    config = Config()
    config.set_main_option("script_location", str(data_folder("db") / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(file)) as database:
        database.executescript(ROWS)


@pytest.mark.parametrize("revision", OLD)
def test_a_census_of_an_older_schema_comes_forward_with_all_its_rows(
    tmp_path: Path, revision: str
) -> None:
    make_old(tmp_path / "census.db", revision)
    with Store.open(tmp_path / "census.db") as store:
        [device] = store.devices()
        detail = store.device(7)
        assert detail is not None
        assert (len(detail.claims), len(detail.observations), detail.history) == (1, 1, ())
    assert (device.id, device.model, device.address) == (7, "DS-1", "198.18.0.5")
    assert (device.owned.room, device.owned.note) == ("B 12", "above the door")
    assert device.owned.accepted_until is None


@pytest.mark.parametrize("revision", OLD)
def test_an_older_schema_becomes_the_one_of_a_new_file(tmp_path: Path, revision: str) -> None:
    make_old(tmp_path / "census.db", revision)
    Store.open(tmp_path / "census.db").close()
    with closing(sqlite3.connect(tmp_path / "census.db")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        found = {name: (kind, " ".join(sql.split())) for name, kind, sql in database.execute(OURS)}
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert found == expected_schema()


@pytest.mark.parametrize("revision", OLD)
def test_a_census_that_came_forward_can_be_written_and_swept(tmp_path: Path, revision: str) -> None:
    make_old(tmp_path / "census.db", revision)
    day = date(2027, 7, 31)
    with Store.open(tmp_path / "census.db") as store:
        made = store.write_owned(
            {7: {OwnedField.ROOM: "Gym", OwnedField.ACCEPTED_UNTIL: day}},
            Signed("anna", at(0), "device set"),
        )
        assert [(one.field, one.old, one.new) for one in made] == [
            (OwnedField.ROOM, "B 12", "Gym"),
            (OwnedField.ACCEPTED_UNTIL, None, "2027-07-31"),
        ]
        assert store.begin_sweep(sweep()) == 2
    with closing(sqlite3.connect(tmp_path / "census.db")) as database:
        row = database.execute("SELECT owned_room, owned_accepted_until FROM census_v1").fetchone()
    assert row == ("Gym", "2027-07-31")


def test_every_older_schema_is_tested() -> None:
    versions = data_folder("db") / "migrations" / "versions"
    assert tuple(sorted(path.name[:4] for path in versions.glob("*.py"))) == (*OLD, HEAD)
