"""What the estate received: the other side of every promise about what is never sent."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Tally:
    """Counters by (address, persona, port); `violations` must stay empty."""

    connections: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    tcp_bytes: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    datagrams: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    requests: Counter[tuple[str, int, str, str]] = field(default_factory=Counter)
    violations: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)
    authorization: int = 0

    def as_json(self) -> dict[str, object]:
        """The report, sorted."""
        return {
            "schema": "camcensus.lab-report/1",
            "violations": [
                {"address": a, "persona": p, "port": n, "what": what, "count": count}
                for (a, p, n, what), count in sorted(self.violations.items())
            ],
            "authorization_headers": self.authorization,
            "tcp": [
                {
                    "address": key[0],
                    "persona": key[1],
                    "port": key[2],
                    "connections": count,
                    "bytes": self.tcp_bytes[key],
                }
                for key, count in sorted(self.connections.items())
            ],
            "udp": [
                {"address": a, "persona": p, "port": n, "datagrams": count}
                for (a, p, n), count in sorted(self.datagrams.items())
            ],
            "requests": [
                {"address": a, "port": n, "method": m, "path": path, "count": count}
                for (a, n, m, path), count in sorted(self.requests.items())
            ],
        }

    def write(self, path: Path) -> None:
        """The report as a JSON file."""
        path.write_text(json.dumps(self.as_json(), indent=1) + "\n", encoding="utf-8")
