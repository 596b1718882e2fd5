"""From the rows of an export to a zones file: what becomes of each, and that it reads back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.scope import Policy, parse_zones
from camcensus.scope.importing import CHECK, Drafts, Wishes, draft, read_csv, zones_text
from camcensus.scope.importing.writing import quoted


def drafts(text: str, **wishes: object) -> Drafts:
    return draft(read_csv(text.encode(), "vlans.csv"), Wishes(**wishes))  # type: ignore[arg-type]  # the fields of Wishes, by name


def policies(found: Drafts) -> dict[str, Policy]:
    return {zone.name: zone.policy for zone in found.zones}


def one(text: str, **wishes: object) -> tuple[Policy, str, str]:
    [zone] = drafts(text, **wishes).zones
    return zone.policy, zone.reason, zone.check


def why_left(found: Drafts) -> dict[str, str]:
    return {row.where: row.why for row in found.left_out}


def test_the_written_file_says_what_it_was_made_of() -> None:
    found = drafts(
        "site,vlan,name,network\n"
        "north,30,Cameras,10.20.30.0/24\n"
        "north,31,Theatre monitors,10.20.31.1/24\n"
    )
    assert zones_text(found, "vlans.csv (csv)") == (
        "# 2 zones at 1 site: 1 probe, 1 do-not-probe.\n"
        "# Made by `camcensus zones import` from vlans.csv (csv).\n"
        "# Marked CHECK: 1. Look, correct the zone, delete the line.\n"
        "# Where zones overlap the stricter wins; `camcensus zones check` shows where.\n"
        "schema = 1\n"
        "\n"
        "\n"
        "[[site]]\n"
        'name = "north"\n'
        "\n"
        "# line 2\n"
        "[[zone]]\n"
        'name = "Cameras"\n'
        'site = "north"\n'
        'networks = ["10.20.30.0/24"]\n'
        'policy = "probe"\n'
        'tags = ["video", "vlan-30"]\n'
        "\n"
        '# CHECK: guessed from "theatre": anaesthesia machines and monitors of operating theatres '
        "keep somebody alive.\n"
        "# line 3; 10.20.31.1/24 was read as the network 10.20.31.0/24\n"
        "[[zone]]\n"
        'name = "Theatre monitors"\n'
        'site = "north"\n'
        'networks = ["10.20.31.0/24"]\n'
        'policy = "do-not-probe"\n'
        "reason = \"named 'Theatre monitors' in the import; look at it\"\n"
        'tags = ["clinical", "vlan-31"]\n'
    )


def test_a_name_closes_and_never_opens() -> None:
    cctv = "network,name\n10.20.3.0/24,CCTV\n"
    ward = "network,name\n10.20.3.0/24,Ward CCTV\n"
    for policy in Policy:
        assert one(cctv, policy=policy)[0] is policy
        assert one(ward, policy=policy)[0] is Policy.DO_NOT_PROBE
    assert one(ward)[2].endswith("pumps. It also says 'cctv'.")


def test_a_policy_that_a_person_wrote_holds_and_its_contradiction_is_marked() -> None:
    row = "network,name,policy,reason\n10.20.3.0/24,Theatre,{},{}\n"
    policy, reason, check = one(row.format("probe", ""))
    assert (policy, reason) == (Policy.PROBE, "")
    assert check.startswith('probe in the import, but it says "theatre"')
    assert one(row.format("do-not-probe", "pumps")) == (Policy.DO_NOT_PROBE, "pumps", "")
    policy, reason, check = one(row.format("do-not-probe", ""))
    assert reason == "named 'Theatre' in the import; look at it"
    assert check == "the import gives no reason for do-not-probe."
    assert one("network,policy\n10.20.3.0/24,do not probe\n")[1] == (
        "do-not-probe in the import, which gives no reason"
    )


def test_what_cannot_be_trusted_is_closed_and_marked() -> None:
    policy, reason, check = one("network,name,policy\n10.20.3.0/24,Guests,never\n")
    assert policy is Policy.DO_NOT_PROBE
    assert reason.startswith("the policy 'never' is none of probe")
    assert check.endswith("closed until somebody decides.")


def test_the_name_of_a_container_holds_for_what_lies_in_it() -> None:
    found = drafts(
        "site,network,name,status\n"
        "north,10.20.64.0/20,Medical,container\n"
        ",10.30.0.0/16,Payment,container\n"
        "north,10.20.64.0/24,A,\n"
        "south,10.20.64.0/24,B,\n"
        "south,10.30.1.0/24,C,\n"
    )
    closed = Policy.DO_NOT_PROBE
    assert policies(found) == {"A": closed, "B": Policy.PROBE, "C": closed}
    reasons = {zone.name: zone.reason for zone in found.zones}
    assert reasons["A"] == "inside a network named 'Medical' in the import; look at it"


def test_public_networks_are_closed_unless_they_are_said_to_be_ours() -> None:
    text = "network,name\n198.51.100.0/24,Guests\n"
    assert one(text)[0] is Policy.DO_NOT_PROBE
    assert one(text, allow_public=True)[0] is Policy.PROBE
    assert one("network,policy\n198.51.100.0/24,probe\n")[0] is Policy.PROBE


def test_what_no_sweep_asks_is_left_out_and_told() -> None:
    found = drafts(
        "network,name\n"
        "fd00:1::/64,Offices\n"
        "239.0.0.0/8,Paging\n"
        "0.0.0.0/0,All\n"
        "fd00:2::/64,Theatre\n"
        "10.20.3.0/24,Offices\n"
    )
    assert why_left(found) == {
        "line 2": "an IPv6 network wider than /112 is not swept, and so is in no zone",
        "line 3": "multicast",
        "line 4": "in 0.0.0.0/8, which is no host's address (RFC 1122)",
    }
    assert policies(found) == {"Offices": Policy.PROBE, "Theatre": Policy.DO_NOT_PROBE}


def test_a_row_without_a_site_needs_one_where_others_have_one() -> None:
    text = "site,network\nnorth,10.20.0.0/16\n,10.20.3.0/24\n,10.30.0.0/24\n"
    found = drafts(text)
    assert {where: why.partition(";")[2] for where, why in why_left(found).items()} == {
        "line 3": " zone 10.20.0.0/16 of north probes addresses of it",
        "line 4": "",
    }
    assert drafts(text, site="south").sites == ("north", "south")
    assert drafts("network\n10.20.0.0/16\n").sites == ("default",)
    assert drafts("network\n10.20.0.0/16\n", site="south").sites == ("south",)


def test_of_a_network_that_stands_twice_the_strictest_row_is_kept() -> None:
    found = drafts(
        "site,network,name,vrf\n"
        "north,10.20.3.0/24,Offices,\n"
        "north,10.20.3.0/24,Pumps,\n"
        "north,10.20.3.0/24,Guests,blue\n"
        "south,10.20.3.0/24,Offices,\n"
    )
    assert [(zone.site, zone.name) for zone in found.zones] == [
        ("north", "Pumps"),
        ("south", "Offices"),
    ]
    kept = "which is kept (Pumps, do-not-probe)"
    assert why_left(found) == {
        "line 2": f"the same network at site north as line 3, {kept}",
        "line 4": f"the same network at site north as line 3, though in another VRF, {kept}",
    }


SUPERNET = (
    "site,network,name,policy\n"
    "north,10.20.0.0/16,North,{}\n"
    "north,10.20.3.0/24,Offices,\n"
    "north,10.20.4.0/24,Guests,\n"
    "south,10.20.0.0/16,South,\n"
    "south,10.20.3.0/24,Cut out,\n"
)


def test_a_supernet_is_no_zone_until_somebody_takes_the_sign_away() -> None:
    found = drafts(SUPERNET.format(""))
    assert [zone.name for zone in found.zones] == ["Offices", "Guests", "South", "Cut out"]
    [row] = found.left_out
    assert (row.where, row.what) == ("line 2", "10.20.0.0/16 North")
    assert row.why.startswith("holds 2 other networks of the site: a supernet is no zone")
    text = zones_text(found, "vlans.csv")
    opened = text.replace("\n#[[zone]]", "\n[[zone]]")
    opened = re.sub(r"(?m)^#(?=[a-z]+ = )", "", opened)
    first, *others = parse_zones(opened, "z.toml").zones
    assert (first.name, first.policy) == ("North", Policy.PROBE)
    assert len(others) == len(parse_zones(text, "z.toml").zones) == 4


@pytest.mark.parametrize("wishes", [{"policy": Policy.LISTEN_ONLY}, {}])
def test_a_supernet_that_is_closed_or_whose_row_states_a_policy_is_a_zone(
    wishes: dict[str, object],
) -> None:
    found = drafts(SUPERNET.format("" if wishes else "probe"), **wishes)
    assert found.aside == ()
    assert "North" in policies(found)


def test_zones_of_one_name_get_their_network_and_still_stay_apart() -> None:
    found = drafts(
        "site,network,name\n"
        "north,10.20.3.0/24,Guests\n"
        "north,10.20.4.0/24,Guests\n"
        "north,10.20.5.0/24,Guests (10.20.4.0/24)\n"
        "south,10.20.3.0/24,Guests\n"
    )
    assert [zone.name for zone in found.zones] == [
        "Guests (10.20.3.0/24)",
        "Guests (10.20.4.0/24) 2",
        "Guests (10.20.4.0/24)",
        "Guests",
    ]


def test_sites_that_differ_in_letters_only_are_two_and_are_told() -> None:
    found = drafts("site,network\nNorth,10.20.3.0/24\nnorth,10.20.4.0/24\n")
    assert found.notes == (
        "'North' and 'north' are two sites: a site is told by its exact spelling",
    )


@pytest.mark.parametrize("text", ["plain", '"', "\\", "\x7f\x00\t", "\u202e", "\U0001f4f7", "é"])
def test_any_text_can_stand_in_quotes(text: str) -> None:
    file = f'schema = 1\n[[zone]]\nname = {quoted(f"x{text}")}\nnetworks = ["10.0.0.1"]\n'
    [zone] = parse_zones(f'{file}policy = "probe"\n', "z.toml").zones
    assert zone.name == f"x{text}"


# ---------------------------------------------------------------- laws

NAMES = st.one_of(
    st.text(max_size=10),
    st.sampled_from(["Cameras", "cameras", "Ward 3", "BMS", 'a"b', "c\\d", "# x", "[[zone]]"]),
)
ROWS = st.tuples(
    st.sampled_from(["north", "south", "", "North"]),
    NAMES,
    st.one_of(
        st.tuples(st.integers(0, 3), st.integers(0, 255), st.integers(20, 32)).map(
            lambda n: f"10.{n[0]}.{n[1]}.0/{n[2]}"
        ),
        st.sampled_from(["fd00::/64", "fd00::10/125", "193.60.0.0/24", "224.0.0.0/8", "x", ""]),
    ),
    st.sampled_from(["", "", "probe", "do-not-probe", "udp-only", "never"]),
    NAMES,
)


def sheet(rows: list[tuple[str, str, str, str, str]]) -> str:
    def cell(text: str) -> str:
        doubled = text.replace('"', '""').replace("\r", " ").replace("\n", " ")
        return f'"{doubled}"'

    lines = [("site", "name", "network", "policy", "reason"), *rows]
    return "\n".join(",".join(map(cell, row)) for row in lines)


SHEETS = st.lists(ROWS, max_size=12)


@pytest.mark.fuzz
@given(rows=SHEETS, policy=st.sampled_from(Policy), site=st.sampled_from(["", "west"]))
def test_what_is_written_reads_back_to_the_same_zones(
    rows: list[tuple[str, str, str, str, str]], policy: Policy, site: str
) -> None:
    found = drafts(sheet(rows), policy=policy, site=site)
    if not found.zones:
        return
    text = zones_text(found, "vlans.csv")
    read = parse_zones(text, "z.toml")
    assert [(z.site, z.name, z.networks, z.policy, z.reason) for z in read.zones] == [
        (z.site, z.name, z.networks, z.policy, z.reason) for z in found.zones
    ]
    assert read.sites == found.sites
    assert text.count(CHECK) >= sum(bool(zone.check) for zone in found.zones)
    assert text.isprintable() or not re.search(r"[^\n -~\u00a0-\U0010ffff]", text)


@pytest.mark.fuzz
@given(rows=SHEETS)
def test_every_row_becomes_a_zone_or_is_told(
    rows: list[tuple[str, str, str, str, str]],
) -> None:
    found = drafts(sheet(rows))
    wheres = [zone.where for zone in found.zones] + [row.where for row in found.left_out]
    assert len(wheres) == len(set(wheres)) == found.rows


@pytest.mark.fuzz
@given(rows=SHEETS, data=st.data())
def test_the_order_of_the_rows_changes_nothing_but_their_numbers(
    rows: list[tuple[str, str, str, str, str]], data: st.DataObject
) -> None:
    def meaning(found: Drafts) -> list[tuple[object, ...]]:
        return [(z.site, z.networks, z.policy) for z in found.zones]

    shuffled = data.draw(st.permutations(rows))
    assert meaning(drafts(sheet(shuffled))) == meaning(drafts(sheet(rows)))


@pytest.mark.fuzz
@given(rows=SHEETS, policy=st.sampled_from(Policy))
def test_no_row_is_looser_than_it_says_or_than_the_user_says(
    rows: list[tuple[str, str, str, str, str]], policy: Policy
) -> None:
    export = read_csv(sheet(rows).encode(), "vlans.csv")
    said = {entry.where: entry.policy or policy for entry in export.entries}
    for zone in draft(export, Wishes(policy=policy)).zones:
        assert zone.policy.strictness >= said[zone.where].strictness
