"""Hostile devices beside cameras: each is told for what it is, and no camera is lost."""

import csv
import io
import re
from datetime import datetime

import pytest

from cli.program import run
from hostile.cases import FRAIL, ZOO
from hostile.zoo import CANARY, CONTROLS, HTTP, Case, Visit

each_case = pytest.mark.parametrize("case", ZOO, ids=lambda one: one.id)


@pytest.fixture(scope="module")
def visit(visits: dict[str, Visit]) -> Visit:
    return visits["zoo"]


@each_case
def test_the_device_has_a_label(visit: Visit, case: Case) -> None:
    labels = [f"{seen.outcome}: {seen.note}" for seen in visit.of(case.id)]

    assert any(re.search(case.label, label) for label in labels), labels


@each_case
def test_what_came_before_the_fault_is_kept(visit: Visit, case: Case) -> None:
    values = {value for seen in visit.of(case.id) for _, value in seen.evidence}

    assert {visit.zoo.filled(one) for one in case.kept} <= values


@each_case
def test_no_device_takes_more_than_its_share(visit: Visit, case: Case) -> None:
    address = visit.zoo.address(case.id)
    stored = visit.of(case.id)
    for port in case.tcp:
        assert visit.zoo.connections[address, port] <= case.at_most
    assert sum(seen.size for seen in stored) <= 256 * 1024
    moments = [datetime.fromisoformat(one.seen_at) for one in stored if one.prober == "http"]
    spent = (max(moments) - min(moments)).total_seconds() if moments else 0
    assert spent <= 25  # the budget is 20; the last answer may come a little later


def test_the_sweep_ends_well_and_in_silence(visit: Visit) -> None:
    assert visit.code == 0, visit.err
    assert "Traceback" not in visit.err
    assert "failed" not in visit.err


def test_every_control_camera_is_found_with_its_maker(visit: Visit) -> None:
    found = {one.persona.name: visit.devices[one.address]["brand"] for one in visit.zoo.controls}

    assert found == CONTROLS


def test_no_word_of_a_device_led_the_sweep_to_another(visit: Visit) -> None:
    assert visit.zoo.connections[CANARY, HTTP] == 0
    control = visit.zoo.controls[0].address
    assert 8899 not in {seen.port for seen in visit.observations[control]}
    assert "/stolen" not in {row["path"] for row in visit.report["requests"]}
    swept_addresses = {*map(visit.zoo.address, (one.id for one in ZOO))}
    swept_addresses |= {one.address for one in visit.zoo.controls}
    assert set(visit.observations) <= swept_addresses


def test_a_device_that_takes_anothers_name_takes_nothing_else(visit: Visit) -> None:
    thief = visit.devices.get(visit.zoo.address("M05"))
    robbed = [visit.devices[one.address] for one in visit.zoo.controls]

    assert thief is None or thief["id"] not in {one["id"] for one in robbed}
    assert all(len(one["addresses"]) == 1 for one in robbed)


def test_of_ten_thousand_names_sixty_four_are_stored(visit: Visit) -> None:
    assert len(visit.values("T02", "tls.san")) == 64


def test_a_frail_camera_lives(visit: Visit) -> None:
    assert FRAIL.began
    assert not FRAIL.died


def test_memory_stays_small(visit: Visit) -> None:
    assert visit.peak_mb <= 200


def test_nothing_that_a_device_said_reaches_the_screen_unescaped(visit: Visit) -> None:
    for text in (visit.out, visit.err):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_the_database_is_whole_and_exports(visit: Visit) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(visit.database)) as census:
        assert census.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    exported = run("export", "csv", "--db", visit.database)
    rows = list(csv.DictReader(io.StringIO(exported.out)))
    assert len(rows) >= len(CONTROLS)
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
