"""States: plain facts out of answers, that claim nothing about who made a device."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import CatalogueError
from camcensus.identify.states import StateRule, read_rules, state_rules, states_of
from camcensus.types import Evidence, Field

RULES = state_rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_state_fits_its_examples_and_nothing_else(rule: StateRule) -> None:
    assert rule.matches
    assert rule.rejects
    assert rule.source
    for value in rule.matches:
        assert rule.fits_value(value), value
    for value in rule.rejects:
        assert not rule.fits_value(value), value


def test_a_device_that_nobody_activated_says_so() -> None:
    [state] = states_of([Evidence(Field.SADP_FIELD, "Activated=false")])

    assert (state.about, state.evidence.value) == ("activated", "Activated=false")
    assert state.says.startswith("no: ")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ("3", "right: within a few seconds of this machine's"),
        ("-90", "90 seconds behind this machine's"),
        ("7300", "2 hours ahead of this machine's"),
        ("-867542400", "10,041 days behind this machine's"),
    ],
)
def test_a_clock_is_told_by_how_far_it_is_off(seconds: str, said: str) -> None:
    assert [one.says for one in states_of([Evidence(Field.ONVIF_CLOCK, seconds)])] == [said]


def test_the_latest_word_about_a_clock_counts_and_nonsense_does_not() -> None:
    clocks = [Evidence(Field.ONVIF_CLOCK, text) for text in ("400", "0", "noon")]
    assert [one.says.split(":")[0] for one in states_of(clocks)] == ["right"]


@given(st.sampled_from([Field.SADP_FIELD, Field.ONVIF_CLOCK, Field.RTSP_SDP]), st.text())
def test_no_text_of_a_device_ends_it_and_only_one_sentence_comes_of_it(
    field: Field, text: str
) -> None:
    assert len(states_of([Evidence(field, text)])) <= 1


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xff", "not UTF-8"),
        (b"schema = ", "states.toml:1"),
        (b"schema = 2", "schema"),
        (b'schema = 1\n[[state]]\nid = "x"\nfield = "no.field"', "no field"),
        (b"schema = 1\nstat = 1", "stat"),
    ],
)
def test_a_file_that_does_not_hold_is_told_with_its_place(content: bytes, fault: str) -> None:
    with pytest.raises(CatalogueError, match=fault):
        list(read_rules(content))
