"""The recorder's arithmetic; the recording itself is tested in the private network."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.lab.capture import Capture, flow_of, frames_on_real_interfaces, fullest
from camcensus.lab.tally import Tally

ETHERNET = bytes(12)
IP_HEAD = bytes.fromhex("4500001c000000004011000008080808c6120009")


def test_a_datagram_is_counted_by_destination_and_port() -> None:
    frame = ETHERNET + b"\x08\x00" + IP_HEAD + bytes.fromhex("10000e7600080000")
    assert flow_of("scan0", frame) == ("scan0", "udp", "198.18.0.9", 3702)


def test_an_arp_request_is_counted_by_the_address_it_asks_for() -> None:
    frame = ETHERNET + b"\x08\x06" + bytes(24) + bytes([198, 18, 0, 9])
    assert flow_of("scan0", frame) == ("scan0", "arp", "198.18.0.9", 0)


def test_other_frames_keep_their_type() -> None:
    assert flow_of("scan0", ETHERNET + b"\x86\xdd" + bytes(40))[1] == "ether-86dd"


@pytest.mark.fuzz
@given(st.binary(max_size=80))
def test_any_frame_is_counted(frame: bytes) -> None:
    assert flow_of("scan0", frame)[0] == "scan0"


def test_the_fullest_window_is_half_open() -> None:
    assert fullest([0.0, 0.05, 0.09, 0.1, 0.3], 0.1) == 3
    assert fullest([], 0.1) == 0


@given(st.lists(st.floats(0, 10), max_size=30).map(sorted))
def test_no_window_holds_more_than_the_fullest(times: list[float]) -> None:
    most = fullest(times, 1.0)
    assert all(sum(start <= one < start + 1.0 for one in times) <= most for start in times)


def test_an_empty_capture_has_a_summary() -> None:
    summary = Capture().as_json()
    assert (summary["frames"], summary["peak_1s"], summary["seconds"]) == (0, 0, 0.0)


def test_loopback_is_no_real_interface() -> None:
    assert "lo" not in frames_on_real_interfaces()


def test_a_report_is_sorted_and_whole(tmp_path: Path) -> None:
    tally = Tally()
    tally.connections["198.18.0.9", "printer", 9100] += 1
    tally.tcp_bytes["198.18.0.9", "printer", 9100] += 5
    tally.violations["198.18.0.9", "printer", 9100, "a byte"] += 5
    tally.write(tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["violations"][0]["count"] == 5
    assert report["tcp"][0] == {
        "address": "198.18.0.9",
        "persona": "printer",
        "port": 9100,
        "connections": 1,
        "bytes": 5,
    }
