import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.identify.patterns import Pattern, PatternError, PatternSet, searchable


def test_a_set_gives_every_pattern_that_is_found_with_its_groups() -> None:
    texts = ["^a(?P<model>.*)$", "b", "c$", "^$"]
    found = PatternSet(texts)

    assert list(found.search(b"abc")) == [(0, {"model": "bc"}), (1, {}), (2, {})]
    assert list(found.search(b"zzz")) == []
    assert list(found.search(b"")) == [(3, {})]


class GivesUp:
    """RE2 when its automaton finds no memory: it reports that nothing matches."""

    def Match(self, _text: bytes) -> None:  # noqa: N802  # the library's spelling
        return None


def test_a_set_for_which_re2_gives_up_is_searched_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = ["^a(?P<model>.*)$", "b", "z"]
    found = PatternSet(texts)
    monkeypatch.setattr(found, "_set", GivesUp())

    assert list(found.search(b"abc")) == [(0, {"model": "bc"}), (1, {})]


def test_a_thousand_patterns_make_one_set() -> None:
    texts = [f"^p{number} (?P<model>[a-z0-9.]{{1,40}})$" for number in range(1000)]
    found = PatternSet(texts)

    assert list(found.search(b"p987 x")) == [(987, {"model": "x"})]


def test_a_set_that_does_not_compile_is_an_error_and_never_an_empty_set() -> None:
    texts = [f"x{{900}}y{{{number}}}" for number in range(100, 200)]

    with pytest.raises(PatternError, match="compile"):
        PatternSet(texts, memory=1 << 16)


@pytest.mark.parametrize("text", ["(", "(?<=x)y", "\udcff"])
def test_what_re2_does_not_take_is_an_error(text: str) -> None:
    with pytest.raises(PatternError):
        Pattern(text)


@given(st.text())
def test_every_text_is_searchable(text: str) -> None:
    found = Pattern("(?s)^(?P<model>.*)$").search(searchable(text))

    assert found is not None
    assert found.get("model", "") == text.encode("utf-8", "replace").decode()


def test_a_value_is_cut_between_bytes_without_harm() -> None:
    value = searchable("é" * 40000)

    assert len(value) == 65536
    assert Pattern("^é").search(value[:-1]) == {}
