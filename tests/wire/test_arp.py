"""ARP: the question as RFC 826 has it, and answers however long, short or wrong."""

import contextlib
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.l2 import ARP, Ether

from camcensus.wire import MalformedError
from camcensus.wire.arp import SIZE, Message, build_request, parse

OURS, THEIRS = "02:00:5e:10:00:01", "58:50:ed:6f:c1:0b"
ANSWER = bytes(
    Ether(src=THEIRS, dst=OURS)
    / ARP(op=2, hwsrc=THEIRS, psrc="198.18.0.10", hwdst=OURS, pdst="198.18.0.1")
)
PADDED = ANSWER.ljust(60, b"\0")


def test_the_question_is_what_an_implementation_we_did_not_write_reads() -> None:
    frame = Ether(build_request(OURS, "198.18.0.1", "198.18.0.10"))

    assert (frame.dst, frame.src, frame[ARP].op) == ("ff:ff:ff:ff:ff:ff", OURS, 1)
    assert (frame[ARP].hwsrc, frame[ARP].psrc) == (OURS, "198.18.0.1")
    assert (frame[ARP].hwdst, frame[ARP].pdst) == ("00:00:00:00:00:00", "198.18.0.10")
    assert len(bytes(frame)) == SIZE


def test_an_answer_is_read_with_and_without_padding() -> None:
    said = Message(is_reply=True, mac=THEIRS, address="198.18.0.10", asked="198.18.0.1")

    assert parse(ANSWER) == parse(PADDED) == said


def test_our_own_question_is_no_answer() -> None:
    assert not parse(build_request(OURS, "198.18.0.1", "198.18.0.10")).is_reply


@pytest.mark.parametrize(
    ("at", "by"),
    [
        (12, b"\x08\x00"),  # IPv4, not ARP
        (14, b"\x00\x06"),  # not Ethernet
        (16, b"\x86\xdd"),  # for IPv6
        (18, b"\x08"),  # a MAC of eight bytes
        (20, b"\x00\x03"),  # RARP's question
        (22, b"\x01"),  # a group's MAC
        (22, bytes(6)),  # nobody's MAC
    ],
)
def test_what_is_no_answer_for_ipv4_over_ethernet_is_malformed(at: int, by: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(ANSWER[:at] + by + ANSWER[at + len(by) :])


def test_an_answer_cut_anywhere_is_malformed() -> None:
    for end in range(len(ANSWER)):
        with pytest.raises(MalformedError):
            parse(ANSWER[:end])


@pytest.mark.fuzz
@given(st.integers(0, len(PADDED) - 1), st.integers(0, 255))
def test_an_answer_with_any_byte_changed_is_read_or_malformed(at: int, byte: int) -> None:
    with contextlib.suppress(MalformedError):
        _is_bounded(parse(PADDED[:at] + bytes([byte]) + PADDED[at + 1 :]))


@pytest.mark.fuzz
@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: ANSWER[:20] + tail))
def test_junk_is_read_or_malformed(junk: bytes) -> None:
    with contextlib.suppress(MalformedError):
        _is_bounded(parse(junk))


def _is_bounded(message: Message) -> None:
    assert all(len(str(getattr(message, one.name))) <= 17 for one in fields(message))
