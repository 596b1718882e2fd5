"""What the name of a network says about policy: every row of the data, and how names are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import CatalogueError
from camcensus.scope import Policy
from camcensus.scope.importing.entries import Said
from camcensus.scope.importing.wording import NameRule, guesses, name_rules, read_rules

RULES = name_rules()


def ids(rule: NameRule) -> str:
    return f"{rule.tag}-{rule.matches[0]}"


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_every_row_holds_for_its_examples(rule: NameRule) -> None:
    assert [text for text in rule.matches if not rule.word_in(text)] == []
    assert [text for text in rule.rejects if rule.word_in(text)] == []
    assert rule.matches
    assert rule.rejects
    assert rule.why


def test_no_counter_example_of_a_closed_row_is_closed_by_another() -> None:
    closed = [rule for rule in RULES if not rule.policy.sends]
    texts = [text for rule in closed for text in rule.rejects]
    assert [(t, r.tag) for t in texts for r in closed if r.word_in(t)] == []


def test_no_word_stands_in_two_rows() -> None:
    words = [word for rule in RULES for word in rule.words]
    assert len(words) == len(set(words))


def test_medical_building_alarm_and_payment_close_and_voice_printers_and_cameras_do_not() -> None:
    policies = {rule.tag: rule.policy for rule in RULES}
    closed = {"clinical", "building", "industrial", "alarm", "payment"}
    assert {tag for tag, policy in policies.items() if policy is Policy.DO_NOT_PROBE} == closed
    assert {tag for tag in policies if tag not in closed} == {"voice", "printer", "video"}
    assert {policy for tag, policy in policies.items() if tag not in closed} == {Policy.PROBE}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("VL31_THEATRE-MON", "theatre"),
        ("vlan31theatre", "theatre"),
        ("TheatreMonitors", "theatre"),
        ("BMSPlant", "bms"),
        ("Röntgen", "rontgen"),
        ("operating  room 3", "operating room"),
        ("Dialysis", "dialysis"),
        ("Edward Street", ""),
        ("Firewalls", ""),
        ("", ""),
    ],
)
def test_names_are_cut_where_people_cut_them(text: str, word: str) -> None:
    found = guesses([Said("named", text)])
    assert next((one.word for one in found if not one.rule.policy.sends), "") == word


def test_the_strictest_guess_comes_first_and_says_where_it_was_read() -> None:
    found = guesses([Said("named", "CCTV"), Said("with the role", "Ward 3")])
    assert [guess.rule.tag for guess in found] == ["clinical", "video"]
    assert found[0].reason == "with the role 'Ward 3' in the import; look at it"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ('policy = "closed"\nwords = ["a"]\n', "policy: 'closed' is none of probe"),
        ('policy = "probe"\nwords = ["Ward"]\n', "words: 'Ward' is not of words in small letters"),
        ('policy = "probe"\nwords = ["a"]\nword = "b"\n', "word: is not a key"),
    ],
)
def test_a_slip_in_the_file_is_an_error_with_its_place(row: str, complaint: str) -> None:
    text = f'schema = 1\n[[name]]\ntag = "x"\nwhy = "so"\n{row}'
    with pytest.raises(CatalogueError, match=f"^zone-names.toml: name 1: {complaint}"):
        list(read_rules(text.encode()))


@pytest.mark.fuzz
@given(st.text())
def test_any_text_has_guesses_or_none(text: str) -> None:
    for guess in guesses([Said("named", text)]):
        assert guess.word
