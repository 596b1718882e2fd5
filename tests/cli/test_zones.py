"""`zones import` and `zones check` as a person runs them."""

import json
import random
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

from camcensus.scope import Policy, parse_zones
from cli.program import Ask, run

ROOT = Path(__file__).resolve().parents[2]
SITES = [f"School {letter}" for letter in "ABCDEFGHIJKL"]
USES = [
    "Cameras", "Offices", "Pupils", "Printers", "VoIP", "Guests", "Theatre monitors", "BMS",
    "Fire alarm", "Tills", "Staff", "Servers",
]  # fmt: skip
CLOSED = {"Theatre monitors", "BMS", "Fire alarm", "Tills"}


def estate() -> list[tuple[str, int, str, str]]:
    """400 VLANs at 12 sites: site, number, name, network. Every site has the same networks."""
    rows = [
        (SITES[number % 12], 10 + number // 12, USES[number % 11], f"10.20.{number // 12}.0/24")
        for number in range(400)
    ]
    random.Random(7).shuffle(rows)  # noqa: S311 - the order of a list, no secret
    return rows


def as_csv() -> bytes:
    lines = ["Site;VLAN;Name;Subnet", *(";".join(map(str, row)) for row in estate())]
    return "\r\n".join(lines).encode("utf-8-sig")


def as_netbox() -> bytes:
    found = [
        {
            "id": number,
            "prefix": network,
            "status": {"value": "active", "label": "Active"},
            "scope_type": "dcim.site",
            "scope": {"name": site},
            "vlan": {"vid": vlan, "name": name},
        }
        for number, (site, vlan, name, network) in enumerate(estate())
    ]
    pages = [{"count": 400, "results": found[at : at + 50]} for at in range(0, 400, 50)]
    return "\n".join(map(json.dumps, pages)).encode()


def as_phpipam() -> bytes:
    lines = ["Section,Subnet,Description,VLAN,Master Subnet"]
    lines += [f"{site},{network},{name},{vlan},/" for site, vlan, name, network in estate()]
    return "\n".join(lines).encode()


EXPORTS = {"csv": as_csv, "netbox-json": as_netbox, "phpipam-csv": as_phpipam}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", EXPORTS)
def test_400_vlans_of_12_sites_become_a_file_that_every_site_can_be_planned_with(
    place: Path, ask: Ask, form: str
) -> None:
    (place / "vlans").write_bytes(EXPORTS[form]())
    ran = ask("zones", "import", form, "vlans", "-o", "zones.toml")
    assert (ran.code, ran.out) == (0, "")
    assert "400 zones at 12 sites in zones.toml, from 400 rows; 0 left out" in ran.err
    text = (place / "zones.toml").read_text("utf-8")
    file = parse_zones(text, "zones.toml")
    assert file.sites == tuple(SITES)
    assert text.count("\n[[site]]\n") == 12
    wanted = Counter((site, network) for site, _, _, network in estate())
    assert Counter((z.site, z.source) for z in file.zones).total() == 400
    assert len(wanted) == len({(zone.site, zone.networks) for zone in file.zones}) == 400
    closed = {zone.name.partition(" (")[0] for zone in file.zones if not zone.policy.sends}
    assert closed == CLOSED
    assert {z.policy for z in file.zones} == {Policy.PROBE, Policy.DO_NOT_PROBE}

    checked = ask("zones", "check", "zones.toml", "--within", "10.20.0.0/16", "--json")
    row = json.loads(checked.out)
    assert checked.code == 0
    assert sum(site["zones"] for site in row["sites"]) == 400
    assert all(site["targets"] for site in row["sites"])
    assert (row["overlaps"], row["unreached"]) == ([], [])
    assert row["gaps"][0]["addresses"] == 65_536 - 34 * 256
    assert len(row["check_lines"]) == sum(not zone.policy.sends for zone in file.zones)


def test_the_file_is_the_same_in_whatever_order_the_rows_stand(place: Path, ask: Ask) -> None:
    head, *rows = as_csv().splitlines()
    (place / "one.csv").write_bytes(b"\n".join([head, *rows]))
    (place / "two.csv").write_bytes(b"\n".join([head, *reversed(rows)]))
    texts = [ask("zones", "import", "csv", name, "-q").out for name in ("one.csv", "two.csv")]
    one, two = ([line for line in text.split("\n") if line[:2] != "# "] for text in texts)
    assert one == two
    assert ask("zones", "import", "csv", "one.csv", "-q").out == texts[0]


def test_a_plan_reads_what_was_imported(place: Path, ask: Ask) -> None:
    (place / "vlans.csv").write_bytes(as_csv())
    ask("zones", "import", "csv", "vlans.csv", "-o", "zones.toml")
    ran = ask("plan", "--zones", "zones.toml", "--site", "School C", "--json")
    [plan] = map(json.loads, ran.out.splitlines())
    reasons = {one["reason"] for one in plan["excluded"]}
    assert any("named 'Theatre monitors' in the import; look at it" in one for one in reasons)
    assert plan["site"] == "School C"


SHEET = "site,name,network\nnorth,Cameras,10.20.30.0/24\nnorth,Lost,tbd\n"


def test_rows_left_out_are_told_by_line_and_the_rest_is_written(place: Path, ask: Ask) -> None:
    (place / "vlans.csv").write_text(SHEET)
    ran = ask("zones", "import", "csv", "vlans.csv")
    assert ran.code == 0
    assert parse_zones(ran.out, "z").sites == ("north",)
    assert ran.err.splitlines() == [
        "left out: vlans.csv line 3: tbd: 'tbd' is no network",
        "1 zone at 1 site on stdout, from 2 rows; 1 left out",
    ]


def test_nothing_usable_is_an_error_after_every_row_was_told(place: Path, ask: Ask) -> None:
    (place / "vlans.csv").write_text("network,name\ntbd,a\n,b\n")
    ran = ask("zones", "import", "csv", "vlans.csv", "-o", "zones.toml")
    assert ran.code == 2
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == [
        "left out", "left out", "camcensus",
    ]  # fmt: skip
    assert "no row of 2 could become a zone" in ran.err
    assert not (place / "zones.toml").exists()


def test_a_file_that_is_there_is_written_over_only_by_force(place: Path, ask: Ask) -> None:
    (place / "vlans.csv").write_text(SHEET)
    (place / "zones.toml").write_text("corrected by hand")
    ran = ask("zones", "import", "csv", "vlans.csv", "-o", "zones.toml")
    assert ran.code == 2
    assert "zones.toml is there already" in ran.complaint
    assert (place / "zones.toml").read_text() == "corrected by hand"
    assert ask("zones", "import", "csv", "vlans.csv", "-o", "zones.toml", "--force").code == 0
    assert parse_zones((place / "zones.toml").read_text(), "z").zones


def test_an_export_may_come_through_a_pipe(tmp_path: Path) -> None:
    ran = run("zones", "import", "csv", "-", "--site", "west", feed="network\n10.20.3.0/24\n")
    assert ran.code == 0
    assert parse_zones(ran.out, "z").sites == ("west",)
    assert "from standard input (csv)" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import",), "missing argument 'FORMAT'"),
        (("import", "xlsx", "vlans.csv"), "there is no format 'xlsx'; choose one of csv, netbox"),
        (("import", "csv", "none.csv"), "'none.csv' cannot be read: No such file"),
        (("import", "csv", "vlans.csv", "--policy", "ask"), "there is no policy 'ask'"),
        (("import", "csv", "vlans.csv", "--site", " "), "--site ' ' cannot be: a site name is"),
        (("import", "csv", "vlans.csv", "-o", "none/z.toml"), "cannot write none/z.toml"),
        (("import", "netbox-json", "vlans.csv"), "vlans.csv:1: not JSON"),
        (("check", "none.toml"), "'none.toml' cannot be read: No such file"),
        (("check", "bare.toml"), "bare.toml:5: zone 'a': do-not-probe needs a reason"),
        (("check", "good.toml", "--within", "all"), "'all': a name, where an address is needed"),
        (("check", "good.toml", "--site", "x"), "has no site 'x'; it has default"),
        (("frob",), "there is no verb 'frob'"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    place: Path, ask: Ask, arguments: tuple[str, ...], said: str
) -> None:
    zone = 'schema = 1\n[[zone]]\nname = "a"\nnetworks = ["10.20.3.0/24"]\npolicy = '
    (place / "vlans.csv").write_text("network\n10.20.3.0/24\n")
    (place / "bare.toml").write_text(f'{zone}"do-not-probe"\n')
    (place / "good.toml").write_text(f'{zone}"probe"\n')
    ran = ask("zones", *arguments)
    assert ran.code == 2
    *_, last = ran.err.splitlines()
    assert said in last


def test_check_tells_people_the_same_and_ends_with_2_where_no_plan_can_be(
    place: Path, ask: Ask
) -> None:
    (place / "z.toml").write_text(
        "schema = 1\n"
        + "".join(
            f'[[zone]]\nname = "{name}"\nnetworks = ["{network}"]\npolicy = "{policy}"\n'
            'reason = "so"\n'
            for name, network, policy in (
                ("all", "10.20.0.0/16", "probe"),
                ("pumps", "10.20.3.0/24", "do-not-probe"),
                ("paging", "239.1.0.0/24", "probe"),
            )
        )
    )
    ran = ask("zones", "check", "z.toml")
    assert ran.code == 2
    header, row, *sentences = ran.out.splitlines()
    assert header.split()[:3] == ["site", "zones", "probe"]
    assert row.split()[:2] == ["default", "3"]
    plan, overlap = sentences
    where = "z.toml:12: 239.1.0.0/24: 239.1.0.0"
    assert plan == f"plan of default: {where} is multicast; nothing is sent there"
    why = "do-not-probe is stricter than probe"
    assert overlap == f"overlap at default: 10.20.3.0/24: pumps holds there, not all: {why}"
    assert "no plan can be made for default" in ran.err


def test_many_zones_in_one_are_one_sentence(place: Path, ask: Ask) -> None:
    networks = ["10.20.0.0/16", *(f"10.20.{number}.0/24" for number in range(60))]
    (place / "z.toml").write_text(
        "schema = 1\n"
        + "".join(
            f'[[zone]]\nname = "{name}"\nnetworks = ["{network}"]\npolicy = "probe"\n'
            for name, network in enumerate(networks)
        )
    )
    ran = ask("zones", "check", "z.toml")
    [overlap] = [line for line in ran.out.splitlines() if line.startswith("overlap")]
    start = "overlap at default: in 0 hold 60 other zones: its network is smaller: 1, 2, 3, "
    assert overlap.startswith(start)
    assert overlap.endswith("and 20 more (--json has all)")
    assert len(json.loads(ask("zones", "check", "z.toml", "--json").out)["overlaps"]) == 60


def test_zones_alone_says_what_it_can_do(ask: Ask) -> None:
    ran = ask("zones")
    assert ran.code == 0
    assert "import" in ran.out
    assert "check" in ran.out


def test_the_worked_example_of_the_document_is_what_happens(place: Path, ask: Ask) -> None:
    document = (ROOT / "docs" / "zones.md").read_text("utf-8")
    [sheet] = re.findall(r"```csv\n(.*?)```", document, re.DOTALL)
    (place / "vlans.csv").write_text(sheet)
    imported, checked, *_ = re.findall(r"```console\n\$ camcensus (.*?)```", document, re.DOTALL)
    command, _, said = imported.partition("\n")
    ran = ask(*shlex.split(command))
    assert (ran.out, ran.err) == ("", said)
    _, written, *_ = re.findall(r"```toml\n(.*?)```", document, re.DOTALL)
    assert written in (place / "zones.toml").read_text()
    command, _, said = checked.partition("\n")
    ran = ask(*shlex.split(command))
    assert ran.out + ran.err == said.partition("$ ")[0]
    [plan] = re.findall(r"^\$ camcensus (plan .*)$", checked, re.MULTILINE)
    assert ask(*shlex.split(plan)).code == 0
