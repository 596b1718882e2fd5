"""What people write about a device: the names of the fields, and what may stand in each."""

import difflib
import math
import os
import pwd
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

from camcensus.errors import UsageError
from camcensus.store import OwnedField, OwnedValue, Signed

LONGEST = {
    OwnedField.ROOM: 200,
    OwnedField.OWNER: 200,
    OwnedField.TAG: 100,
    OwnedField.NOTE: 2_000,
}  # characters
_YEARS = range(2000, 2200)  # beyond them it is a slip of the finger, or no date at all
_SHOWN = 40  # characters of what cannot be read that an error repeats
_ISO = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
_DOTS = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
# Characters that no database, no XML or no line takes; white space became a space before.
_REFUSED = frozenset({"Cc", "Cs"})
_NO_CHARACTERS = frozenset("\ufffe\uffff")


def field_named(text: str) -> OwnedField:
    """The field of this name, however it is written; `UsageError` if there is none."""
    known = {field.value: field for field in OwnedField}
    name = re.sub(r"[\s_-]+", "_", text.strip().casefold())
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, 1, 0.5)
    listed = ", ".join(field.label for field in OwnedField)
    hint = f"did you mean {known[near[0]].label}?" if near else f"the fields are {listed}"
    raise UsageError(f"there is no field {_short(text)}; {hint}")


def value_of(field: OwnedField, text: str) -> OwnedValue:
    """What the field should hold, `None` for nothing; `UsageError` says why it cannot be.

    Runs of white space, line breaks included, become one space.
    """
    words = " ".join(text.split())
    if not words:
        return None
    if field is OwnedField.ACCEPTED_UNTIL:
        return day_of(words)
    strange = next((char for char in words if _cannot_be_kept(char)), None)
    if strange is not None:
        raise UsageError(f"{field.label} has a character that is no text (U+{ord(strange):04X})")
    if len(words) > LONGEST[field]:
        raise UsageError(
            f"{field.label} has {len(words):,} characters: {LONGEST[field]:,} are the most"
        )
    return words


def day_of(text: str) -> date:
    """The day that is written so, if it can be only one; `UsageError` in words if not."""
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _DOTS.fullmatch(text):
        day, month, year = map(int, found.groups())
    elif found := _SLASHES.fullmatch(text):
        day, month, year = _slashed(text, *map(int, found.groups()))
    else:
        raise UsageError(f"{_short(text)} is no date: write it as 2027-07-31")
    try:
        return sensible(date(year, month, day))
    except ValueError:
        raise UsageError(f"there is no day {text}: write it as 2027-07-31") from None


def day_of_serial(number: float, epoch: date) -> date:
    """The day that a spreadsheet counts so, from its first day on."""
    if not math.isfinite(number) or abs(number) > 1e6 or number != int(number):
        raise UsageError(f"{number:g} is no date: write it as 2027-07-31")
    try:
        return sensible(epoch + timedelta(days=int(number)))
    except UsageError:
        raise UsageError(f"{number:g} is no date: write it as 2027-07-31") from None


def sensible(day: date) -> date:
    """The same day, if a person can mean it."""
    if day.year not in _YEARS:
        raise UsageError(f"the year of {day} cannot be meant: write the date as 2027-07-31")
    return day


def signed(how: str) -> Signed:
    """Now, by the user whom the operating system says this process runs as."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        name = str(os.getuid())
    return Signed(name, datetime.now(UTC), how)


def _slashed(text: str, first: int, second: int, year: int) -> tuple[int, int, int]:
    """Day, month and year: with slashes some put the month first."""
    if first == second or second > 12 >= first:
        return second, first, year
    if first > 12:
        return first, second, year
    raise UsageError(
        f"{text} may be {year}-{first:02}-{second:02} or {year}-{second:02}-{first:02}:"
        " write the one that is meant"
    )


def _cannot_be_kept(char: str) -> bool:
    return unicodedata.category(char) in _REFUSED or char in _NO_CHARACTERS


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")
