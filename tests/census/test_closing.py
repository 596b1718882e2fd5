"""The last words of a sweep: where multicast went, and which networks said nothing."""

from datetime import UTC, datetime

from camcensus.census.closing import closing_words
from camcensus.scope import Plan, PlannedProber, ScopeRequest, make_plan
from camcensus.sweep import Coverage
from camcensus.types import Interface, Observation, Outcome, ProberCost, Transport
from probers.asking import LIMITS, SAFETY

LINK = Interface("scan0", "198.18.0.1", 24)
ROWS = (
    PlannedProber("voice", "link", Transport.UDP, (3702,), ProberCost(1), ("239.255.255.250",)),
    PlannedProber("voice", "first", Transport.UDP, (3702,), ProberCost(1)),
)


def plan_of(*targets: str, interfaces: tuple[Interface, ...] = (LINK,)) -> Plan:
    return make_plan(
        ScopeRequest(targets=targets, yes=True),
        interfaces=interfaces,
        probers=ROWS,
        pace=LIMITS,
        denied=SAFETY.denied,
    )


def heard(*addresses: str) -> Coverage:
    coverage = Coverage()
    now = datetime(2026, 1, 12, tzinfo=UTC)
    for address in addresses:
        coverage.take(
            Observation("s", "", address, 3702, Transport.UDP, "voice", "m", now, Outcome.ANSWERED)
        )
    return coverage


def test_a_routed_network_without_any_answer_is_named_with_what_to_check() -> None:
    words = closing_words(
        plan_of("198.18.0.0/24", "10.4.0.0/16"), heard("198.18.0.9"), complete=True
    )
    assert words[0].startswith("multicast reached 198.18.0.0/24 only: in 10.4.0.0/16 ")
    assert words[1] == (
        "10.4.0.0/16: 65,536 asked, 0 answers: check the firewall and the route to there"
    )
    assert words[2] == "198.18.0.0/24: 254 asked, 1 alive, 1 answered a question"


def test_where_no_link_is_planned_multicast_reached_nothing() -> None:
    [first, *_] = closing_words(
        plan_of("10.4.0.0/24", interfaces=()), heard("10.4.0.9"), complete=True
    )
    assert first.startswith("multicast reached nothing: in 10.4.0.0/24 ")


def test_an_interrupted_sweep_accuses_no_firewall() -> None:
    words = closing_words(plan_of("198.18.0.0/24"), heard(), complete=False)
    assert words == ("198.18.0.0/24: 0 answers so far",)


def test_many_networks_are_told_in_a_few_lines() -> None:
    networks = [f"10.{n}.0.0/24" for n in range(40)]
    words = closing_words(
        plan_of(*networks, interfaces=()),
        heard(*(f"10.{n}.0.7" for n in range(30))),
        complete=True,
    )
    assert len(words) == 14
    assert words[1].startswith("10.30.0.0/24, 10.31.0.0/24, 10.32.0.0/24 and 7 more: 2,560 asked")
    assert words[-1] == "and 19 more networks with answers"
