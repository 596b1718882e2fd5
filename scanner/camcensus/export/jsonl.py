"""JSON Lines: one `camcensus.device/1` object a line, in ASCII, so no terminal is moved by it."""

import json
from collections.abc import Iterable, Iterator

from camcensus.export.inventory import Listed


def lines(devices: Iterable[Listed]) -> Iterator[str]:
    """One line for each device, with its end of line."""
    for one in devices:
        yield json.dumps(one.record.to_json(), allow_nan=False) + "\n"
