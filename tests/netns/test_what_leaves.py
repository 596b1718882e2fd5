"""What a sweep puts on the wire, frame by frame: what was planned, as fast as promised, no more."""

import re
from collections import defaultdict
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise

import pytest

from camcensus.probers.http import FIRST_PORTS, FURTHER_PORTS
from camcensus.probers.rtsp import PROBER as RTSP
from camcensus.probers.table import PROBERS
from camcensus.types import Transport
from netns.laboratory import Frame, Run, estate, marks, sweep

pytestmark = marks

ZONES = """
schema = 1

[[site]]
name = "school"

[[zone]]
name = "office"
networks = ["198.18.0.0/26", "198.18.1.0/28"]
policy = "probe"

[[zone]]
name = "lift"
networks = ["198.18.0.32/29"]
policy = "udp-only"

[[zone]]
name = "ward"
networks = ["198.18.1.8/29"]
policy = "do-not-probe"
reason = "infusion pumps"

[[zone]]
name = "theatre"
networks = ["198.18.1.16/29"]
policy = "listen-only"

[[zone]]
name = "dock"
networks = ["198.18.1.32/30"]
policy = "probe"
tcp = "all"
"""
DEVICES = {
    "198.18.0.10": "hik_cam",
    "198.18.0.11": "axis_cam",
    "198.18.0.12": "printer",
    "198.18.0.13": "plc",
    "198.18.0.14": "liar",  # its XAddr names 198.18.0.250
    "198.18.0.15": "zosi_canary",
    "198.18.0.16": "infusion_pump",
    "198.18.0.17": "twin_endpoint",  # its own XAddr names port 8899
    "198.18.0.20": "dahua_cam",  # excluded on the command line
    "198.18.0.34": "dahua_silent",  # in the lift
    "198.18.1.2": "hostile_endless",
    "198.18.1.3": "hik_cam",
    "198.18.1.10": "hik_cam",  # in the ward
    "198.18.1.18": "axis_cam",  # in the theatre
}
SILENT, DOCK_SILENT, EXCLUDED, LIFT = "198.18.1.6", "198.18.1.33", "198.18.0.20", "198.18.0.34"
FORBIDDEN = [IPv4Network("198.18.1.8/29"), IPv4Network("198.18.1.16/29")]
PLANNED = [IPv4Network(one) for one in ("198.18.0.0/26", "198.18.1.0/28", "198.18.1.32/30")]
GROUPS = {"239.255.255.250", "224.0.0.251", "239.255.255.251"}
PLANNED_UDP = {
    port
    for prober in PROBERS
    for one in prober.planned
    if one.transport is Transport.UDP
    for port in one.ports
}
IGMP_REPORTS = "224.0.0.22"
RTSP_PORTS = RTSP.planned[0].ports
ROUTER = "198.19.255.254"
CAP = 100  # frames a second at pace gentle


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("leaves")
    zones = folder / "zones.toml"
    zones.write_text(ZONES, encoding="utf-8")
    devices = estate(DEVICES)
    done = sweep(folder, devices, "--zones", str(zones), "--exclude", EXCLUDED, spare=True)
    assert done.code == 0, done.stderr
    return done


def to(run: Run, destination: str, protocol: str) -> list[Frame]:
    return [one for one in run.frames if (one.destination, one.protocol) == (destination, protocol)]


def fullest(run: Run, window: float) -> int:
    times = [frame.time for frame in run.frames]
    best = start = 0
    for end, moment in enumerate(times):
        while moment - times[start] >= window:
            start += 1
        best = max(best, end - start + 1)
    return best


def test_only_the_planned_interface_is_used(run: Run) -> None:
    assert {frame.interface for frame in run.frames} == {"scan0"}


def test_only_planned_addresses_and_groups_are_spoken_to(run: Run) -> None:
    for frame in run.frames:
        if frame.protocol in {"udp", "tcp", "icmp"} and frame.destination not in GROUPS:
            address = IPv4Address(frame.destination)
            assert any(address in network for network in PLANNED), frame
            assert not any(address in network for network in FORBIDDEN), frame
            assert frame.destination != EXCLUDED
    assert {frame.protocol for frame in run.frames} <= {"udp", "tcp", "arp", "igmp"}


def test_not_even_arp_asks_for_what_is_not_planned(run: Run) -> None:
    asked = {frame.destination for frame in run.frames if frame.protocol == "arp"} - {ROUTER}

    assert asked <= {str(one) for one in IPv4Network("198.18.0.0/26")} - {EXCLUDED}
    assert len(asked) > 50


def test_only_planned_ports_are_spoken_to(run: Run) -> None:
    ports: dict[str, set[int]] = defaultdict(set)
    for frame in run.frames:
        ports[frame.protocol].add(frame.port)

    assert {1900, 3702, 5353, 37020, 37810} <= ports["udp"] <= PLANNED_UDP
    assert ports["tcp"] <= {
        *FIRST_PORTS,
        *FURTHER_PORTS,
        8899,
        45895,
        *RTSP_PORTS,
    }  # named by the devices


def test_multicast_asks_both_groups_from_the_documented_port(run: Run) -> None:
    for group in GROUPS:
        assert {frame.source_port for frame in to(run, group, "udp")} == {53702}
    assert {f.destination for f in run.frames if f.protocol == "igmp"} == {IGMP_REPORTS}


def test_a_silent_address_hears_three_datagrams_and_no_tcp(run: Run) -> None:
    assert [frame.port for frame in to(run, SILENT, "udp")] == [3702, 37020, 37810]
    assert to(run, SILENT, "tcp") == []


def test_where_the_zone_says_so_tcp_goes_to_silent_addresses_too(run: Run) -> None:
    assert {frame.port for frame in to(run, DOCK_SILENT, "tcp")} >= set(FIRST_PORTS)


def test_an_udp_only_zone_gets_datagrams_and_no_tcp(run: Run) -> None:
    assert to(run, LIFT, "udp")
    assert to(run, LIFT, "tcp") == []
    assert run.coverage["lift", "http"]["excluded"] == 1
    assert "udp-only" in run.coverage["lift", "http"]["excluded_why"]


def test_ports_that_must_be_left_alone_received_no_byte(run: Run) -> None:
    personas = {(row["persona"], row["port"]) for row in run.report["tcp"]}

    assert run.report["violations"] == []
    assert personas.isdisjoint({("printer", 9100), ("plc", 502), ("infusion_pump", 11112)})
    assert personas.isdisjoint({("zosi_canary", port) for port in (5000, 49152, 49153)})


def test_no_credential_is_sent(run: Run) -> None:
    assert run.report["authorization_headers"] == 0
    methods = {row["method"] for row in run.report["requests"]}
    # Streaming servers are asked only where nothing has named the device for certain by then.
    assert {"GET", "POST"} <= methods <= {"GET", "OPTIONS", "DESCRIBE", "POST"}
    posted = {row["path"] for row in run.report["requests"] if row["method"] == "POST"}
    assert posted <= {"/onvif/device_service", "/axis-cgi/basicdeviceinfo.cgi"}
    assert not any("cookie" in frame.payload.lower() for frame in run.frames)


def test_a_port_that_a_device_names_is_asked_at_itself_and_never_at_another(run: Run) -> None:
    assert {frame.port for frame in to(run, "198.18.0.17", "tcp")} >= {80, 443, 8899}
    assert not [frame for frame in run.frames if frame.destination == "198.18.0.250"]


def test_the_pace_holds_in_every_second(run: Run) -> None:
    assert fullest(run, 1.0) <= CAP


def test_the_pace_holds_in_every_tenth_of_a_second(run: Run) -> None:
    """The promise is 11; a kernel's own frame now and then (ARP, IGMP) is not ours to time."""
    assert fullest(run, 0.1) <= CAP // 10 + 1 + 2


def connections(run: Run) -> dict[tuple[str, int, int], list[Frame]]:
    found: dict[tuple[str, int, int], list[Frame]] = defaultdict(list)
    for frame in run.frames:
        if frame.protocol == "tcp":
            found[frame.destination, frame.port, frame.source_port].append(frame)
    return found


def test_connections_are_closed_in_order(run: Run) -> None:
    spoken = {
        key: frames for key, frames in connections(run).items() if any(f.payload for f in frames)
    }
    assert len(spoken) > 5  # a device that is known by then is not asked by TCP
    for key, frames in spoken.items():
        assert any("F" in frame.flags for frame in frames), key
        if key[0] != "198.18.1.2":  # it never stops sending
            assert not any("R" in frame.flags for frame in frames), key


def test_one_connection_at_a_time_to_a_host(run: Run) -> None:
    by_host: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for (host, _, _), frames in connections(run).items():
        ends = [frame.time for frame in frames if "F" in frame.flags or "R" in frame.flags]
        by_host[host].append((frames[0].time, ends[0] if ends else frames[0].time))
    for host, spans in by_host.items():
        spans.sort()
        for (_, end), (start, _) in pairwise(spans):
            assert start >= end, host


def test_what_was_asked_is_what_answered_and_what_was_silent(run: Run) -> None:
    for row in run.coverage.values():
        assert row["asked"] == row["answered"] + row["silent"], row
    office = run.coverage["office", "ws-discovery"]
    # without network and broadcast addresses, the lift, the excluded one and the infusion pump
    nobody = re.search(r"nobody on this link has the address \((\d+)\)", office["spared_why"])
    assert nobody is not None
    assert office["asked"] + int(nobody[1]) == (64 - 2) + (8 - 1) - 8 - 1 - 1
    assert run.coverage["dock", "http"]["asked"] == 2
    assert run.coverage["lift", "http"]["asked"] == 0


def test_what_was_left_out_is_told_with_its_reason(run: Run) -> None:
    told = " ".join(row["excluded_why"] or "" for row in run.coverage.values())

    assert "infusion pumps" in told
    assert "listen-only" in told


def test_hostile_and_lying_devices_keep_nobody_from_being_named(run: Run) -> None:
    assert run.devices["198.18.0.10"]["maker"] == "Hikvision"
    assert run.devices["198.18.0.11"]["maker"] == "Axis"
    assert run.devices["198.18.0.14"]["model"] == "DS-2CD2042WD-I"
    assert run.devices["198.18.1.3"]["maker"] == "Hikvision"
    assert run.devices["198.18.0.12"]["kind"] in {"not-video", "unknown"}
