"""What answers say of a device's state: facts that claim nothing about its identity. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from camcensus.data import data_folder
from camcensus.identify.loader import checked_pattern, read_rows
from camcensus.identify.patterns import compiled, searchable
from camcensus.identify.tables import Table
from camcensus.types import Evidence, Field

FILE = "states.toml"
_SAME_S = 5  # a clock this close to ours is right: the answer took its time


@dataclass(frozen=True, slots=True)
class StateRule:
    """A row of `states.toml`: what a value of a field says, with examples for the tests."""

    id: str
    about: str
    field: Field
    pattern: str
    says: str
    source: str
    matches: tuple[str, ...]
    rejects: tuple[str, ...]

    def fits(self, item: Evidence) -> bool:
        """Whether this evidence says it."""
        return item.field is self.field and self.fits_value(item.value)

    def fits_value(self, value: str) -> bool:
        """Whether a value of its field says it."""
        return compiled(self.pattern).search(searchable(value)) is not None


@dataclass(frozen=True, slots=True)
class State:
    """One fact about a device's state, and the evidence that it rests on."""

    about: str
    says: str
    evidence: Evidence


def states_of(evidence: Iterable[Evidence]) -> tuple[State, ...]:
    """What this evidence says of the device's state, one sentence about each thing."""
    found: dict[str, State] = {}
    items = tuple(evidence)
    for rule in state_rules():
        for item in items:
            if rule.fits(item):
                found.setdefault(rule.about, State(rule.about, rule.says, item))
    for item in items:
        if item.field is Field.ONVIF_CLOCK and (says := _clock(item.value)):
            found["clock"] = State("clock", says, item)
    return tuple(found.values())


def _clock(text: str) -> str:
    """How far a clock is from ours, in words; "" for what is no number of seconds."""
    try:
        seconds = int(text)
    except ValueError:
        return ""
    if abs(seconds) <= _SAME_S:
        return "right: within a few seconds of this machine's"
    return f"{_span(abs(seconds))} {'ahead of' if seconds > 0 else 'behind'} this machine's"


def _span(seconds: int) -> str:
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:,} {unit}"
    return f"{seconds} seconds"


@cache
def state_rules() -> tuple[StateRule, ...]:
    """The rows of the shipped file; `CatalogueError` names what is wrong with it."""
    return tuple(read_rules((data_folder("fingerprints") / FILE).read_bytes()))


def read_rules(content: bytes) -> Iterator[StateRule]:
    """The rows of a file like `states.toml`; `CatalogueError` names place and fault."""
    return map(_rule, read_rows(FILE, content, "state"))


def _rule(table: Table) -> StateRule:
    name = table.text("field")
    if name not in set(Field):
        table.fail("field", f"{name!r} is no field")
    read = StateRule(
        id=table.text("id"),
        about=table.text("about"),
        field=Field(name),
        pattern=checked_pattern(table).text,
        says=table.text("says"),
        source=table.text("source"),
        matches=table.texts("matches"),
        rejects=table.texts("rejects"),
    )
    table.close()
    return read
