"""What each hostile device does, and what must be told of it.

Cases that other tests hold and that are not written twice: an exclusion with host bits and public
targets (tests/scope), denied ports and misspelt settings (tests/cli/test_mistakes.py), text that
must stay text in exports (tests/export), floods (tests/netns/test_flood.py), a whole network that
accepts everything (tests/netns/test_middlebox.py).
"""

from camcensus.probers.canary import PORT
from hostile import datagrams as said
from hostile import misbehaviour as does
from hostile.misbehaviour import HEAD
from hostile.zoo import CANARY, HTTP, HTTPS, MDNS, WSD, Case
from wire.tls_flights import flight, made

SERVER = "Hipcam"
ESCAPES = "\x1b]0;owned\x07\x1b[2J<script>=HYPERLINK(1)\x85\u202e"
PAGE = HEAD + b"Content-Length: 18\r\n\r\n<title>Cam</title>"
FRAIL = does.Frail()
NASTY = "%3Dcmd%7C'%2Fc%20calc'!A0 %1B%5D0%3Bx%07 %3Cscript%3Ealert(1)%3C%2Fscript%3E"

ZOO = (
    Case(
        "H01",
        "cut at 65536 bytes|oversize-body",
        {HTTP: does.forever(HEAD + b"\r\n", b"A" * 16384)},
        kept=(SERVER,),
    ),
    Case(
        "H02",
        "header-flood",
        {HTTP: does.forever(HEAD, b"X-n: bbb\r\n" * 800)},
        kept=(SERVER, "X-n: bbb"),
    ),
    Case(
        "H03",
        "short-body.*cut at the deadline",
        {HTTP: does.forever(HEAD + b"Content-Length: 100000\r\n\r\n", b"x", every_s=1)},
        kept=(SERVER,),
    ),
    Case("H04", "mute", {HTTP: does.mute}),
    Case("H05", "bomb", {HTTP: does.says(does.bomb())}, kept=(SERVER,)),
    Case(
        "H06",
        "answered",
        {HTTP: does.redirects(lambda _, network: f"http://{network}.0.10:20080/stolen")},
        kept=(SERVER, "http://{control}:20080/stolen"),
    ),
    Case(
        "H07",
        "answered",
        {HTTP: does.redirects(lambda count, _: f"/again{count}")},
        kept=("/again1",),
        at_most=3,  # the page, one redirect, one icon
    ),
    Case(
        "H08",
        "cut at 65536 bytes|long-header",
        {HTTP: does.says(HEAD + b'WWW-Authenticate: Digest realm="' + b"R" * 1_000_000)},
        kept=(SERVER, "R" * 256),
    ),
    Case(
        "H09",
        "interim-flood",
        {HTTP: does.forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", every_s=0.01)},
    ),
    Case(
        "H10",
        "bad-chunk|cut at 65536 bytes",
        {
            HTTP: does.forever(
                HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"e" * 8192 + b"\r\nx\r\n"
            )
        },
        kept=(SERVER,),
    ),
    Case(
        "H11",
        "answered",
        {
            HTTP: does.says(
                b"HTTP/1.1 200 OK\r\nServer: "
                + ESCAPES.encode()
                + b"\r\n\r\n<title>"
                + ESCAPES.encode()
                + b"</title>"
            )
        },
        kept=(ESCAPES,),
    ),
    Case(
        "H12",
        "bare-lf; header-without-colon",
        {HTTP: does.says(b"HTTP/1.1 200\nServer: Hipcam\nno colon here\n\nx")},
        kept=(SERVER,),
    ),
    Case("H13", "tls-failed", {HTTPS: does.after_hello(PAGE)}, kept=(SERVER,)),
    Case(
        "H13b",
        "it offered TLS 1.2 with ECDHE-RSA-AES128-GCM",
        {HTTP: does.after_hello(does.TLS_HELLO)},
    ),
    Case("H14", "not http", {HTTP: does.says(does.NOISE.randbytes(4096))}),
    Case(
        "H15",
        "answered",
        {HTTP: does.says(HEAD + b"\r\n<title>" + "海康威视".encode("gb2312") + b"</title>")},
        kept=("海康威视",),
    ),
    Case("H16", "reset", {HTTP: does.reset}, at_most=2),
    Case(
        "T01",
        "excessive message size|cut at 65536 bytes",
        {HTTPS: does.after_hello(flight(0x0303, 0xC02F, b"\x30" * 500, *[b"i" * 0xFFFF] * 250))},
    ),
    Case(
        "T02",
        "certificate of|answered",
        {HTTPS: does.after_hello(flight(0x0303, 0xC02F, made("CN=cam\\00.evil", 10_000)))},
        kept=("CN=cam\\00.evil",),
    ),
    Case("S05", "answered", {HTTP: FRAIL}, kept=(SERVER,)),
    Case(
        "X01",
        "answered",
        udp={
            WSD: said.match(
                scopes=" ".join(
                    f"onvif://www.onvif.org/{key}/{one}"
                    for key in ("hardware", "name", "location")
                    for one in NASTY.split(" ")
                )
            )
        },
    ),
    Case("T03", "the handshake stalled", {HTTPS: does.stall}),
    Case("W01", "xml-refused:dtd", udp={WSD: said.match(before=said.LAUGHS, inside="&a9;")}),
    Case(
        "W02",
        "xml-refused:dtd",
        udp={WSD: said.match(before=f'<!DOCTYPE x SYSTEM "http://{CANARY}:{HTTP}/x">')},
    ),
    Case(
        "W03",
        "xaddr-mismatch",
        udp={WSD: said.match(xaddrs="http://127.0.0.1:8080/onvif/device_service")},
        kept=("http://127.0.0.1:8080/onvif/device_service",),
    ),
    Case(
        "W04",
        "xaddr-mismatch",
        udp={WSD: said.match(xaddrs="http://{control}:8899/onvif/device_service")},
        kept=("http://{control}:8899/onvif/device_service",),
    ),
    Case(
        "W05",
        "too-many-xaddrs",
        udp={
            WSD: said.match(
                xaddrs=" ".join(f"http://10.0.{n // 250}.{n % 250}/" for n in range(399))
                + " http://{self}/"
            )
        },
    ),
    Case(
        "W06",
        "xaddr-mismatch",
        udp={WSD: said.match(xaddrs=f"http://{{self}}@{CANARY}:{HTTP}/")},
    ),
    Case(
        "W08",
        "unsolicited: RelatesTo names another message",
        udp={WSD: said.match(relates="uuid:other")},
    ),
    Case("W08b", "unsolicited: RelatesTo is missing", udp={WSD: said.match(relates="")}),
    Case(
        "W09",
        "too-many-scopes",
        udp={
            WSD: said.match(
                scopes="onvif://www.onvif.org/hardware/IPC-X "
                + " ".join(f"onvif://www.onvif.org/x/{n:040}" for n in range(900))
            )
        },
        kept=("onvif://www.onvif.org/hardware/IPC-X",),
    ),
    Case(
        "W10",
        "answered",
        udp={WSD: said.match(encode="utf-16-le")},
        kept=("onvif://www.onvif.org/name/Hipcam",),
    ),
    Case("W11", "xml-refused|xml-depth", udp={WSD: said.match(inside="<x>" * 3000)}),
    Case(
        "W12",
        "answered",
        udp={WSD: said.match()},
        udp_from=40000,
        kept=("onvif://www.onvif.org/name/Hipcam",),
    ),
    Case(
        "M01",
        "malformed|broken-message|skipped-record",
        udp={MDNS: said.replying(said.to_itself, said.honest)},
        kept=("Honest",),
    ),
    Case(
        "M02",
        "malformed",
        udp={MDNS: said.replying(said.chained, said.honest)},
        kept=("Honest",),
    ),
    Case("M03", "malformed", udp={MDNS: said.replying(said.lying_count)}),
    Case(
        "M05",
        "answered",
        udp={
            MDNS: said.replying(
                lambda address: said.response(said.a_record("axis-control.local", address))
            )
        },
    ),
    Case(
        "M06",
        "answered",
        udp={MDNS: said.replying(said.odd_txt)},
        kept=("nokey", "vendor=one", "vendor=two"),
    ),
)
EVERY_PORT = (8000, 8080, 8443, HTTP, HTTPS)
MIDDLEBOX = (
    Case("N01", "middlebox suspect", dict.fromkeys((*EVERY_PORT, PORT), does.mute)),
    Case("honest", "mute", dict.fromkeys(EVERY_PORT, does.mute)),
    Case("speaks", "answered", {HTTP: does.says(does.HEAD + b"\r\n"), PORT: does.mute}),
    Case("few", "mute", {HTTP: does.mute, PORT: does.mute}),
)
