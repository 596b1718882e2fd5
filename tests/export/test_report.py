"""The page: what it says, what it must not say, and that it runs nothing."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import html

from camcensus.export.inventory import Inventory, Listed, SweepLine, Unseen
from camcensus.export.method import ranges
from camcensus.export.report import page
from camcensus.store import CoverageRecord, Owned, SweepRecord, SweepStatus
from camcensus.types import Claim, Evidence, Field
from export.samples import DEVICE, EMPTY, SEEN, texts

MADE = Claim("s.one", "maker", "hikvision", 0.9, Evidence(Field.HTTP_REALM, "DS-2"), "Its form.")
LABEL = Claim(
    "s.two", "brand", "abus", 0.92, Evidence(Field.WSD_SCOPE, "MAC/44:19:b6:00:00:01"), "A scope."
)
SWEEP = SweepRecord(
    id=3, site="north", argv=(), plan_text="", plan_hash="abcdef0123456789ff", key="",
    catalogue="2026.12", version="1", started_at=SEEN, status=SweepStatus.DONE, position=0,
    finished_at=SEEN, user="ada", change="CHG-7",
    networks=("198.18.0.0/25", "198.18.0.128/25", "198.18.4.0/24"),
)  # fmt: skip
UNSEEN = Unseen(
    "whole networks", "198.18.4.7", "198.18.4.0/24: 254 asked, 0 answers, 2001:db8::7 too."
)


def inventory(text: str = "ward 3") -> Inventory:
    listed = [
        Listed(replace(DEVICE, location=text, owned=Owned(), zone=text), (LABEL, MADE)),
        Listed(replace(EMPTY, id=8, site=text, zone="other")),
    ]
    coverage = (CoverageRecord("ward 3", "ws-discovery", 254, 12, 242),)
    sweeps = (SweepLine(SWEEP, coverage),)
    return Inventory((text,), tuple(listed), 2, (UNSEEN,), sweeps, SEEN, "1.2.3", contact=text)


def parsed(text: str) -> Any:  # lxml's stubs make a union of every result
    return html.fromstring(text)


def words(text: str) -> str:
    said: str = parsed(text).text_content()
    return re.sub(r"\s+", " ", said)


def test_it_says_how_many_where_and_whose() -> None:
    said = words(page(inventory()))
    for fact in (
        "1 camera", "1 maker", "1 with another firm's name on the label",
        "hikvision", "abus", "TVIP41500", "V5.5.82", "198.18.0.9", "44:19:b6:00:00:01",
        'Its web server says "DS-2". Its form.', "strong (92%)", "ward 3",
        "254 asked, 0 answers", "198.18.0.0 to 198.18.0.255, 198.18.4.0 to 198.18.4.255",
        "CHG-7", "by ada", "not legal advice", "ONVIF discovery25412242",
    ):  # fmt: skip
        assert fact in said, fact


def test_without_addresses_it_names_no_address_network_mac_or_serial() -> None:
    text = page(inventory(), addresses=False)
    said = words(text)
    for kept in ("hikvision", "abus", "TVIP41500", "V5.5.82", "Its form.", "A scope.", "ward 3"):
        assert kept in said, kept
    for secret in ("198.18", "44:19:b6", "4419b6", "2001:db8", "007", "DS-2"):
        assert secret not in text, secret


def test_a_place_that_is_an_address_is_left_out_as_well() -> None:
    one = Listed(replace(DEVICE, owned=Owned(), zone="", location="AXIS - ACCC8EB96137 10.1.2.3"))
    made = replace(inventory(), devices=(one,))
    assert "ACCC8EB96137" in page(made)
    text = page(made, addresses=False)
    assert "ACCC8EB96137" not in text
    assert "10.1.2.3" not in text


@settings(max_examples=60, deadline=None)
@given(texts)
def test_whatever_a_device_says_the_page_runs_and_fetches_nothing(text: str) -> None:
    hostile = f"{text}<script>alert(1)</script><img src=//x onerror=x>\"'{text}"
    made = page(inventory(hostile), marking=hostile)
    tree = parsed(made)
    assert {one.tag for one in tree.iter() if isinstance(one.tag, str)} <= TAGS
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name != "style"
            assert not (name in {"src", "href"} and not value.startswith("#"))
    [style] = tree.xpath("//style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    digest = b64encode(sha256(style.text.encode()).digest()).decode()
    [policy] = tree.xpath("//meta[@http-equiv]/@content")
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert not any("\u202a" <= c <= "\u202e" or c in "\x00\x1b\x07" for c in made)


TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer",
    "h1", "h2", "h3", "p", "ul", "li", "strong", "a", "figure", "figcaption", "span", "div",
    "table", "thead", "tbody", "tr", "th", "td", "br", "dl", "dt", "dd",
    "svg", "g", "text", "rect",
}  # fmt: skip


@pytest.mark.parametrize("addresses", [True, False])
def test_a_census_without_a_camera_says_so(addresses: bool) -> None:
    empty = Inventory((), (), 0, (), (), SEEN, "1.2.3")
    said = words(page(empty, addresses=addresses))
    assert "No camera or recorder was found." in said
    assert "That does not prove that there is no other camera" in said


def test_the_marking_is_at_both_ends_and_on_every_sheet_of_paper() -> None:
    text = page(inventory(), marking="OFFICIAL-SENSITIVE")
    assert text.count("OFFICIAL-SENSITIVE") == 2
    assert text.count("OFFICIAL\\2d SENSITIVE") == 2
    assert "OFFICIAL" not in page(inventory())


def test_networks_that_follow_each_other_are_one_range() -> None:
    assert ranges(["10.0.1.0/24", "10.0.0.0/24", "10.0.3.7/32", "2001:db8::/120"]) == [
        "10.0.0.0 to 10.0.1.255",
        "10.0.3.7",
        "2001:db8:: to 2001:db8::ff",
    ]
