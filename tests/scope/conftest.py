"""One gentle pace, three probers and one interface: what most tests of the scope need."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from camcensus.scope import DeniedPorts, Plan, PlannedProber, ScopeRequest, make_plan
from camcensus.types import Interface, PaceLimits, ProberCost, Transport

MakePlan = Callable[..., Plan]

GENTLE = PaceLimits("gentle", 100, 10, 64, 8, 12, 15, 262144, 20, 0.2, 1.0)
PROBERS = (
    PlannedProber(
        "ws-discovery", "link", Transport.UDP, (3702,), ProberCost(5, 0, 5), ("239.255.255.250",)
    ),
    PlannedProber("ws-discovery", "first", Transport.UDP, (3702,), ProberCost(1)),
    PlannedProber("ws-discovery", "second", Transport.UDP, (3702,), ProberCost(2, 0, 2)),
    PlannedProber("mdns", "link", Transport.UDP, (5353,), ProberCost(2, 0, 2), ("224.0.0.251",)),
    PlannedProber("mdns", "second", Transport.UDP, (5353,), ProberCost(1)),
    PlannedProber("http", "second", Transport.TCP, (80, 443, 8000), ProberCost(82, 9, 9)),
    PlannedProber("rtsp", "second", Transport.TCP, (554,), ProberCost(8, 1, 1)),
)
DENIED = (
    DeniedPorts(Transport.TCP, 9100, 9107, "printers print whatever arrives", "safety.toml"),
    DeniedPorts(Transport.TCP, 502, 502, "controllers of plant", "safety.toml"),
)


@pytest.fixture(scope="session")
def probers() -> tuple[PlannedProber, ...]:
    return PROBERS


@pytest.fixture(scope="session")
def denied() -> tuple[DeniedPorts, ...]:
    return DENIED


@pytest.fixture(scope="session")
def gentle() -> PaceLimits:
    return GENTLE


@pytest.fixture(scope="session")
def plan_for() -> MakePlan:
    """Make a plan of targets; further fields are those of the request."""

    def make(
        *targets: str,
        interfaces: tuple[Interface, ...] = (),
        probers: tuple[PlannedProber, ...] = PROBERS,
        key: int | None = None,
        resolve: Callable[[str], tuple[str, ...]] | None = None,
        named: tuple[str, ...] = (),
        **fields: Any,
    ) -> Plan:
        return make_plan(
            ScopeRequest(targets=targets, interfaces=named, **fields),
            interfaces=interfaces,
            probers=probers,
            pace=GENTLE,
            denied=DENIED,
            key=key,
            resolve=resolve,
        )

    return make


@pytest.fixture
def zones_file(tmp_path: Path) -> Callable[[str], Path]:
    """Write a zones file of schema 1 and give its path."""

    def write(text: str) -> Path:
        path = tmp_path / "zones.toml"
        path.write_text("schema = 1\n" + text, "utf-8")
        return path

    return write
