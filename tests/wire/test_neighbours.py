"""The kernel's neighbour table: entries of both families, whatever the bytes are."""

import contextlib
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.neighbours import Neighbour, Part, State, build_dump, parse_part

MAC = bytes.fromhex("5850ed6fc10b")
CAMERA = bytes([198, 18, 0, 10])
SIX = bytes.fromhex("fd000000000000000000000000000009")


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def entry(
    address: bytes, mac: bytes = MAC, state: int = State.REACHABLE, confirmed: int = 250
) -> bytes:
    family = 2 if len(address) == 4 else 10
    times = struct.pack("=IIII", confirmed, 0, 0, 1)
    body = struct.pack("=BxxxiHBB", family, 3, state, 0, 1)
    return message(28, body + attribute(1, address) + attribute(3, times) + attribute(2, mac))


def message(kind: int, body: bytes) -> bytes:
    return struct.pack("=IHHII", 16 + len(body), kind, 2, 1, 77) + body


DONE = message(3, bytes(4))
TABLE = entry(CAMERA) + entry(SIX, state=State.STALE) + DONE


def test_entries_of_both_families_are_read() -> None:
    assert parse_part(TABLE) == Part(
        (
            Neighbour("198.18.0.10", 3, "58:50:ed:6f:c1:0b", State.REACHABLE, 2.5),
            Neighbour("fd00::9", 3, "58:50:ed:6f:c1:0b", State.STALE, 2.5),
        ),
        done=True,
    )


def test_a_part_that_is_not_the_last_says_so() -> None:
    assert not parse_part(entry(CAMERA)).done


@pytest.mark.parametrize("state", [0, 1, 0x10, 0x20, 0x40, 0x80])
def test_who_is_sought_lost_or_only_written_down_is_no_living_neighbour(state: int) -> None:
    assert parse_part(entry(CAMERA, state=state)).neighbours == ()


@pytest.mark.parametrize("mac", [b"", bytes(6), bytes.fromhex("01005e000001"), bytes(20)])
def test_an_entry_without_a_machines_mac_says_nothing(mac: bytes) -> None:
    assert parse_part(entry(CAMERA, mac)).neighbours == ()


def test_an_error_of_the_kernel_is_malformed() -> None:
    with pytest.raises(MalformedError, match="refused"):
        parse_part(message(2, struct.pack("=i", -1)))


def test_a_part_cut_within_a_message_is_malformed_and_between_messages_is_shorter() -> None:
    ends = {0, len(entry(CAMERA)), len(TABLE) - len(DONE), len(TABLE)}
    for end in range(len(TABLE)):
        if end in ends:
            assert not parse_part(TABLE[:end]).done
        else:
            with pytest.raises(MalformedError):
                parse_part(TABLE[:end])


@pytest.mark.fuzz
@given(st.integers(0, len(TABLE) - 1), st.integers(0, 255))
def test_a_part_with_any_byte_changed_is_read_or_malformed(at: int, byte: int) -> None:
    with contextlib.suppress(MalformedError):
        assert len(parse_part(TABLE[:at] + bytes([byte]) + TABLE[at + 1 :]).neighbours) <= 2


@pytest.mark.fuzz
@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda body: message(28, body)))
def test_junk_is_read_or_malformed(junk: bytes) -> None:
    with contextlib.suppress(MalformedError):
        assert len(parse_part(junk).neighbours) <= len(junk) // 28


@pytest.mark.skipif(sys.platform != "linux", reason="rtnetlink is Linux's")
def test_this_kernel_understands_the_question() -> None:
    import socket

    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.settimeout(5)
        kernel.sendto(build_dump(), (0, 0))
        for _ in range(1000):
            if parse_part(kernel.recv(65536)).done:
                return
    raise AssertionError("the dump has no end")
