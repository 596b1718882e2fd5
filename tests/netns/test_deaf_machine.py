"""Where this machine itself cannot hear, the sweep finds what it can and says what it cannot."""

import shlex
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from netns.laboratory import Run, estate, inside, marks, sweep

pytestmark = marks

DEVICES = estate({"198.18.0.10": "hik_cam", "198.18.0.11": "axis_cam", "198.18.0.12": "dahua_cam"})
LINK = ("198.18.0.8/29", "--pace", "fast")
CAMERAS = {"198.18.0.10", "198.18.0.11", "198.18.0.12"}
DOCTOR = f"{shlex.quote(sys.executable)} -m camcensus doctor >&2 || true"
STATEFUL = """
table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    iifname lo accept
    ct state established,related accept
    %s
  }
}
"""
ACCEPTED = "udp dport 53702 accept"
NFT = shutil.which("nft", path="/usr/sbin:/sbin:/usr/bin:/bin")


def filtered(rule: str) -> str:
    return f"printf %s {shlex.quote(STATEFUL % rule)} | nft -f - || exit 77"


# What is sent to the router finds no room on the interface: the kernel says ENOBUFS.
ROUTER_KNOWN = "ip neigh replace 198.19.255.254 lladdr 02:00:00:00:00:01 nud permanent dev scan0"
NO_ROOM = "tc qdisc add dev scan0 root bfifo limit 1"

# The sweeps wait more than they work, so they run side by side, each in a network of its own.
SCENES = {
    "deaf": (filtered(""), LINK),
    "accepted": (filtered(ACCEPTED), LINK),
    "no groups": ("echo 0 > /proc/sys/net/ipv4/igmp_max_memberships", LINK),
    "no multicast": ("ip link set scan0 multicast off", LINK),
    "no room": (
        f"{ROUTER_KNOWN} && {NO_ROOM} || exit 77",
        ("198.18.1.8/29", "--pace", "fast", "--probers", "ws-discovery"),
    ),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("deaf")

    def act(name: str) -> Run:
        before, words = SCENES[name]
        if "nft" in before and NFT is None:
            return Run(folder / name, 77)
        return sweep(folder / name, DEVICES, *words, before=before)

    with ThreadPoolExecutor(len(SCENES)) as pool:
        return dict(zip(SCENES, pool.map(act, SCENES), strict=True))


def scene(runs: dict[str, Run], name: str) -> Run:
    run = runs[name]
    if run.code == 77:
        pytest.skip("this machine has no nft (Debian package nftables), or its kernel refuses it")
    return run


def not_audible(run: Run, prober: str = "ws-discovery") -> str:
    return str(run.coverage["", prober]["not_audible"])


def test_behind_a_stateful_filter_unicast_still_finds_the_cameras(runs: dict[str, Run]) -> None:
    run = scene(runs, "deaf")

    assert run.code == 0, run.stderr
    assert set(run.devices) == CAMERAS
    assert run.devices["198.18.0.10"]["maker"] == "Hikvision"


def test_behind_a_stateful_filter_coverage_and_warning_say_that_we_are_deaf(
    runs: dict[str, Run],
) -> None:
    run = scene(runs, "deaf")
    sentence = (
        "unicast found 3 on this link, multicast none: this host's firewall drops answers to "
        "multicast"
    )

    assert sentence in not_audible(run)
    assert sentence in run.stderr


def test_with_the_documented_source_port_accepted_multicast_is_heard_again(
    runs: dict[str, Run],
) -> None:
    run = scene(runs, "accepted")

    assert set(run.devices) == CAMERAS
    assert "scan0: 3 answered" in str(run.coverage["", "ws-discovery"]["remarks"])
    assert "multicast none" not in run.stderr


def test_where_no_group_can_be_joined_the_coverage_says_so(runs: dict[str, Run]) -> None:
    run = scene(runs, "no groups")

    assert set(run.devices) == CAMERAS
    assert "scan0: cannot listen to 239.255.255.250" in not_audible(run, "network")


def test_where_no_interface_carries_multicast_the_coverage_says_so(runs: dict[str, Run]) -> None:
    run = scene(runs, "no multicast")

    assert set(run.devices) == CAMERAS
    for prober in ("ws-discovery", "mdns"):
        assert "multicast was not asked" in not_audible(run, prober)
        assert "scan0: the interface carries no multicast" in not_audible(run, prober)
    assert "firewall" not in run.stderr
    assert not [frame for frame in run.frames if frame.destination.startswith(("224.", "239."))]


def test_what_this_machine_was_too_short_to_send_is_not_called_silence(
    runs: dict[str, Run],
) -> None:
    run = scene(runs, "no room")
    row = run.coverage["", "ws-discovery"]

    assert not [frame for frame in run.frames if frame.destination.startswith("198.18.1.")]
    assert (row["asked"], row["answered"], row["silent"]) == (0, 0, 0)
    assert "8 addresses were not asked: this machine ran short" in row["not_audible"]
    assert "this machine ran short of" in run.stderr


@pytest.fixture(scope="module")
def doctors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("doctor")
    talk = (
        f"{shlex.quote(sys.executable)} -c 'import socket; "
        's = socket.create_connection(("198.18.0.10", 80), 5); s.close()\'; '
    )
    tun = (
        "ip link set scan0 down; ip tuntap add tun0 mode tun || exit 77; "
        "ip address add 198.18.9.1/24 dev tun0; ip link set tun0 up; "
    )
    plan = f"{shlex.quote(sys.executable)} -m camcensus plan 198.18.9.0/28 >&2; "
    scripts = {
        "filter": f"{filtered('')}; {talk}{DOCTOR}",
        "tunnel": f"{tun}{plan}{DOCTOR}",
        "no groups": f"{SCENES['no groups'][0]}; {DOCTOR}",
        "open": DOCTOR,
    }
    with ThreadPoolExecutor(len(scripts)) as pool:
        jobs = {n: pool.submit(inside, folder / n, DEVICES, one) for n, one in scripts.items()}
    return {
        name: "" if job.result().code == 77 else job.result().stderr for name, job in jobs.items()
    }


def told(doctors: dict[str, str], name: str) -> str:
    if not doctors[name]:
        pytest.skip("this machine cannot make that network: no nft, or no tunnel device")
    return doctors[name]


def test_doctor_says_that_a_stateful_filter_makes_deaf_and_what_to_accept(
    doctors: dict[str, str],
) -> None:
    text = told(doctors, "filter")

    assert "a stateful filter drops answers to multicast" in text
    assert "53702" in text


def test_doctor_finds_no_fault_with_a_plain_link(doctors: dict[str, str]) -> None:
    text = told(doctors, "open")

    assert "multicast can be asked on scan0 198.18.0.1/24" in text
    assert "problem" not in text


def test_with_a_tunnel_alone_doctor_and_plan_say_that_multicast_cannot_be_heard(
    doctors: dict[str, str],
) -> None:
    text = told(doctors, "tunnel")

    assert "tun0 (198.18.9.1) has no multicast: a VPN or tunnel" in text
    assert "no interface of this machine can hear multicast" in text
    assert "no multicast on tun0: the interface carries no multicast" in text


def test_doctor_says_that_no_group_can_be_joined(doctors: dict[str, str]) -> None:
    assert "a socket may join 0 multicast groups" in told(doctors, "no groups")
