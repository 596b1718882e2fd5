"""The page and the text that people approve: every fact of the plan, no text taken for markup."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html

from camcensus.census.messages import load_protocols
from camcensus.census.prepare import Order, Prepared, prepare
from camcensus.cli.announcing import MOST_LINES, announcement, plan_page
from camcensus.errors import CatalogueError
from camcensus.net import load_safety
from camcensus.probers.snmp import Community
from camcensus.probers.table import PROBERS
from camcensus.scope import ScopeRequest

EVIL = '"><script>alert(1)</script>\u202egnp.exe<img src=x>'
ZONES = """schema = 1
[[site]]
name = "st-anne"
[[zone]]
name = "office"
networks = ["10.20.0.0/24"]
policy = "probe"
tags = ["office"]
[[zone]]
name = "lifts"
networks = ["10.20.1.0/28"]
policy = "udp-only"
[[zone]]
name = "ward-3"
networks = ["10.20.0.64/28"]
policy = "do-not-probe"
reason = "infusion pumps"
"""


@pytest.fixture
def prepared(tmp_path: Path) -> Callable[..., Prepared]:
    def make(zones: str = ZONES, **more: object) -> Prepared:
        file = tmp_path / "zones.toml"
        file.write_text(zones, "utf-8")
        fields: dict[str, object] = {"site": "st-anne", **more}
        community = fields.pop("community", None)
        contact = fields.pop("contact", "noc@st-anne.example")
        request = ScopeRequest(
            targets=("10.20.0.0/23",),
            exclude=("10.20.0.20",),
            zones_file=file,
            **fields,  # type: ignore[arg-type]  # the fields of ScopeRequest
        )
        order = Order(request, contact=contact, community=community)  # type: ignore[arg-type]  # its fields
        return prepare(order)

    return make


def text_of(page: str) -> str:
    return " ".join("".join(map(str, html.fromstring(page).itertext())).split())


def test_the_page_says_everything_that_the_plan_says(prepared: Callable[..., Prepared]) -> None:
    it = prepared(ports=("http:8081",))
    text = text_of(plan_page(it, "CHG-77"))
    plan = it.plan
    for fact in (
        *(f"{plan.size:,} addresses", plan.hash, "st-anne", "CHG-77", "noc@st-anne.example"),
        *("10.20.0.20", "infusion pumps", "zones.toml", "lifts (udp-only)", "datagrams only"),
        *(f"{plan.estimate.frames_most:,}", f"{plan.estimate.frames:,}"),
        *("100 in all, 10 to one device; pace gentle", "12 at most in the sweep", "262,144"),
        *("camcensus/0", "UDP port 53702", "http 8081", "camcensus resume", "nothing to roll back"),
        *("none: no user name and no password is sent", "snmp asks nobody: no community given"),
        f"--approved {plan.hash[:16]}",
    ):
        assert fact in text, fact
    for denied in load_safety().denied:
        span = f"{denied.first}-{denied.last}" if denied.last > denied.first else str(denied.first)
        assert span in text
        assert denied.why in text
    for exclusion in plan.exclusions:
        if " address of " not in exclusion.reason:
            assert exclusion.network in text
    for prober in it.probers:
        assert f"({prober.name})" in text


def test_the_page_is_one_file_that_runs_and_fetches_nothing(
    prepared: Callable[..., Prepared],
) -> None:
    page = plan_page(prepared(), "")
    tree = html.fromstring(page)
    tags = {str(one.tag) for one in tree.iter()}
    assert not tags & {"script", "iframe", "object", "img", "link", "form", "a", "svg"}
    attributes = {str(key) for one in tree.iter() for key in one.attrib}
    assert attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "id"}
    assert "url(" not in page
    assert "@import" not in page
    assert 'content="default-src &#39;none&#39;; style-src &#39;sha256-' in page


def test_no_text_of_a_person_is_taken_for_markup(prepared: Callable[..., Prepared]) -> None:
    evil = EVIL.replace('"', "'")
    zones = ZONES.replace("infusion pumps", evil).replace('name = "lifts"', f'name = "{evil}"')
    zones = zones.replace('tags = ["office"]', f'tags = ["{evil}"]')
    page = plan_page(
        prepared(zones.replace('name = "st-anne"', f'name = "{evil}"'), site=evil), EVIL
    )
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert page.count("\\u202egnp.exe") >= 5
    assert "&lt;script&gt;" in page


def test_a_page_of_very_many_ranges_says_how_many_more_there_are() -> None:
    apart = tuple(f"10.20.{n // 100}.{2 * (n % 100) + 1}" for n in range(450))
    it = prepare(Order(ScopeRequest(targets=apart, exclude=apart[:9])))
    page = plan_page(it, "")
    assert "And 41 more rows, which are in the plan file and under its hash." in page
    assert page.count("<td>10.20.") == 409


def test_the_announcement_fits_a_mail(prepared: Callable[..., Prepared]) -> None:
    many = "".join(
        f'[[zone]]\nname = "z{n}"\nnetworks = ["10.20.0.{8 * n}/29"]\npolicy = "probe"\n'
        for n in range(32)
    )
    zones = f'schema = 1\n[[site]]\nname = "st-anne"\n{many}'
    plain, long = prepared(), prepared(zones, contact="c" * 120, ports=("http:9999",))
    for it in (plain, long):
        lines = announcement(it, "CHG-77").splitlines()
        assert len(lines) <= MOST_LINES
        assert max(map(len, lines)) <= 140  # a contact has no blank to break at
        said = "\n".join(lines)
        for fact in (it.plan.hash, it.order.contact, "53702", "CHG-77", "3702", "Ctrl-C", "100"):
            assert fact in said
    assert "25 more ranges" in announcement(long, "")
    assert "9999" in announcement(long, "")


def test_the_announcement_says_no_protocol_that_the_plan_does_not_have(
    prepared: Callable[..., Prepared],
) -> None:
    it = prepared()
    request = it.order.request
    few = prepare(Order(request, probers=("ws-discovery", "http")))
    said = announcement(few, "")
    assert "UDP 3702" in said
    assert "M-SEARCH" not in said
    assert "37020" not in said


def test_a_pilot_says_how_many_of_how_many(prepared: Callable[..., Prepared]) -> None:
    it = prepared(limit=7)
    left = it.plan.content.requested - sum(one.count for one in it.plan.exclusions)
    text = text_of(plan_page(it, ""))
    assert f"7 addresses, a pilot: drawn at random from {left}" in text
    assert f"Of these {left} addresses the pilot asks 7" in text


def test_a_community_is_on_no_page(prepared: Callable[..., Prepared]) -> None:
    given = "k33p-this-Quiet"
    it = prepared(community=Community(given))
    assert "get-system" in plan_page(it, "")
    for said in (plan_page(it, ""), announcement(it, ""), it.plan.to_text()):
        assert given not in said
        assert given.encode().hex() not in said.replace(" ", "")


def test_every_prober_is_described_in_plain_words() -> None:
    assert set(load_protocols()) == {one.name for one in PROBERS}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[protocol]]\nprober = 'x'\n",
        "[[protocol]]\nprober = 'x'\ntitle = ''\nsays = 'x'\nalert = 'x'\n",
        "[[protocol]]\nprober = 'x'\ntitle = 'x'\nsays = 1\nalert = 'x'\n",
        "protocol = 7\n",
        "= =",
    ],
)
def test_broken_descriptions_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "protocols.toml").write_text(text, "utf-8")
    with pytest.raises(CatalogueError, match=r"protocols\.toml: the protocols do not hold"):
        load_protocols(tmp_path)
