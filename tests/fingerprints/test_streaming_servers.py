"""Streaming servers that anybody can run prove nothing about a device."""

import pytest

from camcensus.identify import load_catalogue
from camcensus.probers.evidence import rtsp_evidence
from camcensus.types import Kind
from camcensus.wire.rtsp import parse_answer

CATALOGUE = load_catalogue()
HEAD = "RTSP/1.0 200 OK\r\nCSeq: 2\r\n{}\r\nContent-Type: application/sdp\r\n\r\n"
GENERIC = {
    "GStreamer": (
        "Server: GStreamer RTSP server",
        (
            "v=0\no=- 454 1 IN IP4 198.18.0.9\ns=Session streamed with GStreamer\ni=rtsp-server\n"
            "a=tool:GStreamer\na=type:broadcast\nm=video 0 RTP/AVP 26\n"
        ),
    ),
    "LIVE555": (
        "Date: Tue, Nov 24 2026 02:14:26 GMT",
        (
            "v=0\no=- 1 1 IN IP4 198.18.0.9\n"
            's=Session streamed by "testOnDemandRTSPServer"\ni=h264ESVideoTest\n'
            "a=tool:LIVE555 Streaming Media v2022.06.16\nm=video 0 RTP/AVP 96\n"
        ),
    ),
    "Wowza": (
        "Server: Wowza Streaming Engine 4.8.5 build20200616153358",
        "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=live\nm=video 0 RTP/AVP 97\n",
    ),
    "Flussonic": ("Server: Flussonic", "v=0\no=- 1 1 IN IP4 198.18.0.9\ns=Channel One\n"),
    "Windows Media": ("Server: WMServer/9.1.1.5001", "v=0\ns=WMS Publishing Point\n"),
    "Freebox": ("Server: Freebox RTSP server", "v=0\ns=Programme\n"),
    "libavformat": ("Session: 1", "v=0\ns=No Name\na=tool:libavformat 58.25.100\n"),
    "VLC": ("Server: VLC/3.0.18", "v=0\ns=Unnamed\na=tool:vlc 3.0.18\n"),
    "Perl": ("Session: 1", "v=0\ns=-\n"),
    "a nameless one": ("x-Accept-Dynamic-Rate: 1", "v=0\ns=RTSP SESSION\nu=http:///\n"),
}


@pytest.mark.parametrize(("header", "description"), GENERIC.values(), ids=GENERIC)
def test_a_generic_streaming_server_is_nobodys(header: str, description: str) -> None:
    answer = parse_answer(HEAD.format(header).encode() + description.encode())
    identity = CATALOGUE.identify(rtsp_evidence(answer))

    assert (identity.maker, identity.brand, identity.kind) == (None, None, Kind.UNKNOWN)


def test_a_speaker_is_no_camera() -> None:
    answer = parse_answer(HEAD.format("Server: AirTunes/366.0").encode())

    assert CATALOGUE.identify(rtsp_evidence(answer)).kind is Kind.NOT_VIDEO


CLONES = {
    "the mark of Hikvision's player": "a=Media_header:MEDIAINFO=494D4B48010100000400010000000000",
    "an older server's session": 's=Session streamed by "H264Server"',
}


@pytest.mark.parametrize("line", CLONES.values(), ids=CLONES)
def test_what_clones_copy_says_camera_and_not_whose(line: str) -> None:
    answer = parse_answer(HEAD.format("Server: Rtsp Server/2.0").encode() + line.encode())
    identity = CATALOGUE.identify(rtsp_evidence(answer))

    assert identity.kind is Kind.CAMERA
    assert (identity.maker, identity.brand) == (None, None)


def test_a_realm_gives_dahuas_serial_and_univiews_mac() -> None:
    def named(realm: str) -> tuple[str | None, str | None, str | None]:
        line = f'WWW-Authenticate: Digest realm="{realm}"'
        identity = CATALOGUE.identify(rtsp_evidence(parse_answer(HEAD.format(line).encode())))
        return identity.maker, identity.serial, identity.mac

    assert named("Login to 4K01FD2PAJ6E3FF") == ("dahua", "4K01FD2PAJ6E3FF", None)
    assert named("c479050a1b2c") == ("uniview", None, "c4:79:05:0a:1b:2c")
    assert named("00408c0a1b2c") == (None, None, None)


def test_ubiquitis_session_names_its_mac() -> None:
    answer = parse_answer(HEAD.format("Session: 1").encode() + b"v=0\ns=68D79AE46148_0\n")
    identity = CATALOGUE.identify(rtsp_evidence(answer))

    assert (identity.maker, identity.mac) == ("ubiquiti", "68:d7:9a:e4:61:48")
