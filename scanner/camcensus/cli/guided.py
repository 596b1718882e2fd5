"""`camcensus` alone on a terminal: a few questions, a sweep, a spreadsheet and a page."""

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from camcensus.cli.screen import complain, duration, harmless, put, say
from camcensus.cli.sweeping import as_set
from camcensus.errors import CamcensusError, UsageError

if TYPE_CHECKING:
    from camcensus.census.prepare import Prepared
    from camcensus.config import Settings
    from camcensus.export.inventory import Inventory
    from camcensus.types import Interface

_TRIES = 5
_WIDEST = 16  # the prefix of the largest network that is offered whole
_PART = 24  # of a larger one, the part that this machine is in
_SUFFIXES = (".xlsx", ".csv", ".html")


@dataclass(frozen=True, slots=True)
class Choice:
    """A network that this machine is on."""

    network: str
    medium: str
    whole: str = ""  # the larger network of which it is a part

    @property
    def words(self) -> str:
        """As a person reads it."""
        part = f", the part of {self.whole} that this machine is in" if self.whole else ""
        return f"{self.network} ({self.medium}{part})"


def can_ask() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def guide() -> int:
    """Ask, sweep, write the files, open the page; returns the exit code."""
    from camcensus.cli.logs import set_up
    from camcensus.cli.progress import Wishes, carry_out
    from camcensus.config import load_settings

    settings = load_settings({})
    set_up(settings.log_format)
    typer.echo("camcensus finds the surveillance cameras on a network and says who made them.")
    folder = _folder()
    _must_be_kept(settings.db)
    try:
        prepared = _asked(settings)
    except (typer.Abort, KeyboardInterrupt, EOFError):
        complain("stopped; nothing was sent")
        return 0
    if prepared is None:
        return 2
    code = carry_out(prepared, settings, Wishes(brief=True))
    _hand_over(settings, prepared.plan.site, folder)
    return code


# ---------------------------------------------------------------- the questions


def _asked(settings: "Settings") -> "Prepared | None":
    """What shall be swept; `None` if no network was chosen, or the plan was refused."""
    from camcensus.net.interfaces import interfaces

    choices = offered(interfaces())
    _tell_networks(choices)
    for _ in range(_TRIES):
        words = _networks(choices)
        if not words:
            complain(
                "a network must be chosen: there is no default, so that nothing is asked "
                "that nobody meant"
            )
            continue
        site = typer.prompt("Name of this site", default=_usual_site(settings)).strip()
        try:
            prepared = _planned(settings, words, site)
        except CamcensusError as error:
            complain(str(error))
            continue
        _tell_plan(prepared)
        typer.confirm("Start?", default=True, abort=True)
        return prepared
    complain(
        "no network was chosen, so nothing was sent; `camcensus plan NETWORK` shows what "
        "a sweep would do"
    )
    return None


def offered(found: "tuple[Interface, ...]") -> list[Choice]:
    """The IPv4 networks of this machine that may hold cameras, each once."""
    from ipaddress import ip_interface

    from camcensus.net.media import medium

    choices: dict[str, Choice] = {}
    for one in found:
        if ":" in one.address or one.bridge:
            continue
        at = ip_interface(f"{one.address}/{one.prefix_length}")
        if at.is_loopback or at.is_link_local or one.prefix_length >= 31:
            continue
        whole = str(at.network)
        if one.prefix_length < _WIDEST:
            at = ip_interface(f"{one.address}/{_PART}")
        network = str(at.network)
        larger = "" if network == whole else whole
        choices.setdefault(network, Choice(network, medium(one.name), larger))
    return list(choices.values())


def _tell_networks(choices: list[Choice]) -> None:
    if not choices:
        typer.echo("This machine is on no network that it could name. `camcensus doctor` says why.")
    elif len(choices) == 1:
        typer.echo(f"You are on {harmless(choices[0].words)}: number 1.")
    else:
        typer.echo("You are on:")
        for number, one in enumerate(choices, 1):
            typer.echo(f"  {number}  {harmless(one.words)}")


def _networks(choices: list[Choice]) -> list[str]:
    """What was chosen: numbers of the list, or networks in nmap's grammar."""
    hint = (
        "a number, several, or a network such as 10.20.0.0/24"
        if choices
        else ("a network such as 10.20.0.0/24")
    )
    typed: str = typer.prompt(
        f"Look for cameras on which? ({hint})", default="", show_default=False
    )
    return [chosen(word, choices) for word in typed.replace(",", " ").split()]


def chosen(word: str, choices: list[Choice]) -> str:
    """The network that a word stands for."""
    if word.isdecimal() and word.isascii() and 1 <= int(word[:6]) <= len(choices):
        return choices[int(word) - 1].network
    return word


def _usual_site(settings: "Settings") -> str:
    """The site of the settings; where they name none, that of the last sweep."""
    from camcensus.store import Store

    if settings.site != "default" or not Path(settings.db).is_file():
        return settings.site
    with Store.open(settings.db, create=False) as store:
        sweeps = store.sweeps()
    return sweeps[-1].site if sweeps else settings.site


def _planned(settings: "Settings", words: list[str], site: str) -> "Prepared":
    from camcensus.census.prepare import prepare
    from camcensus.config import load_settings
    from camcensus.scope import ScopeRequest

    site = load_settings({"site": site}).site  # which says what a name may be
    return prepare(as_set(ScopeRequest(targets=tuple(words), site=site), settings))


def _tell_plan(prepared: "Prepared") -> None:
    """The plan in two lines."""
    plan, limits = prepared.plan, prepared.limits
    size = "1 address" if plan.size == 1 else f"{plan.size:,} addresses"
    typer.echo(
        f"The plan: {size}, about {duration(plan.estimate.seconds)}, at most "
        f"{limits.frames_per_s:g} packets a second and {limits.host_frames_per_s:g} to one device."
    )
    typer.echo(
        "It asks only what needs no login, tries no password, changes nothing, and leaves the "
        "ports of printers, medical and control equipment alone. If the network is not yours, ask "
        "its owner first."
    )


# ---------------------------------------------------------------- the files


def _hand_over(settings: "Settings", site: str, folder: Path) -> None:
    """Write the spreadsheet and the page, say where they are, and open the page."""
    from camcensus.census.handing import free_name, inventory_of
    from camcensus.export.report import page
    from camcensus.store import Store

    now = datetime.now(UTC)
    with Store.open(settings.db, create=False) as store:
        inventory = inventory_of(store, site, now, settings.contact)
    sheet, suffix = _sheet(inventory)
    name = free_name(folder, site, now, _SUFFIXES)
    html = name.with_name(f"{name.name}.html")
    put(name.with_name(name.name + suffix), sheet)
    put(html, page(inventory).encode())
    say(f"the spreadsheet: {name}{suffix}")
    say(f"the page:        {html}")
    if _has_screen():
        import webbrowser

        webbrowser.open(html.as_uri())


def _sheet(inventory: "Inventory") -> tuple[bytes, str]:
    """The spreadsheet, and how its name ends: CSV where the extra is not installed."""
    from importlib.util import find_spec

    from camcensus.export import csv, xlsx

    if find_spec("xlsxwriter") is None:
        return "".join(csv.lines(inventory.devices, bom=True)).encode(), ".csv"
    return xlsx.workbook(inventory), ".xlsx"


def _folder() -> Path:
    """Where the files will lie: here, or at home where nothing can be written here."""
    for place in (Path.cwd(), Path.home()):
        if os.access(place, os.W_OK):
            return place
    raise UsageError(
        f"the list could be written neither to {Path.cwd()} nor to {Path.home()}, so nothing was "
        "sent: change to a folder where you may write, and start again"
    )


def _must_be_kept(db: str) -> None:
    """Before anything is asked: what a sweep hears must have a place."""
    if "://" in db:
        return
    place = Path(db).expanduser().absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    if not os.access(place, os.W_OK):
        raise UsageError(
            f"the census could not be kept in {db}, so nothing was sent: {place} cannot be written "
            "to. Name another place with CAMCENSUS_DB=FILE, or with db in the settings file"
        )


def _has_screen() -> bool:
    """Whether a browser can open: not over SSH, and not for root, whose browser nobody wants."""
    if sys.platform in {"win32", "darwin"}:
        return True
    shown = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    return bool(shown) and getattr(os, "geteuid", int)() != 0
