from collections.abc import Callable
from pathlib import Path

import pytest

from camcensus.errors import SafetyError, ScopeError
from camcensus.scope import Plan, PlannedProber
from camcensus.types import Interface, ProberCost, Transport

MakePlan = Callable[..., Plan]
WriteZones = Callable[[str], Path]
ETH0 = Interface("eth0", "10.1.1.5", 24)
ETH1 = Interface("eth1", "10.2.2.5", 24)
DOCKER = Interface("docker0", "10.1.0.1", 16, bridge=True)
LO = Interface("lo", "127.0.0.1", 8, multicast=False)


def names(plan: Plan) -> list[str]:
    return [link.interface.name for link in plan.links]


def reasons(plan: Plan) -> dict[str, str]:
    return {left.interface.name: left.why for left in plan.links_left_out}


def test_multicast_leaves_only_by_an_interface_that_holds_targets(plan_for: MakePlan) -> None:
    plan = plan_for("10.1.1.0/25", interfaces=(ETH0, ETH1, DOCKER, LO))
    assert names(plan) == ["eth0"]
    assert plan.links[0].groups == ("239.255.255.250", "224.0.0.251")
    assert reasons(plan) == {
        "eth1": "no target is in its network",
        "docker0": "a bridge for containers or virtual machines; "
        "--interface names it if it is meant",
        "lo": "the interface carries no multicast",
    }


def test_an_interface_that_is_named_is_used(plan_for: MakePlan) -> None:
    plan = plan_for("10.9.9.9", interfaces=(ETH0, ETH1, DOCKER), named=("eth1", "docker0"))
    assert names(plan) == ["eth1", "docker0"]


def test_an_excluded_network_is_no_reason_for_multicast(plan_for: MakePlan) -> None:
    plan = plan_for("10.1.1.0/24", "10.9.9.9", interfaces=(ETH0,), exclude=("10.1.1.0/24",))
    assert names(plan) == []


ZONES = """
[[zone]]
name = "office"
networks = ["10.1.1.0/24"]
policy = "probe"
[[zone]]
name = "pumps"
networks = ["10.1.1.64/28"]
policy = "do-not-probe"
reason = "infusion pumps"
"""


def test_a_link_that_touches_a_closed_zone_stays_silent_even_if_named(
    plan_for: MakePlan, zones_file: WriteZones
) -> None:
    path = zones_file(ZONES)
    for named in ((), ("eth0",)):
        plan = plan_for(interfaces=(ETH0,), zones_file=path, named=named)
        assert names(plan) == []
        assert reasons(plan) == {"eth0": "its network touches zone pumps (do-not-probe)"}
    listen = zones_file(ZONES.replace("do-not-probe", "listen-only"))
    assert names(plan_for(interfaces=(ETH0,), zones_file=listen)) == []


def test_a_closed_zone_may_allow_multicast(plan_for: MakePlan, zones_file: WriteZones) -> None:
    plan = plan_for(interfaces=(ETH0,), zones_file=zones_file(ZONES + "multicast = true\n"))
    assert names(plan) == ["eth0"]


def test_every_network_of_an_interface_counts(plan_for: MakePlan, zones_file: WriteZones) -> None:
    second = Interface("eth0", "192.168.7.5", 24)
    zones = ZONES.replace("10.1.1.64/28", "192.168.7.0/28")
    plan = plan_for(interfaces=(ETH0, second), zones_file=zones_file(zones))
    assert names(plan) == []
    assert len(plan.links_left_out) == 2


def test_a_pilot_asks_no_whole_link_unless_it_is_named(plan_for: MakePlan) -> None:
    assert names(plan_for("10.1.1.0/24", interfaces=(ETH0,), limit=5)) == []
    plan = plan_for("10.1.1.0/24", interfaces=(ETH0,), limit=5, named=("eth0",))
    assert names(plan) == ["eth0"]


def test_ipv6_groups_go_to_ipv6_addresses(plan_for: MakePlan) -> None:
    six = Interface("eth0", "fd00::5", 64)
    local = Interface("eth0", "fe80::5%eth0", 64)
    probers = (
        PlannedProber(
            "ssdp", "link", Transport.UDP, (1900,), ProberCost(1), ("239.255.255.250", "ff02::c")
        ),
    )
    plan = plan_for("fd00::/120", interfaces=(ETH0, six, local), probers=probers)
    assert [(link.interface.address, link.groups) for link in plan.links] == [
        ("10.1.1.5", ("239.255.255.250",)),
        ("fd00::5", ("ff02::c",)),
        ("fe80::5%eth0", ("ff02::c",)),
    ]
    elsewhere = plan_for("fe80::7", interfaces=(local,), probers=probers)
    assert names(elsewhere) == []


def test_an_unknown_interface_is_named_with_those_there_are(plan_for: MakePlan) -> None:
    with pytest.raises(ScopeError, match="'eth9': this machine has no such interface; it has eth0"):
        plan_for("10.1.1.0/24", interfaces=(ETH0, ETH1), named=("eth9",))


def test_a_group_that_is_no_multicast_address_is_our_mistake(plan_for: MakePlan) -> None:
    wrong = PlannedProber("x", "link", Transport.UDP, (1,), ProberCost(1), ("10.1.1.9",))
    with pytest.raises(SafetyError, match=r"'10\.1\.1\.9' is no multicast group"):
        plan_for("10.1.1.0/24", interfaces=(ETH0,), probers=(wrong,))


def test_whoever_excludes_a_device_of_a_planned_link_is_told_that_it_hears(
    plan_for: MakePlan,
) -> None:
    plan = plan_for("10.1.1.0/24", interfaces=(ETH0,), exclude=("10.1.1.9",))
    assert [note for note in plan.notes if "multicast by eth0 is heard" in note]
    assert not plan_for("10.1.1.0/24", interfaces=(ETH0,), exclude=("10.7.0.0/16",)).notes
