"""Zones from where the networks are written down: exports of registers to a zones file. Pure."""

from collections.abc import Callable

from camcensus.scope.importing.drafting import Draft, Drafts, draft
from camcensus.scope.importing.entries import Entry, Export, LeftOut
from camcensus.scope.importing.judging import Wishes
from camcensus.scope.importing.netbox import read_netbox
from camcensus.scope.importing.own_csv import read_csv
from camcensus.scope.importing.phpipam import read_phpipam
from camcensus.scope.importing.writing import CHECK, zones_text

READERS: dict[str, Callable[[bytes, str], Export]] = {
    "csv": read_csv,
    "netbox-json": read_netbox,
    "phpipam-csv": read_phpipam,
}

__all__ = [
    "CHECK",
    "READERS",
    "Draft",
    "Drafts",
    "Entry",
    "Export",
    "LeftOut",
    "Wishes",
    "draft",
    "read_csv",
    "read_netbox",
    "read_phpipam",
    "zones_text",
]
