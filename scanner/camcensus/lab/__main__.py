"""The child side of the lab: `python -m camcensus.lab inside FD`, `... estate`. No user verb."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

from camcensus.lab.estate import Estate
from camcensus.lab.private import GATEWAY, estate_commands, ip_batch, run_inside
from camcensus.lab.spec import estate_from_json

_SETTINGS = {
    # Every device is its own kernel in life: one kernel for all must not ration their answers.
    "ipv4/icmp_ratelimit": "0",
    "ipv4/icmp_msgs_per_sec": "100000",
    "ipv4/icmp_msgs_burst": "10000",
    "core/somaxconn": "65535",
    "ipv4/conf/all/rp_filter": "0",
}


def main() -> int:
    """Run the role named by the command line."""
    match sys.argv[1:]:
        case ["inside", spec_fd]:
            return run_inside(int(spec_fd))
        case ["estate"]:
            return asyncio.run(_serve())
        case _:
            return 2


async def _serve() -> int:
    loop = asyncio.get_running_loop()
    spec = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    estate = estate_from_json(spec["estate"]) if spec["estate"] else Estate(())
    from camcensus.lab.serve import EstateServer

    if await loop.run_in_executor(None, sys.stdin.readline) != "linked\n":
        return 1
    _relax()
    ip_batch(estate_commands(estate, spare=spec["spare"]))
    async with EstateServer(estate, GATEWAY) as server:
        os.write(sys.stdout.fileno(), b"ready\n")
        await loop.run_in_executor(None, sys.stdin.read)
        if spec["report"]:
            server.tally.write(Path(spec["report"]))
    return 0


def _relax() -> None:
    for name, value in _SETTINGS.items():
        with suppress(OSError):
            Path("/proc/sys/net", name).write_text(value, encoding="ascii")


if __name__ == "__main__":
    sys.exit(main())
