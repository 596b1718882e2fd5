"""Column types that a SQLite STRICT table takes: everything is INTEGER, REAL, TEXT or BLOB.

SQLAlchemy's DateTime, Boolean, String(n), Float, JSON and Enum name types that STRICT refuses.
"""

import json
import re
import zlib
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import REAL, BigInteger, Dialect, Double, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from camcensus.errors import StoreError

Word = TypeVar("Word", bound=StrEnum)

RowId = BigInteger().with_variant(Integer(), "sqlite")
Share: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")  # a certainty, 0 to 1

MAX_RAW = 16 * 1024 * 1024  # bytes; far above what a sweep keeps of one answer
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class DeviceText(TypeDecorator[str]):
    """Text that came from a device.

    NUL (which PostgreSQL refuses) and lone surrogates (which no database takes) become U+FFFD;
    the bytes as they came are in the observation.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text as it can be stored."""
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return _UNSTORABLE.sub("\ufffd", value)


class Moment(TypeDecorator[datetime]):
    """A time, as RFC 3339 text in UTC with microseconds: sorts as text, reads without a tool."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> str | None:
        """The text of an aware time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> datetime | None:
        """The aware time, in UTC."""
        if value is None:
            return None
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise StoreError(f"the database holds {value!r} where a time should be") from None


class Day(TypeDecorator[date]):
    """A day, as text such as 2027-07-31: sorts as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, _dialect: Dialect) -> str | None:
        """The text of the day."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, _dialect: Dialect) -> date | None:
        """The day."""
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise StoreError(f"the database holds {value!r} where a day should be") from None


class Words(TypeDecorator[Word]):
    """A member of a closed list, as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[Word]) -> None:
        super().__init__()
        self.members = members
        self._of: dict[str, Word] = {member.value: member for member in members}

    def process_bind_param(self, value: Word | None, _dialect: Dialect) -> str | None:
        """The member's text."""
        return None if value is None else value.value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Word | None:
        """The member."""
        if value is None:
            return None
        found = self._of.get(value)
        if found is None:
            raise StoreError(
                f"the database holds {value!r}, which is no {self.members.__name__.lower()}"
                " this version knows: use a newer camcensus"
            )
        return found


class Texts(TypeDecorator[tuple[str, ...]]):
    """Several texts in order, as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _dialect: Dialect) -> str | None:
        """The array's text."""
        if not value:
            return None if value is None else "[]"
        return json.dumps([_UNSTORABLE.sub("\ufffd", text) for text in value], ensure_ascii=False)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[str, ...] | None:
        """The texts."""
        if value is None:
            return None
        if value == "[]":
            return ()
        try:
            return tuple(str(text) for text in json.loads(value))
        except (ValueError, TypeError):
            raise StoreError(f"the database holds {value[:80]!r} where a list should be") from None


class Packed(TypeDecorator[bytes]):
    """Bytes as they came, compressed with zlib; no bytes stay no bytes."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, _dialect: Dialect) -> bytes | None:
        """The compressed bytes; level 1 is three times as fast as 6 and a tenth larger."""
        return value if not value else zlib.compress(value, 1)

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> bytes | None:
        """The bytes, at most `MAX_RAW` of them: the file may come from someone else."""
        if not value:
            return value
        try:
            return zlib.decompressobj().decompress(value, MAX_RAW)
        except zlib.error:
            raise StoreError("the database holds an answer that does not decompress") from None
