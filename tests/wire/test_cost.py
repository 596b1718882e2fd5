import contextlib
from collections.abc import Callable

import pytest

from camcensus.wire import MalformedError, dhip, mdns, sadp, ws_discovery
from camcensus.wire.text import decode, printable
from camcensus.wire.x509 import parse_certificate
from camcensus.wire.xml import parse

Check = Callable[[Callable[[bytes], object], bytes], None]

_FRAME = ws_discovery.build_probe_matches(
    message_id="u",
    relates_to="u",
    matches=[ws_discovery.Match(raw_scopes=("SCOPES",), xaddrs=("XADDRS",))],
)


@pytest.mark.parametrize("place", [b"SCOPES", b"XADDRS"])
@pytest.mark.parametrize(
    "unit",
    [
        b"onvif://a/b c ",
        b"a ",
        b"aaaa",
        b"a:",
        b"%e6",
        b"%",
        b"<a/>",
        b"<a xmlns:b='c'/>",
        b"<",
        b"&x;",
        b"&lt;",
        b"<!---->",
        b"<![CDATA[a]]>",
        b"</d:Scopes><d:Scopes>",
    ],
)
def test_reading_an_answer(assert_linear: Check, place: bytes, unit: bytes) -> None:
    def read(filling: bytes) -> None:
        with contextlib.suppress(MalformedError):
            ws_discovery.parse(_FRAME.replace(place, filling[:60_000]))

    assert_linear(read, unit)


@pytest.mark.parametrize(
    "unit", [b"<a>", b"<a>b</a>", b"<a>b\r\n", b"<a>\r", b"</a>", b"<a>b</c>", b"&lt;", b"<", b"a"]
)
def test_reading_a_sadp_answer(assert_linear: Check, unit: bytes) -> None:
    def read(data: bytes) -> None:
        for start in (b"<ProbeMatch>", b"<ProbeMatch><a>", b"x"):
            with contextlib.suppress(MalformedError):
                sadp.parse(start + data[:65_000])

    assert_linear(read, unit)


@pytest.mark.parametrize("unit", [b"{", b"[", b'"a":1,', b"{}", b'{"a":', b"\\u0041", b"9", b" "])
def test_reading_a_dhip_answer(assert_linear: Check, unit: bytes) -> None:
    def read(data: bytes) -> None:
        for start in (b"{", b'{"a":"', b'{"a":['):
            with contextlib.suppress(MalformedError):
                dhip.parse(start + data[:65_000])

    assert_linear(read, unit)


@pytest.mark.parametrize("unit", [b"<a>", b"<a a", b" a=''", b"<!", b"<?xml ", b"\0", b"<a"])
def test_reading_xml(assert_linear: Check, unit: bytes) -> None:
    def read(data: bytes) -> None:
        with contextlib.suppress(MalformedError):
            parse(b"<" + data[:65_000])

    assert_linear(read, unit)


@pytest.mark.parametrize(
    "unit",
    [
        b"\0",
        b"\1a",
        b"\xc0\x0c",
        b"\0\0\x10\0\1\0\0\0\0\0\0",
        b"\1x\xc0\x0c\0\x0c\0\1\0\0\0\0\0\2\xc0\x0c",
        b"\0\0\x0c\0\1\0\0\0\0\0\2\xc0\x0c",
    ],
)
def test_reading_mdns(assert_linear: Check, unit: bytes) -> None:
    def read(data: bytes) -> None:
        for head in (b"\0\0\x84\0\0\0\xff\xff\0\0\0\0", b"\0\0\0\0\xff\xff\0\0\0\0\0\0"):
            with contextlib.suppress(MalformedError):
                mdns.services(mdns.parse(head + data[:65_000]))

    assert_linear(read, unit)


@pytest.mark.parametrize("unit", [b"\x30\x80", b"\x30\x00", b"\x31\x03\x30\x01\x06", b"\x06\x7f"])
def test_reading_a_certificate(assert_linear: Check, unit: bytes) -> None:
    start = b"\x30\x83\x01\xff\xff\x30\x83\x01\xff\xff\x02\x01\x01\x30\x00\x30\x83\x01\xff\xff"

    def read(data: bytes) -> None:
        with contextlib.suppress(MalformedError):
            parse_certificate(start + data)

    assert_linear(read, unit)


@pytest.mark.parametrize(
    "unit", [b"a", b"\x1b", b"\xff", b"\x81", b"a\xe6", "\u0301\u0316".encode(), "海".encode()]
)
def test_decoding_and_showing_text(assert_linear: Check, unit: bytes) -> None:
    assert_linear(lambda data: printable(decode(data)), unit)
