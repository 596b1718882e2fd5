import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.http import build_get, parse_response, response_complete

PAGE = (
    b"HTTP/1.1 401 Unauthorized\r\n"
    b"Server: Example-Webs\r\n"
    b'WWW-Authenticate: Digest realm="Login to 0A1B", qop="auth", nonce="77"\r\n'
    b"Content-Type: text/html; charset=utf-8\r\n"
    b"Content-Length: 38\r\n"
    b"\r\n"
    b"<html><title>Camera 1</title></html>\r\n"
)


# What is sent


def test_a_get_asks_for_one_plain_page_and_says_who_asks() -> None:
    assert build_get("198.18.0.9", "/", "camcensus/1 (inventory; it@example.org)") == (
        b"GET / HTTP/1.1\r\n"
        b"Host: 198.18.0.9\r\n"
        b"User-Agent: camcensus/1 (inventory; it@example.org)\r\n"
        b"Accept: */*\r\n"
        b"Accept-Encoding: identity\r\n"
        b"Connection: close\r\n"
        b"\r\n"
    )


@pytest.mark.parametrize(
    ("host", "port", "line"),
    [
        ("198.18.0.9", 8080, b"Host: 198.18.0.9:8080\r\n"),
        ("2001:db8::1", None, b"Host: [2001:db8::1]\r\n"),
        ("2001:db8::1", 8443, b"Host: [2001:db8::1]:8443\r\n"),
        ("cam-1.example", None, b"Host: cam-1.example\r\n"),
    ],
)
def test_the_host_header_names_host_and_port(host: str, port: int | None, line: bytes) -> None:
    assert line in build_get(host, "/", "x", port=port)


@pytest.mark.parametrize(
    ("host", "path", "agent", "port"),
    [
        ("198.18.0.9\r\nX: y", "/", "x", None),
        ("198.18.0.9 x", "/", "x", None),
        ("fe80::1%eth0", "/", "x", None),
        ("", "/", "x", None),
        ("h", "x", "x", None),
        ("h", "", "x", None),
        ("h", "/a b", "x", None),
        ("h", "/a\r\nX: y", "x", None),
        ("h", "/a\n", "x", None),
        ("h", "/ü", "x", None),
        ("h", "/" + "a" * 2_000, "x", None),
        ("h", "/", "x\r\nX: y", None),
        ("h", "/", "", None),
        ("h", "/", "é", None),
        ("h", "/", "x", 0),
        ("h", "/", "x", 65_536),
    ],
)
def test_what_could_smuggle_a_line_is_refused(
    host: str, path: str, agent: str, port: int | None
) -> None:
    with pytest.raises(ValueError, match="not a"):
        build_get(host, path, agent, port=port)


# What comes back


def test_an_ordinary_answer_gives_all_its_parts() -> None:
    response = parse_response(PAGE)

    assert response.status_line == "HTTP/1.1 401 Unauthorized"
    assert (response.version, response.status, response.reason) == ("HTTP/1.1", 401, "Unauthorized")
    assert [name for name, _ in response.headers] == [
        "Server",
        "WWW-Authenticate",
        "Content-Type",
        "Content-Length",
    ]
    assert response.get("SERVER") == "Example-Webs"
    assert response.get("X-Missing") is None
    assert response.realm() == "Login to 0A1B"
    assert response.title() == "Camera 1"
    assert response.problems == ()


ODD = {
    "space-before-colon": (b"HTTP/1.1 200 OK\r\nServer : Cam\r\n\r\nx", 200),
    "double-content-length": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 9\r\nServer: Cam\r\n\r\nx",
        200,
    ),
    "icy": (b"ICY 200 OK\r\nServer: Cam\r\n\r\nx", 200),
    "header-without-colon": (b"HTTP/1.1 200 OK\r\nnonsense\r\nServer: Cam\r\n\r\nx", 200),
    "short-body": (b"HTTP/1.1 200 OK\r\nServer: Cam\r\nContent-Length: 99\r\n\r\nx", 200),
    "long-body": (b"HTTP/1.1 200 OK\r\nServer: Cam\r\nContent-Length: 1\r\n\r\nx\n", 200),
    "bad-chunk": (b"HTTP/1.1 200 OK\r\nServer: Cam\r\nTransfer-Encoding: chunked\r\n\r\nx", 200),
    "bare-lf": (b"HTTP/1.1 200 OK\nServer: Cam\n\nx", 200),
    "no-reason": (b"HTTP/1.1 200\r\nServer: Cam\r\n\r\nx", 200),
    "rtsp": (b"RTSP/1.0 400 Bad Request\r\nServer: Cam\r\n\r\nx", 400),
    "empty-host-location": (
        b"HTTP/1.1 302 Found\r\nLocation: http:///doc/x\r\nServer: Cam\r\n\r\nx",
        302,
    ),
}


@pytest.mark.parametrize(("data", "status"), ODD.values(), ids=ODD)
def test_no_odd_answer_loses_its_server(data: bytes, status: int) -> None:
    response = parse_response(data)

    assert (response.status, response.get("server")) == (status, "Cam")
    assert response.body.startswith(b"x")


@pytest.mark.parametrize(
    "label",
    [
        "space-before-colon",
        "double-content-length",
        "header-without-colon",
        "short-body",
        "long-body",
        "bad-chunk",
        "bare-lf",
    ],
)
def test_what_is_odd_is_named(label: str) -> None:
    assert parse_response(ODD[label][0]).problems == (label,)


def test_a_page_without_any_head_is_evidence() -> None:
    response = parse_response(b"<HTML><TITLE>Old Camera</TITLE></HTML>")

    assert (response.status, response.status_line) == (None, "")
    assert response.title() == "Old Camera"
    assert response.problems == ("no-status-line",)


def test_headers_without_status_line_are_evidence() -> None:
    response = parse_response(b"Content-type: text/html\r\nServer: Cam\r\n\r\n<title>T</title>")

    assert (response.status, response.get("server"), response.title()) == (None, "Cam", "T")
    assert response.problems == ("no-status-line",)


def test_an_empty_answer_is_malformed() -> None:
    with pytest.raises(MalformedError, match="empty"):
        parse_response(b"")


def test_a_header_in_gb2312_is_read() -> None:
    head = "HTTP/1.1 200 OK\r\nServer: 海康\r\n\r\n".encode("gb2312")

    assert parse_response(head).get("server") == "海康"


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"SSH-2.0-dropbear_2019.78\r\n",
        b"RFB 003.008\n",
        b"220 FTP server ready\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"\x16\x03\x01\x00\x51\x02" + bytes(80),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xfd\x01\xff\xfd\x1flogin: ",
        b"{}",
        b"<a/>",
        bytes(range(256)) * 16,
    ],
)
def test_other_protocols_and_noise_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_response(data)


@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        (b"HTTP/1.1 200 OK", 200, "OK"),
        (b"HTTP/1.0 200", 200, ""),
        (b"HTTP/1.1  404   Not Found ", 404, "Not Found"),
        (b"HTTP 200 OK", 200, "OK"),
        (b"HTTP/1.1 200-OK", 200, "OK"),
        (b"HTTP/1.1 2000 OK", None, ""),
        (b"HTTP/1.1 abc", None, ""),
        (b"HTTP/1.", None, ""),
    ],
)
def test_status_lines_are_read_as_far_as_they_go(
    line: bytes, status: int | None, reason: str
) -> None:
    response = parse_response(line + b"\r\nServer: Cam\r\n\r\n")

    assert (response.status_line.encode(), response.status) == (line, status)
    assert (response.reason, response.get("server")) == (reason, "Cam")


def test_a_page_right_behind_the_headers_is_the_body() -> None:
    response = parse_response(b"HTTP/1.1 200 OK\r\nServer: Cam\r\n<html><title>T</title>")

    assert (response.get("server"), response.title()) == ("Cam", "T")
    assert response.problems == ("no-blank-line",)


def test_a_head_cut_by_a_timeout_keeps_what_came() -> None:
    response = parse_response(PAGE[: PAGE.index(b"Content-Type")])

    assert (response.status, response.get("server")) == (401, "Example-Webs")
    assert response.realm() == "Login to 0A1B"
    assert response.problems == ("cut-head",)


def test_a_folded_header_is_one_header() -> None:
    response = parse_response(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\n realm="x"\r\n\r\n')

    assert response.headers == (("WWW-Authenticate", 'Basic realm="x"'),)
    assert response.realm() == "x"


def test_control_bytes_in_a_header_are_kept_for_the_sinks_to_escape() -> None:
    data = b"HTTP/1.1 200 OK\r\nServer: a\x1b]0;x\x07\0\xff<script>\r\n\r\n"

    assert parse_response(data).get("server") == "a\x1b]0;x\x07\0\xff<script>"


# Limits


def test_of_endless_headers_the_first_sixty_four_are_kept() -> None:
    flood = b"HTTP/1.1 200 OK\r\nServer: Cam\r\n" + b"".join(
        b"X-%d: b\r\n" % n for n in range(9_999)
    )
    response = parse_response(flood)

    assert len(response.headers) == 64
    assert response.get("server") == "Cam"
    assert "header-flood" in response.problems


def test_a_header_of_a_megabyte_is_cut_and_its_neighbour_kept() -> None:
    data = b'HTTP/1.1 401 No\r\nServer: Cam\r\nWWW-Authenticate: Digest realm="' + b"R" * 1_000_000
    response = parse_response(data)

    assert response.get("server") == "Cam"
    assert response.realm() == "R" * 256
    assert len(response.headers[1][1]) == 8_192
    assert "long-header" in response.problems


def test_an_endless_body_is_cut() -> None:
    response = parse_response(b"HTTP/1.1 200 OK\r\nServer: Hipcam\r\n\r\n" + b"A" * 200_000)

    assert (len(response.body), response.problems) == (65_536, ("oversize-body",))


def test_interim_answers_are_skipped() -> None:
    response = parse_response(b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + PAGE)

    assert (response.status, response.problems) == (401, ("interim-100",))


@pytest.mark.parametrize("rest", [b"", b"\x01\x02binary", b"SSH-2.0-x\r\n"])
@pytest.mark.parametrize("status", [100, 101])
def test_an_answer_that_never_becomes_final_is_taken_as_it_is(status: int, rest: bytes) -> None:
    head = f"HTTP/1.1 {status} Wait\r\nServer: Cam\r\n\r\n".encode()

    response = parse_response(head + rest)
    assert (response.status, response.get("server")) == (status, "Cam")


def test_endless_interim_answers_end() -> None:
    response = parse_response(b"HTTP/1.1 100 Continue\r\nServer: Cam\r\n\r\n" * 2_000)

    assert (response.status, response.get("server")) == (100, "Cam")
    assert response.problems == ("interim-100", "interim-flood")


@pytest.mark.parametrize("length", [b"-1", b"9223372036854775808000", b"x", b"1, 1", b"\xb2"])
def test_a_content_length_that_is_none_is_named_and_ignored(length: bytes) -> None:
    response = parse_response(b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\nbody")

    assert (response.body, response.problems) == (b"body", ("bad-content-length",))


# Framing and compression


def chunked(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body


@pytest.mark.parametrize(
    ("body", "expected", "problems"),
    [
        (b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde", ()),
        (b"3;x=y\r\nabc\r\n0\r\nTrailer: x\r\n\r\n", b"abc", ()),
        (b"3\nabc\n0\n\n", b"abc", ()),
        (b"0003 \r\nabc\r\n0\r\n\r\n", b"abc", ()),
        (b"3\r\nabc\r\n", b"abc", ("short-body",)),
        (b"9\r\nabc", b"abc", ("short-body",)),
        (b"3\r\nabc\r\nzz\r\nrest", b"abczz\r\nrest", ("bad-chunk",)),
        (b"<html>not chunked", b"<html>not chunked", ("bad-chunk",)),
        (b"-3\r\nabc", b"-3\r\nabc", ("bad-chunk",)),
        (b"ffffffffffffffffffff\r\nabc", b"ffffffffffffffffffff\r\nabc", ("bad-chunk",)),
        (b"3;" + b"e" * 20_000, b"3;" + b"e" * 20_000, ("bad-chunk",)),
    ],
)
def test_chunks_are_joined_up_to_the_first_fault(
    body: bytes, expected: bytes, problems: tuple[str, ...]
) -> None:
    response = parse_response(chunked(body))

    assert (response.body, response.problems) == (expected, problems)


def encoded(coding: str, body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"<title>x</title>", mtime=0)),
        ("x-gzip", gzip.compress(b"<title>x</title>", mtime=0)),
        ("deflate", zlib.compress(b"<title>x</title>")),
        ("deflate", zlib.compress(b"<title>x</title>")[2:-4]),
        ("identity", b"<title>x</title>"),
        ("gzip", gzip.compress(b"<title>x</title>", mtime=0) + b"junk behind"),
    ],
)
def test_a_page_packed_though_nobody_asked_is_unpacked(coding: str, body: bytes) -> None:
    response = parse_response(encoded(coding, body))

    assert (response.body, response.problems) == (b"<title>x</title>", ())


def test_a_bomb_is_unpacked_to_its_limit_only() -> None:
    response = parse_response(encoded("gzip", gzip.compress(bytes(40_000_000))))

    assert len(response.body) == 65_536
    assert "bomb" in response.problems


@pytest.mark.parametrize(
    ("coding", "body", "problem"),
    [
        ("br", b"\x8b\x01", "unknown-encoding"),
        ("gzip", b"<html>plain", "bad-encoding"),
    ],
)
def test_what_cannot_be_unpacked_stays_as_it_is(coding: str, body: bytes, problem: str) -> None:
    response = parse_response(encoded(coding, body))

    assert (response.body, response.problems) == (body, (problem,))


def test_a_packed_page_that_was_cut_gives_its_beginning() -> None:
    text = b"".join(b"line %d\n" % n for n in range(5_000))
    response = parse_response(encoded("gzip", gzip.compress(text)[:-3_000]))

    assert text.startswith(response.body)
    assert len(response.body) > 1_000
    assert response.problems == ("short-body",)


# Readings


@pytest.mark.parametrize(
    ("values", "realms"),
    [
        (['Basic realm="Network Camera"'], ("Network Camera",)),
        (["Basic realm=plain"], ("plain",)),
        (['Digest REALM = "x", qop="auth"'], ("x",)),
        (['Digest realm="a", Basic realm="b"'], ("a", "b")),
        (['Digest realm="a"', 'Basic realm="b"'], ("a", "b")),
        (['Basic realm="a \\"quoted\\" name"'], ('a "quoted" name',)),
        (['Basic realm="never closed'], ("never closed",)),
        (['Basic realm=""'], ("",)),
        (["Negotiate"], ()),
    ],
)
def test_realms_of_every_challenge_are_read(values: list[str], realms: tuple[str, ...]) -> None:
    head = "".join(f"WWW-Authenticate: {value}\r\n" for value in values)

    assert realms == parse_response(f"HTTP/1.1 401 No\r\n{head}\r\n".encode()).realms()


def test_cookies_are_known_by_name_only() -> None:
    response = parse_response(
        b"HTTP/1.1 200 OK\r\nSet-Cookie: SID=secret; path=/\r\nSet-Cookie: lang=en\r\n"
        b"Set-Cookie: SID=other\r\nSet-Cookie: ; x=y\r\n\r\n"
    )

    assert response.cookie_names() == ("SID", "lang")


@pytest.mark.parametrize(
    ("content_type", "head"),
    [("text/html", ""), ("text/html; charset=gb2312", ""), ("text/html", "<meta charset=gbk>")],
)
def test_a_chinese_title_is_read_whatever_is_declared(content_type: str, head: str) -> None:
    page = f"{head}<title>海康威视</title>".encode("gbk")
    data = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n".encode() + page

    assert parse_response(data).title() == "海康威视"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<link rel="shortcut icon" href="/img/cam.ico">', "/img/cam.ico"),
        ("<link href=cam.ico rel=icon>", "/cam.ico"),
        ('<link rel="icon" href="//198.18.0.66/x.ico">', "/favicon.ico"),
        ('<link rel="icon" href="http://198.18.0.66/x.ico">', "/favicon.ico"),
        ('<link rel="icon" href="data:image/png;base64,AAAA">', "/favicon.ico"),
        ('<link rel="icon" href="../../etc/passwd">', "/favicon.ico"),
        ('<link rel="stylesheet" href="/x.css">', "/favicon.ico"),
        ("", "/favicon.ico"),
    ],
)
def test_the_icon_is_looked_for_on_this_host_only(page: str, expected: str) -> None:
    assert parse_response(b"HTTP/1.1 200 OK\r\n\r\n" + page.encode()).favicon_path() == expected


def moved(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (moved("/doc/page/login.asp"), "/doc/page/login.asp"),
        (b"HTTP/1.1 200 OK\r\nRefresh: 0; URL=/start.html\r\n\r\n", "/start.html"),
        (moved("http:/doc/page/login.asp"), "/doc/page/login.asp"),
        (moved("http:///doc/page/login.asp"), "/doc/page/login.asp"),
        (moved("http://198.18.0.9/a?b=c#d"), "/a?b=c"),
        (moved("http://198.18.0.9:80/a"), "/a"),
        (moved("HTTP://198.18.0.9"), "/"),
        (moved("//198.18.0.9/a"), "/a"),
        (moved("login.html"), "/login.html"),
        (moved("./web/"), "/web/"),
        (moved("/a b/ü"), "/a%20b/%C3%BC"),
        (b'HTTP/1.1 200 OK\r\n\r\n<meta http-equiv="refresh" content="0; url=/a.htm">', "/a.htm"),
        (b"HTTP/1.1 200 OK\r\n\r\n<META HTTP-EQUIV=Refresh CONTENT=\"1;URL='b.htm'\">", "/b.htm"),
        (b'HTTP/1.1 200 OK\r\n\r\n<script>window.location.href = "/c?_" + now;</script>', "/c?_"),
        (b"HTTP/1.1 200 OK\r\n\r\n<script>top.location='d.asp';</script>", "/d.asp"),
        (b'HTTP/1.1 200 OK\r\n\r\n<script>location.replace("/e");</script>', "/e"),
        (b"HTTP/1.1 200 OK\r\n\r\n<meta http-equiv=refresh content='0;/f'>", "/f"),
    ],
)
def test_a_move_on_the_same_address_gives_its_path(data: bytes, expected: str) -> None:
    assert parse_response(data).redirect_path("198.18.0.9", 80, "http") == expected


@pytest.mark.parametrize(
    "location",
    [
        "http://198.18.0.66/",
        "http://198.18.0.9:8080/",
        "https://198.18.0.9/",
        "http://198.18.0.9@198.18.0.66/",
        "http://u@198.18.0.9/",
        "//198.18.0.66/x",
        "http://camera.local/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "/../../etc/passwd",
        "/a\\..\\b",
        "\\\\198.18.0.66\\x",
        "#top",
    ],
)
def test_a_move_to_anywhere_else_is_not_followed(location: str) -> None:
    assert parse_response(moved(location)).redirect_path("198.18.0.9", 80, "http") is None


@pytest.mark.parametrize(
    "page",
    [
        "<script>function out() { location.href = '/logout'; }</script>",
        "<!-- <script>location='/old'</script> -->",
        "<meta http-equiv=refresh content=30>",
        "<a href='/x'>x</a>",
        "<title>location='/x'</title>",
    ],
)
def test_what_waits_for_a_click_is_no_move(page: str) -> None:
    response = parse_response(b"HTTP/1.1 200 OK\r\n\r\n" + page.encode())

    assert response.redirect_path("198.18.0.9", 80, "http") is None


def test_realms_without_end_are_cut() -> None:
    value = ", ".join(f'Basic realm="{number}"' for number in range(400))

    assert (
        len(parse_response(f"HTTP/1.1 401\nWWW-Authenticate: {value}\n\n".encode()).realms()) == 16
    )


def test_every_path_that_comes_out_can_be_asked() -> None:
    path = parse_response(moved("/" + "ü" * 5_000)).redirect_path("198.18.0.9", 80, "http")

    assert path is not None
    assert build_get("198.18.0.9", path, "x")


# When to stop reading


@pytest.mark.parametrize(
    ("data", "complete"),
    [
        (PAGE, True),
        (PAGE[:-1], False),
        (b"HTTP/1.1 200 OK\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\ncontent-length : 1\n\nx", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n", False),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + PAGE, True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 50, True),
        (chunked(b"3\r\nabc\r\n0\r\n\r\n"), True),
        (chunked(b"3\r\nabc\r\n0\r\n"), False),
        (chunked(b"7\r\n0\r\n\r\n"), False),
        (chunked(b"3\nabc\n0\n\n"), True),
        (chunked(b"zz\r\n0\r\n"), False),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"A" * 65_536, True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + b"A" * 65_536, True),
        (chunked(b"f;" + b"e" * 140_000), True),
        (b"X: y\r\n" * 20_000, True),
        (b"", False),
    ],
)
def test_reading_stops_when_the_answer_is_whole_or_too_long(data: bytes, complete: bool) -> None:
    assert response_complete(data) is complete


# Laws


@pytest.mark.parametrize(
    "unit",
    [
        b"\r",
        b"\n",
        b"\r\n ",
        b"a",
        b":",
        b"a:b\r\n",
        b"X : y\n z\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"<title",
        b"<title>",
        b"<!--",
        b"<script>",
        b"<link rel=icon ",
        b"<meta content='",
        b"location=",
        b'realm="\\',
        b"1\r\nx\r\n",
        b" 1\n",
        b"0;",
    ],
)
@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 401 No\r\nWWW-Authenticate: ",
    ],
)
def test_work_grows_with_the_answer_and_not_with_its_square(
    assert_linear: Callable[[Callable[[bytes], None], bytes], None], start: bytes, unit: bytes
) -> None:
    assert_linear(lambda data: everything(start + data), unit)


def everything(data: bytes) -> None:
    response_complete(data)
    try:
        response = parse_response(data)
    except MalformedError:
        return
    response.realms()
    response.cookie_names()
    response.title()
    response.favicon_path()
    path = response.redirect_path("198.18.0.9", 80, "http")
    assert path is None or build_get("198.18.0.9", path, "x")
    assert len(response.body) <= 65_536
    assert len(response.headers) <= 64


@pytest.mark.fuzz
def test_an_answer_cut_anywhere_keeps_its_whole_lines() -> None:
    for cut in range(len(b"HTTP/"), len(PAGE)):
        response = parse_response(PAGE[:cut])
        if cut > PAGE.index(b"WWW"):
            assert (response.status, response.get("server")) == (401, "Example-Webs")


@pytest.mark.fuzz
@given(
    st.sampled_from([PAGE, chunked(b"3\r\nabc\r\n0\r\n\r\n"), *(data for data, _ in ODD.values())]),
    st.integers(0, 300),
    st.binary(max_size=80),
)
def test_a_cut_answer_with_junk_raises_nothing_else(whole: bytes, cut: int, junk: bytes) -> None:
    everything(whole[:cut] + junk)


@pytest.mark.fuzz
@given(st.binary(max_size=300), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"<html>"]))
def test_any_bytes_raise_nothing_else(data: bytes, start: bytes) -> None:
    everything(start + data)


@pytest.mark.fuzz
@given(st.text(max_size=120))
def test_any_location_raises_nothing_and_stays_on_the_host(location: str) -> None:
    everything(b"HTTP/1.1 302 Found\r\nLocation: " + location.encode(errors="replace"))


@pytest.mark.fuzz
@given(st.lists(st.sampled_from([*"<>=\"'/ ;&#", "title", "link", "meta", "script", "rel=icon"])))
def test_any_tag_soup_raises_nothing(words: list[str]) -> None:
    everything(b"HTTP/1.1 200 OK\r\n\r\n" + "".join(words).encode())
