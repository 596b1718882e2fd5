"""The guided start: which networks it offers, what an answer means, how files are named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from camcensus.census.handing import free_name
from camcensus.cli.guided import Choice, chosen, offered
from camcensus.net.media import medium
from camcensus.types import Interface
from cli.program import run

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def interface(name: str, address: str, length: int, *, bridge: bool = False) -> Interface:
    return Interface(
        name=name, address=address, prefix_length=length, multicast=True, bridge=bridge
    )


def test_it_offers_networks_that_may_hold_cameras_each_once() -> None:
    found = (
        interface("lo", "127.0.0.1", 8),
        interface("eth0", "192.168.1.7", 24),
        interface("eth0", "192.168.1.8", 24),
        interface("wlan0", "10.20.30.40", 16),
        interface("docker0", "172.17.0.1", 16, bridge=True),
        interface("eth1", "169.254.9.9", 16),
        interface("tun0", "10.8.0.6", 32),
        interface("eth0", "fe80::1", 64),
    )
    assert [one.words for one in offered(found)] == [
        "192.168.1.0/24 (Ethernet)",
        "10.20.0.0/16 (Wi-Fi)",
    ]


def test_of_a_huge_network_it_offers_the_part_around_this_machine() -> None:
    [one] = offered((interface("eth0", "10.20.30.40", 8),))
    assert one == Choice("10.20.30.0/24", "Ethernet", "10.0.0.0/8")
    assert one.words == ("10.20.30.0/24 (Ethernet, the part of 10.0.0.0/8 that this machine is in)")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("1", "192.168.1.0/24"),
        ("2", "10.20.0.0/16"),
        ("0", "0"),
        ("3", "3"),
        ("10.30.0.0/24", "10.30.0.0/24"),
        ("\u0662", "\u0662"),  # a digit, but not one that we number with
        ("9" * 5000, "9" * 5000),
    ],
)
def test_an_answer_is_a_number_of_the_list_or_a_target_as_typed(word: str, meant: str) -> None:
    choices = [Choice("192.168.1.0/24", "Ethernet"), Choice("10.20.0.0/16", "Wi-Fi")]
    assert chosen(word, choices) == meant


@pytest.mark.parametrize(
    ("name", "word"),
    [("wlp3s0", "Wi-Fi"), ("enp0s31f6", "Ethernet"), ("wg0", "VPN"), ("Wi-Fi 2", "Wi-Fi")],
)
def test_interfaces_are_called_as_their_users_call_them(name: str, word: str) -> None:
    assert medium(name) == word
    assert medium("scan7") == "scan7"


def test_a_file_that_somebody_may_have_filled_in_is_never_replaced(tmp_path: Path) -> None:
    def name(site: str) -> str:
        return free_name(tmp_path, site, DAY, (".xlsx", ".html")).name

    assert name("default") == "cameras-2026-03-01"
    assert name("St. Mary's / south") == "cameras-St.-Mary-s-south-2026-03-01"
    assert name("../../etc") == "cameras-etc-2026-03-01"
    assert name("学校") == "cameras-学校-2026-03-01"
    (tmp_path / "cameras-2026-03-01.html").touch()
    assert name("default") == "cameras-2026-03-01-2"
    (tmp_path / "cameras-2026-03-01-2.xlsx").touch()
    assert name("default") == "cameras-2026-03-01-3"


def test_without_a_terminal_it_asks_nothing_and_shows_its_help() -> None:
    result = run()
    assert result.code == 0
    assert "Usage: camcensus" in result.out
