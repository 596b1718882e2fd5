"""The mark of everything that reads evidence from stored bytes: it changes when they do."""

import hashlib
from functools import cache
from importlib.resources import files

from camcensus import __version__

_READERS = ("wire", "probers", "types.py", "data.py")


@cache
def readers_mark() -> str:
    """A mark of the code between bytes and evidence, and of the version where it is no file."""
    digest = hashlib.sha256(__version__.encode())
    root = files("camcensus")
    pending = [(name, root / name) for name in _READERS]
    while pending:
        name, place = pending.pop()
        if place.is_dir():
            pending += sorted((f"{name}/{one.name}", one) for one in place.iterdir())
        elif name.endswith(".py"):
            digest.update(name.encode())
            digest.update(place.read_bytes())
    return digest.hexdigest()[:16]
