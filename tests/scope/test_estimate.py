from collections.abc import Callable
from pathlib import Path

import pytest

from camcensus.net.safety import load_safety
from camcensus.probers.table import PROBERS
from camcensus.scope import LIVE_SHARE, Estimate, Plan, PlannedProber, ScopeRequest, make_plan
from camcensus.types import Interface, ProberCost, Transport

MakePlan = Callable[..., Plan]
SAFETY = Path(__file__).parents[2] / "docs" / "safety.md"
ETH0 = Interface("eth0", "10.1.1.5", 24)

EXAMPLE = (
    PlannedProber("ws-discovery", "first", Transport.UDP, (3702,), ProberCost(1)),
    PlannedProber("ws-discovery", "second", Transport.UDP, (3702,), ProberCost(2, 0, 2)),
    PlannedProber("mdns", "second", Transport.UDP, (5353,), ProberCost(1)),
    PlannedProber("http", "second", Transport.TCP, (80, 443), ProberCost(82, 9, 9)),
)
SITES = {
    "/24, our own link": ("10.1.1.0/24",),
    "/24": ("10.2.2.0/24",),
    "/22": ("10.3.0.0/22",),
    "/16": ("10.4.0.0/16",),
    "400 x /24": ("10.5.0-255.0-255", "10.6.0-143.0-255"),
}


def spelled(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def row(name: str, cost: Estimate) -> str:
    figures = (
        f"{cost.targets:,}",
        f"{cost.frames:,}",
        spelled(cost.seconds_by_rate),
        spelled(cost.seconds_by_caps),
        cost.binds,
        f"{cost.frames_most:,}",
    )
    return f"| {name} | " + " | ".join(figures) + " |"


def test_the_table_in_docs_safety_is_what_the_code_computes() -> None:
    safety = load_safety()
    rows = [
        row(
            name,
            make_plan(
                ScopeRequest(targets=words, yes=True),
                interfaces=(ETH0,),
                probers=tuple(planned for prober in PROBERS for planned in prober.planned),
                pace=safety.paces["gentle"],
                denied=safety.denied,
            ).estimate,
        )
        for name, words in SITES.items()
    ]
    table = "\n".join(rows)
    assert table in SAFETY.read_text("utf-8"), f"the table of section 5 is now\n{table}"


def test_frames_are_those_that_the_probers_declare(plan_for: MakePlan) -> None:
    plan = plan_for("10.2.2.0/24", probers=EXAMPLE)
    cost = plan.estimate
    live = 256 * LIVE_SHARE
    assert [(p.name, p.stage, p.host_frames, p.hosts, p.frames) for p in cost.probers] == [
        ("ws-discovery", "first", 1, 256, 256),
        ("ws-discovery", "second", 2, live, 2 * live),
        ("mdns", "second", 1, live, live),
        ("http", "second", 82, live, 82 * live),
    ]
    assert cost.frames == 256 + 85 * live
    assert cost.frames_most == 256 * 86
    assert cost.seconds_by_rate == pytest.approx(cost.frames / 100)


def test_an_address_on_our_own_link_costs_three_arp_frames_more(plan_for: MakePlan) -> None:
    far = plan_for("10.1.1.1-100", probers=EXAMPLE).estimate
    near = plan_for("10.1.1.1-100", probers=EXAMPLE, interfaces=(ETH0,)).estimate
    assert (near.on_link, near.routed, far.on_link, far.routed) == (100, 0, 0, 100)
    assert near.frames - far.frames == near.arp_frames == 300
    assert near.host.frames - far.host.frames == 3


def test_loopback_has_no_arp(plan_for: MakePlan) -> None:
    lo = Interface("lo", "127.0.0.1", 8, multicast=False)
    plan = plan_for("127.64.0.1-9", interfaces=(lo,))
    assert plan.estimate.on_link == 0
    assert not plan.on_link("127.64.0.1")


def test_multicast_counts_once_for_each_link_and_group(plan_for: MakePlan) -> None:
    eth1 = Interface("eth1", "10.1.2.5", 24)
    plan = plan_for("10.1.1.0/24", "10.1.2.0/24", interfaces=(ETH0, eth1))
    link = {p.name: p.frames for p in plan.estimate.probers if p.stage == "link"}
    assert link == {"ws-discovery": 10, "mdns": 4}


def test_the_budget_of_a_host_bounds_its_worst_case(plan_for: MakePlan) -> None:
    many = (
        *EXAMPLE,
        PlannedProber("more", "second", Transport.TCP, (80,), ProberCost(900, 90, 90)),
    )
    host = plan_for("10.2.2.0/24", probers=many).estimate.host
    assert (host.connections, host.requests, host.bytes_in, host.seconds) == (12, 15, 262144, 20)
    assert host.frames == 986


def test_ports_that_the_user_names_may_cost_more_and_never_less(plan_for: MakePlan) -> None:
    one = plan_for("10.2.2.1", ports=("8081",), probers=EXAMPLE).estimate
    six = plan_for("10.2.2.1", ports=("8081-8086",), probers=EXAMPLE).estimate
    assert one.probers[-1].host_frames == 82
    assert six.probers[-1].host_frames == 82 * 3


def test_ports_that_are_asked_over_tls_count_as_their_probers(plan_for: MakePlan) -> None:
    plain = plan_for("10.2.2.1", ports=("8081-8086",), probers=EXAMPLE).estimate
    secure = plan_for("10.2.2.1", ports=("https:8081-8086",), probers=EXAMPLE).estimate
    assert secure.probers[-1].host_frames == plain.probers[-1].host_frames


def test_few_hosts_in_one_24_are_bound_by_the_caps_and_many_24s_by_the_rate(
    plan_for: MakePlan,
) -> None:
    spread = plan_for("10.0-255.1.1", probers=EXAMPLE).estimate
    crowd = plan_for("10.2.2.0/24", probers=EXAMPLE).estimate
    assert spread.targets == crowd.targets == 256
    assert crowd.seconds_by_rate == spread.seconds_by_rate
    # 8 at once in the one /24, 64 at once in 256 of them
    assert crowd.seconds_by_caps == pytest.approx(8 * spread.seconds_by_caps)
    assert crowd.binds == "caps"
    assert plan_for("10.0-63.1.1-64", probers=EXAMPLE[:1]).estimate.binds == "rate"
    assert crowd.seconds == crowd.seconds_by_caps


def test_a_zone_decides_who_is_asked_over_tcp(
    plan_for: MakePlan, zones_file: Callable[[str], Path]
) -> None:
    zones = '[[zone]]\nname = "a"\nnetworks = ["10.0.0.0/25"]\npolicy = "probe"\ntcp = "all"\n'
    zones += '[[zone]]\nname = "b"\nnetworks = ["10.0.1.0/25"]\npolicy = "udp-only"\n'
    cost = plan_for(zones_file=zones_file(zones), probers=EXAMPLE).estimate
    assert cost.targets == 252
    assert [p.hosts for p in cost.probers] == [252, 63, 63, 126]


def test_a_pilot_is_estimated_by_its_own_size(plan_for: MakePlan) -> None:
    pilot = plan_for("10.4.0.0/16", probers=EXAMPLE, limit=100).estimate
    assert pilot.targets == 100
    assert pilot.frames == 100 + 25 * 85
    assert pilot.seconds < 300
