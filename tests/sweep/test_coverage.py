"""The coverage adds up: who was asked is who answered and who was silent, and nobody else."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from camcensus.sweep import Coverage
from camcensus.types import Observation, Outcome, Transport

NOW = datetime(2026, 1, 12, tzinfo=UTC)


def seen(address: str, outcome: Outcome, note: str = "") -> Observation:
    return Observation(
        "s", "z", address, 80, Transport.TCP, "http", "page", NOW, outcome, note=note
    )


@given(
    asked=st.sets(st.integers(1, 9)),
    what=st.lists(st.tuples(st.integers(1, 9), st.sampled_from(list(Outcome))), max_size=40),
)
def test_asked_is_answered_plus_silent_whatever_happens(
    asked: set[int], what: list[tuple[int, Outcome]]
) -> None:
    coverage = Coverage()
    for number in asked | {number for number, _ in what}:
        coverage.ask("z", "http")
        assert number
    for number, outcome in what:
        coverage.take(seen(f"198.18.0.{number}", outcome, "198.18.0.9: because"))

    for row in coverage.rows():
        assert row.asked == row.answered + row.silent
        assert row.silent >= 0
        everybody = row.asked + sum(count for _, count in row.excluded)
        assert everybody <= len(asked | {number for number, _ in what})


def test_an_excluded_address_is_counted_once_with_its_reason_and_is_not_silent() -> None:
    coverage = Coverage()
    for last in (1, 2):
        coverage.ask("z", "http")
        for _ in range(7):
            note = f"198.18.0.{last}: zone z is udp-only"
            coverage.take(seen(f"198.18.0.{last}", Outcome.EXCLUDED, note))
    [row] = coverage.rows()

    assert (row.asked, row.silent, row.excluded) == (0, 0, (("zone z is udp-only", 2),))


def test_an_address_that_we_were_too_short_to_ask_is_not_silent() -> None:
    coverage = Coverage()
    for last in (1, 2, 3):
        coverage.ask("z", "http")
        coverage.take(seen(f"198.18.0.{last}", Outcome.LOCAL_SHORTAGE))
    coverage.take(seen("198.18.0.3", Outcome.SILENT))  # another port of it was asked
    [row] = coverage.rows()

    assert (row.asked, row.answered, row.silent) == (1, 0, 1)
    assert "2 addresses were not asked" in row.not_audible[0]


def test_deafness_is_told_only_of_links_that_were_asked() -> None:
    coverage = Coverage(heard_by_unicast={"198.18.0.9"})
    assert coverage.deafness() is None

    coverage.links_asked = True
    assert str(coverage.deafness()).startswith("unicast found 1 on this link, multicast none")

    coverage.heard_by_multicast.add("198.18.0.9")
    assert coverage.deafness() is None
