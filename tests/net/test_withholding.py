"""Devices that are left alone by their MAC: nothing of ours reaches them once it was seen."""

import asyncio
import subprocess
import sys
from pathlib import Path

import aiooui
import pytest

from camcensus.net import Net, Reply, Safety
from camcensus.types import Interface, Outcome, Request, Target, Transport
from camcensus.wire.arp import build_request
from net.conftest import PAGE, LoopbackPermit, Talk, make_net, serving
from net.test_udp import answering, probe

MONITOR, CAMERA, CONTROLLER = "00:09:fb:01:02:03", "58:50:ed:01:02:03", "00:00:bc:01:02:03"
WHY = "medical equipment by its MAC (Philips Patient Monitoring): nothing more is sent to it"
HOST = "127.0.77.1"


@pytest.fixture
def net(safety: Safety) -> Net:
    net = make_net(safety)
    assert net.permit.learn(HOST, MONITOR) == WHY
    return net


def test_no_datagram_reaches_it(net: Net) -> None:
    async def run() -> tuple[tuple[Reply, ...], list[Reply], list[bytes]]:
        heard: list[Reply] = []

        async def take(reply: Reply) -> None:
            heard.append(reply)

        async with answering() as device:
            one = await net.udp_exchange(HOST, 3702, probe(), timeout_s=0.1)
            await net.survey([Target(HOST, "here")], 3702, probe, take, linger_s=0.1)
            return one, heard, device.heard

    one, many, received = asyncio.run(run())
    assert [(reply.outcome, reply.note) for reply in (*one, *many)] == [(Outcome.EXCLUDED, WHY)] * 2
    assert received == []


def test_no_connection_is_made_to_it(net: Net) -> None:
    async def run() -> tuple[Reply, bool]:
        met = False

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal met
            met = True

        server: Talk = talk
        async with serving(server) as port:
            net.permit.learn("127.0.0.1", MONITOR)
            return await net.tcp_exchange("127.0.0.1", port, PAGE), met

    reply, met = asyncio.run(run())
    assert (reply.outcome, reply.note, met) == (Outcome.EXCLUDED, WHY, False)


def test_not_even_arp_asks_for_it_again(net: Net) -> None:
    assert net.permit.refusal(HOST, Transport.LINK, 0) == WHY


def test_plant_is_left_alone_and_a_camera_is_not(safety: Safety) -> None:
    net = make_net(safety)

    assert "plant control equipment" in (net.permit.learn(HOST, CONTROLLER) or "")
    assert net.permit.learn("127.0.77.2", CAMERA) is None
    assert net.permit.refusal("127.0.77.2", Transport.UDP, 3702) is None


def test_what_the_plan_refuses_stays_refused_whoever_is_there(safety: Safety) -> None:
    permit = LoopbackPermit(refused={HOST: "the ward said no"})
    net = make_net(safety, permit=permit)
    net.permit.learn(HOST, CAMERA)

    assert net.permit.refusal(HOST, Transport.UDP, 3702) == "the ward said no"
    assert net.permit.link_refusal(Interface("lo", "127.0.0.1", 8), "239.255.255.250")


def test_every_owner_that_is_left_alone_is_one_that_the_ieee_registered(safety: Safety) -> None:
    registry = Path(aiooui.__file__).with_name("oui.data").read_bytes()
    owners = [owner for row in safety.withheld for owner in row.owners]

    assert [one for one in owners if f"\n{one}\n".encode() not in registry] == []
    assert len(owners) == len(set(owners)) > 80
    assert all(row.why and row.source for row in safety.withheld)


@pytest.mark.parametrize(
    "owner",
    ["Philips", "Siemens AG", "Schneider Electric", "ABB AG", "OMRON Corporation", None, ""],
)
def test_makers_of_other_things_too_are_not_left_alone(safety: Safety, owner: str | None) -> None:
    assert safety.withholding(owner) is None


OURS = "02:00:5e:10:00:01"
QUESTION = build_request(OURS, "198.18.0.1", "198.18.0.10")


def test_the_arp_question_passes_and_an_answer_or_another_frame_does_not(safety: Safety) -> None:
    def objection(frame: bytes) -> str | None:
        return safety.objection(Request("arp", "request", frame), Transport.LINK, 0)

    assert objection(QUESTION) is None
    assert objection(QUESTION[:21] + b"\x02" + QUESTION[22:])  # an answer
    assert objection(bytes.fromhex("5850ed010203") + QUESTION[6:])  # not to all
    assert objection(QUESTION[:32] + b"\x01" * 6 + QUESTION[38:])  # somebody's MAC
    assert objection(QUESTION + b"\0")
    assert objection(QUESTION[:12] + b"\x08\x00" + QUESTION[14:])
    assert safety.objection(Request("arp", "request", QUESTION), Transport.UDP, 3702)


ASK = """
import asyncio, sys
from camcensus.net import Net, load_safety
from camcensus.net.link import ask_links
from camcensus.types import Interface, PaceLimits, Target
class Nobody:
    def refusal(self, *_): return "no"
    def link_refusal(self, *_): return "no"
limits = PaceLimits("quick", 1000, 1000, 64, 64, 6, 8, 65536, 5.0, 0.0, 1.0)
own = Interface("lab0", "198.18.0.1", 24)  # no machine has it
net = Net(Nobody(), load_safety(), limits, user_agent="t", interfaces=(own,))
async def take(reply): raise AssertionError
before = "scapy" in sys.modules
survey = asyncio.run(ask_links(net, [Target("198.18.0.9", "s")], take))
print(survey.asked, survey.why_not)
print(before, "scapy.arch" in sys.modules, "scapy.all" in sys.modules)
"""


def asked_in_a_new_process(first: str = "") -> list[str]:
    command = [sys.executable, "-c", first + ASK]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_without_scapy_nobody_is_asked_and_the_reason_is_told() -> None:
    told, _ = asked_in_a_new_process('import sys; sys.modules["scapy"] = None\n')

    assert told == "0 scapy is not installed (extra `link`)"


def test_scapy_is_loaded_only_when_a_link_is_asked_and_never_all_of_it() -> None:
    told, loaded = asked_in_a_new_process()

    assert told.startswith(("0 lab0 cannot be opened for frames: ", "0 no CAP_NET_RAW"))
    assert loaded == "False True False"
