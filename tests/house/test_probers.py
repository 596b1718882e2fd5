"""What belongs to every prober: rows in safety.toml, a simulated device, a document line."""

import ast
import re
from pathlib import Path

import pytest

from camcensus.lab import load_personas
from camcensus.net import load_safety
from camcensus.probers.base import Prober
from camcensus.probers.table import PROBERS

ROOT = Path(__file__).resolve().parents[2]
NAMES = frozenset(one.name for one in PROBERS)
WITHIN_OTHERS = frozenset({"tls"})  # asked by whoever connects; not a prober of its own
# The one connects and says nothing, the other asks pages of the web servers of many makers.
NO_PROTOCOL = frozenset({"canary", "identity-page"})
# The first lines of HTTP and RTSP, and the JSON of several makers: fuzzed within these.
WITHIN_OTHER_CODECS = {"camcensus.wire.head", "camcensus.wire.json_text"}
each_prober = pytest.mark.parametrize("prober", PROBERS, ids=lambda one: one.name)


def test_no_two_probers_have_one_name() -> None:
    assert len(NAMES) == len(PROBERS)


def test_what_may_be_sent_belongs_to_a_prober_and_every_prober_may_send() -> None:
    assert {prober for prober, _ in load_safety().allowed} == NAMES | WITHIN_OTHERS


def test_the_lab_speaks_every_protocol() -> None:
    spoken = frozenset[str]().union(*(one.spoken for one in load_personas()))

    assert spoken >= NAMES - NO_PROTOCOL


def test_a_simulated_device_shows_a_page_of_the_list() -> None:
    shown = {page.path for one in load_personas() for port in one.tcp for page in port.page}

    assert shown & {page.path for page in load_safety().pages}


@each_prober
def test_the_documents_have_a_line_for_each_prober(prober: Prober) -> None:
    rows = re.findall(r"(?m)^\| (`.*?`) \|", (ROOT / "docs/discovery.md").read_text("utf-8"))

    assert f"`{prober.name}`" in [name for row in rows for name in row.split(", ")]


@each_prober
def test_rows_of_the_plan_are_the_probers_own_and_cost_something(prober: Prober) -> None:
    for row in prober.planned:
        assert row.name == prober.name
        assert row.cost.frames >= row.cost.requests * (row.cost.connections == 0)
        assert row.cost.usual_frames <= row.cost.frames
        assert 0 < row.cost.usual_share <= 1
    stages = {row.stage for row in prober.planned}
    assert ("link" in stages) == (prober.link is not None)
    assert ("second" in stages) == (prober.ask is not None)
    assert ("first" in stages) == (prober.survey is not None or prober.ahead is not None)


def imported(path: Path) -> set[str]:
    """The modules of ours that a test imports, or imports from."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found


def test_every_codec_is_fuzzed() -> None:
    wire = ROOT / "scanner/camcensus/wire"
    reads = re.compile(r"^def (?:parse|read)\w*\(", re.MULTILINE)
    codecs = {
        f"camcensus.wire.{one.relative_to(wire).parts[0].removesuffix('.py')}"
        for one in wire.rglob("*.py")
        if reads.search(one.read_text("utf-8"))
    }
    fuzzed = [
        imported(one)
        for one in (ROOT / "tests/wire").glob("test_*.py")
        if "pytest.mark.fuzz" in one.read_text("utf-8")
    ]

    assert codecs - WITHIN_OTHER_CODECS <= set[str]().union(*fuzzed)
