"""The clear-text flight of TLS and SSL 3.0 servers, built here by the letter of the RFCs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.tls import (
    FLIGHT_READ,
    Version,
    build_client_hello,
    flight_complete,
    read_flight,
)
from wire.tls_flights import CAPTURED, alert, certificate, flight, handshake, hello, record

LEAF = b"\x30\x82" + b"leaf" * 100
RC4_MD5, TRIPLE_DES, EXPORT_RC4 = 0x0004, 0x000A, 0x0003


@pytest.mark.parametrize(
    ("version", "suite", "offer"),
    [
        (0x0300, RC4_MD5, "SSL 3.0 with RSA-RC4-MD5"),
        (0x0301, TRIPLE_DES, "TLS 1.0 with RSA-3DES"),
        (0x0301, EXPORT_RC4, "TLS 1.0 with EXPORT-RSA-RC4-40"),
        (0x0302, 0xFEFE, "TLS 1.1 with cipher 0xfefe"),
        (0x0303, 0x1301, "TLS 1.3 with cipher 0x1301"),
    ],
)
def test_a_flight_says_version_cipher_and_leaf(version: int, suite: int, offer: str) -> None:
    read = read_flight(flight(version, suite, LEAF, b"an issuer"))

    assert (read.offer, read.certificate, read.whole, read.complete) == (offer, LEAF, True, True)


def test_a_version_without_a_name_keeps_its_number() -> None:
    data = record(22, 0x0301, hello(0x7F12, TRIPLE_DES))

    assert read_flight(data).offer == "version 0x7f12 with RSA-3DES"


def test_messages_may_share_records_or_span_them() -> None:
    whole = hello(0x0301, TRIPLE_DES) + certificate(LEAF) + handshake(14, b"")
    together = record(22, 0x0301, whole)
    scattered = b"".join(record(22, 0x0301, bytes([byte])) for byte in whole)

    assert (
        read_flight(together)
        == read_flight(scattered)
        == read_flight(flight(0x0301, TRIPLE_DES, LEAF))
    )


@pytest.mark.parametrize(
    ("code", "word"),
    [(40, "handshake failure"), (70, "protocol version"), (71, "insufficient security")],
)
def test_a_fatal_alert_is_told_in_words(code: int, word: str) -> None:
    assert read_flight(alert(2, code)).alert == word


def test_an_alert_without_a_name_keeps_its_number() -> None:
    assert read_flight(alert(2, 199)).alert == "alert 199"


def test_a_warning_before_the_hello_hides_nothing() -> None:
    read = read_flight(alert(1, 112) + flight(0x0301, TRIPLE_DES, LEAF))

    assert (read.alert, read.certificate) == ("", LEAF)


def test_an_alert_after_the_certificate_takes_nothing_back() -> None:
    read = read_flight(flight(0x0300, RC4_MD5, LEAF) + alert(2, 40))

    assert (read.alert, read.certificate) == ("handshake failure", LEAF)


def test_a_chain_of_megabytes_gives_its_leaf_within_the_cap() -> None:
    long = flight(0x0301, TRIPLE_DES, LEAF, *[b"i" * 0xFFFF] * 250)
    read = read_flight(long)

    assert len(long) > 16_000_000
    assert (read.certificate, read.whole) == (LEAF, True)
    assert flight_complete(long[:FLIGHT_READ])


def test_a_leaf_longer_than_the_cap_is_cut_and_says_so() -> None:
    read = read_flight(flight(0x0301, TRIPLE_DES, b"L" * 300_000))

    assert 60_000 < len(read.certificate) <= FLIGHT_READ
    assert not read.whole


@pytest.mark.parametrize(
    "data",
    [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"\x16", b"\x17\x03\x01\0\1x", b"\x80\x2e\x01\x00\x02"],
)
def test_what_is_no_tls_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_flight(data)


def test_reading_goes_on_until_the_certificate_is_whole() -> None:
    data = flight(0x0301, TRIPLE_DES, LEAF)
    complete = [at for at in range(len(data) + 1) if flight_complete(data[:at])]

    assert complete
    assert LEAF in data[: complete[0]]
    assert complete == list(range(complete[0], len(data) + 1))
    assert flight_complete(alert(2, 40))
    assert flight_complete(b"HTTP/1.1 400")


@pytest.mark.parametrize("name", sorted(CAPTURED))
def test_a_server_of_another_hand_is_read(name: str) -> None:
    from camcensus.wire.x509 import parse_certificate

    captured = CAPTURED[name]
    read = read_flight(captured.data)

    assert read.offer == captured.offer
    assert read.whole
    assert captured.subject in parse_certificate(read.certificate).subject


@pytest.mark.parametrize("version", list(Version))
def test_a_hello_is_one_record_with_old_ciphers_and_no_extension(version: Version) -> None:
    said = build_client_hello(version, b"r" * 32)
    kind, length = said[0], int.from_bytes(said[3:5])
    body = said[9:]

    assert (kind, length) == (22, len(said) - 5)
    assert said[5:9] == b"\x01" + (len(said) - 9).to_bytes(3)
    assert int.from_bytes(body[:2]) == version
    suites_end = 37 + int.from_bytes(body[35:37])
    suites = {int.from_bytes(body[at : at + 2]) for at in range(37, suites_end, 2)}
    assert {RC4_MD5, TRIPLE_DES, EXPORT_RC4} <= suites
    assert body[suites_end:] == b"\x01\x00"


def test_a_hello_needs_its_random_bytes() -> None:
    with pytest.raises(ValueError, match="32"):
        build_client_hello(Version.TLS_1_0, b"")


def test_a_flight_cut_anywhere_raises_nothing_else() -> None:
    data = alert(1, 112) + flight(0x0301, TRIPLE_DES, LEAF, LEAF) + alert(2, 40)
    for at in range(3, len(data)):
        read = read_flight(data[:at])
        assert LEAF.startswith(read.certificate)


@pytest.mark.fuzz
@given(
    st.integers(0, 600),
    st.binary(max_size=64),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=8),
)
def test_a_garbled_flight_raises_nothing_else(
    cut: int, junk: bytes, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(flight(0x0300, RC4_MD5, LEAF)[:cut] + junk)
    for at, byte in changes:
        if at < len(data):
            data[at] = byte
    flight_complete(bytes(data))
    try:
        read = read_flight(bytes(data))
    except MalformedError:
        return
    assert len(read.certificate) <= len(data)


@pytest.mark.fuzz
@given(st.binary(max_size=2048))
def test_junk_after_a_record_head_raises_nothing_else(junk: bytes) -> None:
    read = read_flight(b"\x16\x03\x01" + junk)

    assert len(read.certificate) <= len(junk)
