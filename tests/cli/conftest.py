"""A small estate on loopback, swept once, and the program to ask about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from camcensus.lab import Estate, estate_of, start_loopback
from cli.program import Ask, Ran, ask_here, run

PERSONAS = ("hik_cam", "axis_cam", "dahua_cam", "annke_cam", "printer", "vivotek_cam")
PORTS = ("--ports", "http:20080,https:20443")


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the settings nor the census of whoever runs the tests."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("DB", "SITE", "PACE", "CONFIG", "MAX_RATE"):
        monkeypatch.delenv(f"CAMCENSUS_{name}", raising=False)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    return ask_here(monkeypatch, capsys)


@pytest.fixture(scope="session")
def estate() -> Iterator[Estate]:
    """A few devices on loopback until the session ends."""
    with start_loopback(estate_of(PERSONAS)) as running:
        yield running.estate


@dataclass(frozen=True)
class Census:
    """What one sweep of the estate left behind, and said while it ran."""

    db: Path
    estate: Estate
    targets: tuple[str, ...]
    swept: Ran


@pytest.fixture(scope="session")
def census(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Census:
    db = tmp_path_factory.mktemp("census") / "census.db"
    targets = tuple(one.address for one in estate.devices)
    home = str(db.parent / "home")
    words: list[str | Path] = [
        "sweep",
        *targets,
        *PORTS,
        "--db",
        db,
        "--pace",
        "fast",
        "--json",
        "--thorough",
    ]
    swept = run(
        *words,
        XDG_CONFIG_HOME=home,
        XDG_DATA_HOME=home,
    )
    assert swept.code == 0, swept.err
    return Census(db, estate, targets, swept)
