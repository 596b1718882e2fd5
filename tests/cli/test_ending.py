"""The end of a sweep on the screen: short, each reason once, what was found before all else."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camcensus.census.closing import Ending, Reason, ending_of
from camcensus.census.tally import Found, Tally
from camcensus.cli.ending import ending_lines, found_lines, show_counts
from camcensus.lab import Estate
from camcensus.sweep import Coverage, CoverageRow
from camcensus.types import Kind, Observation, Outcome, Transport
from census.test_closing import heard, plan_of
from cli.conftest import PORTS
from cli.program import run


def seen_of(address: str, prober: str, outcome: Outcome) -> Observation:
    now = datetime(2026, 1, 12, tzinfo=UTC)
    return Observation("s", "", address, 1757, Transport.UDP, prober, "m", now, outcome)


CAMERA = Found(Kind.CAMERA, "Hikvision", "Annke", 1)
RECORDER = Found(Kind.NVR, "Dahua", "Dahua", 16)
PRINTER = Found(Kind.NOT_VIDEO, None, None, None)


def test_what_was_found_is_told_by_kind_maker_label_and_channels() -> None:
    unnamed = Found(Kind.CAMERA, None, None, None)
    lines = list(found_lines(Tally.of([CAMERA, CAMERA, RECORDER, PRINTER, unnamed])))

    assert lines == [
        "found: 3 cameras, 1 network recorder; 1 other device",
        "  made by: Hikvision 2, Dahua 1, not known 1",
        "  2 with another name on the label than the maker's",
        "  1 recorder states 16 channels: cameras behind them may not be on this network",
    ]


def test_where_nothing_was_found_nothing_more_is_said_of_it() -> None:
    assert list(found_lines(Tally.of([]))) == ["found: no camera; 0 other devices"]


def test_no_more_than_eight_makers_are_named() -> None:
    many = [Found(Kind.CAMERA, f"maker {n:02}", None, None) for n in range(12)]
    [_, makers, *_] = found_lines(Tally.of(many))

    assert makers.count("maker ") == 8
    assert makers.endswith(", 4 more makers")


def test_a_reason_is_told_once_with_all_whom_it_concerns() -> None:
    coverage = heard("198.18.0.9")
    for prober in ("mdns", "ssdp"):
        coverage.ask("", prober)
        coverage.inaudible(prober, "no router passes it")
    ending = ending_of(plan_of("198.18.0.0/24"), coverage, complete=True)

    assert ending.unseen == (Reason("no router passes it", ("mdns", "ssdp")),)
    assert list(ending_lines(ending))[:2] == [
        "could not be seen from here:",
        "  mdns, ssdp: no router passes it",
    ]


def test_whom_the_budget_left_no_question_is_told_as_not_seen() -> None:
    coverage = Coverage()
    for last in (1, 2):
        coverage.take(seen_of(f"198.18.0.{last}", "bosch", Outcome.SKIPPED_BUDGET))
    ending = ending_of(plan_of("198.18.0.0/24"), coverage, complete=True)

    why = "2 addresses had as many questions as the pace allows"
    assert ending.unseen == (Reason(why, ("bosch",)),)


def test_what_only_counts_answers_on_a_link_is_left_to_the_counts() -> None:
    coverage = Coverage()
    coverage.remark("voice", "scan0: 4 answered on the link")
    coverage.remark("voice", "left aside: an answer from outside the plan")
    ending = ending_of(plan_of("198.18.0.0/24"), coverage, complete=True)

    assert ending.notes == (Reason("left aside: an answer from outside the plan", ("voice",)),)


def test_networks_without_answers_come_before_those_with() -> None:
    ending = ending_of(plan_of("198.18.0.0/24", "10.4.0.0/16"), heard("198.18.0.9"), complete=True)

    assert [line.split(":")[0] for line in ending.networks] == ["10.4.0.0/16", "198.18.0.0/24"]
    assert "check the firewall" in ending.networks[0]
    assert ending.unseen[0].why.startswith("multicast reached 198.18.0.0/24 only")


def test_addresses_that_are_nobodys_are_one_line() -> None:
    plan = plan_of("198.18.0.0/24", "198.18.0.9")
    ending = ending_of(plan, heard("198.18.0.9"), complete=True)

    assert ending.left_out == (("network and broadcast addresses", 2),)
    assert len(plan.exclusions) == 2


def test_the_counts_add_up_zones_and_name_who_asked_nobody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    row = CoverageRow("north", "http", 1000, 400, 600, spared=5)
    idle = CoverageRow("north", "sony", 0, 0, 0, spared=7)
    show_counts((row, CoverageRow("south", "http", 1000, 1, 999), idle))

    told = capsys.readouterr()
    assert told.out == ""
    assert re.search(r"^http +2,000 +401 +1,599 +5$", told.err, re.MULTILINE)
    assert "asked nobody: sony" in told.err


def test_an_ending_without_anything_to_say_says_nothing() -> None:
    assert list(ending_lines(Ending((), (), (), (), ()))) == []


def test_a_sweep_ends_in_this_order(estate: Estate, tmp_path: Path) -> None:
    ran = run("sweep", estate.devices[0].address, *PORTS, "--db", tmp_path / "census.db")
    starts = ("done: ", "found: ", "could not be seen", "networks:", "addresses by", "see them")
    places = [ran.err.index(f"\n{start}") for start in starts]

    assert places == sorted(places)
    assert len(ran.err[places[0] :].splitlines()) < 40
