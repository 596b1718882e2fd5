import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import ScopeError
from camcensus.scope.addresses import position, range_text, text_of
from camcensus.scope.grammar import HostName, Networks, read_word, words


def spelled(word: str) -> list[str]:
    read = read_word(word)
    assert isinstance(read, Networks)
    return [range_text(*pair) for pair in read.ranges]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("10.20.0.0/16", ["10.20.0.0/16"]),
        ("192.168.1.7", ["192.168.1.7"]),
        ("10.30.1-4.1-254", [f"10.30.{n}.1-10.30.{n}.254" for n in (1, 2, 3, 4)]),
        ("10.0.0.*", ["10.0.0.0/24"]),
        ("10.0.*.*", ["10.0.0.0/16"]),
        ("10.0.0-1.*", ["10.0.0.0/23"]),
        ("10.0.0.1,5,9-11", ["10.0.0.1", "10.0.0.5", "10.0.0.9-10.0.0.11"]),
        ("10.0.0.250-", ["10.0.0.250-10.0.0.255"]),
        ("10.0.0.-3", ["10.0.0.0/30"]),
        ("10.0.0.-", ["10.0.0.0/24"]),
        ("10.0.0.5-10.0.0.20", ["10.0.0.5-10.0.0.20"]),
        ("2001:db8::/120", ["2001:db8::/120"]),
        ("fd00::5", ["fd00::5"]),
        ("fd00::5-fd00::9", ["fd00::5-fd00::9"]),
        ("::ffff:10.0.0.1", ["10.0.0.1"]),
        ("::ffff:10.0.0.0/120", ["10.0.0.0/24"]),
        ("0.0.0.0/0", ["0.0.0.0/0"]),
    ],
)
def test_a_word_names_these_addresses(word: str, expected: list[str]) -> None:
    assert spelled(word) == expected


def test_a_network_with_host_bits_is_the_whole_network_and_says_so() -> None:
    read = read_word("10.1.2.3/8")
    assert isinstance(read, Networks)
    assert [range_text(*pair) for pair in read.ranges] == ["10.0.0.0/8"]
    assert read.note == "10.1.2.3/8 was read as the network 10.0.0.0/8"


@pytest.mark.parametrize("name", ["camera-1", "nvr.example.org", "nvr.example.org.", "3com", "_x"])
def test_a_name_is_handed_back_as_a_name(name: str) -> None:
    assert read_word(name) == HostName(name)


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("10.0.5-1.1", "5-1 runs backwards"),
        ("10.0.0.9-10.0.0.1", "runs backwards"),
        ("fd00::9-fd00::1", "runs backwards"),
        ("10.0.0.1-fd00::1", "a whole address at each end"),
        ("10.0.0.256", "'256' is not a number from 0 to 255"),
        ("10.0.0.1000", "'1000' is not"),
        ("010.1.1.1", "begins with a zero"),
        ("10.0.0.0/33", "at most 32"),
        ("fd00::/129", "at most 128"),
        ("10.0.0.0/255.255.255.0", "a number from 0 to 32"),
        ("10.0.0/24", "one whole address"),
        ("10.0.0-1.0/24", "one whole address"),
        ("10.0.0.0/-1", "a number from 0 to 32"),
        ("1.2.3", "has 4 numbers, this has 3"),
        ("1.2.3.4.5", "this has 5"),
        ("10..0.1", "'' is not a number"),
        ("10.0.0.1,,2", "'' is not a number"),
        ("10.0.0.1--2", "'-2' is not a number"),
        ("fe80::1%eth0", "with an interface"),
        ("fd00:::1", "not an IPv6 address"),
        ("::12345", "not an IPv6 address"),
        ("\u0661\u0660.0.0.1", "neither an address"),
        ("10.0.0.\u0661", "neither an address"),
        ("cam era/24", "after the slash|one whole address"),
        ("example.org/24", "one whole address"),
        ("-", "this has 1"),
        ("*", "this has 1"),
        ("http://10.0.0.1/", "not an IPv6 address"),
        ("a" * 64, "neither an address"),
        ("cam!", "neither an address"),
        ("1,3,5,7.1,3,5,7.0-254.1", "more than"),
    ],
)
def test_a_word_that_names_nothing_says_why(word: str, complaint: str) -> None:
    if complaint == "more than":
        word = "0-254.0-254.0-254.1-254"
    with pytest.raises(ScopeError, match=complaint) as caught:
        read_word(word)
    assert "\n" not in str(caught.value)


def test_a_long_word_is_cut_in_the_message_and_control_characters_are_escaped() -> None:
    with pytest.raises(ScopeError) as caught:
        read_word("\x1b[31m" + "9" * 5000)
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable()


def test_commas_part_whole_addresses_and_stay_inside_octets() -> None:
    assert words("10.0.0.1,10.0.0.2 10.0.0.1,7") == ["10.0.0.1", "10.0.0.2", "10.0.0.1,7"]
    assert words("fd00::1,nvr.example.org") == ["fd00::1", "nvr.example.org"]


@given(st.one_of(st.integers(0, 2**32 - 1), st.integers(2**128 + 2**64, 2**129 - 1)))
def test_the_text_of_a_position_is_read_back_as_that_position(place: int) -> None:
    assert position(text_of(place)) == place


@given(first=st.integers(0, 2**32 - 1), size=st.integers(1, 70_000))
def test_the_text_of_a_range_is_read_back_as_that_range(first: int, size: int) -> None:
    last = min(first + size - 1, 2**32 - 1)
    read = read_word(range_text(first, last))
    assert isinstance(read, Networks)
    assert list(read.ranges) == [(first, last)]


_SHAPED = re.compile(r"[0-9*,-]{1,12}(\.[0-9*,-]{1,12}){3}(/[0-9]{1,3})?")


@pytest.mark.fuzz
@given(
    st.one_of(
        st.text(max_size=60),
        st.text("0123456789.,-*/:%abcdefx ", max_size=60),
        st.from_regex(_SHAPED, fullmatch=True),
    )
)
def test_any_text_is_read_or_refused_with_one_line(text: str) -> None:
    for word in words(text):
        read: Networks | HostName | None = None
        refusal = ""
        try:
            read = read_word(word)
        except ScopeError as error:
            refusal = str(error)
        assert "\n" not in refusal
        assert refusal or isinstance(read, HostName) or (read and read.ranges)
