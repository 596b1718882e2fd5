import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import ScopeError
from camcensus.scope import Asker, DeniedPorts, Plan, PlannedProber
from camcensus.scope.stored import seal
from camcensus.types import Interface, PaceLimits, Transport

MakePlan = Callable[..., Plan]
Denied = tuple[DeniedPorts, ...]
ETH0 = Interface("eth0", "10.1.1.5", 24)
ZONES = """
[[zone]]
name = "office"
networks = ["10.1.0.0/22", "fd00::/124"]
policy = "probe"
tags = ["office"]
tcp = "all"
[[zone]]
name = "doors"
networks = ["10.1.3.0/28"]
policy = "udp-only"
[[zone]]
name = "pumps"
networks = ["10.1.2.64/28"]
policy = "do-not-probe"
reason = "infusion \u201cpumps\u201d"
"""


@pytest.fixture
def rich(plan_for: MakePlan, zones_file: Callable[[str], Path]) -> Plan:
    """A plan with something in every field."""
    return plan_for(
        interfaces=(ETH0, Interface("eth1", "10.9.9.9", 24, bridge=True)),
        zones_file=zones_file(ZONES),
        exclude=("10.1.1.9", "10.1.2.3/30"),
        ports=("8081", "rtsp:8554"),
        limit=500,
        named=("eth0",),
    )


def test_a_plan_read_back_is_the_same_plan(rich: Plan, denied: Denied) -> None:
    again = Plan.from_text(rich.to_text(), denied=denied)
    assert again.content == rich.content
    assert again.to_text() == rich.to_text()
    assert again.hash == rich.hash == sha256(rich.to_text().encode()).hexdigest()
    assert list(again.targets()) == list(rich.targets())
    assert again.estimate == rich.estimate
    assert (again.links, again.links_left_out) == (rich.links, rich.links_left_out)
    assert (again.ports, again.notes, again.key) == (rich.ports, rich.notes, rich.key)
    for address in ("10.1.0.7", "10.1.1.9", "10.1.2.65", "10.1.3.4", "fd00::7", "10.9.9.9", "x"):
        for transport in Transport:
            assert again.permit.refusal(address, transport, 80) == rich.permit.refusal(
                address, transport, 80
            )
        assert again.contains(address) == rich.contains(address)


@given(
    octets=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 255), st.integers(26, 32)),
        min_size=1,
        max_size=5,
    ),
    key=st.one_of(st.none(), st.integers(0, 2**64 - 1)),
    limit=st.one_of(st.none(), st.integers(1, 40)),
)
def test_the_round_trip_keeps_hash_order_and_permit(
    plan_for: MakePlan,
    denied: Denied,
    octets: list[tuple[int, int, int]],
    key: int | None,
    limit: int | None,
) -> None:
    words = [f"10.0.{b}.{c}/{n}" for b, c, n in octets]
    plan = plan_for(*words, "fd00::1", exclude=(words[0],), key=key, limit=limit)
    again = Plan.from_text(plan.to_text(), denied=denied)
    assert again.hash == plan.hash
    assert list(again.targets()) == list(plan.targets())
    for b in range(3):
        for c in range(0, 256, 5):
            address = f"10.0.{b}.{c}"
            assert again.permit.refusal(address, Transport.UDP, 3702) == plan.permit.refusal(
                address, Transport.UDP, 3702
            )


def test_the_same_scope_gives_the_same_plan_and_another_scope_another(plan_for: MakePlan) -> None:
    one, same, other = (plan_for(word) for word in ("10.0.0.0/24", "10.0.0.0/24", "10.0.1.0/24"))
    assert (one.hash, one.key) == (same.hash, same.key)
    assert one.hash != other.hash
    assert one.key != other.key
    assert plan_for("10.0.0.0/24", key=5).key == 5
    assert plan_for("10.0.0.0/24", key=5).hash != one.hash


def test_a_port_denied_since_the_plan_was_made_stops_it(plan_for: MakePlan, denied: Denied) -> None:
    text = plan_for("10.0.0.1", ports=("8081",)).to_text()
    today = (*denied, DeniedPorts(Transport.TCP, 8081, 8081, "new", "safety.toml"))
    with pytest.raises(ScopeError, match="8081 is never sent to: new"):
        Plan.from_text(text, denied=today)


CHANGES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda t: t.pop("site"), "site is missing"),
    (lambda t: t.update(site=1), "site is not a text"),
    (lambda t: t.update(allow_public="no"), "allow_public is not true or false"),
    (lambda t: t.update(notes="x"), "notes is not a list"),
    (lambda t: t["pace"].update(host_seconds="20"), "host_seconds is not a number"),
    (lambda t: t["links"].append(7), r"links\[1\] is not an object"),
    (lambda t: t.update(extra=1), "'extra' is a key"),
    (lambda t: t.update(schema="camcensus.plan/2"), "schema is not camcensus.plan-file/2"),
    (lambda t: t.update(key=-1), "key is not a whole number"),
    (lambda t: t.update(key=True), "key is not a whole number"),
    (lambda t: t.update(limit=0), "limit is not a whole number from 1"),
    (lambda t: t.update(requested=0), "requested is less"),
    (lambda t: t.update(targets=[]), "targets are none"),
    (lambda t: t["targets"].append(t["targets"][0]), "not in order"),
    (lambda t: t["targets"][0].update(zone=7), "a zone that is not there"),
    (lambda t: t["targets"][0].update(network="224.0.0.1"), "never sent to"),
    (lambda t: t["targets"][0].update(network="8.8.8.8"), "allow_public is false"),
    (lambda t: t["targets"][0].update(network="some-name"), "not one network"),
    (lambda t: t["targets"][0].update(network="10.0.0.1.1"), r"targets\[0\]\.network"),
    (lambda t: t["targets"][0].update(network="fd00::/64"), "/112"),
    (lambda t: t["exclusions"][0].update(network="nvr"), r"exclusions\[0\]\.network"),
    (lambda t: t["links"][0].update(groups=["10.1.1.9"]), "no multicast group"),
    (lambda t: t["links"][0]["interface"].update(prefix_length=33), "prefix_length"),
    (lambda t: t["pace"].update(frames_per_s=0), "frames_per_s is not from 0.001"),
    (lambda t: t["pace"].update(frames_per_s=float("nan")), "frames_per_s"),
    (lambda t: t["pace"].update(hosts_in_flight=0), "hosts_in_flight"),
    (lambda t: t["probers"][0].update(ports=[0]), "no port number"),
    (lambda t: t["probers"][-1].update(ports=[9100]), "asks for a denied port"),
    (lambda t: t["probers"][0].update(stage="third"), "stage is none of"),
    (lambda t: t["probers"][0].update(transport="sctp"), "transport is none of"),
    (lambda t: t.update(ports=[{"prober": "http", "ports": [9100]}]), "9100 is never sent to"),
    (lambda t: t.update(notes=[1]), "notes holds more than texts"),
    (lambda t: t.update(own_networks=["x y"]), "own_networks"),
    (lambda t: t["asker"].update(source_port=70000), "source_port is not a whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "complaint"), CHANGES)
def test_a_plan_made_up_by_a_stranger_is_refused_where_it_does_not_hold(
    plan_for: MakePlan,
    denied: Denied,
    change: Callable[[dict[str, Any]], object],
    complaint: str,
) -> None:
    plan = plan_for("10.1.1.0/30", interfaces=(ETH0,), exclude=("10.1.1.3",))
    table = json.loads(plan.to_text())
    del table["sealed"]
    change(table)
    table["sealed"] = seal(table)
    text = json.dumps(table, indent=1, sort_keys=True) + "\n"
    with pytest.raises(ScopeError, match=f"^my.plan: .*{complaint}|^my.plan: {complaint}"):
        Plan.from_text(text, denied=denied, source="my.plan")


@pytest.mark.fuzz
@given(data=st.data())
def test_cut_and_junk_is_refused_with_the_file_named(
    plan_for: MakePlan, denied: Denied, data: st.DataObject
) -> None:
    text = plan_for("10.1.1.0/30", interfaces=(ETH0,), exclude=("10.1.1.3",)).to_text()
    cut = data.draw(st.integers(0, len(text)))
    junk = data.draw(st.one_of(st.text(max_size=20), st.sampled_from(["1e999", "-1", "[", "null"])))
    skip = data.draw(st.integers(0, 12))
    refusal = None
    try:
        Plan.from_text(text[:cut] + junk + text[cut + skip :], denied=denied, source="my.plan")
    except ScopeError as error:
        refusal = str(error)
    assert refusal is None or refusal.startswith("my.plan: ")


def test_nesting_without_end_is_no_plan(denied: Denied) -> None:
    for text in ("[" * 100_000, "", "null", "[]", '{"a":' * 5000, "9" * 10_000):
        with pytest.raises(ScopeError, match=r"^the plan: "):
            Plan.from_text(text, denied=denied)


def test_a_plan_names_what_differs_here_and_now(
    rich: Plan, probers: tuple[PlannedProber, ...], gentle: PaceLimits
) -> None:
    assert rich.differences(interfaces=(ETH0,), probers=probers, pace=gentle) == ()
    told = rich.differences(
        interfaces=(replace(ETH0, address="10.1.1.77"),),
        probers=(*probers[:-1], replace(probers[-1], ports=(8554,))),
        pace=replace(gentle, name="fast", frames_per_s=1000),
    )
    assert told == (
        "interface eth0 no longer has 10.1.1.5/24 as planned",
        "prober rtsp (second) is not here as planned",
        "prober rtsp (second) is not in the plan",
        "pace fast is not pace gentle as planned",
    )


def test_a_machine_that_moved_into_the_network_or_out_of_it_is_named(
    plan_for: MakePlan, probers: tuple[PlannedProber, ...], gentle: PaceLimits
) -> None:
    far = plan_for("10.1.1.0/30")
    near = plan_for("10.1.1.0/30", interfaces=(replace(ETH0, multicast=False),))
    told = [
        plan.differences(interfaces=interfaces, probers=probers, pace=gentle)
        for plan, interfaces in ((far, (replace(ETH0, multicast=False),)), (near, ()))
    ]
    assert told == [
        ("10.1.1.0/30 is on a link of this machine, and was not as planned",),
        ("10.1.1.1-10.1.1.3 is on no link of this machine, and was as planned",),
    ]


@pytest.mark.parametrize(
    ("asker", "said"),
    [
        (Asker(program="camcensus 9"), "program 'camcensus 9' is not '' as planned"),
        (Asker(rules="ab"), "the rules of what may be sent: SHA-256 'ab' is not '' as planned"),
        (Asker(contact="noc@x"), "contact 'noc@x' is not '' as planned"),
        (Asker(source_port=4000), "source port 4000 is not 0 as planned"),
        (Asker(login="https"), "the owner's ONVIF login 'https' is not 'none' as planned"),
    ],
)
def test_another_asker_than_planned_is_named(
    plan_for: MakePlan,
    probers: tuple[PlannedProber, ...],
    gentle: PaceLimits,
    asker: Asker,
    said: str,
) -> None:
    plan = plan_for("10.1.1.0/30")
    assert plan.differences(interfaces=(), probers=probers, pace=gentle, asker=asker) == (said,)
