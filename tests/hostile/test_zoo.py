"""Hostile devices beside cameras: each is told for what it is, and no camera is lost."""

import csv
import io
import re
from datetime import datetime

import pytest

from cli.program import run
from hostile import datagrams as said
from hostile import misbehaviour as does
from hostile.misbehaviour import HEAD
from hostile.zoo import CANARY, CONTROLS, HTTP, HTTPS, MDNS, WSD, Case, Visit, swept, zoo_of
from wire.tls_flights import flight, made

SERVER = "Hipcam"
ESCAPES = "\x1b]0;owned\x07\x1b[2J<script>=HYPERLINK(1)\x85\u202e"
PAGE = HEAD + b"Content-Length: 18\r\n\r\n<title>Cam</title>"
FRAIL = does.Frail()
NASTY = "%3Dcmd%7C'%2Fc%20calc'!A0 %1B%5D0%3Bx%07 %3Cscript%3Ealert(1)%3C%2Fscript%3E"

CASES = (
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
each_case = pytest.mark.parametrize("case", CASES, ids=lambda one: one.id)


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    folder = tmp_path_factory.mktemp("zoo")
    with zoo_of(CASES, folder) as zoo:
        return swept(zoo, folder)


@each_case
def test_the_device_has_a_label(visit: Visit, case: Case) -> None:
    labels = [f"{seen.outcome}: {seen.note}" for seen in visit.of(case.id)]

    assert any(re.search(case.label, label) for label in labels), labels


@each_case
def test_what_came_before_the_fault_is_kept(visit: Visit, case: Case) -> None:
    values = {value for seen in visit.of(case.id) for _, value in seen.evidence}

    assert {visit.zoo.filled(one) for one in case.kept} <= values


@each_case
def test_no_device_takes_more_than_its_share(visit: Visit, case: Case) -> None:
    address = visit.zoo.address(case.id)
    stored = visit.of(case.id)
    for port in case.tcp:
        assert visit.zoo.connections[address, port] <= case.at_most
    assert sum(seen.size for seen in stored) <= 256 * 1024
    moments = [datetime.fromisoformat(one.seen_at) for one in stored if one.prober == "http"]
    spent = (max(moments) - min(moments)).total_seconds() if moments else 0
    assert spent <= 25  # the budget is 20; the last answer may come a little later


def test_the_sweep_ends_well_and_in_silence(visit: Visit) -> None:
    assert visit.code == 0, visit.err
    assert "Traceback" not in visit.err
    assert "failed" not in visit.err


def test_every_control_camera_is_found_with_its_maker(visit: Visit) -> None:
    found = {one.persona.name: visit.devices[one.address]["brand"] for one in visit.zoo.controls}

    assert found == CONTROLS


def test_no_word_of_a_device_led_the_sweep_to_another(visit: Visit) -> None:
    assert visit.zoo.connections[CANARY, HTTP] == 0
    control = visit.zoo.controls[0].address
    assert 8899 not in {seen.port for seen in visit.observations[control]}
    assert "/stolen" not in {row["path"] for row in visit.report["requests"]}
    swept_addresses = {*map(visit.zoo.address, (one.id for one in CASES))}
    swept_addresses |= {one.address for one in visit.zoo.controls}
    assert set(visit.observations) <= swept_addresses


def test_a_device_that_takes_anothers_name_takes_nothing_else(visit: Visit) -> None:
    thief = visit.devices.get(visit.zoo.address("M05"))
    robbed = [visit.devices[one.address] for one in visit.zoo.controls]

    assert thief is None or thief["id"] not in {one["id"] for one in robbed}
    assert all(len(one["addresses"]) == 1 for one in robbed)


def test_of_ten_thousand_names_sixty_four_are_stored(visit: Visit) -> None:
    assert len(visit.values("T02", "tls.san")) == 64


def test_a_frail_camera_lives(visit: Visit) -> None:
    assert FRAIL.began
    assert not FRAIL.died


def test_memory_stays_small(visit: Visit) -> None:
    assert visit.peak_mb <= 200


def test_nothing_that_a_device_said_reaches_the_screen_unescaped(visit: Visit) -> None:
    for text in (visit.out, visit.err):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_the_database_is_whole_and_exports(visit: Visit) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(visit.database)) as census:
        assert census.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    exported = run("export", "csv", "--db", visit.database)
    rows = list(csv.DictReader(io.StringIO(exported.out)))
    assert len(rows) >= len(CONTROLS)
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
