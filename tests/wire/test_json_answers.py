"""What the codecs of DHIP, TP-Link and Xiongmai have in common: a header, and bounded JSON."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError, dhip, tplink, xiongmai
from wire import test_dhip, test_tplink, test_xiongmai


@dataclass(frozen=True)
class Codec:
    """One of them, an answer as devices send it, and how another is made."""

    module: ModuleType
    answer: bytes
    fields: tuple[tuple[str, str], ...]
    build: Callable[[dict[str, object]], bytes]
    header: int  # bytes


CODECS = [
    Codec(
        dhip,
        test_dhip.ANSWER,
        test_dhip.FIELDS,
        lambda said: dhip.frame(json.dumps(said).encode()),
        32,
    ),
    Codec(tplink, test_tplink.ANSWER, test_tplink.FIELDS, test_tplink.result, 16),
    Codec(
        xiongmai,
        test_xiongmai.ANSWER,
        test_xiongmai.FIELDS,
        lambda said: test_xiongmai.build_answer(json.dumps(said).encode()),
        20,
    ),
]
each_codec = pytest.mark.parametrize("codec", CODECS, ids=lambda one: one.module.__name__)


@each_codec
def test_number_and_length_are_bounded(codec: Codec) -> None:
    many = codec.module.parse(codec.build({str(n): n for n in range(2000)}))
    long = codec.module.parse(codec.build({"a" * 5000: "b" * 5000}))

    assert len(many.fields) == codec.module.FIELDS_KEPT
    assert {len(text) for text in long.fields[0]} == {codec.module.VALUE_KEPT}


@each_codec
def test_what_no_datagram_can_hold_is_malformed(codec: Codec) -> None:
    with pytest.raises(MalformedError):
        codec.module.parse(codec.build({"a": "b" * 65536}))


@pytest.mark.fuzz
@each_codec
def test_an_answer_cut_anywhere_is_whole_or_malformed(codec: Codec) -> None:
    for cut in range(len(codec.answer)):
        with contextlib.suppress(MalformedError):
            assert codec.module.parse(codec.answer[:cut]).fields == codec.fields


@pytest.mark.fuzz
@given(st.integers(0, 400), st.binary(max_size=80), st.integers(0, 60))
@each_codec
def test_a_garbled_answer_raises_nothing_else_and_is_text(
    codec: Codec, at: int, junk: bytes, over: int
) -> None:
    data = codec.answer[:at] + junk + codec.answer[at + over :]
    with contextlib.suppress(MalformedError):
        "".join(text for pair in codec.module.parse(data).fields for text in pair).encode()


@pytest.mark.fuzz
@given(st.binary(max_size=400), st.integers(-1, 16))
@each_codec
def test_any_bytes_raise_nothing_else(codec: Codec, junk: bytes, more: int) -> None:
    head = b"" if more < 0 else codec.answer[: codec.header + more]
    with contextlib.suppress(MalformedError):
        codec.module.parse(head + junk)
