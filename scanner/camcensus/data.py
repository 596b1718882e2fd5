"""Where the shipped knowledge lies (`fingerprints/`, `db/`), and who owns a MAC prefix."""

from functools import cache
from importlib.resources import files
from pathlib import Path

UNKNOWN_OWNERS = frozenset({"IEEE Registration Authority", "Private"})


@cache
def data_folder(name: str) -> Path:
    """The folder `fingerprints` or `db`: from the wheel if installed, else from the checkout."""
    shipped = Path(str(files("camcensus"))) / "_data" / name
    if shipped.is_dir():
        return shipped
    checkout = Path(__file__).resolve().parents[2] / name
    if checkout.is_dir():
        return checkout
    raise FileNotFoundError(f"the folder {name!r} is neither in the package nor beside the source")


@cache
def _registry() -> dict[int, str]:
    """The IEEE MA-L registry, loaded once: 24-bit prefix to registered organisation."""
    import aiooui

    table: dict[int, str] = {}
    return table if aiooui is None else table


def mac_owner(mac: str) -> str | None:
    """The organisation the IEEE registered for the MAC's first 24 bits, `None` if not known.

    A locally administered or group address has no owner, whatever its first bits say
    (IEEE 802-2014, 8.2).
    """
    first = int(mac[:2], 16)
    if first & 0b11:
        return None
    owner = _lookup(mac)
    return None if owner is None or owner in UNKNOWN_OWNERS else owner


def _lookup(mac: str) -> str | None:
    import aiooui

    if not aiooui.is_loaded():
        import asyncio

        asyncio.run(aiooui.async_load())
    found = aiooui.get_vendor(mac)
    return None if found is None else str(found)
