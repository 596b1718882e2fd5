"""Devices to files: one module per format, one line here."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from camcensus.export import csv, jsonl
from camcensus.store import DeviceRecord

Export = Callable[[Iterable[DeviceRecord]], Iterator[str]]

EXPORTS: Mapping[str, Export] = {
    "csv": csv.lines,
    "jsonl": jsonl.lines,
}
