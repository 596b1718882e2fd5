"""Bringing a database to today's tables, and refusing one that is not ours."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from camcensus.data import data_folder
from camcensus.errors import StoreError
from camcensus.store.engine import APPLICATION_ID, WRITES, connect, location, make_file, sentences
from camcensus.store.models import Base

HEAD = "0003"  # the newest migration; a test compares it with db/migrations
_VERSIONS = "alembic_version"
_SCHEMA = "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL"


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
            _log_ahead(engine)


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
        _log_ahead(engine)
    config = Config()
    config.set_main_option("script_location", str(data_folder("db") / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _log_ahead(engine: Engine) -> None:
    """Lets one read while another writes; `VACUUM INTO` makes copies that do not.

    A file that cannot be written stays as it is: it can still be read.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() != "wal":
            with suppress(OperationalError):
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def run_migrations() -> None:
    """What `db/migrations/env.py` calls: runs inside the transaction that `_upgrade` opened."""
    from alembic import context

    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
    context.run_migrations()


def _check_schema(engine: Engine, path: str) -> None:
    """Refuses a file whose tables are not the ones we made: it may come from someone else."""
    wanted = expected_schema()
    with engine.connect() as connection:
        found = {
            str(name): (str(kind), " ".join(str(sql).split()))
            for name, kind, sql in connection.exec_driver_sql(_SCHEMA)
        }
    strange = [name for name, (kind, _) in found.items() if kind == "trigger"]
    strange += [name for name, entry in wanted.items() if found.get(name) != entry]
    if strange:
        raise StoreError(
            f"{path} has been altered ({', '.join(sorted(strange)[:3])} is not as camcensus made"
            " it): restore a copy, or name another file with --db"
        )


def expected_schema() -> dict[str, tuple[str, str]]:
    """Name to type and SQL, white space evened out, of everything `db/schema.sql` makes."""
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.executescript((data_folder("db") / "schema.sql").read_text(encoding="utf-8"))
        rows = memory.execute(_SCHEMA).fetchall()
    return {str(name): (str(kind), " ".join(str(sql).split())) for name, kind, sql in rows}


def schema_sql(scratch: Path) -> str:
    """The text of `db/schema.sql`: what the migrations make of a new file in `scratch`."""
    file = scratch / "schema.db"
    make_file(file)
    engine = connect(location(file)[0], lock_wait_s=1)
    _upgrade(engine)
    engine.dispose()
    with closing(sqlite3.connect(file)) as database:
        statements = [str(sql).strip() for _, _, sql in database.execute(_SCHEMA)]
    head = "-- Generated by `python -m camcensus.store.schema` from db/migrations.\n"
    text = "".join(f"\n{sql};\n" for sql in statements)
    return head + "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
