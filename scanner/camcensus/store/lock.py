"""One sweep at a time writes to a database file; the second is refused with a clear sentence."""

import os
import sys
from pathlib import Path

from camcensus.errors import StoreError

_BEYOND = 1 << 20  # Windows lets nobody read what is locked: a byte behind the process number


class SweepLock:
    """A lock on a file beside the database: it ends with the process, however that ends."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file = database.with_name(f"{database.name}.sweep")
        self._handle: int | None = None

    def take(self) -> None:
        """Takes the lock; StoreError names the process that has it. Taking it twice is fine."""
        if self._handle is not None:
            return
        try:
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(f"{self._file} cannot be made: {error.strerror}") from error
        try:
            _lock(handle)
        except OSError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise StoreError(
                f"another sweep (process {holder}) is writing to {self._database}:"
                " wait for its end, or give this one another --db"
            ) from None
        self._handle = handle
        try:
            self._file.chmod(0o600)
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
        except OSError:
            return  # the number is a courtesy: on a full disk the lock itself still holds

    def release(self) -> None:
        """Gives the lock back, if we have it; the file stays, so that nobody locks a ghost."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _lock(handle: int) -> None:
    """Locks an open file until it is closed; OSError if another process has the lock."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
