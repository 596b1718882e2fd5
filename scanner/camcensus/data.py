"""Where the shipped knowledge lies (`fingerprints/`, `db/`), and who owns a MAC prefix."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

UNKNOWN_OWNERS = frozenset({"IEEE Registration Authority", "Private"})
"""Registered names that name nobody: a block cut up further, or an owner who stays hidden."""

_MAC = re.compile(
    r"[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}"  # Unix tools leave leading zeros out
    r"|[0-9a-f]{2}(?P<byte>[-. ])(?:[0-9a-f]{2}(?P=byte)){4}[0-9a-f]{2}"
    r"|[0-9a-f]{4}(?P<word>[-.:])[0-9a-f]{4}(?P=word)[0-9a-f]{4}"
    r"|[0-9a-f]{6}[-:]?[0-9a-f]{6}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}"  # inside a UUID
)


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


def normalise_mac(text: str) -> str | None:
    """The MAC in lower case with colons, `None` if the text is no MAC of 48 bits.

    Takes the usual separators, between bytes, words or halves. All zero and all one are
    nobody's address.
    """
    mac = text.strip().lower()
    if not _MAC.fullmatch(mac):
        return None
    digits = "".join(part.zfill(2) for part in re.split(r"[-:. ]", mac))
    if digits in {"0" * 12, "f" * 12}:
        return None
    return ":".join(digits[start : start + 2] for start in range(0, 12, 2))


@lru_cache(maxsize=65536)
def mac_owner(mac: str) -> str | None:
    """The organisation the IEEE registered for the MAC's first 24 bits, `None` if not known.

    A locally administered or group address has no owner, whatever its first bits say
    (IEEE 802-2014, 8.2).
    """
    normal = normalise_mac(mac)
    if normal is None or int(normal[:2], 16) & 0b11:
        return None
    owner = _registered(normal)
    return None if owner is None or owner in UNKNOWN_OWNERS else owner


def _registered(mac: str) -> str | None:
    import aiooui

    if not aiooui.is_loaded():
        _load_registry()
    found = aiooui.get_vendor(mac)
    return None if found is None else str(found)


def _load_registry() -> None:
    """Load the bundled table once; in a thread, because the caller may stand in an event loop."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    import aiooui

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(aiooui.async_load())).result()
