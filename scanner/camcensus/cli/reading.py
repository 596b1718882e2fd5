"""`devices`, `show` and `export`: the census as it stands; nothing is sent."""

import difflib
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camcensus.cli import options as opt
from camcensus.cli.knowledge import catalogue_in_force
from camcensus.cli.screen import counted, put, say, table, width, writing
from camcensus.errors import UsageError

if TYPE_CHECKING:
    from camcensus.store import DeviceDetail, DeviceQuery, DeviceRecord, Store

_WIDE = 112  # columns that the whole census needs


def register(app: typer.Typer) -> None:
    """Add these verbs to the program."""
    app.command()(devices)
    app.command()(show)
    app.command()(export)


Maker = Annotated[
    str | None, typer.Option("--maker", metavar="NAME", help="Only this maker's electronics.")
]
Brand = Annotated[
    str | None, typer.Option("--brand", metavar="NAME", help="Only this brand on the label.")
]
KindOf = Annotated[
    str | None, typer.Option("--kind", metavar="KIND", help="Only camera, nvr, dvr, encoder, ...")
]
SeenSince = Annotated[
    str | None,
    typer.Option("--seen-since", metavar="WHEN", help="A date, a time, or an age such as 7d."),
]
Conflict = Annotated[
    bool, typer.Option("--conflict", help="Only those whose signals contradict each other.")
]
All = Annotated[
    bool, typer.Option("--all", help="Also what is no camera, and what nobody could name.")
]


def devices(
    maker: Maker = None,
    brand: Brand = None,
    kind: KindOf = None,
    seen_since: SeenSince = None,
    conflict: Conflict = False,
    everything: All = False,
    db: opt.Db = None,
    site: opt.Site = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    config: opt.Config = None,
    quiet: opt.Quiet = False,
) -> None:
    """List the cameras and recorders of the census."""
    store_path = database(db, config)
    query = _query(
        site, maker, brand, kind, seen_since, config, conflict=conflict, everything=everything
    )
    with open_store(store_path) as store:
        if json_lines or output is not None:
            with writing(output) as sink:
                for record in store.devices(query):
                    sink.line(json.dumps(record.to_json()))
            return
        found = list(store.devices(query))
        census_table(found)
        say(
            f"{len(found):,} devices in {store.path}" + ("" if everything else "; --all for more"),
            quiet=quiet,
        )
        say(named_by(found), quiet=quiet or not found)


def show(
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="Its number, address or MAC.")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Also the bytes behind each claim, made printable.")
    ] = False,
    db: opt.Db = None,
    site: opt.Site = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    config: opt.Config = None,
) -> None:
    """Show one device: every claim about it, and what the claim rests on."""
    from camcensus.cli.details import detail_json, detail_lines

    with open_store(database(db, config)) as store:
        detail = find_device(store, device, site)
        with writing(output) as sink:
            if json_lines:
                sink.line(json.dumps(detail_json(detail)))
            else:
                for line in detail_lines(detail, catalogue_in_force(config), raw=raw):
                    sink.line(line)


def named_by(records: "list[DeviceRecord]") -> str:
    """Which catalogue named them, in one sentence; what to do where several did."""
    counts = Counter(record.catalogue or "of a time that kept none" for record in records)
    if len(counts) == 1:
        return f"named by catalogue {next(iter(counts))}"
    told = ", ".join(f"{version} ({number:,})" for version, number in counts.most_common())
    return f"named by catalogues {told}; `camcensus reidentify` names all by today's"


def export(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="xlsx, csv or jsonl.")],
    maker: Maker = None,
    brand: Brand = None,
    kind: KindOf = None,
    seen_since: SeenSince = None,
    conflict: Conflict = False,
    everything: All = False,
    db: opt.Db = None,
    site: opt.Site = None,
    output: opt.Output = None,
    config: opt.Config = None,
    quiet: opt.Quiet = False,
) -> None:
    """Write the census for a spreadsheet or an asset register."""
    from camcensus.census.inventory import listing
    from camcensus.export import BOOKS, EXPORTS

    if form not in {*EXPORTS, *BOOKS}:
        known = ", ".join((*EXPORTS, *BOOKS))
        raise UsageError(f"there is no format {form!r}; choose one of {known}")
    query = _query(
        site, maker, brand, kind, seen_since, config, conflict=conflict, everything=everything
    )
    if form in BOOKS:
        _book(form, query, db, config, output, quiet=quiet)
        return
    with open_store(database(db, config)) as store, writing(output) as sink:
        count = 0
        for line in EXPORTS[form](listing(store, query)):
            sink.line(line)
            count += 1
    if output is not None:
        say(f"{count:,} lines in {output}", quiet=quiet)


def _book(
    form: str,
    query: "DeviceQuery",
    db: str | None,
    config: Path | None,
    output: Path | None,
    *,
    quiet: bool,
) -> None:
    """A format that is one whole file."""
    from camcensus.census.inventory import gather
    from camcensus.config import load_settings
    from camcensus.export import BOOKS

    if output is None:
        raise UsageError(f"{form} is no text: name a file with -o, such as -o cameras.{form}")
    settings = load_settings({"db": db, "config": config})
    with open_store(settings.db) as store:
        inventory = gather(store, query, datetime.now(UTC), contact=settings.contact)
    put(output, BOOKS[form](inventory))
    say(f"{counted(len(inventory.devices), 'device')} in {output}", quiet=quiet)


# ---------------------------------------------------------------- which ones


def database(db: str | None, config: Path | None) -> str:
    """The database of the settings in force."""
    from camcensus.config import load_settings

    return load_settings({"db": db, "config": config}).db


def open_store(where: str) -> "Store":
    """An existing census, for reading."""
    from camcensus.store import Store

    return Store.open(where, create=False)


def find_device(store: "Store", text: str, site: str | None) -> "DeviceDetail":
    """The one device that a number, an address or a MAC names, with all that is known of it."""
    detail = store.device(find_number(store, text, site))
    if detail is None:
        raise no_device(text, store)
    return detail


def find_number(store: "Store", text: str, site: str | None) -> int:
    """The number of the one device that a number, an address or a MAC names."""
    from camcensus.data import normalise_mac
    from camcensus.store import DeviceQuery

    if text.isdecimal() and len(text) < 19:  # what a database can count
        return int(text)
    mac = normalise_mac(text)
    found = [
        record
        for record in store.devices(DeviceQuery(site=site))
        if text in {span.address for span in record.addresses} or (mac and mac in record.macs)
    ]
    if len(found) > 1:
        listed = ", ".join(f"{one.id} (site {one.site}, now at {one.address})" for one in found)
        raise UsageError(f"{text} is several devices: {listed}; name one by its number or --site")
    if not found:
        raise no_device(text, store)
    return found[0].id


def no_device(text: str, store: "Store") -> UsageError:
    """What to say where nothing in the census goes by this name."""
    return UsageError(f"no device {text} in {store.path}; `camcensus devices --all` lists them")


def _query(
    site: str | None,
    maker: str | None,
    brand: str | None,
    kind: str | None,
    seen_since: str | None,
    config: Path | None,
    *,
    conflict: bool,
    everything: bool,
) -> "DeviceQuery":
    from camcensus.store import DeviceQuery
    from camcensus.types import Kind

    if kind is not None and kind not in set(Kind):
        raise UsageError(f"there is no kind {kind!r}; choose one of {', '.join(Kind)}")
    return DeviceQuery(
        site=site,
        maker=name_of(maker, config),
        brand=name_of(brand, config),
        kind=None if kind is None else Kind(kind),
        seen_since=None if seen_since is None else moment(seen_since),
        conflict=conflict,
        video_only=not everything and kind is None and not conflict,
    )


def name_of(spelling: str | None, config: Path | None = None) -> str | None:
    """The name under which the census keeps a maker or brand, however it was typed."""
    if spelling is None:
        return None
    catalogue = catalogue_in_force(config)
    word = catalogue.brand(spelling)
    if word is None:
        near = difflib.get_close_matches(spelling, catalogue.names.values(), 1, 0.6)
        hint = f"; is it {near[0]}?" if near else ""
        raise UsageError(f"no maker or brand of the catalogue is called {spelling!r}{hint}")
    return catalogue.names[word]


def moment(text: str) -> datetime:
    """A time: 2026-11-23, 2026-11-23T10:00:00Z, or an age such as 90m, 12h or 7d."""
    ages = {"m": 60, "h": 3600, "d": 86400}
    if text[-1:] in ages and text[:-1].isdecimal():
        try:
            return datetime.now(UTC) - timedelta(seconds=int(text[:-1]) * ages[text[-1]])
        except OverflowError:
            return datetime(1, 1, 1, tzinfo=UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--seen-since {text!r}: write a date (2026-11-23), a time, or an age such as 7d"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# ---------------------------------------------------------------- how they look


def census_table(records: "list[DeviceRecord]") -> None:
    """The census as a person reads it: brand and maker apart; a narrow screen shows less."""
    columns: dict[str, Callable[[DeviceRecord], str | None]] = {
        "id": lambda one: str(one.id),
        "address": lambda one: one.address,
        "kind": lambda one: one.kind,
        "room": lambda one: one.owned.room,
        "brand": lambda one: one.brand,
        "made by": lambda one: one.maker,
        "model": lambda one: one.model,
        "firmware": lambda one: one.firmware,
        "MAC": lambda one: one.mac,
        "sure": lambda one: f"{one.confidence:.0%}" if one.confidence else None,
        "status": lambda one: one.status,
    }
    if len({record.status for record in records}) < 2:
        del columns["status"]  # all the same: nothing to tell apart
    if not any(record.owned.room for record in records):
        del columns["room"]  # nobody wrote one
    if width() < _WIDE:
        for name in ("firmware", "MAC"):
            del columns[name]
    rows = ([show(one) or "-" for show in columns.values()] for one in records)
    table(
        tuple(columns),
        rows,
        whole=frozenset({"address", "kind", "MAC", "status"}),
        numbers=frozenset({"id", "sure"}),
    )
