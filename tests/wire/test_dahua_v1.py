import contextlib
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.dahua_v1 import FIELDS_KEPT, QUESTION, VALUE_KEPT, parse

FIRST = b"3c:ef:8c:0a:1b:2cIPC-HFW2100"
SECOND = (
    b"Name:PZC3EW12345\r\nDevice:IPC-HFW2100\r\n"
    b"IPv6Addr:fe80::1/64;gateway:fe80::2\r\nSerialNo:PZC3EW12345\r\n"
)
FIELDS = (
    ("Model", "IPC-HFW2100"),
    ("IPv4Address", "198.18.0.9"),
    ("SubnetMask", "255.255.255.0"),
    ("Gateway", "198.18.0.1"),
    ("Port", "37777"),
    ("MAC", "3c:ef:8c:0a:1b:2c"),
    ("DeviceType", "IPC-HFW2100"),
    ("Name", "PZC3EW12345"),
    ("Device", "IPC-HFW2100"),
    ("IPv6Addr", "fe80::1/64;gateway:fe80::2"),
    ("SerialNo", "PZC3EW12345"),
)


def answer(first: bytes = FIRST, second: bytes = SECOND) -> bytes:
    head = bytearray(0x78)
    head[0], head[2], head[4], head[0x10] = 0xB3, len(first), 0x58, 2
    head[0x14:0x16] = len(second).to_bytes(2, "little")
    head[0x28:0x33] = b"IPC-HFW2100"
    head[0x38:0x3C] = IPv4Address("198.18.0.9").packed
    head[0x3C:0x40] = IPv4Address("255.255.255.0").packed
    head[0x40:0x44] = IPv4Address("198.18.0.1").packed
    head[0x62:0x64] = (37777).to_bytes(2, "little")
    return bytes(head) + first + second


ANSWER = answer()


def test_the_question_is_32_fixed_bytes() -> None:
    assert QUESTION.hex() == "a3010001" + "00" * 12 + "02000000" + "00" * 12


def test_head_and_both_texts_are_read() -> None:
    assert parse(ANSWER).fields == FIELDS


def test_a_cut_second_text_loses_only_its_end() -> None:
    cut = parse(ANSWER[:-22]).fields

    assert cut == FIELDS[: len(cut)]
    assert len(cut) >= len(FIELDS) - 2


def test_a_length_beyond_the_datagram_is_malformed_in_the_first_text_only() -> None:
    longer = bytearray(ANSWER)
    longer[0x14:0x16] = b"\xff\xff"
    assert parse(bytes(longer)).fields == FIELDS
    longer[2] = 0xFF
    with pytest.raises(MalformedError):
        parse(bytes(longer))


@pytest.mark.parametrize("data", [b"", QUESTION, b"\xb3", ANSWER[:0x77], b"\xb4" + ANSWER[1:]])
def test_what_is_no_answer_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(data)


def test_lines_are_bounded_in_number_and_length() -> None:
    many = parse(answer(second=b"a:b\r\n" * 5000)).fields
    long = parse(answer(second=b"a:" + b"b" * 5000)).fields

    assert len(many) <= FIELDS_KEPT
    assert len(long[-1][1]) == VALUE_KEPT


@pytest.mark.fuzz
def test_an_answer_cut_anywhere_raises_nothing_else() -> None:
    for cut in range(len(ANSWER)):
        with contextlib.suppress(MalformedError):
            parse(ANSWER[:cut])


@pytest.mark.fuzz
@given(st.integers(0, len(ANSWER)), st.binary(max_size=80), st.integers(0, 60))
def test_a_garbled_answer_raises_nothing_else(at: int, junk: bytes, over: int) -> None:
    with contextlib.suppress(MalformedError):
        assert len(parse(ANSWER[:at] + junk + ANSWER[at + over :]).fields) <= FIELDS_KEPT


@pytest.mark.fuzz
@given(st.binary(max_size=300))
def test_any_bytes_raise_nothing_else(junk: bytes) -> None:
    with contextlib.suppress(MalformedError):
        parse(b"\xb3" + junk)
