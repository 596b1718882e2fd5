"""`device set` and `import owned`: what only people know about devices; nothing is sent."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camcensus.cli import options as opt
from camcensus.cli.reading import database, find_number, no_device, open_store
from camcensus.cli.screen import harmless, say, writing
from camcensus.errors import UsageError

if TYPE_CHECKING:
    from camcensus.census.returned import Returned
    from camcensus.store import DeviceRecord, OwnedChange, OwnedEdit, Store

_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
_MOST_IN_A_RANGE = 10_000
_LISTED = 20  # refused rows that are told one by one
_INCOMPLETE = 3  # the exit code of what was done in part

device_verbs = typer.Typer(
    help="Write down what only people know about a device.", rich_markup_mode=None
)
import_verbs = typer.Typer(help="Take in a file that people filled in.", rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add these verbs to the program."""
    device_verbs.command("set")(set_fields)
    import_verbs.command("owned")(import_owned)
    app.add_typer(device_verbs, name="device")
    app.add_typer(import_verbs, name="import")


def set_fields(
    devices: Annotated[
        str,
        typer.Argument(
            metavar="DEVICE,...",
            help="Numbers, ranges of numbers, addresses or MACs: 3,7-9,10.20.0.5",
        ),
    ],
    assignments: Annotated[
        list[str],
        typer.Argument(
            metavar="FIELD=VALUE",
            help="room, owner, tag, note or accepted-until; nothing after the = clears it.",
        ),
    ],
    db: opt.Db = None,
    site: opt.Site = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    config: opt.Config = None,
    quiet: opt.Quiet = False,
) -> None:
    """Set room, owner, tag, note or accepted-until of devices; no sweep touches them."""
    from camcensus.census.owned import signed

    edit = _edit(assignments)
    # The output is opened first: what cannot be told is not done.
    with open_store(database(db, config)) as store, writing(output) as sink:
        records = _chosen(store, devices, site)
        made = store.write_owned(dict.fromkeys(records, edit), signed("device set"))
        if json_lines:
            for record in records.values():
                sink.line(device_line(record, edit))
        else:
            for line in change_lines(records, made):
                sink.line(line)
    changed = len({one.device_id for one in made})
    same = len(records) - changed
    already = f"; {_devices(same)} had it already" if same else ""
    say(f"{_devices(changed)} changed in {store.path}{already}", quiet=quiet)
    _warn_of_the_past(edit, quiet=quiet)


def import_owned(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Our own spreadsheet or CSV file, filled in.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    db: opt.Db = None,
    site: opt.Site = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    config: opt.Config = None,
    quiet: opt.Quiet = False,
) -> None:
    """Take room, owner, tag, note and accepted-until from our own spreadsheet (XLSX or CSV)."""
    from camcensus.census.owned import signed
    from camcensus.census.returned import take_in

    with open_store(database(db, config)) as store, writing(output) as sink:
        returned = take_in(store, file, site)
        if dry_run:
            made = store.owned_changes(returned.edits)
        else:
            made = store.write_owned(returned.edits, signed(f"import owned {file.name}"))
        changed = list(dict.fromkeys(one.device_id for one in made))
        if json_lines:
            for number in changed:
                sink.line(device_line(returned.records[number], returned.edits[number]))
        else:
            for line in change_lines(returned.records, made):
                sink.line(line)
    _tell_of_rows(returned)
    say(_told(made, returned, store.path, dry_run=dry_run), quiet=quiet)
    if returned.refused:
        raise typer.Exit(_INCOMPLETE)


# ---------------------------------------------------------------- what was typed


def _edit(assignments: Iterable[str]) -> "OwnedEdit":
    """The fields and what they should hold; `UsageError` names the word that is none."""
    from camcensus.census.owned import field_named, value_of
    from camcensus.store import OwnedField, OwnedValue

    edit: dict[OwnedField, OwnedValue] = {}
    for word in assignments:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(
                f"{word!r} is not FIELD=VALUE, such as room=Gym; several devices are written"
                " 3,7-9, and a value with spaces goes in quotes"
            )
        field = field_named(name)
        if field in edit:
            raise UsageError(f"{field.label} is given twice: leave one of them away")
        edit[field] = value_of(field, value)
    return edit


def _chosen(store: "Store", text: str, site: str | None) -> "dict[int, DeviceRecord]":
    """The devices that a list of names means, each once; `UsageError` if one is not there."""
    named = dict(_numbers(store, text, site))
    records = store.records(list(named))
    for number, word in named.items():
        if number not in records:
            raise no_device(word, store)
        if site is not None and records[number].site != site:
            raise UsageError(f"device {number} is at site {records[number].site}, not at {site}")
    return {number: records[number] for number in named}


def _numbers(store: "Store", text: str, site: str | None) -> Iterator[tuple[int, str]]:
    """Each number that is meant, with the word to name it by in an error."""
    for part in text.split(","):
        word = part.strip()
        found = _RANGE.fullmatch(word)
        if not word:
            raise UsageError(f"{text!r} has an empty name in it; write devices as 3,7-9")
        if found is None:
            yield find_number(store, word, site), word
            continue
        first, last = int(found[1]), int(found[2])
        if not first <= last < first + _MOST_IN_A_RANGE:
            raise UsageError(
                f"{word} is no range of at most {_MOST_IN_A_RANGE:,} devices, the smaller first"
            )
        yield from ((number, str(number)) for number in range(first, last + 1))


# ---------------------------------------------------------------- what is told


def device_line(record: "DeviceRecord", edit: "OwnedEdit") -> str:
    """The line `camcensus.device/1` of a device after these fields were written."""
    return json.dumps(replace(record, owned=record.owned.edited(edit)).to_json())


def change_lines(
    records: "dict[int, DeviceRecord]", made: "Iterable[OwnedChange]"
) -> Iterator[str]:
    """Each device with the fields that changed, from what to what; every line is harmless."""
    last = None
    for one in made:
        if one.device_id != last:
            last = one.device_id
            yield harmless(f"device {_described(records[last])}")
        yield harmless(f"  {one.field.label}: {one.old or '-'} -> {one.new or '-'}")


def _described(record: "DeviceRecord") -> str:
    where = f" at {record.address}" if record.address else ""
    what = " ".join(word for word in (record.brand or record.maker, record.model) if word)
    return ", ".join(word for word in (f"{record.id}{where}", what, f"site {record.site}") if word)


def _warn_of_the_past(edit: "OwnedEdit", *, quiet: bool) -> None:
    from datetime import UTC, date, datetime

    for value in edit.values():
        if isinstance(value, date) and value < datetime.now(UTC).date():
            say(f"{value} has passed: nobody accepts the device any more", quiet=quiet)


def _tell_of_rows(returned: "Returned") -> None:
    for row in returned.refused[:_LISTED]:
        say(f"row {row.number} was not taken: {row.why}")
    if len(returned.refused) > _LISTED:
        say(f"... and {len(returned.refused) - _LISTED:,} more rows were not taken")


def _told(made: "list[OwnedChange]", returned: "Returned", path: str, *, dry_run: bool) -> str:
    devices = _devices(len({one.device_id for one in made}))
    cleared = sum(one.new is None for one in made)
    parts = [
        f"{devices} would change in {path}; nothing was written"
        if dry_run
        else f"{devices} changed in {path}",
        f"{_some(len(made), 'field')}" + (f", {cleared:,} of them emptied" if cleared else ""),
        f"{_some(returned.rows, 'row')} read",
    ]
    if returned.refused:
        parts.append(f"{_some(len(returned.refused), 'row')} refused")
    if returned.ignored:
        listed = ", ".join(f"{name} {count:,}" for name, count in returned.ignored.items())
        cells = _some(sum(returned.ignored.values()), "cell")
        parts.append(f"ignored {cells} of other columns that say other than the census ({listed})")
    return "; ".join(parts)


def _devices(count: int) -> str:
    return _some(count, "device")


def _some(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("" if count == 1 else "s")
