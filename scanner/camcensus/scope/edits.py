"""What somebody changed in a plan file, row by row, by the copy of itself that the file carries."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from camcensus.errors import ScopeError
from camcensus.scope.addresses import range_text
from camcensus.scope.grammar import read_ranges
from camcensus.scope.ranges import RangeSet

Table = Mapping[str, Any]

_MOST_NAMED = 4
_VALUE_SHOWN = 40  # characters
# What makes a row of a list the same row although something else in it was changed.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "targets": ("network",),
    "exclusions": ("network",),
    "zones": ("name",),
    "ports": ("prober",),
    "probers": ("name", "stage", "transport"),
    "links": ("interface.name", "interface.address"),
    "links_left_out": ("interface.name", "interface.address"),
}
_SINGULAR: Mapping[str, str] = {
    "exclusions": "exclusion",
    "zones": "zone",
    "ports": "ports of",
    "probers": "prober",
    "links": "multicast on",
    "links_left_out": "no multicast on",
    "notes": "note",
    "own_networks": "own network",
    "groups": "group",
    "tags": "tag",
}


def edits(made: Table, found: Table) -> tuple[str, ...]:
    """Each difference between the plan as made and as found, as a clause; the first few."""
    told = list(dict.fromkeys(_of_table("", made, found)))
    more = len(told) - _MOST_NAMED
    return (*told[:_MOST_NAMED], *([f"and {more} more"] if more > 0 else []))


def _same(one: object, other: object) -> bool:
    """Equal as JSON: 1, 1.0 and true are three values."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _of_table(place: str, made: Table, found: Table) -> Iterator[str]:
    for key in sorted({*made, *found}):
        path = f"{place} {key}".strip()
        if key not in found:
            yield f"{path} was taken out"
        elif key not in made:
            yield f"{_shown(path)} was added"
        elif not _same(made[key], found[key]):
            yield from _of_value(path, key, made[key], found[key])


def _of_value(path: str, key: str, made: object, found: object) -> Iterator[str]:
    if isinstance(made, dict) and isinstance(found, dict):
        yield from _of_table(path, made, found)
    elif isinstance(made, list) and isinstance(found, list):
        yield from _of_list(path, key, made, found)
    else:
        yield f"{path} was {_short(json.dumps(made))} and is {_short(json.dumps(found))}"


def _of_list(path: str, key: str, made: Sequence[object], found: Sequence[object]) -> Iterator[str]:
    if path == "targets" and (told := _of_targets(made, found)):
        yield from told
        return
    of = path.removesuffix(key).strip()
    what = "port" if of and key == "ports" else _SINGULAR.get(key, key.removesuffix("s"))
    before, after = _named(path, made), _named(path, found)
    told = []
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            out_of = f" of {of}" if of else ""
            told.append(f"{what} {name}{_reason(before[name])} was taken out{out_of}")
        elif name not in before:
            to = f" to {of}" if of else ""
            told.append(f"{what} {name}{_reason(after[name])} was added{to}")
        elif not _same(before[name], after[name]):
            told += _of_value(f"{what} {name}", key, before[name], after[name])
    yield from told or [f"the order of {path} was changed"]


def _named(path: str, rows: Sequence[object]) -> dict[str, object]:
    """The rows by what they are called; a second one of a name gets a number."""
    named: dict[str, object] = {}
    for row in rows:
        base = name = _name(_NAMES.get(path, ()), row)
        count = 1
        while name in named:
            count += 1
            name = f"{base} ({count})"
        named[name] = row
    return named


def _name(keys: tuple[str, ...], row: object) -> str:
    if not isinstance(row, dict) or not keys:
        return _shown(row)
    return " ".join(_shown(_at(row, key)) for key in keys)


def _at(row: Mapping[str, object], key: str) -> object:
    value: object = row
    for step in key.split("."):
        value = cast(dict[str, object], value).get(step) if isinstance(value, dict) else None
    return value


def _reason(row: object) -> str:
    said = row.get("reason") if isinstance(row, dict) else None
    return f" ({_shown(said)})" if said else ""


def _shown(value: object) -> str:
    """A value on one line, ASCII, not too long."""
    return _short(ascii(value)[1:-1] if isinstance(value, str) else json.dumps(value))


def _short(text: str) -> str:
    return text if len(text) <= _VALUE_SHOWN else f"{text[: _VALUE_SHOWN - 3]}..."


def _of_targets(made: Sequence[object], found: Sequence[object]) -> list[str]:
    """Which addresses came or went; empty where the networks cannot be compared."""
    try:
        before, after = _ranges(made), _ranges(found)
    except (ScopeError, TypeError, KeyError, AttributeError):
        return []
    return [
        f"target {range_text(*pair)} was {how}"
        for ranges, how in ((after.minus(before), "added"), (before.minus(after), "taken out"))
        for pair in ranges
    ]


def _ranges(rows: Sequence[object]) -> RangeSet:
    words = [cast(dict[str, str], row)["network"] for row in rows]
    return RangeSet.of(pair for word in words for pair in read_ranges(word))
