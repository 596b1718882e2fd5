"""A writer process: `python -m store.sweeping FILE`; says on stdout what it was told is stored."""

import sys
from itertools import count

from camcensus.errors import StoreError
from camcensus.store import HostDone, Position, Store
from store.estate import observation, sweep


def main(file: str) -> int:
    """Writes hosts until it is killed or the disk is full; prints each acknowledged number."""
    with Store.open(file) as store:
        writer = store.writer(store.begin_sweep(sweep()))
        print("begun", flush=True)  # noqa: T201 - the parent reads it
        try:
            for host in count(1):
                address = f"198.18.{host // 256}.{host % 256}"
                raw = bytes((host * step) % 251 for step in range(1, 800))
                for item in (observation(address, raw=raw), HostDone(address), Position(host)):
                    while not writer.offer(item):
                        pass
                if host % 20 == 0:
                    writer.flush()
                    print(host, flush=True)  # noqa: T201 - the parent reads it
        except StoreError as error:
            print(f"error {error}", flush=True)  # noqa: T201 - the parent reads it
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
