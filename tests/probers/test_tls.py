"""The certificate of a device whose handshake never ends: from what it says in the clear."""

import asyncio
from dataclasses import replace

import pytest

from camcensus.lab.old_tls import OldTls
from camcensus.probers.http import ask
from camcensus.types import Field, Outcome
from net.conftest import Talk
from probers.asking import LIMITS, Desk
from wire.tls_flights import alert, flight, handshake, hello, made, record

HOST, PORT = "127.88.3.1", 8443
SUBJECT = "CN=EX-1200,O=Example Optics"


LEAF = made(SUBJECT)


def asked(talk: Talk, seconds: float = 8.0) -> Desk:
    desk = Desk(limits=replace(LIMITS, host_seconds=seconds), named=True, ports=(PORT,))

    async def run() -> None:
        server = await asyncio.start_server(talk, HOST, PORT)
        try:
            await ask(desk.asking(), desk.host(HOST))
        finally:
            server.close()

    asyncio.run(run())
    return desk


def saying(data: bytes, *, then_close: bool = True) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(data)
        if not then_close:
            await reader.read()
        writer.close()

    return talk


def hellos(desk: Desk) -> int:
    return desk.net.sent.get(("tls", "old-hello"), 0)


@pytest.mark.parametrize("version", ["ssl3", "1.0", "1.2"])
@pytest.mark.parametrize("cipher", ["3des", "rc4", "export"])
def test_a_device_with_ciphers_that_nobody_speaks_shows_its_certificate(
    version: str, cipher: str
) -> None:
    desk = asked(OldTls(LEAF, version, cipher).serve)

    assert desk.values(Field.TLS_SUBJECT) == [SUBJECT]
    assert len(desk.values(Field.TLS_SHA256)) == 1
    assert hellos(desk) == 1


def test_the_note_names_the_reason_and_what_the_device_offered() -> None:
    desk = asked(OldTls(LEAF, "1.0", "rc4").serve)
    notes = [seen.note for seen in desk.seen if seen.outcome is Outcome.TLS_FAILED]

    assert any("the device refused: handshake failure" in note for note in notes)
    assert any("it offered TLS 1.0 with RSA-RC4-MD5" in note for note in notes)


def test_a_certificate_shown_before_the_handshake_failed_needs_no_second_hello() -> None:
    desk = asked(saying(flight(0x0300, 0x0005, LEAF) + alert(2, 40)))

    assert desk.values(Field.TLS_SUBJECT) == [SUBJECT]
    assert hellos(desk) == 0
    assert any("it offered SSL 3.0 with RSA-RC4-SHA" in seen.note for seen in desk.seen)


def test_a_device_that_stalls_after_its_hello_is_left_in_time_and_named_so() -> None:
    begun = record(22, 0x0303, hello(0x0303, 0xC02F)) + record(22, 0x0303, handshake(11, b"")[:2])
    desk = asked(saying(begun, then_close=False), seconds=1.5)
    [seen] = [one for one in desk.seen if one.port == PORT]

    assert (seen.outcome, hellos(desk)) == (Outcome.TLS_FAILED, 0)
    assert "the handshake stalled; it offered TLS 1.2 with ECDHE-RSA-AES128-GCM" in seen.note


def test_a_chain_of_sixteen_megabytes_is_cut_and_its_leaf_kept() -> None:
    long = flight(0x0303, 0xC02F, LEAF, *[b"\x30" * 0xFFFF] * 250)
    assert len(long) > 16_000_000
    desk = asked(saying(long))

    assert desk.values(Field.TLS_SUBJECT) == [SUBJECT]
    assert any("excessive message size" in seen.note for seen in desk.seen)
    assert sum(len(seen.raw) for seen in desk.seen) <= 65536


def test_a_chain_that_openssl_would_read_on_is_cut_at_the_cap() -> None:
    desk = asked(saying(flight(0x0303, 0xC02F, LEAF, *[b"\x30" * 0x7FFF] * 3)))

    assert desk.values(Field.TLS_SUBJECT) == [SUBJECT]
    assert any("cut at 65536 bytes" in seen.note for seen in desk.seen)


def test_of_ten_thousand_names_and_an_odd_subject_sixty_four_and_all_are_kept() -> None:
    desk = asked(saying(flight(0x0303, 0xC02F, made("CN=cam\\00.evil", 10_000))))

    assert desk.values(Field.TLS_SUBJECT) == ["CN=cam\\00.evil"]
    assert len(desk.values(Field.TLS_SAN)) == 64
    assert not desk.values(Field.TLS_SHA256)  # it was cut


@pytest.mark.parametrize(
    "answer", [alert(2, 80), alert(2, 10), b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 4096]
)
def test_any_other_end_gets_no_second_hello(answer: bytes) -> None:
    assert hellos(asked(saying(answer))) == 0


def test_a_device_that_refuses_the_old_hello_too_is_not_asked_a_third_time() -> None:
    desk = asked(saying(alert(2, 40)))

    assert hellos(desk) == 1
    assert [seen.note for seen in desk.seen if seen.message == "old-hello"] == [
        "the device refused: handshake failure"
    ]
    assert not desk.values(Field.TLS_SUBJECT)


def test_a_device_that_knows_no_later_version_is_asked_in_ssl_3() -> None:
    said: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said.append(await reader.read(4096))
        writer.write(flight(0x0300, 0x000A, LEAF) if said[-1][9:11] == b"\3\0" else alert(2, 70))
        await reader.read()
        writer.close()

    desk = asked(talk)

    assert desk.values(Field.TLS_SUBJECT) == [SUBJECT]
    assert len(said) == 2
