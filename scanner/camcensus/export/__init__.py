"""Devices to files: one module per format, one line here."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from camcensus.export import csv, jsonl, xlsx
from camcensus.export.inventory import Inventory, Listed

Export = Callable[[Iterable[Listed]], Iterator[str]]

EXPORTS: Mapping[str, Export] = {
    "csv": csv.lines,
    "jsonl": jsonl.lines,
}
"""Formats that are written line by line, however many devices there are."""

BOOKS: Mapping[str, Callable[[Inventory], bytes]] = {
    "xlsx": xlsx.workbook,
}
"""Formats that are one whole, with what was not seen and how the list was made."""
