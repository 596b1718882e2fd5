import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, create_mock_engine
from sqlalchemy.schema import CreateTable

from camcensus.data import data_folder
from camcensus.store import Store
from camcensus.store.migrate import HEAD, schema_sql
from camcensus.store.models import Base
from store.estate import SERVER, at, camera, sweep

# The public contract: names may be added after these, never changed.
CENSUS_V1 = [
    "device_id",
    "site",
    "zone",
    "address",
    "kind",
    "maker",
    "brand",
    "model",
    "firmware",
    "serial",
    "mac",
    "name",
    "location",
    "endpoint",
    "channels",
    "cpe",
    "confidence",
    "certainty_kind",
    "certainty_maker",
    "certainty_brand",
    "certainty_model",
    "owned_room",
    "owned_owner",
    "owned_tag",
    "owned_note",
    "first_seen",
    "last_seen",
    "last_sweep_id",
    "catalogue",
    "owned_accepted_until",
]


@pytest.fixture
def census(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with Store.open(tmp_path / "census.db") as store:
        sweep_id = store.begin_sweep(sweep())
        store.settle(sweep_id, "north", "ward", "198.18.0.1", camera(), (SERVER,), at(1))
        with closing(sqlite3.connect(tmp_path / "census.db")) as database:
            yield database


def test_schema_sql_is_what_the_migrations_make(tmp_path: Path) -> None:
    written = (data_folder("db") / "schema.sql").read_text(encoding="utf-8")
    assert schema_sql(tmp_path) == written, "run: python -m camcensus.store.schema"


def test_the_models_are_what_the_migrations_make(census: sqlite3.Connection) -> None:
    made = sqlite3.connect(":memory:")
    engine = create_engine("sqlite://", creator=lambda: made)
    Base.metadata.create_all(engine)
    query = "SELECT name, sql FROM sqlite_master WHERE type != 'view' AND name != ?"

    def shape(database: sqlite3.Connection) -> dict[str, str]:
        rows = database.execute(query, ("alembic_version",))
        return {name: " ".join(sql.split()) for name, sql in rows if sql}

    assert shape(census) == shape(made)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()
    made.close()


def test_the_newest_migration_is_the_one_the_code_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(data_folder("db") / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_every_table_of_ours_is_strict(census: sqlite3.Connection) -> None:
    tables = census.execute("PRAGMA table_list").fetchall()
    loose = {name for _, name, kind, _, _, strict in tables if kind == "table" and not strict}
    assert loose - {"sqlite_schema", "sqlite_temp_schema"} == {"alembic_version"}


def test_census_v1_keeps_its_columns(census: sqlite3.Connection) -> None:
    columns = [row[1] for row in census.execute("PRAGMA table_info(census_v1)")]
    assert columns == CENSUS_V1


def test_census_v1_reads_with_plain_sql(census: sqlite3.Connection) -> None:
    found = census.execute(
        "SELECT site, zone, address, kind, maker, confidence, first_seen FROM census_v1"
    ).fetchall()
    assert found == [
        ("north", "ward", "198.18.0.1", "camera", "hikvision", 0.9, "2026-03-01T09:01:00.000000Z")
    ]


def test_every_column_of_the_contract_is_documented() -> None:
    described = (data_folder("db") / "README.md").read_text(encoding="utf-8")
    assert [name for name in CENSUS_V1 if f"| `{name}` |" not in described] == []


def test_every_table_compiles_for_postgresql() -> None:
    dialect = create_mock_engine("postgresql://", lambda *_: None).dialect
    for table in Base.metadata.sorted_tables:
        assert "STRICT" not in str(CreateTable(table).compile(dialect=dialect))


def test_a_device_and_all_that_hangs_on_it_go_together(census: sqlite3.Connection) -> None:
    census.execute("PRAGMA foreign_keys = ON")
    census.execute("DELETE FROM device")
    for table in ("identity", "claim", "address", "identifier"):
        assert census.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 - a fixed list
