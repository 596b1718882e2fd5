"""The child side of the lab: `inside FD`, `estate` and `loopback`. Not for users."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from camcensus.lab import cabling
from camcensus.lab.estate import Estate
from camcensus.lab.private import ip_batch, ip_error, run_inside
from camcensus.lab.spec import estate_from_json


def main() -> int:
    """Run the role that the command line names."""
    match sys.argv[1:]:
        case ["inside", spec_fd]:
            return run_inside(int(spec_fd))
        case ["estate" | "loopback" as role]:
            try:
                with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                    return runner.run(_serve(role))
            except OSError as error:
                sys.stderr.write(f"camcensus: the estate cannot be served: {error}\n")
                return 1
        case _:
            return 2


async def _serve(role: str) -> int:
    from camcensus.lab.serve import EstateServer

    loop = asyncio.get_running_loop()
    spec = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    estate = estate_from_json(spec["estate"]) if spec["estate"] else Estate(())
    if await loop.run_in_executor(None, sys.stdin.readline) != "linked\n":
        return 1
    notes = _cable(estate, spec) if role == "estate" else []
    own = cabling.GATEWAY if role == "estate" else None
    async with EstateServer(estate, own, notes=notes) as server:
        os.write(1, json.dumps({"ready": True, "notes": server.notes}).encode() + b"\n")
        await loop.run_in_executor(None, sys.stdin.read)
    if spec["report"]:
        server.tally.write(Path(spec["report"]))
    return 0


def _cable(estate: Estate, spec: dict[str, Any]) -> list[str]:
    """Plug in this side; what could not be made as in life."""
    for name, value in cabling.SETTINGS.items():
        with suppress(OSError):
            Path("/proc/sys/net", name).write_text(value, encoding="ascii")
    ip_batch(cabling.estate_link_commands(spare=spec["spare"]))
    error = ip_error(cabling.card_commands(estate))
    ip_batch(cabling.address_commands(estate, all_devices=bool(error)))
    notes = [f"all devices share one MAC: {error}"] if error else []
    if error := ip_error(cabling.firewall_commands(estate)):
        notes.append(f"no device has a firewall: {error}")
    return notes


if __name__ == "__main__":
    sys.exit(main())
