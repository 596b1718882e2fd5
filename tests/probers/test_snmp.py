"""The SNMP prober: one question a host, and the community in that question and nowhere else."""

import asyncio
from collections.abc import Callable

import pytest

from camcensus.net import Net, Reply
from camcensus.probers.snmp import PORT, PROBER, Community, read, with_community
from camcensus.types import Evidence, Field, Observation, Outcome, Request, Transport
from camcensus.wire.snmp import SYS_DESCR, SYS_OBJECT_ID
from net.conftest import LoopbackPermit
from probers.asking import LIMITS, SAFETY, Desk
from wire.test_snmp import AXIS_OBJECT, DESCR_NAME, OBJECT_NAME, answer, descr, tlv

LAB = "maple-lab"
CAMERA = "127.88.3.1"
SAID = b"; AXIS Q1700-LE; License Plate Camera; 11.10.61; Apr 18 2024 18:26; 7C8; 1"
READ = {
    Evidence(Field.SNMP_SYS_DESCR, SAID.decode()),
    Evidence(Field.SNMP_SYS_OBJECT_ID, "1.3.6.1.4.1.368"),
}

Agent = Callable[[bytes], bytes | None]


class AgentNet(Net):
    """Port 161 cannot be bound by a user: an agent answers here, after every check of `Net`."""

    agent: Agent = staticmethod(lambda _: None)
    asked: tuple[bytes, ...] = ()

    async def udp_exchange(
        self,
        address: str,
        port: int,
        request: Request,
        *,
        timeout_s: float = 2.0,
        reply_port: int = 0,
    ) -> tuple[Reply, ...]:
        assert timeout_s > 0 == reply_port
        assert not self.objection(request, address, Transport.UDP, port)
        self.asked += (request.payload,)
        said = self.agent(request.payload)
        if said is None:
            return (Reply(Outcome.SILENT, peer=address, peer_port=port),)
        return (Reply(Outcome.ANSWERED, said, address, port),)


def request_id(question: bytes) -> bytes:
    at = question.index(b"\xa0\x2a\x02\x04") + 4
    return question[at : at + 4]


def axis(question: bytes) -> bytes:
    community = question[7 : 7 + question[6]]
    bindings = descr(SAID), tlv(0x30, OBJECT_NAME + AXIS_OBJECT)
    return answer(*bindings, community=community, request_id=request_id(question))


def asked(agent: Agent, community: Community | None = None) -> tuple[Desk, AgentNet]:
    desk = Desk()
    net = AgentNet(LoopbackPermit(), SAFETY, LIMITS, user_agent="camcensus/test")
    net.agent = agent
    desk.net = net  # type: ignore[assignment]  # as much of a net as this prober uses
    ask = with_community(community or Community(LAB)).ask
    assert ask is not None
    asyncio.run(ask(desk.asking(), desk.host(CAMERA)))  # type: ignore[arg-type]  # a coroutine
    return desk, net


def only(desk: Desk) -> Observation:
    [seen] = desk.seen
    return seen


def test_one_question_and_what_the_answer_says() -> None:
    desk, net = asked(axis)

    assert len(net.asked) == 1
    assert LAB.encode() in net.asked[0]
    seen = only(desk)
    assert (seen.outcome, seen.port, seen.prober, seen.note) == (
        Outcome.ANSWERED,
        PORT,
        "snmp",
        "",
    )
    assert set(seen.evidence) == READ
    assert set(read(seen)) == READ


def test_the_community_is_in_the_question_and_nowhere_else() -> None:
    community = Community(LAB)
    desk, _ = asked(axis, community)

    assert LAB not in repr(community)
    assert LAB not in repr(desk.seen)
    assert LAB not in repr(with_community(community).planned)


def test_an_answer_that_repeats_the_community_in_its_text_does_not_bring_it_into_the_store() -> (
    None
):
    def agent(question: bytes) -> bytes:
        return answer(descr(b"my community is maple-lab"), request_id=request_id(question))

    desk, _ = asked(agent)

    assert only(desk).outcome is Outcome.ANSWERED
    assert LAB.encode() not in only(desk).raw
    assert LAB not in repr(desk.seen)


def test_not_even_an_answer_that_is_none_brings_the_community_into_the_store() -> None:
    desk, _ = asked(lambda question: question + b"maple-lab")

    assert only(desk).outcome is Outcome.MALFORMED
    assert LAB.encode() not in only(desk).raw


def test_a_silent_host_is_asked_once_and_version_one_only_if_wanted() -> None:
    desk, net = asked(lambda _: None)
    assert [one[4] for one in net.asked] == [1]
    assert only(desk).outcome is Outcome.SILENT

    _, net = asked(lambda _: None, Community(LAB, version_1_too=True))
    assert [one[4] for one in net.asked] == [1, 0]

    _, net = asked(axis, Community(LAB, version_1_too=True))
    assert [one[4] for one in net.asked] == [1]


def test_what_is_planned_is_what_is_sent() -> None:
    for both in (False, True):
        [row] = with_community(Community(LAB, version_1_too=both)).planned
        assert (row.name, row.stage, row.transport, row.ports) == ("snmp", "second", "udp", (161,))
        assert row.cost.frames == 1 + both


def test_an_agent_that_has_neither_object_is_alive_and_says_nothing() -> None:
    def agent(question: bytes) -> bytes:
        null = tlv(0x30, DESCR_NAME + b"\x05\x00")
        return answer(null, status=2, index=1, request_id=request_id(question))

    desk, _ = asked(agent)

    assert only(desk).outcome is Outcome.ANSWERED
    assert only(desk).evidence == ()
    assert only(desk).note == "error status 2"


def test_an_answer_to_another_question_is_no_evidence_now_or_later() -> None:
    desk, _ = asked(lambda _: answer(descr(SAID)))

    assert only(desk).outcome is Outcome.MALFORMED
    assert only(desk).evidence == read(only(desk)) == ()


@pytest.mark.parametrize("name", ["public", "a", "~" * 64, 'quote " and \\ blank'])
def test_every_community_that_can_be_given_can_be_sent(name: str) -> None:
    _, net = asked(axis, Community(name))
    assert name.encode() in net.asked[0]


@pytest.mark.parametrize(
    "change",
    [
        (b"\xa0\x2a", b"\xa3\x2a"),  # a set
        (b"\xa0\x2a", b"\xa1\x2a"),  # a walk
        (b"\xa0\x2a", b"\xa5\x2a"),  # in bulk
        (b"\x01\x01\x01\x00", b"\x01\x01\x05\x00"),  # another object
        (b"\x05\x00", b"\x04\x00"),  # with a value
        (b"\x02\x01\x01\x04", b"\x02\x01\x03\x04"),  # version 3
    ],
)
def test_nothing_but_this_one_question_may_leave(change: tuple[bytes, bytes]) -> None:
    _, net = asked(axis)
    [question] = net.asked
    request = Request("snmp", "get-system", question.replace(*change))

    assert request.payload != question
    assert net.objection(request, CAMERA, Transport.UDP, PORT)
    assert net.objection(Request("snmp", "get-system", question), CAMERA, Transport.UDP, 162)


def test_without_a_community_the_prober_asks_nobody_and_costs_nothing() -> None:
    assert (PROBER.ask, PROBER.survey, PROBER.link, PROBER.planned) == (None, None, None, ())
    assert (SYS_DESCR, SYS_OBJECT_ID) == ("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0")
