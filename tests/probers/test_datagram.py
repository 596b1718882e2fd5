"""What all datagram probers have in common, on a protocol that exists in this test alone."""

import asyncio
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from camcensus.probers import bosch, sadp
from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import field_evidence
from camcensus.scope import Reach
from camcensus.types import (
    UNECHOED,
    UNSOLICITED,
    Evidence,
    Field,
    Observation,
    Outcome,
    Target,
)
from camcensus.wire import MalformedError
from camcensus.wire.ws_discovery import ProbeForm, build_probe
from probers.asking import LINK, Desk, reply, speaking

PORT = 3702  # the one port whose message this test may borrow


def read(data: bytes) -> tuple[Evidence, ...]:
    if not data.startswith(b"name="):
        raise MalformedError("not of this protocol")
    return field_evidence(Field.SONY_FIELD, [("name", data[5:].decode())])


def build(seed: bytes, reply_port: int) -> bytes:
    del seed, reply_port
    return build_probe("uuid:00000000-0000-4000-8000-000000000000", ProbeForm.NVT)


def question(reply_port: int = 0, group: str = "") -> Question:
    return Question(
        "ws-discovery", "probe-nvt", PORT, build, read, group, reply_port, timeout_s=0.5
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("", 0))
        yield other.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("", 0))
        return int(other.getsockname()[1])


async def asked(desk: Desk, prober: Question, *addresses: str) -> None:
    ask = datagram_prober(prober).ask
    assert ask is not None
    await asyncio.gather(*(ask(desk.asking(), desk.host(one)) for one in addresses))


def test_an_answer_is_evidence_of_who_sent_it() -> None:
    desk = Desk()

    async def run() -> None:
        async with speaking(PORT, {"127.0.3.1": lambda _: [b"name=a"]}):
            await asked(desk, question(), "127.0.3.1")

    asyncio.run(run())
    [seen] = desk.seen
    assert seen.outcome is Outcome.ANSWERED
    assert desk.values(Field.SONY_FIELD) == ["name=a"]


def test_what_is_of_another_protocol_is_malformed_and_says_nothing() -> None:
    desk = Desk()

    async def run() -> None:
        async with speaking(PORT, {"127.0.3.1": lambda _: [b"NTP says no"]}):
            await asked(desk, question(), "127.0.3.1")

    asyncio.run(run())
    [seen] = desk.seen
    assert (seen.outcome, seen.evidence) == (Outcome.MALFORMED, ())
    assert seen.raw == b"NTP says no"


def test_through_one_fixed_port_each_of_many_hosts_is_credited_with_its_own_answer(
    free_port: int,
) -> None:
    """Devices that answer to a fixed port of the asker, whatever port the question came from."""
    desk = Desk()
    addresses = [f"127.0.3.{n}" for n in range(1, 9)]

    async def run() -> None:
        answers = {one: lambda _, one=one: [f"name={one}".encode()] for one in addresses}
        async with speaking(PORT, answers):  # type: ignore[arg-type]  # lambdas with a default
            await asked(desk, question(free_port), *addresses)

    asyncio.run(run())
    assert {seen.address: seen.evidence[0].value for seen in desk.seen} == {
        one: f"name={one}" for one in addresses
    }


def test_a_taken_reply_port_is_our_shortage_and_is_said_in_the_coverage(taken_port: int) -> None:
    desk = Desk()

    async def run() -> None:
        await asked(desk, question(taken_port), "127.0.3.1")
        survey = datagram_prober(question(taken_port)).survey
        assert survey is not None
        await survey(desk.asking(), [Target("127.0.3.1", "test")])

    asyncio.run(run())
    [seen] = desk.seen
    assert seen.outcome is Outcome.LOCAL_SHORTAGE
    assert all(f"UDP port {taken_port} of this machine is taken" in one for one in desk.unheard)
    assert len(desk.unheard) == 2


def test_a_link_is_asked_once_and_answers_from_outside_the_plan_are_left_aside() -> None:
    desk = Desk(plan=frozenset({"198.18.0.9"}))
    desk.net.heard = (reply(b"name=in", "198.18.0.9", PORT), reply(b"name=out", "10.0.0.1", PORT))
    link = datagram_prober(question(group="239.255.255.250")).link
    assert link is not None
    asyncio.run(link(desk.asking(), LINK))  # type: ignore[arg-type]  # a coroutine

    assert [place[:3] for place in desk.net.places] == [("scan0", "239.255.255.250", PORT)]
    assert [seen.address for seen in desk.seen] == ["198.18.0.9"]
    assert "left aside: an answer from outside the plan" in desk.remarks


def test_of_one_chatterbox_only_the_first_messages_are_kept() -> None:
    desk = Desk(plan=frozenset({"198.18.0.9"}))
    desk.net.heard = tuple(reply(b"name=%d" % n, "198.18.0.9", PORT) for n in range(1000))
    link = datagram_prober(question(group="239.255.255.250")).link
    assert link is not None
    asyncio.run(link(desk.asking(), LINK))  # type: ignore[arg-type]  # a coroutine
    assert len(desk.seen) == 8


def test_a_plan_is_offered_both_passes_and_a_makers_own_question_is_marked() -> None:
    prober = datagram_prober(question())
    assert [row.stage for row in prober.planned] == ["first", "second"]
    assert {row.reach for row in prober.planned} == {Reach.NAMED}
    assert prober.vendor


# ------------------------------------------------------------ whom an answer answers


def numbered(*, echoes: bool, reply_port: int = 0) -> Question:
    """Repeats the last byte of the question's number, or has no room for it."""
    return replace(
        question(reply_port, "239.255.255.250"),
        build=lambda seed, _: build_probe(f"uuid:{UUID(bytes=seed, version=4)}", ProbeForm.NVT),
        echo=_number if echoes else None,
    )


def _number(data: bytes) -> bytes:
    found = re.search(rb"uuid:[^<]+(..)</|#(..)", data)
    return next(filter(None, found.groups()), b"") if found else b""


def heard_on_link(protocol: Question, *answers: bytes) -> list[Observation]:
    desk = Desk(plan=frozenset({"198.18.0.9"}))
    desk.net.heard = tuple(reply(one, "198.18.0.9", PORT) for one in answers)
    link = datagram_prober(protocol).link
    assert link is not None
    asyncio.run(link(desk.asking(), LINK))  # type: ignore[arg-type]  # a coroutine
    return desk.seen


def test_an_answer_that_repeats_our_number_is_proved_and_no_other() -> None:
    protocol = numbered(echoes=True)
    asking = Desk().asking()
    ours = _number(protocol.request(asking.seed(protocol.prober, LINK.address)).payload)
    other = b"00" if ours != b"00" else b"11"
    seen = heard_on_link(protocol, b"name=#" + ours, b"name=#" + other, b"name=a")

    assert [one.proved for one in seen] == [True, False, False]
    assert [one.note.partition(":")[0] for one in seen] == ["", UNSOLICITED, UNSOLICITED]
    assert all(one.answered and one.evidence for one in seen)


def test_an_answer_in_a_protocol_without_numbers_proves_nothing_where_everybody_knows_the_port(
    free_port: int,
) -> None:
    desk = Desk()

    async def run() -> None:
        async with speaking(PORT, {"127.0.3.1": lambda _: [b"name=a"]}):
            await asked(desk, numbered(echoes=False, reply_port=free_port), "127.0.3.1")

    asyncio.run(run())
    seen = [*heard_on_link(numbered(echoes=False), b"name=a"), *desk.seen]
    assert [(one.proved, one.note.partition(":")[0]) for one in seen] == [(False, UNECHOED)] * 2


def test_an_answer_that_anybody_may_have_sent_is_asked_for_once_more_from_a_port_of_its_own() -> (
    None
):
    protocol = numbered(echoes=False)
    desk = Desk()
    host = desk.host("127.0.3.1")
    host.observations = heard_on_link(protocol, b"name=false")
    ask = datagram_prober(protocol).ask
    assert ask is not None
    heard: list[bytes] = []

    def answer(data: bytes) -> list[bytes]:
        heard.append(data)
        return [b"name=a"]

    async def run() -> None:
        async with speaking(PORT, {"127.0.3.1": answer}):
            await ask(desk.asking(), host)
            host.observations += desk.seen
            await ask(desk.asking(), host)

    assert host.unconfirmed(protocol.prober)
    asyncio.run(run())
    assert len(heard) == 1
    assert [one.proved for one in host.observations] == [False, True]
    assert [one.value for one in host.proved_evidence()] == ["name=a"]


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [
        (
            sadp.QUESTION,
            lambda number: b"<ProbeMatch><Uuid>%s</Uuid></ProbeMatch>" % number.lower(),
        ),
        (bosch.QUESTION, lambda number: bytes.fromhex("9939a427") + number + bytes(24)),
    ],
    ids=["sadp", "bosch"],
)
def test_these_answers_repeat_what_their_question_carried(
    protocol: Question, answer: Callable[[bytes], bytes]
) -> None:
    assert protocol.echo is not None
    number = protocol.echo(protocol.request(bytes(range(16))).payload)

    assert len(number) >= 4
    assert protocol.echo(answer(number)) == number
