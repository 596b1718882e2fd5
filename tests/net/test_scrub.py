"""Pictures and secrets do not pass; everything that names a device does."""

import base64
import gzip
import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.net.scrub import image_hashes, scrub

HEAD = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\n"
PICTURE = b"\x00\x00\x01\x00" + bytes(range(256))


@pytest.mark.parametrize(
    "body",
    [
        b'{"user": "admin", "password": "Tr0ub4dor"}',
        b"<Password>Tr0ub4dor</Password>",
        b"<tt:Password Type='x'>Tr0ub4dor</tt:Password>",
        b"var passwd='Tr0ub4dor';",
        b"loginuse=admin&loginpwd=Tr0ub4dor&x=1",
        b'<input name="p" type="password" value="Tr0ub4dor">',
        b"rtsp://admin:Tr0ub4dor@198.18.0.5/stream",
        b"-----BEGIN RSA PRIVATE KEY-----\nTr0ub4dor\n-----END",
        b'"apiKey":"Tr0ub4dor"',
        b"v=0\r\nk=clear:Tr0ub4dor\r\n",
        b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:Tr0ub4dor|2^20\r\n",
        b"a=key-mgmt:mikey Tr0ub4dor\r\n",
        b"a=control:rtsp://198.18.0.5/user=admin_password=Tr0ub4dor_channel=1\r\n",
    ],
)
def test_a_secret_becomes_length_and_hash(body: bytes) -> None:
    kept = scrub(HEAD + b"\r\n" + body)

    assert b"Tr0ub4dor" not in kept
    assert b" bytes sha256:" in kept
    assert kept.startswith(HEAD)


@pytest.mark.parametrize(
    "url",
    [b"rtsp://admin:Tr0ub4dor@198.18.0.5/", b"rtsp://198.18.0.5/user=admin&password=Tr0ub4dor"],
)
def test_a_secret_in_a_headers_url_is_hidden_and_the_rest_of_the_head_stays(url: bytes) -> None:
    realm = b'WWW-Authenticate: Basic realm="password: ask reception"\r\n'
    kept = scrub(b"RTSP/1.0 200 OK\r\n" + realm + b"Content-Base: " + url + b"\r\n\r\n")

    assert b"Tr0ub4dor" not in kept
    assert realm in kept


@pytest.mark.parametrize("head", [HEAD, HEAD[:-2], b"RTSP/1.0 200 OK\r\nX-n: bbb\r\n" * 99])
def test_a_head_that_was_cut_stays_cut(head: bytes) -> None:
    assert scrub(head) == head


def test_a_secret_in_a_bare_datagram_is_hidden_too() -> None:
    assert b"Tr0ub4dor" not in scrub(b"<x><password>Tr0ub4dor</password></x>")


def test_cookie_values_go_and_their_names_stay() -> None:
    kept = scrub(HEAD + b"Set-Cookie: WebSession=s3cr3tvalue; Path=/\r\n\r\nhi")

    assert b"s3cr3tvalue" not in kept
    assert b"Set-Cookie: WebSession=[11 bytes sha256:" in kept
    assert b"; Path=/" in kept


def test_an_authorization_that_a_page_echoes_is_hidden() -> None:
    assert b"YWRtaW4" not in scrub(HEAD + b"Authorization: Basic YWRtaW4=\r\n\r\n")


def test_a_challenge_is_evidence_and_stays() -> None:
    answer = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="Login to 4K0"\r\n\r\n'

    assert scrub(answer) == answer


@pytest.mark.parametrize("kind", [b"Content-Type: image/x-icon\r\n", b""])
def test_a_picture_becomes_its_hashes(kind: bytes) -> None:
    kept = scrub(HEAD + kind + b"\r\n" + PICTURE)

    assert PICTURE not in kept
    hashes = image_hashes(kept.partition(b"\r\n\r\n")[2])
    assert hashes is not None
    assert hashes[0] == hashlib.md5(PICTURE, usedforsecurity=False).hexdigest()


@given(st.binary(min_size=1, max_size=300))
def test_the_murmur_hash_is_signed_and_over_base64_with_line_breaks(image: bytes) -> None:
    hashes = image_hashes(
        scrub(HEAD + b"Content-Type: image/png\r\n\r\n" + image).partition(b"\r\n\r\n")[2]
    )

    assert hashes is not None
    assert hashes[1] == murmur3(base64.encodebytes(image))


def murmur3(data: bytes) -> int:
    """MurmurHash3 x86 32-bit, seed 0, signed; written from its description."""
    mask, hashed = 0xFFFFFFFF, 0
    whole = len(data) // 4 * 4
    for (block,) in struct.iter_unpack("<I", data[:whole]):
        hashed ^= _scrambled(block)
        hashed = (_rotated(hashed, 13) * 5 + 0xE6546B64) & mask
    hashed ^= _scrambled(int.from_bytes(data[whole:], "little")) ^ len(data)
    hashed = ((hashed ^ hashed >> 16) * 0x85EBCA6B) & mask
    hashed = ((hashed ^ hashed >> 13) * 0xC2B2AE35) & mask
    hashed ^= hashed >> 16
    return hashed - (1 << 32) if hashed >> 31 else hashed


def _scrambled(block: int) -> int:
    return _rotated(block * 0xCC9E2D51 & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF


def _rotated(value: int, by: int) -> int:
    return (value << by | value >> 32 - by) & 0xFFFFFFFF


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n",
        b"Server: ExampleCam\r\n",
        b"HTTP/1.1 200 OK\n",
    ],
)
def test_odd_answers_hide_their_cookies_and_pictures_too(start: bytes) -> None:
    kept = scrub(start + b"Set-Cookie: SID=s3cr3tvalue\r\n\r\n" + PICTURE)

    assert b"s3cr3tvalue" not in kept
    assert PICTURE not in kept


def test_a_compressed_secret_is_unpacked_and_hidden() -> None:
    packed = gzip.compress(b'{"password": "Tr0ub4dor"}')
    kept = scrub(HEAD + b"Content-Encoding: gzip\r\n\r\n" + packed)

    assert b"Was-Content-Encoding: gzip" in kept
    assert b"Tr0ub4dor" not in kept
    assert packed not in kept


def test_what_identifies_a_device_is_untouched() -> None:
    page = HEAD + b"\r\n<title>AXIS M1065-LW</title><script>seajs.web_version='V4.0.1'</script>"

    assert scrub(page) == page


@pytest.mark.fuzz
@given(st.binary(max_size=400), st.sampled_from([b"", HEAD + b"\r\n", HEAD]))
def test_scrubbing_never_fails_and_twice_is_once(junk: bytes, start: bytes) -> None:
    once = scrub(start + junk)

    assert scrub(once) == once
