"""Hostile personas do what they say they do, and their certificates are read like any other."""

import re
import socket
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest

from camcensus.lab import Estate, estate_of, start_loopback
from camcensus.lab.misbehaviour import ACTS
from camcensus.lab.personas import Speech, load_personas

GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
HOSTILE = [one.name for one in load_personas() if one.name.startswith("hostile_")]
ENOUGH = 2_000_000


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    with start_loopback(estate_of([*HOSTILE, "old_tls_cam"])) as running:
        yield running.estate


def said(estate: Estate, name: str, question: bytes = GET, port: int = 80) -> bytes:
    """What it answers, at most two megabytes of it."""
    device = next(one for one in estate.devices if one.persona.name == name)
    data = bytearray()
    where = device.address, device.port(port)
    with (
        suppress(TimeoutError, ConnectionResetError),
        socket.create_connection(where, timeout=1) as sock,
    ):
        sock.sendall(question)
        while len(data) < ENOUGH and (chunk := sock.recv(65536)):
            data += chunk
    return bytes(data)


def test_every_way_to_misbehave_has_an_act() -> None:
    ordinary = {
        Speech.HTTP, Speech.RTSP, Speech.MUTE, Speech.BANNER, Speech.ENDLESS, Speech.DRIP,
    }  # fmt: skip
    assert set(Speech) - ordinary == set(ACTS)


@pytest.mark.parametrize(
    ("name", "pattern", "endless"),
    [
        ("hostile_headers", rb"HTTP/1\.1 200 OK\r\n.*(?:X-And-Another: one\r\n){9}", True),
        ("hostile_continue", rb"(?:HTTP/1\.1 100 Continue\r\n\r\n){9}", True),
        ("hostile_chunks", rb".*chunked\r\n\r\n1;e{8192}\r\nx\r\n1;e", True),
        ("hostile_redirects", rb"HTTP/1\.1 302 Found\r\n.*Location: /again/\d+\r\n", False),
        ("hostile_bomb", rb"HTTP/1\.1 200 OK\r\n.*Content-Encoding: gzip\r\n", False),
        ("hostile_noise", rb"(?!HTTP).{4096}", False),
        ("hostile_endless", rb"HTTP/1\.1 200 OK\r\n", True),
    ],
)  # fmt: skip
def test_it_misbehaves_as_its_file_says(
    estate: Estate, name: str, pattern: bytes, endless: bool
) -> None:
    answer = said(estate, name)

    assert re.match(pattern, answer, re.DOTALL)
    assert (len(answer) >= ENOUGH) is endless


def test_the_bomb_unpacks_to_a_gigabyte(estate: Estate) -> None:
    packed = said(estate, "hostile_bomb").partition(b"\r\n\r\n")[2]
    machine = zlib.decompressobj(31)
    size = 0
    while packed:
        size += len(machine.decompress(packed, 1 << 24))
        packed = machine.unconsumed_tail
    assert size == 1 << 30


def test_a_reset_says_nothing(estate: Estate) -> None:
    assert said(estate, "hostile_reset") == b""


def test_old_tls_refuses_a_hello_of_today_and_shows_its_certificate_to_one_of_its_own(
    estate: Estate,
) -> None:
    def hello(suite: bytes) -> bytes:
        body = b"\x03\x01" + bytes(32) + b"\0" + b"\0\x02" + suite + b"\1\0"
        message = b"\x01" + len(body).to_bytes(3) + body
        return b"\x16\x03\x01" + len(message).to_bytes(2) + message

    assert said(estate, "old_tls_cam", hello(b"\xc0\x2f"), 443) == b"\x15\x03\x01\0\x02\x02\x28"
    flight = said(estate, "old_tls_cam", hello(b"\x00\x04"), 443)
    assert flight.startswith(b"\x16\x03\x01")
    assert b"Axis Communications AB" in flight
