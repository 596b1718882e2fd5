from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.scope import Plan
from camcensus.scope.addresses import V6, text_of
from camcensus.types import Interface, Target, Transport

MakePlan = Callable[..., Plan]
ETH0 = Interface("eth0", "10.1.1.5", 24)
NETWORKS = ("10.1.1.0/24", "10.1.3.8-77", "192.168.0.1", "fd00::40/124")
INSIDE = (
    {f"10.1.1.{n}" for n in range(256)}
    | {f"10.1.3.{n}" for n in range(8, 78)}
    | {"192.168.0.1"}
    | {f"fd00::{n:x}" for n in range(0x40, 0x50)}
)


def near_misses() -> st.SearchStrategy[str]:
    v4 = st.one_of(st.integers(0, 2**32 - 1), st.integers(0x0A010000, 0x0A010500))
    v6 = st.one_of(
        st.integers(V6, 2 * V6 - 1),
        st.integers(V6 | 0xFD << 120, (V6 | 0xFD << 120) + 200),
    )
    return st.one_of(v4, v6).map(text_of)


@given(near_misses(), st.sampled_from(Transport), st.integers(-5, 70_000))
def test_the_permit_refuses_everything_outside_and_nothing_inside(
    plan_for: MakePlan, address: str, transport: Transport, port: int
) -> None:
    plan = plan_for(*NETWORKS)
    denied = transport is Transport.TCP and (9100 <= port <= 9107 or port == 502)
    has_port = 1 <= port <= 65535 or transport is Transport.LINK
    allowed = address in INSIDE and not denied and has_port
    assert (plan.permit.refusal(address, transport, port) is None) == allowed
    assert (plan.contains(address) is not None) == (address in INSIDE)


def test_every_target_is_permitted(plan_for: MakePlan) -> None:
    plan = plan_for(*NETWORKS)
    assert {target.address for _, target in plan.targets()} == INSIDE
    assert all(
        plan.permit.refusal(target.address, Transport.TCP, 80) is None
        and plan.contains(target.address) == target
        for _, target in plan.targets()
    )


@given(st.text(max_size=50))
@pytest.mark.fuzz
def test_what_is_no_address_is_refused(plan_for: MakePlan, text: str) -> None:
    plan = plan_for("10.0.0.0/24")
    refusal = plan.permit.refusal(text, Transport.UDP, 3702)
    assert (refusal is None) == (plan.contains(text) is not None)


@pytest.mark.parametrize(
    ("address", "because"),
    [
        ("10.1.2.1", "not a target of this plan"),
        ("239.255.255.250", "multicast"),
        ("ff02::c", "multicast"),
        ("255.255.255.255", "broadcast"),
        ("0.0.0.0", "0.0.0.0/8"),
        ("2002:e000:1::", "an IPv6 form of an IPv4 address"),
        ("10.1.1.010", "not an IP address"),
        ("10.1.1.1 ", "not an IP address"),
        ("camera", "not an IP address"),
        ("", "not an IP address"),
    ],
)
def test_a_refusal_names_the_reason(plan_for: MakePlan, address: str, because: str) -> None:
    refusal = plan_for(*NETWORKS).permit.refusal(address, Transport.UDP, 3702)
    assert refusal is not None
    assert because in refusal


def test_a_denied_port_names_its_reason_and_source(plan_for: MakePlan) -> None:
    permit = plan_for(*NETWORKS).permit
    assert permit.refusal("10.1.1.1", Transport.TCP, 9100) == (
        "tcp port 9100 is never sent to: printers print whatever arrives (safety.toml)"
    )
    assert permit.refusal("10.1.1.1", Transport.UDP, 9100) is None


def test_the_mapped_form_is_the_same_address(plan_for: MakePlan) -> None:
    plan = plan_for("10.1.1.1")
    assert plan.contains("::ffff:10.1.1.1") == Target("10.1.1.1", "default")
    assert plan.permit.refusal("::ffff:10.1.1.2", Transport.UDP, 3702)


def test_a_pilot_permits_its_own_targets_and_no_other(plan_for: MakePlan) -> None:
    whole = plan_for("10.1.0.0/22", key=7)
    pilot = plan_for("10.1.0.0/22", key=7, limit=20)
    chosen = [target for _, target in pilot.targets()]
    assert pilot.size == len({target.address for target in chosen}) == 20
    assert chosen == [target for _, target in whole.targets()][:20]
    allowed = {
        target.address
        for _, target in whole.targets()
        if pilot.permit.refusal(target.address, Transport.UDP, 3702) is None
    }
    assert allowed == {target.address for target in chosen}
    other = next(t for _, t in whole.targets(20))
    assert pilot.contains(other.address) is None
    refusal = pilot.permit.refusal(other.address, Transport.UDP, 3702)
    assert refusal == f"{other.address}: not one of the 20 targets of this pilot"


def test_a_group_is_allowed_only_on_a_planned_interface(plan_for: MakePlan) -> None:
    permit = plan_for("10.1.1.0/24", interfaces=(ETH0,)).permit
    assert permit.link_refusal(ETH0, "239.255.255.250") is None
    assert permit.link_refusal(ETH0, "239.255.255.251") == (
        "239.255.255.251: the plan sends no such multicast by eth0"
    )
    assert permit.link_refusal(Interface("eth1", "10.1.1.5", 24), "239.255.255.250")
    assert permit.link_refusal(ETH0, "10.1.1.9")
    assert permit.refusal("239.255.255.250", Transport.UDP, 3702)
