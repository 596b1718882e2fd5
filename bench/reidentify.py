"""How fast stored answers are named again, database included: `python bench/reidentify.py [DB]`.

The answers are those of a census (the embedded estate's, which is swept first if none is given),
as many times over as make up 100,000, every copy with addresses, MACs and numbers of its own. One
core does it all. Three figures: hosts of which nothing is stored yet, the same again, and by a
catalogue in which every maker's word has changed.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from camcensus.census.naming import evidence_again, reidentify
from camcensus.data import data_folder
from camcensus.identify import Catalogue, load_catalogue
from camcensus.probers.mark import readers_mark
from camcensus.store import Store, StoredHost, SweepStart
from camcensus.types import Field, Observation

OBSERVATIONS = 100_000
PIECE = 500


def main() -> None:
    """Build the census, and time the three passes."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        estate = Path(sys.argv[1]) if len(sys.argv) > 1 else sweep_the_estate(folder)
        with Store.open(folder / "bench.db") as store:
            count, hosts = fill(store, estate)
            values = sum(
                len(seen.evidence) for host in store.hosts_of() for seen in host.observations
            )
            print(f"{count:,} observations of {hosts:,} hosts, {values:,} values, one core")
            catalogue = load_catalogue()
            timed("hosts not settled before", store, catalogue, count)
            timed("the same again", store, catalogue, count)
            timed("every maker's word changed", store, another(folder), count)


def timed(what: str, store: Store, catalogue: Catalogue, count: int) -> None:
    """One pass over everything."""
    catalogue.forget()
    started, busy = time.perf_counter(), time.process_time()
    done = reidentify(store, None, catalogue)
    took, busy = time.perf_counter() - started, time.process_time() - busy
    words = ", ".join(f"{number} {change}" for change, number in done.changes.items())
    print(
        f"{what}: {count / took:,.0f} observations a second ({took:.1f} s, of which this process"
        f" had a core for {busy:.1f} s: {count / busy:,.0f} a second of it; {words})"
    )


def sweep_the_estate(folder: Path) -> Path:
    """The census of the virtual estate, swept now."""
    subprocess.run(
        [sys.executable, "-m", "camcensus", "demo"], cwd=folder, check=True, capture_output=True
    )
    return folder / "camcensus-demo" / "census.db"


def fill(store: Store, estate: Path) -> tuple[int, int]:
    """The answers of the estate, many times over; how many observations and hosts there are."""
    with Store.open(estate, create=False) as census:
        hosts = list(census.hosts_of())
    start = SweepStart(
        site="bench", argv=(), plan_text="", plan_hash="", key="", catalogue="", version="",
        readers=readers_mark(), started_at=hosts[0].observations[0].seen_at,
    )  # fmt: skip
    sweep_id = store.begin_sweep(start)
    count = copies = 0
    with store.writer(sweep_id, readers_mark()) as writer:
        while count < OBSERVATIONS:
            for number, host in enumerate(hosts):
                for one in copied(host, copies, number):
                    while not writer.offer(one):
                        time.sleep(0.01)
                    count += 1
            copies += 1
    return count, copies * len(hosts)


def copied(host: StoredHost, copy: int, number: int) -> Iterator[Observation]:
    """What the host said, as another unit of the same model at another address would."""
    where = copy * 60 + number
    address = f"198.{18 + (where >> 16)}.{where >> 8 & 255}.{where & 255}"
    pairs = [(host.address.encode(), address.encode()), *own_names(host, copy)]
    for seen in host.observations:
        raw = seen.raw
        for old, new in pairs:
            raw = raw.replace(old, new)
        other = replace(seen, site="bench", address=address, raw=raw)
        yield replace(other, evidence=evidence_again(other) if raw else seen.evidence)


@cache
def names_of(host: StoredHost) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The MACs, and the serial number and endpoint, by which this host goes."""
    evidence = [item for seen in host.observations for item in seen.evidence]
    identity = load_catalogue().identify(evidence)
    endpoints = [one.value for one in evidence if one.field is Field.WSD_ENDPOINT]
    stated = [one.value for one in evidence if one.field is Field.MAC_ADDRESS]
    claimed = [claim.value for claim in identity.claims if claim.attribute == "mac"]
    serials = [claim.value for claim in identity.claims if claim.attribute == "serial"]
    return tuple(dict.fromkeys([*stated, *claimed])), tuple(dict.fromkeys([*serials, *endpoints]))


def own_names(host: StoredHost, copy: int) -> Iterator[tuple[bytes, bytes]]:
    """The names of the host in every form that a message has them in, and those of its copy."""
    macs, others = names_of(host)
    for mac in macs:
        old = mac.split(":")
        new = [*old[:4], f"{copy >> 8:02x}", f"{copy & 255:02x}"]
        yield bytes.fromhex("".join(old)), bytes.fromhex("".join(new))
        for sign in (":", "-", ""):
            for form in (str.lower, str.upper):
                yield form(sign.join(old)).encode(), form(sign.join(new)).encode()
    for text in others:
        yield text.encode(), f"{text[:-4]}{copy:04d}".encode()


def another(folder: Path) -> Catalogue:
    """A catalogue whose every reason reads otherwise, so that no claim stays as it was."""
    place = folder / "fingerprints"
    for file in sorted(data_folder("fingerprints").rglob("*.toml")):
        target = place / file.relative_to(data_folder("fingerprints"))
        target.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text("utf-8")
        target.write_text(re.sub(r'(?m)^why = "', 'why = "Again: ', text), "utf-8")
    return load_catalogue(place)


if __name__ == "__main__":
    main()
