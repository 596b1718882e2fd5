import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import ScopeError
from camcensus.scope import Plan, Policy, parse_zones
from camcensus.types import Target, Transport

MakePlan = Callable[..., Plan]
WriteZones = Callable[[str], Path]

HOSPITAL = """
[[site]]
name = "st-anne"
note = "main building"

[[zone]]
name = "offices"
site = "st-anne"
networks = ["10.20.0.0/24", "10.20.1.0/24"]
policy = "probe"
tags = ["office"]

[[zone]]
name = "pumps"
networks = ["10.20.0.64/28"]
policy = "do-not-probe"
reason = "infusion pumps"

[[zone]]
name = "imaging"
networks = ["10.20.1.0/28"]
policy = "listen-only"

[[zone]]
name = "doors"
networks = ["10.20.2.0/29", "fd00::10/125"]
policy = "udp-only"
"""


def addresses(plan: Plan) -> set[str]:
    return {target.address for _, target in plan.targets()}


def test_without_targets_the_zones_that_may_be_probed_are_the_targets(
    plan_for: MakePlan, zones_file: WriteZones
) -> None:
    plan = plan_for(zones_file=zones_file(HOSPITAL))
    assert plan.site == "st-anne"
    # both offices but for their edges, pumps and imaging; doors but for their edges; 8 of IPv6
    # 10.20.1.0 is an edge of offices and in imaging
    assert plan.size == (512 - 4 - 16 - 15) + (8 - 2) + 8
    assert plan.contains("10.20.0.9") == Target("10.20.0.9", "st-anne", "offices")
    assert plan.contains("10.20.2.3") == Target("10.20.2.3", "st-anne", "doors")
    assert {target.zone for _, target in plan.targets()} == {"offices", "doors"}


def test_a_zone_that_forbids_wins_over_one_that_allows_and_over_every_flag(
    plan_for: MakePlan, zones_file: WriteZones
) -> None:
    path = zones_file(HOSPITAL)
    plan = plan_for(
        "10.20.0.0/16", zones_file=path, allow_unzoned=True, yes=True, allow_public=True
    )
    assert plan.contains("10.20.0.70") is None
    assert plan.contains("10.20.1.7") is None
    assert plan.permit.refusal("10.20.0.70", Transport.UDP, 3702) == (
        f"10.20.0.70: excluded: zone pumps: do-not-probe: infusion pumps ({path}:14)"
    )
    with pytest.raises(ScopeError, match="no target is left"):
        plan_for("10.20.0.70", zones_file=path, allow_unzoned=True, yes=True)


def test_the_stricter_of_two_zones_wins_whatever_their_order_and_size(
    plan_for: MakePlan, zones_file: WriteZones
) -> None:
    def zone(policy: Policy, network: str) -> str:
        return (
            f'[[zone]]\nname = "{policy} {network}"\nnetworks = ["{network}"]\n'
            f'policy = "{policy}"\nreason = "so"\n'
        )

    networks = ("10.0.0.0/8", "10.1.0.0/24")
    for strict in Policy:
        for loose in [policy for policy in Policy if policy.strictness < strict.strictness]:
            for one, two in (networks, networks[::-1]):
                text = zone(loose, one) + zone(strict, two)
                for ordered in (text, zone(strict, two) + zone(loose, one)):
                    path = zones_file(ordered)
                    plan = plan_for("10.1.0.7", "192.168.0.1", zones_file=path, allow_unzoned=True)
                    assert (plan.contains("10.1.0.7") is not None) == strict.sends
                    assert plan.permit.refusal("10.1.0.7", Transport.TCP, 80)


def test_an_address_in_no_zone_is_excluded_unless_the_flag_says_otherwise(
    plan_for: MakePlan, zones_file: WriteZones
) -> None:
    path = zones_file(HOSPITAL)
    plan = plan_for("10.20.2.0/28", zones_file=path)
    assert addresses(plan) == {f"10.20.2.{n}" for n in range(1, 7)}
    assert ("10.20.2.8/29", "no zone") in {(row.network, row.reason) for row in plan.exclusions}
    refusal = plan.permit.refusal("10.20.2.9", Transport.UDP, 3702)
    assert refusal is not None
    assert "no zone" in refusal
    opened = plan_for("10.20.2.0/28", zones_file=path, allow_unzoned=True)
    assert opened.contains("10.20.2.9") == Target("10.20.2.9", "st-anne", "")
    assert opened.zone_of("10.20.2.9") is None


def test_udp_only_means_no_tcp(plan_for: MakePlan, zones_file: WriteZones) -> None:
    plan = plan_for(zones_file=zones_file(HOSPITAL))
    assert plan.permit.refusal("10.20.2.3", Transport.UDP, 3702) is None
    assert plan.permit.refusal("10.20.2.3", Transport.TCP, 80) == (
        "10.20.2.3: zone doors is udp-only"
    )
    assert plan.permit.refusal("fd00::11", Transport.TCP, 80)


def test_a_zones_file_is_the_written_scope_for_large_networks(
    plan_for: MakePlan, zones_file: WriteZones
) -> None:
    path = zones_file('[[zone]]\nname = "all"\nnetworks = ["10.0.0.0/12"]\npolicy = "probe"\n')
    assert plan_for(zones_file=path).size == (1 << 20) - 2
    assert plan_for("10.0.0.0/12", zones_file=path).size == (1 << 20) - 2
    with pytest.raises(ScopeError, match="15,728,640 addresses are more"):
        plan_for("10.0.0.0/8", zones_file=path, allow_unzoned=True)


def test_public_space_in_a_zones_file_still_needs_the_flag(
    plan_for: MakePlan, zones_file: WriteZones
) -> None:
    path = zones_file('[[zone]]\nname = "dmz"\nnetworks = ["203.0.113.0/28"]\npolicy = "probe"\n')
    with pytest.raises(ScopeError, match=rf"{path}:2: .*--allow-public"):
        plan_for(zones_file=path)
    assert plan_for(zones_file=path, allow_public=True).size == 14


def test_tcp_to_silent_addresses_needs_a_zone_that_asks_and_none_that_opposes(
    plan_for: MakePlan, zones_file: WriteZones
) -> None:
    plan = plan_for(
        zones_file=zones_file("""
[[zone]]
name = "all"
networks = ["10.0.0.0/24"]
policy = "probe"
tcp = "all"
[[zone]]
name = "careful"
networks = ["10.0.0.128/26"]
policy = "probe"
tcp = "alive"
[[zone]]
name = "silent on it"
networks = ["10.0.0.16/28"]
policy = "probe"
[[zone]]
name = "no tcp at all"
networks = ["10.0.0.32/28"]
policy = "udp-only"
""")
    )
    told = {
        last: plan.tcp_everywhere(Target(f"10.0.0.{last}", "default")) for last in (5, 20, 40, 130)
    }
    assert told == {5: True, 20: True, 40: False, 130: False}


def test_nine_schools_with_the_same_network_are_told_apart_by_site(
    plan_for: MakePlan, zones_file: WriteZones
) -> None:
    path = zones_file("""
[[site]]
name = "north"
[[site]]
name = "south"
[[zone]]
name = "all"
site = "north"
networks = ["192.168.1.0/24"]
policy = "probe"
[[zone]]
name = "all"
site = "south"
networks = ["192.168.1.0/24"]
policy = "do-not-probe"
reason = "heating"
""")
    assert plan_for(zones_file=path, site="north").size == 254
    with pytest.raises(ScopeError, match="no zone of site south may be probed"):
        plan_for(zones_file=path, site="south")
    with pytest.raises(ScopeError, match="no site 'default'; it has north, south"):
        plan_for(zones_file=path)


GOOD = '[[zone]]\nname = "a"\nnetworks = ["10.0.0.0/24"]\npolicy = "probe"\n'


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ("schema = 1\n" + GOOD + 'polcy = "probe"\n', 6, "no key 'polcy'; did you mean 'policy'"),
        ("schema = 1\n" + GOOD + "exclud = []\n", 6, "no key 'exclud'"),
        ("schema = 1\nzones = 3\n" + GOOD, 2, "no key 'zones'; did you mean 'zone'"),
        ("schema = 1\n[[site]]\nname = 'x'\nnmae = 'y'\n" + GOOD, 4, "did you mean 'name'"),
        ("schema = 1\n[[zones]]\nname = 'a'\n", 2, "no key 'zones'"),
        ("schema = 2\n" + GOOD, 1, "schema must be 1"),
        (GOOD, 1, "schema must be 1"),
        ("schema = 1\n", None, r"has no \[\[zone\]\]"),
        ("schema = 1\n[zone]\nname = 'a'\n", 2, "two brackets"),
        ("schema = 1\n" + GOOD.replace('"probe"', '"prob"'), 5, "none of .*did you mean 'probe'"),
        ("schema = 1\n" + GOOD.replace('"probe"', '"do-not-probe"'), 5, "needs a reason"),
        ("schema = 1\n" + GOOD.replace('"probe"', "true"), 5, "policy is a text"),
        ("schema = 1\n" + GOOD.replace('policy = "probe"\n', ""), 2, "has no policy"),
        ("schema = 1\n" + GOOD.replace('name = "a"\n', ""), 2, "has no name"),
        ("schema = 1\n" + GOOD.replace('"a"', '""'), 3, "name is a text in quotes, and not empty"),
        ("schema = 1\n" + GOOD.replace('["10.0.0.0/24"]', '"10.0.0.0/24"'), 4, "list of texts"),
        ("schema = 1\n" + GOOD.replace('["10.0.0.0/24"]', "[]"), 4, "networks is empty"),
        ("schema = 1\n" + GOOD.replace("10.0.0.0/24", "10.0.0.9/24"), 4, "write 10.0.0.0/24"),
        ("schema = 1\n" + GOOD.replace("10.0.0.0/24", "10.0.0.0/99"), 4, "at most 32"),
        ("schema = 1\n" + GOOD.replace("10.0.0.0/24", "nvr"), 4, "addresses and networks"),
        ("schema = 1\n" + GOOD.replace("10.0.0.0/24", "fd00::/64"), 4, "wider than /112"),
        (
            "schema = 1\n" + GOOD.replace('["10.0.0.0/24"]', '[\n "10.0.0.0/24",\n "10.9/16",\n]'),
            6,
            "one whole address",
        ),
        ("schema = 1\n" + GOOD + 'tcp = "some"\n', 6, "tcp 'some' is none of alive, all"),
        ("schema = 1\n" + GOOD + 'multicast = "yes"\n', 6, "multicast is true or false"),
        ("schema = 1\n" + GOOD + "tags = [1]\n", 6, "tags is a list of texts"),
        ("schema = 1\n" + GOOD + GOOD, 7, "second .* named 'a'"),
        ("schema = 1\n[[site]]\nname = 'x'\n" + GOOD + "site = 'y'\n", 8, "no .*site.* named 'y'"),
        ("schema = 1\n" + GOOD + "x = = 1\n", 6, "Invalid value"),
        ("schema = 1\n" + GOOD + 'policy = "probe"\n', 6, "Cannot overwrite a value"),
    ],
)
def test_what_does_not_hold_is_an_error_with_file_line_and_key(
    text: str, line: int | None, complaint: str
) -> None:
    where = "z.toml:" if line is None else f"z.toml:{line}:"
    with pytest.raises(ScopeError, match=f"^{re.escape(where)}.*{complaint}") as caught:
        parse_zones(text, "z.toml")
    assert "\n" not in str(caught.value)


def test_nesting_without_end_is_no_zones_file() -> None:
    with pytest.raises(ScopeError, match=r"^z\.toml"):
        parse_zones("schema = 1\nzone = " + "[" * 20_000, "z.toml")


@pytest.mark.fuzz
@given(st.data())
def test_whatever_stands_in_the_file_it_is_read_or_refused(data: st.DataObject) -> None:
    text = "schema = 1\n" + HOSPITAL
    cut = data.draw(st.integers(0, len(text)))
    junk = data.draw(
        st.one_of(
            st.text(max_size=30),
            st.sampled_from(["[[zone]]", "[zone]", "= 1", '"', "[[[", "site.x = 1\n"]),
        )
    )
    rest = data.draw(st.sampled_from(["", text[cut:], text[cut + 3 :]]))
    try:
        parsed = parse_zones(text[:cut] + junk + rest, "z.toml")
    except ScopeError as error:
        refusal: str | None = str(error)
    else:
        refusal = None
        assert parsed.zones
    assert refusal is None or refusal.startswith("z.toml")


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.lists(st.one_of(st.integers(), st.text(max_size=12), st.sampled_from(["10.0.0.0/8"]))),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)  # fmt: skip


def toml_value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, dict):
        rows = (f"{toml_value(key)} = {toml_value(item)}" for key, item in value.items())
        return "{" + ", ".join(rows) + "}"
    if isinstance(value, str):
        escaped = "".join(f"\\U{ord(letter):08x}" for letter in value)
        return f'"{escaped}"'
    return "nan" if value is None else str(value)


@pytest.mark.fuzz
@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(
                ["name", "site", "networks", "policy", "reason", "tags", "tcp", "multicast", "x"]
            ),
            st.one_of(SCALARS, st.sampled_from([*Policy, "all", "alive"]).map(str)),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_keys_with_any_values_are_read_or_refused(rows: list[dict[str, object]]) -> None:
    text = "schema = 1\n"
    for row in rows:
        text += "[[zone]]\n" + "".join(f"{k} = {toml_value(v)}\n" for k, v in row.items())
    try:
        parsed = parse_zones(text, "z.toml")
    except ScopeError as error:
        refusal: str | None = str(error)
    else:
        refusal = None
        assert all(zone.networks and zone.name for zone in parsed.zones)
    assert refusal is None or refusal.startswith("z.toml")
