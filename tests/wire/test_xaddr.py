import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire.ws_discovery import XAddr, xaddr_endpoint

SOURCE = "198.18.0.9"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "http://198.18.0.9/onvif/device_service",
            XAddr("http", SOURCE, 80, "/onvif/device_service", matches_source=True),
        ),
        ("https://198.18.0.9", XAddr("https", SOURCE, 443, "/", matches_source=True)),
        ("HTTP://198.18.0.9:8899/x", XAddr("http", SOURCE, 8899, "/x", matches_source=True)),
        ("198.18.0.9/device_service", XAddr("http", SOURCE, 80, "/device_service", True)),
        ("198.18.0.9:2020/x", XAddr("http", SOURCE, 2020, "/x", matches_source=True)),
        ("http://198.18.0.9?a=b", XAddr("http", SOURCE, 80, "/?a=b", matches_source=True)),
    ],
)
def test_the_devices_own_address_is_taken_apart(text: str, expected: XAddr) -> None:
    assert expected == xaddr_endpoint(text, SOURCE)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("http://127.0.0.1:8080/onvif/device_service", "127.0.0.1"),
        ("http://169.254.169.254/latest", "169.254.169.254"),
        ("http://198.18.0.10/", "198.18.0.10"),
        ("http://0.0.0.0/", "0.0.0.0"),
        ("http://[::1]/", "::1"),
        ("http://[::ffff:198.18.0.9]/", "::ffff:198.18.0.9"),
        ("http://198.18.0.9@198.18.0.66/", "198.18.0.66"),
        ("http://198.18.0.66@198.18.0.9/", "198.18.0.9"),
        ("http://u:p@198.18.0.9/", "198.18.0.9"),
        ("http://3323068425/", "3323068425"),
        ("http://0xc6120009/", "0xc6120009"),
        ("http://0306.022.0.011/", "0306.022.0.011"),
        ("http://198.18.9/", "198.18.9"),
        ("http://198.18.0.9.evil.example/", "198.18.0.9.evil.example"),
        ("http://camera.local/", "camera.local"),
        ("http://localhost/", "localhost"),
    ],
)
def test_any_other_host_or_disguise_never_matches_the_source(text: str, host: str) -> None:
    claimed = xaddr_endpoint(text, SOURCE)

    assert claimed is not None
    assert (claimed.host, claimed.matches_source) == (host, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "//198.18.0.9/x",
        "file:///etc/passwd",
        "ftp://198.18.0.9/",
        "gopher://198.18.0.9:70/",
        "javascript:alert(1)",
        "http:123",
        "http://",
        "http:///onvif/device_service",
        "http://198.18.0.9:99999/",
        "http://198.18.0.9:0/",
        "http://198.18.0.9/a b",
        "http://198.18.0.9/\r\nHost: x",
        "http://198.18.0.9\\@198.18.0.66/",
        "http://198.18.0.9/" + "a" * 70_000,
        "fe80::1/x",
        "camera/device_service",
    ],
)
def test_what_is_no_web_address_is_none(text: str) -> None:
    assert xaddr_endpoint(text, SOURCE) is None


def test_an_ipv6_address_matches_whatever_its_zone() -> None:
    claimed = xaddr_endpoint("http://[FE80::1%25eth0]:8000/x", "fe80::1%eth1")

    assert claimed == XAddr("http", "fe80::1", 8000, "/x", matches_source=True)


@pytest.mark.fuzz
@given(st.text(max_size=60), st.sampled_from(["", "http://", "http://198.18.0.9", "198.18.0.9:"]))
def test_any_text_gives_an_address_or_none(junk: str, start: str) -> None:
    claimed = xaddr_endpoint(start + junk, SOURCE)

    assert claimed is None or (0 < claimed.port < 65536 and claimed.path.startswith("/"))
