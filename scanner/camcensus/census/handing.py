"""The files that a person takes away: a spreadsheet and a page, side by side."""

import re
from datetime import datetime
from pathlib import Path

from camcensus.census.inventory import gather
from camcensus.export.inventory import Inventory
from camcensus.store import DeviceQuery, Store

_NOT_IN_A_NAME = re.compile(r"[^\w.-]+")


def inventory_of(store: Store, site: str | None, made_at: datetime, contact: str) -> Inventory:
    """The cameras and recorders of one site, or of all."""
    return gather(store, DeviceQuery(site=site, video_only=True), made_at, contact=contact)


def free_name(folder: Path, site: str, day: datetime, suffixes: tuple[str, ...]) -> Path:
    """A name for files of these suffixes that is not taken: cameras-SITE-DATE, then -2, -3.

    Never one that exists: somebody may have written rooms and owners into it.
    """
    words = ["cameras"] if site == "default" else ["cameras", _slug(site)]
    stem = "-".join((*words, f"{day.astimezone():%Y-%m-%d}"))
    number = 1
    while True:
        name = folder / (stem if number == 1 else f"{stem}-{number}")
        if not any(name.with_name(name.name + suffix).exists() for suffix in suffixes):
            return name
        number += 1


def _slug(site: str) -> str:
    """The site's name as part of a file's name on any system; letters of every script stay."""
    return _NOT_IN_A_NAME.sub("-", site).strip("-.")[:60] or "site"
