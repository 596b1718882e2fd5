"""How fast observations are stored and devices read: `python bench/store.py [ROWS]`.

The yardstick is the standard library's sqlite3 on the same columns: `executemany`, 500 rows a
transaction, bytes uncompressed, no evidence rows. Ratios mean something; rows/s are this machine's.
"""

import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from camcensus.store import Store, SweepStart
from camcensus.types import (
    Certainty,
    Evidence,
    Field,
    Identity,
    Kind,
    Observation,
    Outcome,
    Transport,
)

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
START = SweepStart(
    site="bench",
    argv=("bench",),
    plan_text="",
    plan_hash="",
    key="",
    catalogue="",
    version="",
    started_at=NOW,
    networks=("198.18.0.0/15",),
)
CAMERA = Identity(
    Kind.CAMERA, "hikvision", "hikvision", "DS-2CD2042WD-I", certainty=Certainty(0.9, 0.9, 0.9, 0.9)
)


def observations(rows: int) -> Iterator[Observation]:
    """All different, about 1.3 KB each: headers, and a page with words of its own."""
    chance = random.Random(1)  # noqa: S311 - a benchmark, not a secret
    words = [f"{chance.getrandbits(40):x}" for _ in range(2_000)]
    for row in range(rows):
        page = " ".join(chance.choices(words, k=110))
        raw = f"HTTP/1.1 200 OK\r\nServer: App-webs/\r\nETag: {row}\r\n\r\n<html>{page}</html>"
        yield Observation(
            site="bench",
            zone="",
            address=address(row),
            port=80,
            transport=Transport.TCP,
            prober="http",
            message="GET /",
            seen_at=NOW,
            outcome=Outcome.ANSWERED,
            raw=raw.encode(),
            evidence=(
                Evidence(Field.HTTP_SERVER, "App-webs/"),
                Evidence(Field.HTTP_HEADER, f"ETag: {row}"),
            ),
        )


def address(row: int) -> str:
    """The row's address in 198.18.0.0/15."""
    return f"198.{18 + row // 65536 % 2}.{row // 256 % 256}.{row % 256}"


def plain(items: list[Observation], file: Path) -> float:
    """Seconds that sqlite3 alone takes."""
    start = time.perf_counter()
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(
            "CREATE TABLE observation (id INTEGER PRIMARY KEY, site TEXT, zone TEXT, address TEXT,"
            " port INTEGER, transport TEXT, prober TEXT, message TEXT, seen_at TEXT, outcome TEXT,"
            " note TEXT, raw BLOB) STRICT"
        )
        for first in range(0, len(items), 500):
            database.execute("BEGIN IMMEDIATE")
            database.executemany(
                "INSERT INTO observation VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (item.site, item.zone, item.address, item.port, item.transport, item.prober,
                     item.message, item.seen_at.isoformat(), item.outcome, item.note, item.raw)
                    for item in items[first : first + 500]
                ],
            )  # fmt: skip
            database.execute("COMMIT")
    return time.perf_counter() - start


def ours(items: list[Observation], store: Store) -> float:
    """Seconds that the store takes, evidence and compression included."""
    sweep_id = store.begin_sweep(START)
    start = time.perf_counter()
    with store.writer(sweep_id) as writer:
        for item in items:
            while not writer.offer(item):
                time.sleep(0.001)
    return time.perf_counter() - start


def settled(store: Store, devices: int) -> float:
    """Seconds to settle this many devices, each with a MAC of its own."""
    sweep_id = store.sweeps()[-1].id
    start = time.perf_counter()
    for row in range(devices):
        mac = f"44:19:b6:{row >> 16 & 255:02x}:{row >> 8 & 255:02x}:{row & 255:02x}"
        evidence = (Evidence(Field.MAC_ADDRESS, mac),)
        store.settle(sweep_id, "bench", "", address(row), CAMERA, evidence, NOW)
    return time.perf_counter() - start


def grown_to() -> float:
    """The most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(rows: int) -> None:
    """Prints one line for each figure."""
    with tempfile.TemporaryDirectory() as folder:
        items = list(observations(rows))
        size = sum(len(item.raw) for item in items)
        print(f"observations        {rows}, {size / rows:.0f} bytes each, 2 evidence rows each")
        yardstick = plain(items, Path(folder) / "plain.db")
        print(f"sqlite3 executemany {rows / yardstick:8.0f} rows/s")
        file = Path(folder) / "census.db"
        with Store.open(file) as store:
            took = ours(items, store)
            ratio = yardstick / took
            print(f"store.writer        {rows / took:8.0f} rows/s, {ratio:.2f} of sqlite3 alone")
            del items
            before = grown_to()
            start = time.perf_counter()
            read = sum(len(host.observations) for host in store.hosts_of(None))
            pace = read / (time.perf_counter() - start)
            growth = grown_to() - before
            print(
                f"store.hosts_of      {pace:8.0f} rows/s, {growth:.0f} MB over the peak before it"
            )
            devices = min(rows, 2_000)
            print(f"store.settle        {devices / settled(store, devices):8.0f} devices/s")
            start = time.perf_counter()
            found = sum(1 for _ in store.devices())
            print(f"store.devices       {found / (time.perf_counter() - start):8.0f} devices/s")
        smaller = file.stat().st_size / (Path(folder) / "plain.db").stat().st_size
        print(f"file                {smaller:8.2f} of sqlite3's, which keeps bytes as they came")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
