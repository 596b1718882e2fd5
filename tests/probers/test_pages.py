"""Axis's and UniFi's own questions, and the one page of a suspected maker."""

import asyncio
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree

import pytest

from camcensus.data import data_folder
from camcensus.errors import CatalogueError
from camcensus.identify import load_catalogue
from camcensus.lab import load_personas, place
from camcensus.lab.tally import Tally
from camcensus.lab.tcp_voice import TcpVoice
from camcensus.net import load_safety
from camcensus.net.safety import IdentityPage
from camcensus.probers import identity_page, web_identity
from camcensus.probers.base import Asking, Host, Prober
from camcensus.probers.identity_page import page_for
from camcensus.probers.web import WebPort, web_ports
from camcensus.sweep.thrift import needless
from camcensus.types import (
    Evidence,
    Field,
    Identity,
    Observation,
    Outcome,
    Request,
    Target,
    Transport,
)
from camcensus.wire.http import build_get
from probers.asking import NOW, SAFETY, Desk, finish
from probers.test_http import Site

CATALOGUE = load_catalogue()
ADDRESS = "127.88.4.1"
PAGES = SAFETY.pages
each_page = pytest.mark.parametrize("one", PAGES, ids=lambda one: one.id)


@dataclass
class NamingDesk(Desk):
    """A desk with today's catalogue."""

    def asking(self) -> Asking:
        return replace(super().asking(), speakers=CATALOGUE.speakers())

    def name(self, evidence: Iterable[Evidence]) -> Identity:
        return CATALOGUE.identify(tuple(evidence))


def seen(
    prober: str,
    port: int,
    *evidence: Evidence,
    message: str = "page",
    outcome: Outcome = Outcome.ANSWERED,
) -> Observation:
    return Observation(
        "test", "", ADDRESS, port, Transport.TCP, prober, message, NOW, outcome, evidence=evidence
    )


def status(line: str = "HTTP/1.1 200 OK") -> Evidence:
    return Evidence(Field.HTTP_STATUS, line)


def host_of(*observations: Observation) -> Host:
    return Host(Target(ADDRESS, "test"), list(observations))


def realm(text: str) -> Evidence:
    return Evidence(Field.HTTP_REALM, text)


AXIS_REALM = realm("AXIS_ACCC8E0A1B2C")
SONY_REALM = realm("Sony Network Camera SNC-EB630")


def ask_at(prober: Prober, site: Site, *evidence: Evidence) -> NamingDesk:
    """Ask a host whose front page stood at the port of this site."""
    desk = NamingDesk()

    async def run() -> None:
        server = await asyncio.start_server(site, ADDRESS, 0)
        port = server.sockets[0].getsockname()[1]
        assert prober.ask is not None
        await prober.ask(desk.asking(), host_of(seen("http", port, status(), *evidence)))
        await finish(server)

    asyncio.run(run())
    return desk


# ------------------------------------------------------------ where


def test_a_place_is_a_port_that_gave_a_page_over_tls_where_it_showed_a_certificate() -> None:
    host = host_of(
        seen("http", 80, status()),
        seen("tls", 443, message="certificate"),
        seen("http", 443, status()),
        seen("http", 8080, outcome=Outcome.REFUSED),
        seen("http", 81, status(), message="favicon"),
    )

    assert web_ports(host) == (WebPort(80, tls=False), WebPort(443, tls=True))


def test_a_place_that_only_points_elsewhere_comes_last() -> None:
    host = host_of(
        seen("http", 80, status("HTTP/1.1 301 Moved Permanently")),
        seen("tls", 443, message="certificate"),
        seen("http", 443, status("HTTP/1.1 401 Unauthorized")),
    )

    assert [place.port for place in web_ports(host)] == [443, 80]


@pytest.mark.parametrize(
    ("web", "port"),
    [
        (WebPort(80, tls=False), None),
        (WebPort(443, tls=True), None),
        (WebPort(443, tls=False), 443),
        (WebPort(8080, tls=False), 8080),
    ],
)
def test_the_host_header_names_the_port_only_where_it_must(web: WebPort, port: int | None) -> None:
    assert web.host_port == port


# ------------------------------------------------------------ whom


@pytest.mark.parametrize(
    ("prober", "evidence", "asked_it"),
    [
        (web_identity.AXIS, (AXIS_REALM,), True),
        (web_identity.AXIS, (SONY_REALM,), False),
        (web_identity.AXIS, (), False),
        (web_identity.UNIFI, (AXIS_REALM,), False),
        (identity_page.PROBER, (SONY_REALM,), True),
        (identity_page.PROBER, (AXIS_REALM,), False),
        (identity_page.PROBER, (realm("ZXHN H108N"),), False),
        (identity_page.PROBER, (), False),
    ],
)
@pytest.mark.parametrize("thorough", [False, True])
def test_only_a_suspected_makers_device_is_asked_however_thorough(
    prober: Prober, evidence: tuple[Evidence, ...], asked_it: bool, thorough: bool
) -> None:
    site, desk = Site({}), NamingDesk(thorough=thorough)
    host = host_of(seen("http", 80, status(), *evidence))

    assert (needless(desk.asking(), prober, host) == "") is asked_it
    ask_at(prober, site, *evidence)
    assert len(site.paths) == int(asked_it)


@pytest.mark.parametrize("prober", [web_identity.AXIS, identity_page.PROBER])
def test_a_host_without_a_web_page_is_spared(prober: Prober) -> None:
    host = host_of(seen("ws-discovery", 3702, AXIS_REALM, SONY_REALM))

    assert needless(NamingDesk().asking(), prober, host) == "it showed no web page"


def test_a_device_that_is_known_is_asked_again_only_by_the_thorough() -> None:
    known = (
        AXIS_REALM,
        Evidence(Field.MDNS_INSTANCE, "AXIS M1065-LW - ACCC8E0A1B2C"),
        Evidence(Field.WSD_SCOPE, "onvif://www.onvif.org/name/AXIS M1065-LW"),
        Evidence(Field.WSD_SCOPE, "onvif://www.onvif.org/hardware/M1065-LW"),
        Evidence(Field.MDNS_SERVICE, "_axis-video._tcp"),
    )
    host = host_of(seen("http", 80, status(), *known))

    assert "certain already" in needless(NamingDesk().asking(), web_identity.AXIS, host)
    assert needless(NamingDesk(thorough=True).asking(), web_identity.AXIS, host) == ""


# ------------------------------------------------------------ what comes back


def persona_says(name: str, prober: Prober, *evidence: Evidence) -> NamingDesk:
    """Ask the web voice of a persona."""
    desk = NamingDesk()
    persona = next(one for one in load_personas() if one.name == name)
    voice = TcpVoice(place(persona, ADDRESS), next(one for one in persona.tcp if one.page), Tally())

    async def run() -> None:
        server = await asyncio.start_server(voice.serve, ADDRESS, 0)
        port = server.sockets[0].getsockname()[1]
        assert prober.ask is not None
        await prober.ask(desk.asking(), host_of(seen("http", port, status(), *evidence)))
        await finish(server)

    asyncio.run(run())
    return desk


def test_an_axis_camera_tells_product_serial_and_firmware() -> None:
    desk = persona_says("axis_cam", web_identity.AXIS, AXIS_REALM)

    said = desk.values(Field.AXIS_FIELD)
    assert {"Brand=AXIS", "ProdNbr=M2036-LE", "Version=11.10.61"} <= set(said)
    identity = desk.name(desk.evidence())
    assert (identity.maker, identity.model, identity.firmware) == ("axis", "M2036-LE", "11.10.61")
    assert identity.mac is not None
    assert identity.kind == "camera"


def test_an_axis_camera_that_refuses_still_names_its_mac_in_the_realm() -> None:
    desk = persona_says("axis_locked", web_identity.AXIS, AXIS_REALM)

    [observation] = desk.seen
    assert observation.outcome is Outcome.ANSWERED
    assert desk.values(Field.AXIS_FIELD) == []
    assert desk.values(Field.HTTP_STATUS) == ["HTTP/1.1 401 Unauthorized"]
    assert desk.name(desk.evidence()).mac is not None


@pytest.mark.parametrize(
    ("name", "maker", "model", "evidence"),
    [
        ("sony_cam", "sony", "SNC-EB630", SONY_REALM),
        ("canon_cam", "canon", "VB-S30D", Evidence(Field.HTTP_TITLE, "Network Camera VB-S30D")),
        ("dlink_cam", "dlink", "DCS-2310L", realm("DCS-2310L")),
        ("reolink_cam", "reolink", None, Evidence(Field.HTTP_TITLE, "Reolink")),
        ("hik_cam", "hikvision", None, Evidence(Field.HTTP_SERVER, "App-webs/")),
        ("xm_clone", "xiongmai", None, Evidence(Field.HTTP_TITLE, "NETSurveillance WEB")),
    ],
)
def test_the_page_of_a_makers_device_confirms_the_maker(
    name: str, maker: str, model: str | None, evidence: Evidence
) -> None:
    desk = persona_says(name, identity_page.PROBER, evidence)

    [observation] = desk.seen
    assert observation.outcome is Outcome.ANSWERED
    assert observation.asked in {one.path for one in PAGES if maker in one.makers}
    identity = desk.name(desk.evidence())
    assert identity.maker in {maker, None}
    assert maker in {claim.value for claim in identity.claims} or identity.firmware
    assert identity.model == model
    assert identity.kind in {"camera", "unknown"}


def test_stored_answers_are_read_again_as_they_were() -> None:
    for desk, prober in (
        (persona_says("axis_cam", web_identity.AXIS, AXIS_REALM), web_identity.AXIS),
        (persona_says("axis_locked", web_identity.AXIS, AXIS_REALM), web_identity.AXIS),
        (persona_says("sony_cam", identity_page.PROBER, SONY_REALM), identity_page.PROBER),
    ):
        [observation] = desk.seen
        assert observation.evidence
        assert prober.read(observation) == observation.evidence


def test_bytes_of_another_protocol_are_malformed_and_kept() -> None:
    path = "/command/inquiry.cgi?inqjs=sysinfo"
    desk = ask_at(identity_page.PROBER, Site({path: b"\x00\x01\x02"}), SONY_REALM)

    [observation] = desk.seen
    assert (observation.outcome, observation.raw) == (Outcome.MALFORMED, b"\x00\x01\x02")


# ------------------------------------------------------------ the data


def test_pages_and_safety_rules_agree_on_every_path() -> None:
    listed = "|".join(re.sub(r"([.?+*()\[\]{}|^$\\])", r"\\\1", one.path) for one in PAGES)
    text = (data_folder("fingerprints") / "safety.toml").read_text("utf-8")
    [row] = [one for one in tomllib.loads(text)["allow"] if one["prober"] == identity_page.NAME]

    assert row["shape"].startswith(f"GET (?P<path>{listed}) HTTP/1")


@each_page
def test_every_page_may_be_asked_for_and_nothing_beside_it(one: IdentityPage) -> None:
    def objection(path: str) -> str | None:
        request = Request(identity_page.NAME, "page", build_get(ADDRESS, path, "camcensus/1"))
        return SAFETY.objection(request, Transport.TCP, 80)

    assert objection(one.path) is None
    assert objection(f"{one.path}x")
    assert objection(f"/x{one.path}")
    assert objection(f"{one.path}?user=admin")


@each_page
def test_no_page_matches_a_path_that_is_never_asked(one: IdentityPage) -> None:
    assert not [rule.why for rule in SAFETY.denied_paths if rule.pattern.search(one.path)]


@each_page
def test_the_makers_of_a_page_are_words_of_the_vocabulary(one: IdentityPage) -> None:
    assert one.makers <= set(CATALOGUE.names)


def test_ids_and_paths_of_pages_are_their_own() -> None:
    assert len({one.id for one in PAGES}) == len({one.path for one in PAGES}) == len(PAGES)


def test_of_several_pages_that_fit_the_first_of_the_file_is_asked() -> None:
    first = next(one for one in PAGES if "sony" in one.makers)

    assert page_for({"reolink", "sony"}, PAGES) == first
    assert page_for({"axis"}, PAGES) is None
    assert page_for(set(), PAGES) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[page]]\nid = 'x'\n",
        "[[page]]\nid='x'\nmakers=[]\npath='/x'\nholds='h'\nwhy='w'\nsource='s'\n",
        "[[page]]\nid='x'\nmakers=['a']\npath='x'\nholds='h'\nwhy='w'\nsource='s'\n",
        "[[page]]\nid='x'\nmakers=['a']\npath='/x y'\nholds='h'\nwhy='w'\nsource='s'\n",
        "[[page]]\nid='x'\nmakers='a'\npath='/x'\nholds='h'\nwhy='w'\nsource='s'\n",
    ],
)
def test_a_broken_file_of_pages_is_named(tmp_path: Path, text: str) -> None:
    copytree(data_folder("fingerprints"), tmp_path, dirs_exist_ok=True)
    assert load_safety(tmp_path).pages == PAGES
    (tmp_path / "pages.toml").write_text(text, "utf-8")

    with pytest.raises(CatalogueError, match=r"pages\.toml: .* nothing will be sent"):
        load_safety(tmp_path)
