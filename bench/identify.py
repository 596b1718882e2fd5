"""How fast evidence is named: `python bench/identify.py [FOLDER]` prints figures."""

import gc
import random
import string
import sys
import time
from pathlib import Path

from camcensus.identify import Catalogue, load_catalogue
from camcensus.types import Evidence, Field

IDENTITIES = 2_000
VALUES = {
    "one letter": "a" * 65536,
    "digits": "0123456789" * 6554,
    "markup": "<div class='x'>Network Camera</div>\n" * 1873,
    "near misses": "Server: App-webs Network Camera DS-2CD IPC- " * 1456,
    "random": "".join(random.Random(1).choices(string.printable, k=65536)),  # noqa: S311  # no secret
}


def main() -> None:
    """Load, the worst 64 KiB values, and identities in a second."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    started = time.perf_counter()
    catalogue = load_catalogue(folder)
    print(f"load: {1000 * (time.perf_counter() - started):.0f} ms", end=", ")
    print(f"{len(catalogue.signatures)} signatures in {len(catalogue.files)} files")
    for name, value in VALUES.items():
        first, again = worst(catalogue, value), worst(catalogue, value)
        print(f"64 KiB of {name}: {first:.1f} ms in all fields, {again:.1f} ms again")
    for when, seed in (("while patterns are compiled", 2), ("of others after that", 3)):
        rate, named = identities(catalogue, seed)
        print(f"identities {when}: {rate:.0f} a second, {named:.0%} of them named")


def worst(catalogue: Catalogue, value: str) -> float:
    """Milliseconds for one value in every field, one after the other."""
    started = time.perf_counter()
    for field in Field:
        list(catalogue.claims(Evidence(field, value)))
    return 1000 * (time.perf_counter() - started)


def identities(catalogue: Catalogue, seed: int) -> tuple[float, float]:
    """Devices of five to nine values each, a third of them from the catalogue's examples."""
    choose = random.Random(seed)  # noqa: S311  # no secret
    known = [Evidence(one.fields[0], e.value) for one in catalogue.signatures for e in one.matches]
    fields = list(Field)
    devices = [
        [
            choose.choice(known)
            if known and choose.random() < 0.33
            else Evidence(choose.choice(fields), f"nothing we know {choose.random()}")
            for _ in range(choose.randint(5, 9))
        ]
        for _ in range(IDENTITIES)
    ]
    gc.collect()
    started = time.perf_counter()
    named = sum(catalogue.identify(device).maker is not None for device in devices)
    return IDENTITIES / (time.perf_counter() - started), named / IDENTITIES


if __name__ == "__main__":
    main()
