"""JSON Lines: one `camcensus.device/1` object a line, in ASCII, so no terminal is moved by it."""

import json
from collections.abc import Iterable, Iterator

from camcensus.store import DeviceRecord


def lines(records: Iterable[DeviceRecord]) -> Iterator[str]:
    """One line for each device, with its end of line."""
    for record in records:
        yield json.dumps(record.to_json(), allow_nan=False) + "\n"
