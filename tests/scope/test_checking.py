"""What a zones file comes to: who wins, what is in no zone, and what no plan reaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import ScopeError
from camcensus.scope import Policy, parse_zones
from camcensus.scope.addresses import V6, range_text
from camcensus.scope.checking import Check, check_zones, networks_of
from camcensus.scope.grammar import read_ranges
from camcensus.scope.ranges import Pair, RangeSet


def zone(name: str, network: str, policy: str = "probe", site: str = "north") -> str:
    return (
        f'[[zone]]\nname = "{name}"\nsite = "{site}"\nnetworks = ["{network}"]\n'
        f'policy = "{policy}"\nreason = "so"\n'
    )


def checked(*zones: str, within: str = "", site: str | None = None) -> Check:
    sites = "".join(f'[[site]]\nname = "{name}"\n' for name in ("north", "south"))
    text = f"schema = 1\n{sites}{''.join(zones)}"
    return check_zones(parse_zones(text, "z.toml"), read_ranges(within), site)


def test_an_overlap_says_who_holds_where_and_why() -> None:
    found = checked(
        zone("all", "10.20.0.0/16"),
        zone("pumps", "10.20.3.0/24", "do-not-probe"),
        zone("doors", "10.20.3.128/25", "udp-only"),
        zone("again", "10.20.0.0/16"),
        zone("all", "10.20.0.0/16", site="south"),
    )
    told = {(one.wins, one.over): one for one in found.overlaps}
    assert {pair: one.why for pair, one in told.items()} == {
        ("pumps", "all"): "do-not-probe is stricter than probe",
        ("doors", "all"): "udp-only is stricter than probe",
        ("pumps", "doors"): "do-not-probe is stricter than udp-only",
        ("all", "again"): "it stands first in the file",
        ("pumps", "again"): "do-not-probe is stricter than probe",
        ("doors", "again"): "udp-only is stricter than probe",
    }
    assert [range_text(*pair) for pair in told["pumps", "doors"].networks] == ["10.20.3.128/25"]
    assert {one.site for one in found.overlaps} == {"north"}


def test_of_one_policy_the_smaller_network_holds() -> None:
    [overlap] = checked(zone("all", "10.20.0.0/16"), zone("cameras", "10.20.3.0/24")).overlaps
    assert (overlap.wins, overlap.why) == ("cameras", "its network is smaller")


def test_sizes_are_what_each_policy_holds_on_and_what_a_plan_has() -> None:
    north, south = checked(
        zone("all", "10.20.0.0/24"),
        zone("pumps", "10.20.0.0/28", "do-not-probe"),
        zone("pumps 6", "fd00::/32", "do-not-probe"),
        zone("far", "10.20.0.0/30", "listen-only", site="south"),
    ).sites
    assert dict(north.addresses) == {
        Policy.PROBE: 240,
        Policy.UDP_ONLY: 0,
        Policy.LISTEN_ONLY: 0,
        Policy.DO_NOT_PROBE: 16 + (1 << 96),
    }
    assert (north.targets, north.refusal, north.holds) == (239, "", True)
    assert south.refusal == "no target: no zone of site south may be probed"
    assert (south.targets, south.holds) == (0, True)


def test_a_zone_that_no_plan_reaches_is_told_with_what_stands_over_it() -> None:
    found = checked(
        zone("offices", "10.20.0.0/24"),
        zone("half", "10.20.3.0/25", "do-not-probe"),
        zone("other half", "10.20.3.128/25", "listen-only"),
        zone("cameras", "10.20.3.0/24"),
        zone("edge", "10.20.0.255"),
    )
    assert {one.zone: one.why for one in found.unreached} == {
        "cameras": "stricter or smaller zones hold on every address of it: "
        "half (do-not-probe), other half (listen-only)",
        "edge": "all its addresses are the first or last of a network, and no host's",
    }


def test_a_site_whose_plan_is_refused_says_why_and_whether_a_flag_helps() -> None:
    [public] = checked(zone("dmz", "198.51.100.0/28"), site="north").sites
    assert "--allow-public" in public.refusal
    assert (public.targets, public.holds) == (14, True)
    [never] = checked(zone("a", "10.20.0.0/24"), zone("paging", "239.0.0.0/24"), site="north").sites
    assert "nothing is sent there" in never.refusal
    assert (never.targets, never.holds) == (0, False)


def test_a_site_where_everything_is_closed_holds_and_has_no_plan() -> None:
    [site] = checked(
        zone("a", "10.20.0.0/24"), zone("b", "10.20.0.0/16", "do-not-probe"), site="north"
    ).sites
    assert "no target is left" in site.refusal
    assert (site.targets, site.holds) == (0, True)


def test_a_site_without_a_zone_is_told_and_holds() -> None:
    _, south = checked(zone("a", "10.20.0.0/24")).sites
    assert (south.zones, south.targets, south.holds) == (0, 0, True)
    assert south.refusal == "no target: no zone of site south may be probed"


def test_a_network_at_two_sites_is_said_once() -> None:
    [shared] = checked(
        zone("a", "192.168.1.0/24"),
        zone("b", "192.168.1.0/24", site="south"),
        zone("c", "192.168.2.0/24", site="south"),
    ).shared
    assert (range_text(*shared.network), shared.sites) == ("192.168.1.0/24", ("north", "south"))


def test_a_gap_is_told_in_networks() -> None:
    found = checked(
        zone("a", "10.20.0.0/16"),
        zone("b", "10.21.0.0/24", "do-not-probe", site="south"),
        within="10.20.0.0/15",
    )
    [gap] = found.gaps
    assert [range_text(*pair) for pair in gap.networks][:2] == ["10.21.1.0/24", "10.21.2.0/23"]
    assert gap.addresses == 65_536 - 256
    [all_in] = checked(zone("a", "10.20.0.0/16"), within="10.20.7.0/24").gaps
    assert (all_in.networks, all_in.addresses) == ((), 0)


def test_one_site_may_be_looked_at_alone() -> None:
    zones = (zone("a", "10.20.0.0/16"), zone("b", "10.21.0.0/16", site="south"))
    found = checked(*zones, site="south", within="10.20.0.0/15")
    assert [one.site for one in found.sites] == ["south"]
    assert [range_text(*pair) for pair in found.gaps[0].networks] == ["10.20.0.0/16"]
    with pytest.raises(ScopeError, match="has no site 'east'; it has north, south"):
        checked(*zones, site="east")


# ---------------------------------------------------------------- laws

NETWORKS = st.tuples(st.integers(0, 3), st.integers(22, 30)).map(
    lambda one: range_text(*next(iter(read_ranges(f"10.20.{one[0]}.0/{one[1]}"))))
)
ZONES = st.lists(st.tuples(NETWORKS, st.sampled_from([*Policy]).map(str)), min_size=1, max_size=8)


@given(ZONES)
def test_every_address_is_held_by_one_zone_and_sizes_add_up(rows: list[tuple[str, str]]) -> None:
    zones = [zone(f"z{n}", network, policy) for n, (network, policy) in enumerate(rows)]
    found = checked(*zones, within="10.20.0.0/16", site="north")
    [site], [gap] = found.sites, found.gaps
    assert sum(number for _, number in site.addresses) + gap.addresses == 65_536
    strict = {one.name: one.policy for one in parse_zones(_text(zones), "z").zones}
    for overlap in found.overlaps:
        assert strict[overlap.wins].strictness >= strict[overlap.over].strictness
    for one in found.unreached:
        assert strict[one.zone].sends


def _text(zones: list[str]) -> str:
    return f'schema = 1\n[[site]]\nname = "north"\n{"".join(zones)}'


@given(
    base=st.sampled_from([0, V6, (1 << 32) - 4096]),
    first=st.integers(0, 4095),
    size=st.integers(1, 4096),
)
def test_networks_make_up_the_range_and_are_whole_ones(base: int, first: int, size: int) -> None:
    whole: Pair = (base + first, min(base + first + size - 1, base + 4095))
    found = list(networks_of(*whole)) if whole[0] <= whole[1] else []
    assert list(RangeSet.of(found)) == ([whole] if found else [])
    for low, high in found:
        count = high - low + 1
        assert count & (count - 1) == 0
        assert low % count == 0
    assert len(found) <= 24
