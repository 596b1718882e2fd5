"""`report`: the page that a head teacher or a board reads; nothing is sent."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from camcensus.cli import options as opt
from camcensus.cli.reading import open_store
from camcensus.cli.screen import counted, say, writing

Marking = Annotated[
    str,
    typer.Option("--marking", metavar="TEXT", help="A protective marking for every sheet of it."),
]
NoAddresses = Annotated[
    bool,
    typer.Option(
        "--no-addresses", help="Without addresses, networks, MACs and serials: to be passed on."
    ),
]


def register(app: typer.Typer) -> None:
    """Add this verb to the program."""
    app.command()(report)


def report(
    marking: Marking = "",
    no_addresses: NoAddresses = False,
    db: opt.Db = None,
    site: opt.Site = None,
    output: opt.Output = None,
    config: opt.Config = None,
    quiet: opt.Quiet = False,
) -> None:
    """Write one HTML page: how many cameras, where, whose, and what could not be seen."""
    from camcensus.census.inventory import gather
    from camcensus.config import load_settings
    from camcensus.export.report import page
    from camcensus.store import DeviceQuery

    settings = load_settings({"db": db, "config": config})
    now = datetime.now(UTC)
    with open_store(settings.db) as store:
        query = DeviceQuery(site=site, video_only=True)
        inventory = gather(store, query, now, contact=settings.contact)
    text = page(inventory, marking=marking, addresses=not no_addresses)
    with writing(output) as sink:
        sink.line(text)
    if output is not None:
        say(f"{counted(len(inventory.devices), 'device')} in {output}", quiet=quiet)
