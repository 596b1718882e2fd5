"""Bringing a database to today's tables, and refusing one that is not ours."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from camcensus.data import data_folder
from camcensus.errors import StoreError
from camcensus.store.engine import APPLICATION_ID, WRITES, sentences
from camcensus.store.models import Base

HEAD = "0001"  # the newest migration; a test compares it with db/migrations
_VERSIONS = "alembic_version"


def bring_up_to_date(engine: Engine, path: str) -> None:
    """Makes or migrates the tables; StoreError if the database is newer, or not ours."""
    with sentences(path):
        found = _revision(engine, path)
        if found != HEAD:
            if found is not None and found > HEAD:
                raise StoreError(
                    f"{path} was written by a newer camcensus (schema {found}, this one knows"
                    f" {HEAD}): update camcensus, or name another file with --db"
                )
            _upgrade(engine)
        if engine.dialect.name == "sqlite":
            _check_schema(engine, path)


def _revision(engine: Engine, path: str) -> str | None:
    """The schema's version; `None` for an empty database."""
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
        if engine.dialect.name == "sqlite":
            application = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
            if application != APPLICATION_ID and (names or application):
                raise StoreError(_foreign(path))
        if _VERSIONS in names:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return None if found is None else str(found)
        if names & set(Base.metadata.tables):
            raise StoreError(_foreign(path))
    return None


def _foreign(path: str) -> str:
    return f"{path} is not a camcensus database: name another file with --db"


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    config = Config()
    config.set_main_option("script_location", str(data_folder("db") / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def run_migrations() -> None:
    """What `db/migrations/env.py` calls: runs inside the transaction that `_upgrade` opened."""
    from alembic import context

    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
    context.run_migrations()


def _check_schema(engine: Engine, path: str) -> None:
    """Refuses a file whose tables are not the ones we made: it may come from someone else."""
    wanted = dict(expected_schema())
    with engine.connect() as connection:
        found = {
            str(name): (str(kind), str(sql))
            for kind, name, sql in connection.exec_driver_sql(
                "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            )
        }
    strange = [name for name, (kind, _) in found.items() if kind == "trigger"]
    strange += [name for name, entry in wanted.items() if found.get(name) != entry]
    if strange:
        raise StoreError(
            f"{path} has been altered ({', '.join(sorted(strange)[:3])} is not as camcensus made"
            " it): restore a copy, or name another file with --db"
        )


def expected_schema() -> dict[str, tuple[str, str]]:
    """Name to type and SQL of everything that `db/schema.sql` makes."""
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.executescript((data_folder("db") / "schema.sql").read_text(encoding="utf-8"))
        return read_schema(memory)


def read_schema(database: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Name to type and SQL of everything in a database, in the order it was made."""
    rows = database.execute("SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {str(name): (str(kind), str(sql)) for name, kind, sql in rows}


def schema_sql(scratch: Path) -> str:
    """The text of `db/schema.sql`: what the migrations make, read from a file in `scratch`."""
    from camcensus.store.engine import connect, location, make_file

    url, file, shown = location(scratch / "schema.db")
    if file is None:  # pragma: no cover - a path is always a file
        raise StoreError(f"{shown} is no file")
    make_file(file)
    engine = connect(url, lock_wait_s=1)
    _upgrade(engine)
    engine.dispose()
    with closing(sqlite3.connect(file)) as database:
        statements = [sql.strip() for _, sql in read_schema(database).values()]
    head = "-- Generated by `make schema` from db/migrations; a test keeps the two alike.\n\n"
    return head + "\n\n".join(f"{sql};" for sql in statements) + "\n"
