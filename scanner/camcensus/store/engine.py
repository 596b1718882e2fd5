"""How a database is opened: connections, transactions, and errors as sentences."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from camcensus.errors import StoreError

APPLICATION_ID = 0x43414D43  # "CAMC"
WRITES = "camcensus_writes"
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600

_SENTENCES = (
    ("SQLITE_FULL", "the disk that holds {path} is full: free space, then `camcensus resume`"),
    ("SQLITE_BUSY", "{path} is locked by another program: wait for it, or use another --db"),
    ("SQLITE_LOCKED", "{path} is locked by another program: wait for it, or use another --db"),
    ("SQLITE_READONLY", "{path} cannot be written: check the permissions of file and folder"),
    ("SQLITE_NOTADB", "{path} is not a camcensus database: name another file with --db"),
    ("SQLITE_CORRUPT", "{path} is damaged: restore a copy, or name another file with --db"),
    ("SQLITE_CANTOPEN", "{path} cannot be opened: check the permissions of file and folder"),
    ("SQLITE_IOERR", "the disk that holds {path} failed to read or write: check it"),
)


@contextmanager
def sentences(path: str) -> Iterator[None]:
    """Turns what the database driver raises into one sentence for a person."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(_sentence(path, error)) from error


def _sentence(path: str, error: DBAPIError) -> str:
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    for prefix, text in _SENTENCES:
        if name.startswith(prefix):
            return text.format(path=path)
    first_line = str(error.orig).partition("\n")[0]
    return f"the database {path} reports: {first_line}"


def location(where: str | Path) -> tuple[URL, Path | None, str]:
    """The URL, the file if it is one, and the name to show (without any password)."""
    text = str(where)
    if "://" not in text:
        file = Path(text).expanduser().absolute()
        return URL.create("sqlite", database=str(file)), file, str(file)
    try:
        url = make_url(text)
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise StoreError(_unusable(text)) from None
    if url.get_backend_name() == "sqlite" and url.database:
        return location(url.database)
    if url.get_backend_name() != "postgresql":
        raise StoreError(_unusable(url.render_as_string()))
    return url, None, url.render_as_string()


def _unusable(shown: str) -> str:
    return f"--db {shown} cannot be used: give a file, or postgresql+psycopg://host/name"


def make_file(file: Path) -> None:
    """Makes the folders (0700) and an empty file (0600) where missing, whatever the umask."""
    try:
        _make_folder(file.parent)
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _FILE_MODE)
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"{file} cannot be made: {error.strerror}; check --db") from error
    os.close(handle)
    file.chmod(_FILE_MODE)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    folder.chmod(_FOLDER_MODE)


def connect(url: URL, *, lock_wait_s: float) -> Engine:
    """An engine whose every connection has the pragmas and transactions we rely on."""
    try:
        engine = create_engine(url)
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs one more package: install camcensus[postgres]") from None
    if engine.dialect.name == "sqlite":
        _prepare(engine, lock_wait_s)
    return engine


def _prepare(engine: Engine, lock_wait_s: float) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(raw: sqlite3.Connection, _record: Any) -> None:
        raw.isolation_level = None  # transactions begin where we say, not where the driver guesses
        for pragma in (
            f"busy_timeout={int(lock_wait_s * 1000)}",
            "foreign_keys=ON",
            "trusted_schema=OFF",  # the file may come from someone else
            "cell_size_check=ON",
            "synchronous=FULL",  # what was acknowledged outlives a power cut
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT":
            return
        writes = options.get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
