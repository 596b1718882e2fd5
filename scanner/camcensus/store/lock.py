"""One sweep at a time writes to a database file; the second is refused with a clear sentence."""

import fcntl
import os
from pathlib import Path

from camcensus.errors import StoreError


class SweepLock:
    """An flock beside the database: it ends with the process, however that ends."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file = database.with_name(f"{database.name}.sweep")
        self._handle: int | None = None

    def take(self) -> None:
        """Takes the lock; StoreError names the process that has it. Taking it twice is fine."""
        if self._handle is not None:
            return
        try:
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"{self._file} cannot be made: {error.strerror}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise StoreError(
                f"another sweep (process {holder}) is writing to {self._database}:"
                " wait for its end, or give this one another --db"
            ) from None
        self._handle = handle
        try:
            os.fchmod(handle, 0o600)
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        except OSError:
            return  # the number is a courtesy: on a full disk the lock itself still holds

    def release(self) -> None:
        """Gives the lock back, if we have it; the file stays, so that nobody locks a ghost."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
