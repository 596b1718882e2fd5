from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.rtsp import (
    BODY_KEPT,
    FRAMES_SKIPPED,
    answer_complete,
    build_describe,
    build_options,
    parse_answer,
)
from camcensus.wire.sdp import LINE_KEPT, LINES_KEPT, description_lines

HEAD = (
    b"RTSP/1.0 401 Unauthorized\r\n"
    b"CSeq: 2\r\n"
    b"Server: Cam\r\n"
    b'WWW-Authenticate: Digest realm="Login to 4K01FD2PAJ00001", nonce="77"\r\n'
    b'WWW-Authenticate: Basic realm="Cam"\r\n'
    b"\r\n"
)
DESCRIPTION = b"""v=0\r
o=VSTC 3836411392 3836411392 IN IP4 198.18.1.9\r
s=Media Server\r
i=main\r
e=owner@example.org\r
k=base64:c2VjcmV0\r
a=tool:LIVE555 Streaming Media v2014.02.10\r
a=control:*\r
a=packetization-supported:DH\r
m=video 0 RTP/AVP 96\r
a=rtpmap:96 H264/90000\r
a=rtpmap:107 vnd.onvif.metadata/90000\r
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r
a=control:rtsp://198.18.1.9:554/Streaming/Channels/101/trackID=1\r
a=control:rtsp://admin:pw1@198.18.1.9/live\r
a=control:rtsp://198.18.1.9/user=admin_password=pw1_channel=1\r
a=Media_header:MEDIAINFO=494D4B4801010000;\r
m=application/EXAMPLE 0 RTP/AVP smart/1/90000\r
"""
OPEN = (
    b"RTSP/1.0 200 OK\r\nCSeq: 2\r\nServer: Cam\r\nContent-Type: application/sdp\r\n"
    b"Content-Length: %d\r\n\r\n" % len(DESCRIPTION) + DESCRIPTION
)
FRAME = b"$\x00\x00\x06\x80\x60abcd"


# What is sent


def test_options_asks_the_whole_server_and_its_root_only_where_that_was_rejected() -> None:
    assert build_options("198.18.0.9", 554, "camcensus/1", sequence=1) == (
        b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: camcensus/1\r\n\r\n"
    )
    root = build_options("198.18.0.9", 554, "camcensus/1", sequence=1, whole_server=False)
    assert root.startswith(b"OPTIONS rtsp://198.18.0.9:554/ RTSP/1.0\r\n")


def test_describe_asks_for_the_root_without_any_credential() -> None:
    assert build_describe("2001:db8::9", 8554, "camcensus/1", sequence=2) == (
        b"DESCRIBE rtsp://[2001:db8::9]:8554/ RTSP/1.0\r\n"
        b"CSeq: 2\r\nUser-Agent: camcensus/1\r\nAccept: application/sdp\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("address", "port", "agent", "sequence"),
    [
        ("198.18.0.9/live\r\nX: y", 554, "x", 1),
        ("cam.example", 554, "x", 1),
        ("198.18.0.9", 0, "x", 1),
        ("198.18.0.9", 65536, "x", 1),
        ("198.18.0.9", 554, "x\r\nAuthorization: Basic eA==", 1),
        ("198.18.0.9", 554, "", 1),
        ("198.18.0.9", 554, "x", 0),
    ],
)
def test_nothing_can_be_smuggled_into_a_request(
    address: str, port: int, agent: str, sequence: int
) -> None:
    with pytest.raises(ValueError, match=r"^not a"):
        build_describe(address, port, agent, sequence=sequence)


# What is read

ODD: dict[str, tuple[bytes, int | None, str]] = {
    "as the RFC says": (HEAD, 401, ""),
    "line feeds alone": (HEAD.replace(b"\r\n", b"\n"), 401, "bare-lf"),
    "no reason": (HEAD.replace(b" Unauthorized", b""), 401, ""),
    "a lower-case name": (HEAD.replace(b"CSeq", b"Cseq"), 401, ""),
    "another version": (HEAD.replace(b"RTSP/1.0", b"RTSP/2.0"), 401, ""),
    "a web server": (HEAD.replace(b"RTSP/1.0", b"HTTP/1.1"), 401, "http-answer"),
    "a broken status": (HEAD.replace(b"401 Unauthorized", b"what?"), None, "bad-status-line"),
    "no status line": (HEAD.partition(b"\r\n")[2], None, "no-status-line"),
    "a space before the colon": (HEAD.replace(b"Server:", b"Server :"), 401, "space-before-colon"),
    "a line without colon": (HEAD.replace(b"Server", b"junk\r\nServer"), 401, "header-without"),
    "blank lines before": (b"\r\n\r\n" + HEAD, 401, ""),
    "a cut head": (HEAD[:-2], 401, "cut-head"),
    "data before": (FRAME * 3 + HEAD, 401, "interleaved"),
    "data that lies about its length": (b"$\x00\xff\xff1234" + HEAD, 401, "interleaved"),
    "a length of 2^63": (
        HEAD[:-2] + b"Content-Length: 9223372036854775808\r\n\r\n", 401, "bad-content-length",
    ),
    "a negative length": (HEAD[:-2] + b"Content-Length: -1\r\n\r\n", 401, "bad-content-length"),
    "two lengths": (
        HEAD[:-2] + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n", 401, "double-content",
    ),
    "more than it says": (HEAD + b"A" * 9000, 401, "long-body"),
    "far more than it says": (HEAD + b"A" * 99_000, 401, "oversize-body"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "status", "problem"), ODD.values(), ids=ODD)
def test_an_odd_answer_still_tells_its_server_and_realms(
    data: bytes, status: int | None, problem: str
) -> None:
    answer = parse_answer(data)

    assert answer.status == status
    assert answer.get("server") == "Cam"
    assert answer.realms() == ("Login to 4K01FD2PAJ00001", "Cam")
    assert problem in " ".join(answer.problems)
    assert problem or not answer.problems


def test_the_sequence_says_what_is_answered_in_whatever_spelling() -> None:
    assert parse_answer(HEAD.replace(b"CSeq: 2", b"Cseq: 7 ")).sequence == "7"


def test_a_flood_of_headers_keeps_the_first() -> None:
    answer = parse_answer(HEAD[:-2] + b"X-n: bbb\r\n" * 20_000)

    assert answer.get("server") == "Cam"
    assert len(answer.headers) == 64
    assert "header-flood" in answer.problems


def test_an_endless_realm_is_cut_and_marked() -> None:
    answer = parse_answer(HEAD.replace(b"Login to", b"R" * 5000))

    assert answer.realms()[0] == "R" * 256
    assert "long-realm" in answer.problems


@pytest.mark.parametrize(
    "data",
    [b"", b"\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\x00\x02", bytes(64), b"GET /",
     FRAME, FRAME * 2000 + HEAD, b"$\x00\xff\xff"],
)  # fmt: skip
def test_what_is_no_answer_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_answer(data)


def test_interleaved_data_is_skipped_no_further_than_agreed() -> None:
    most = FRAMES_SKIPPED // len(FRAME)

    assert parse_answer(FRAME * most + HEAD).status == 401
    with pytest.raises(MalformedError, match="interleaved"):
        parse_answer(FRAME * (most + 10) + HEAD)


# What is kept of a description


def test_a_description_keeps_what_tells_of_the_device_and_no_secret() -> None:
    assert parse_answer(OPEN).description() == (
        "o=VSTC",
        "s=Media Server",
        "i=main",
        "a=tool:LIVE555 Streaming Media v2014.02.10",
        "a=packetization-supported:DH",
        "a=rtpmap:107 vnd.onvif.metadata/90000",
        "a=control:rtsp://198.18.1.9:554/Streaming/Channels/101/trackID=1",
        "a=Media_header:MEDIAINFO=494D4B4801010000;",
        "m=application/EXAMPLE 0 RTP/AVP smart/1/90000",
    )


@pytest.mark.parametrize(
    "line",
    ["a=x-password:pw1", "i=pwd=pw1", "u=http://admin@198.18.1.9/", "a=x-token:abc",
     "a=control:rtsp://198.18.1.9/?user=admin&x=1", "a=key-mgmt:mikey AQAFgM0X", "s=-", "s= ",
     "o=-", "p=+44 20 7946 0000", "a=fmtp:96 sprop-parameter-sets=Z00A,aO48", "", "a=",
     "b=AS:5000"],
)  # fmt: skip
def test_a_line_that_tells_nothing_or_too_much_is_dropped(line: str) -> None:
    assert description_lines(line) == ()


def test_a_description_is_bounded() -> None:
    text = "\n".join(f"a=x-own-{number}:{'y' * 900}" for number in range(5000))
    lines = description_lines(text)

    assert len(lines) == LINES_KEPT
    assert {len(line) for line in lines} == {LINE_KEPT}
    assert len(parse_answer(OPEN + b"a=x:y\r\n" * 50_000).body) == BODY_KEPT


# When it is enough


@pytest.mark.parametrize(
    "data", [HEAD, OPEN, FRAME + HEAD, HEAD.replace(b"\r\n", b"\n")], ids=range(4)
)
def test_an_answer_is_complete_with_its_last_byte_and_not_before(data: bytes) -> None:
    assert answer_complete(data)
    assert not any(answer_complete(data[:end]) for end in range(len(data) - 1))


def test_a_description_without_a_length_ends_where_a_line_of_it_does() -> None:
    head, blank, body = OPEN.partition(b"\r\n\r\n")
    bare = head[: head.index(b"Content-Length")].rstrip() + blank

    assert not answer_complete(bare)
    assert not answer_complete(bare + body[:40])
    assert answer_complete(bare + body)
    assert parse_answer(bare + body).description()
    assert "no-content-length" in parse_answer(bare + body).problems


@pytest.mark.parametrize(
    "data",
    [
        HEAD[:-2] + b"Content-Length: 9223372036854775808\r\n\r\n",
        HEAD[:-2] + b"X-n: bbb\r\n" * 10_000,
        FRAME * 1000,
        HEAD[:-2] + b"Content-Length: 999999\r\n\r\n" + b"A" * BODY_KEPT,
    ],
    ids=["absurd length", "endless headers", "endless data", "endless body"],
)
def test_what_will_never_end_is_not_waited_for(data: bytes) -> None:
    assert answer_complete(data)


# Whatever comes

SEEDS = [HEAD, OPEN, FRAME * 3 + OPEN, ODD["a web server"][0], ODD["a length of 2^63"][0]]


def _read(data: bytes) -> None:
    complete = answer_complete(data)
    assert isinstance(complete, bool)
    try:
        answer = parse_answer(data)
    except MalformedError:
        return
    assert len(answer.body) <= BODY_KEPT
    assert len(answer.headers) <= 64
    assert len(answer.realms()) <= 16
    assert all(len(realm) <= 256 for realm in answer.realms())
    lines = answer.description()
    assert len(lines) <= LINES_KEPT
    assert all(len(line) <= LINE_KEPT for line in lines)


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_an_answer_cut_anywhere_is_read_or_refused(seed: bytes) -> None:
    for end in range(len(seed) + 1):
        _read(seed[:end])
        _read(seed[end:])


@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255))))
def test_a_garbled_answer_is_read_or_refused(seed: bytes, changes: list[tuple[int, int]]) -> None:
    data = bytearray(seed)
    for place, value in changes:
        data[place % len(data)] = value
    _read(bytes(data))


@given(st.binary(max_size=600), st.sampled_from([b"", b"RTSP/1.0 ", b"$", HEAD, HEAD[:-2]]))
def test_random_bytes_are_read_or_refused(junk: bytes, before: bytes) -> None:
    _read(before + junk)


Check = Callable[[Callable[[bytes], object], bytes], None]


@pytest.mark.parametrize(
    "unit",
    [b"$", b"$\0\0\0", b"\0", b"\r", b"\r\n", b" \n", b"RTSP/1.0 200\r\n", b"A: b\r\n", b"a=x://",
     b"WWW-Authenticate: realm=\r\n", b'WWW-Authenticate: realm="\\', b"$\0\0\0RTSP/1.", b"\nm="],
)  # fmt: skip
@pytest.mark.parametrize(
    "before", [b"", HEAD[:-2], HEAD[:-2] + b"Content-Type: application/sdp\n\n"]
)
def test_reading_costs_no_more_than_it_brings(
    assert_linear: Check, unit: bytes, before: bytes
) -> None:
    assert_linear(lambda data: _read(before + data), unit)
