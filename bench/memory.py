"""How much a sweep grows the process over its size right after imports (bound: 60 MB for a /16).

It runs in the lab's private network, where 198.19.0.0/16 is silent, with a pace far above any of
the program's own. `python bench/memory.py [NETWORK]`; `--inside NETWORK FILE` is its child.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from camcensus.census.prepare import Order, prepare
from camcensus.census.sweeping import Watch, run_sweep
from camcensus.lab import estate_of, private_available, run_in_private
from camcensus.scope import ScopeRequest
from camcensus.store import Store

FRAMES_PER_S = 20_000.0
BOUND_MB = 60.0


def size_mb() -> float:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def peak_mb() -> float:
    """The most it ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def walk(network: str) -> dict[str, float]:
    """Plan and sweep the network, as the command does; the figures of this process."""
    import_module("camcensus.cli.progress")  # all that the command itself imports
    before = size_mb()
    order = Order(ScopeRequest(targets=(network,)), pace="fast")
    prepared = prepare(order)
    prepared = replace(prepared, limits=replace(prepared.limits, frames_per_s=FRAMES_PER_S))
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "census.db") as store:
        result = asyncio.run(run_sweep(prepared, store, Watch()))
    return {
        "asked": max(row.asked for row in result.coverage),
        "frames": result.frames,
        "seconds": round(time.monotonic() - started, 1),
        "before_mb": round(before, 1),
        "growth_mb": round(peak_mb() - before, 1),
    }


def measure(network: str) -> dict[str, float]:
    """The same in a process and a network of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        command = [sys.executable, __file__, "--inside", network, str(file)]
        if run_in_private(command, estate_of(["hik_cam"])):
            raise subprocess.SubprocessError("the sweep failed; its last words are above")
        figures = json.loads(file.read_text("utf-8"))
    if not isinstance(figures, dict):
        raise TypeError("the figures are no object")
    return figures


def main() -> int:
    """Print the figures of a /16, or of the network that is named."""
    if sys.argv[1:2] == ["--inside"]:
        Path(sys.argv[3]).write_text(json.dumps(walk(sys.argv[2])), "utf-8")
        return 0
    works, reason = private_available()
    if not works:
        print(f"not measured: {reason}")
        return 0
    figures = measure(sys.argv[1] if len(sys.argv) > 1 else "198.19.0.0/16")
    print(", ".join(f"{key} {value}" for key, value in figures.items()))
    return 1 if figures["growth_mb"] > BOUND_MB else 0


if __name__ == "__main__":
    sys.exit(main())
