import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire.text import decode, printable


@pytest.mark.parametrize(
    ("data", "declared", "expected"),
    [
        (b"plain", None, "plain"),
        ("海康威视".encode(), None, "海康威视"),
        ("海康威视".encode("gb2312"), None, "海康威视"),
        ("海康威视".encode("gbk"), "gb2312", "海康威视"),
        ("監視器".encode("big5"), "Big5", "監視器"),
        ("カメラ".encode("shift_jis"), '"Shift_JIS"', "カメラ"),
        ("камера".encode("cp1251"), "windows-1251", "камера"),
        ("café".encode("latin-1"), None, "café"),
        ("café".encode("latin-1"), "iso-8859-1", "café"),
        ("海康".encode(), "iso-8859-1", "海康"),  # utf-8 first, whatever is declared
        (b"x", "rot13", "x"),  # not on the list of charsets
        (b"x", "utf-7", "x"),
        (b"+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-"),
        (b"\xef\xbb\xbfbom", None, "bom"),
        (b"\xc0\xafoverlong", None, "蜡overlong"),  # never read as a slash
        (b"a\xff\xfeb", None, "a\xff\xfeb"),
        (b"", None, ""),
    ],
)
def test_decode_takes_what_fits_first(data: bytes, declared: str | None, expected: str) -> None:
    assert expected == decode(data, declared)


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_character_cut_off_at_the_end_does_not_cost_the_text_before_it(charset: str) -> None:
    whole = "型号 海康威视".encode(charset)

    assert decode(whole[:-1]) == "型号 海康威\ufffd"


@pytest.mark.fuzz
@given(st.binary(max_size=200), st.none() | st.sampled_from(["gbk", "big5", "utf-16", "koi8-r"]))
def test_decode_takes_any_bytes(data: bytes, declared: str | None) -> None:
    decode(data, declared).encode()  # no lone surrogate: every sink can write it


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Server: Hikvision-Webs", "Server: Hikvision-Webs"),
        ("\x1b]0;pwn\x07\x1b[2J", r"\x1b]0;pwn\x07\x1b[2J"),
        ("a\nb\rc\td", r"a\x0ab\x0dc\x09d"),
        ("cam\0.evil", r"cam\x00.evil"),
        ("\x7f\x85\x9b", r"\x7f\x85\x9b"),
        ("abc\u202ecba", r"abc\u202ecba"),
        ("\u2066x\u2069\u200b\ufeff", r"\u2066x\u2069\u200b\ufeff"),
        ("one\u2028two\u2029", r"one\u2028two\u2029"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\u3164", r"\u3164"),
        ("e\u0301", "é"),
        ("海康威视 Überwachung", "海康威视 Überwachung"),
    ],
)
def test_what_steers_or_hides_is_shown_as_an_escape(text: str, expected: str) -> None:
    assert expected == printable(text)


def test_a_tower_of_accents_is_cut_down() -> None:
    shown = printable("a" + "\u0301\u0316" * 5_000)

    marks = sum(unicodedata.category(char) in {"Mn", "Me"} for char in shown)
    assert marks <= 8
    assert shown.endswith(r"\u0316")


@pytest.mark.fuzz
@given(st.text(max_size=200))
def test_printable_leaves_nothing_that_steers(text: str) -> None:
    shown = printable(text)

    assert {unicodedata.category(char) for char in shown}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert printable(shown) == shown
    shown.encode()
