"""Our own link: who is there by MAC, who must be left alone, and whose MAC is nobody's."""

from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network
from itertools import pairwise
from pathlib import Path

import pytest

from camcensus.lab import Estate, place
from netns.laboratory import PERSONAS, UNPRIVILEGED, Frame, Run, estate, marks, sweep

pytestmark = marks

CAMERA, PUMP, QUIET, EXCLUDED, WARD = (f"198.18.0.{n}" for n in (9, 10, 11, 12, 20))
LINK = estate(
    {
        CAMERA: "hik_cam",
        PUMP: "infusion_pump",
        QUIET: "windows_pc",  # its firewall swallows what is sent to closed ports
        EXCLUDED: "axis_cam",
        WARD: "vivotek_cam",
        "198.18.1.5": "dahua_cam",  # behind the router
    }
)
ZONES = """
schema = 1

[[site]]
name = "hospital"

[[zone]]
name = "hall"
networks = ["198.18.0.8/29", "198.18.1.4/30"]
policy = "probe"

[[zone]]
name = "ward"
networks = ["198.18.0.16/29"]
policy = "do-not-probe"
reason = "infusion pumps"
"""
WHY = "medical equipment by its MAC (Philips Patient Monitoring): nothing more is sent to it"
ROUTER = "198.19.255.254"  # the kernel asks for it on its own account
MANY = [str(one) for one in IPv4Network("198.18.0.16/28")]
PROXIED = Estate(
    (
        *(place(PERSONAS["proxy_router"], one) for one in MANY),
        place(PERSONAS["hik_cam"], CAMERA),
    )
)
TWICE = Estate(
    (
        place(PERSONAS["hik_cam"], CAMERA),
        place(PERSONAS["raspberry"], CAMERA),  # they have no port in common
    )
)
ASKED = ("198.18.0.8/29", "198.18.0.16/28", "--pace", "fast")

SCENES: dict[str, tuple[Estate, tuple[str, ...], tuple[str, ...]]] = {
    "ARP": (LINK, (), ()),
    "no privilege": (LINK, (), UNPRIVILEGED),
    "proxy": (PROXIED, ASKED, ()),
    "proxy, no privilege": (PROXIED, ASKED, UNPRIVILEGED),
    "no prober": (LINK, ("198.18.0.8/29", "--probers", "ws-discovery,http"), UNPRIVILEGED),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("link")
    zones = folder / "zones.toml"
    zones.write_text(ZONES, encoding="utf-8")
    planned = ("--zones", str(zones), "--exclude", EXCLUDED)

    def act(name: str) -> Run:
        devices, words, by = SCENES[name]
        return sweep(folder / name.replace(" ", "-"), devices, *(words or planned), by=by)

    with ThreadPoolExecutor(len(SCENES)) as pool:
        return dict(zip(SCENES, pool.map(act, SCENES), strict=True))


def to(run: Run, address: str) -> list[Frame]:
    return [frame for frame in run.frames if frame.destination == address]


def mac_of(address: str, devices: Estate = LINK) -> str:
    return next(one.mac for one in devices.devices if one.address == address)


def said(run: Run, zone: str = "hall") -> str:
    row = run.coverage[zone, "arp"]
    return f"{row['not_audible']}; {row['remarks']}"


def test_arp_is_the_first_word_to_every_neighbour(runs: dict[str, Run]) -> None:
    run = runs["ARP"]
    assert run.code == 0, run.stderr
    first = {frame.destination: frame.protocol for frame in reversed(run.frames)}
    near = IPv4Network("198.18.0.8/29")

    assert {first[str(one)] for one in near if str(one) in first} == {"arp"}
    asked = [frame for frame in run.frames if frame.protocol == "arp"]
    others = [frame for frame in run.frames if frame.protocol != "arp"]
    both_tries = [one for one in asked if one.time < others[0].time]
    planned = {str(one) for one in near.hosts()} - {EXCLUDED}
    assert {one.destination for one in both_tries} - {ROUTER} == planned


def test_an_address_of_the_link_that_nobody_has_gets_no_datagram(runs: dict[str, Run]) -> None:
    """It could not leave: the kernel would only ask for the neighbour again, three times each."""
    run = runs["ARP"]

    assert {frame.protocol for frame in to(run, "198.18.0.14")} == {"arp"}
    row = run.coverage["hall", "ws-discovery"]
    assert "nobody on this link has the address (2)" in row["spared_why"]
    unprivileged = runs["no privilege"].coverage["hall", "ws-discovery"]
    assert "nobody on this link" not in (unprivileged["spared_why"] or "")


def test_a_neighbour_is_asked_once_if_it_answers_else_twice_and_once_a_second(
    runs: dict[str, Run],
) -> None:
    run = runs["ARP"]
    nobody = [frame.time for frame in to(run, "198.18.0.14") if frame.protocol == "arp"]

    assert len(to(run, PUMP)) == 1
    assert len(nobody) == 2
    assert min(later - sooner for sooner, later in pairwise(nobody)) >= 1.0


def test_no_ip_packet_ever_goes_to_medical_equipment(runs: dict[str, Run]) -> None:
    run = runs["ARP"]

    assert [frame.protocol for frame in to(run, PUMP)] == ["arp"]
    assert run.report["violations"] == []
    assert run.devices[PUMP]["mac"] == mac_of(PUMP)
    for prober in ("ws-discovery", "http"):
        row = run.coverage["hall", prober]
        assert row["excluded"] == 1
        assert WHY in row["excluded_why"]


def test_whom_the_zone_or_the_user_excludes_is_not_even_asked_by_arp(runs: dict[str, Run]) -> None:
    for name in ("ARP", "no privilege"):
        assert to(runs[name], WARD) == []
        assert to(runs[name], EXCLUDED) == []


def test_every_neighbour_has_its_own_mac(runs: dict[str, Run]) -> None:
    for name in ("ARP", "no privilege"):
        for address in (CAMERA, QUIET, PUMP):
            assert runs[name].devices[address]["mac"] == mac_of(address), name
            assert "mac" in runs[name].devices[address]["sources"], name
        assert "mac" not in runs[name].devices["198.18.1.5"]["sources"]


def test_coverage_counts_who_answered_arp(runs: dict[str, Run]) -> None:
    row = runs["ARP"].coverage["hall", "arp"]

    assert (row["asked"], row["answered"], row["silent"]) == (5, 3, 2)
    assert "no router passes ARP on" in row["not_audible"]
    assert "ARP by raw frames" in runs["ARP"].stderr


def test_without_privilege_the_kernels_table_tells_the_macs_and_coverage_says_so(
    runs: dict[str, Run],
) -> None:
    run = runs["no privilege"]
    assert run.code == 0, run.stderr

    assert "no CAP_NET_RAW: MACs are from this machine's neighbour table" in said(run)
    assert run.coverage["hall", "arp"]["answered"] == 3
    assert "no privilege used" in run.stderr


def test_without_privilege_a_neighbour_that_swallows_everything_is_still_asked_again(
    runs: dict[str, Run],
) -> None:
    ports = {frame.port for frame in to(runs["no privilege"], QUIET) if frame.protocol == "tcp"}

    assert {80, 443} <= ports


@pytest.mark.parametrize("name", ["no privilege", "no prober"])
def test_without_privilege_medical_equipment_hears_the_first_pass_and_no_more(
    runs: dict[str, Run], name: str
) -> None:
    spoken = [frame for frame in to(runs[name], PUMP) if frame.protocol != "arp"]

    assert {frame.protocol for frame in spoken} == {"udp"}
    assert len({frame.port for frame in spoken}) == len(spoken)
    assert runs[name].report["violations"] == []


def test_an_address_that_only_a_proxy_answers_for_is_no_device(runs: dict[str, Run]) -> None:
    for name in ("proxy", "proxy, no privilege"):
        assert set(runs[name].devices) == {CAMERA}, name
        assert runs[name].devices[CAMERA]["mac"] == mac_of(CAMERA, PROXIED)


def test_proxy_arp_is_told_with_its_mac(runs: dict[str, Run]) -> None:
    mac = mac_of(MANY[0], PROXIED)
    sentence = f"proxy ARP suspected: {mac} answers for {len(MANY)} addresses"

    assert sentence in said(runs["proxy"], "")
    assert f"proxy ARP suspected: {mac}" in said(runs["proxy, no privilege"], "")


def test_proxied_addresses_count_as_silent(runs: dict[str, Run]) -> None:
    row = runs["proxy"].coverage["", "arp"]

    assert (row["answered"], row["asked"]) == (1, row["silent"] + 1)
    assert row["silent"] >= len(MANY)


def test_no_tcp_goes_to_an_address_that_only_a_proxy_answers_for(runs: dict[str, Run]) -> None:
    for name in ("proxy", "proxy, no privilege"):
        frames = [one for address in MANY for one in to(runs[name], address)]
        assert not [one for one in frames if one.protocol == "tcp"], name


def test_an_address_given_twice_has_no_mac_and_is_still_asked(tmp_path: Path) -> None:
    run = sweep(tmp_path, TWICE, f"{CAMERA}/32", "--pace", "fast")

    assert run.code == 0, run.stderr
    assert f"{CAMERA}: 2 machines answer for this address" in said(run, "")
    assert run.devices[CAMERA]["maker"] == "Hikvision"
    assert "mac" not in run.devices[CAMERA]["sources"]
