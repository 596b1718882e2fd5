"""WS-Discovery against real datagrams: what is taken, what is noted, what is left alone."""

import asyncio
from dataclasses import replace

import pytest

from camcensus.probers.ws_discovery import PORT, PROBER, again, ask, link, survey
from camcensus.types import Evidence, Field, Observation, Outcome, Target, Transport
from camcensus.wire.ws_discovery import Match, build_fault, build_probe_matches, parse
from net.conftest import LoopbackPermit
from probers.asking import LINK, Answer, Desk, reply, speaking

CAMERA = Match(
    endpoint="urn:uuid:1",
    types=("NetworkVideoTransmitter",),
    scopes=("onvif://www.onvif.org/hardware/CAM-1",),
    xaddrs=("http://127.88.0.1/onvif/device_service",),
)
ONE, TWO, SHUT = "127.88.0.1", "127.88.0.2", "127.88.0.3"
NAMELESS, WRONG, STRANGE, FLOOD, LIAR = (f"127.88.0.{last}" for last in range(4, 9))
FOREIGN = "127.88.0.99"


def camera(*matches: Match, relates_to: str | None = None) -> Answer:
    def answer(question: bytes) -> list[bytes]:
        probe = parse(question)
        if "NetworkVideoTransmitter" not in question.decode():
            return []
        related = probe.message_id if relates_to is None else relates_to
        return [build_probe_matches(message_id="uuid:9", relates_to=related, matches=list(matches))]

    return answer


def at(address: str) -> Match:
    """The camera as it answers from this address."""
    return replace(CAMERA, xaddrs=(f"http://{address}/onvif/device_service",))


def fault(question: bytes) -> list[bytes]:
    related = parse(question).message_id
    return [build_fault(message_id="uuid:9", relates_to=related, reason="no such type")]


@pytest.fixture(scope="module")
def desk() -> Desk:
    """One survey of nine addresses, each with its own way to answer."""
    honest = camera(CAMERA)
    answers: dict[str, Answer] = {
        ONE: camera(at(ONE)),
        TWO: camera(at(TWO)),
        NAMELESS: camera(CAMERA, relates_to=""),
        WRONG: camera(CAMERA, relates_to="uuid:other"),
        STRANGE: lambda _: [b"SIP/2.0 400 Bad Request\r\n\r\n"],
        FLOOD: lambda question: [*honest(question)] * 50,
        LIAR: camera(Match(endpoint="urn:uuid:1", xaddrs=(f"http://{FOREIGN}/x",))),
    }
    desk = Desk()

    async def run() -> None:
        async with speaking(PORT, answers):
            await survey(desk.asking(), [Target(one, "test") for one in (*answers, SHUT)])

    asyncio.run(run())
    return desk


def of(desk: Desk, address: str) -> list[Observation]:
    return [seen for seen in desk.seen if seen.address == address]


def asked(answer: Answer) -> Desk:
    desk = Desk()

    async def run() -> None:
        async with speaking(PORT, {ONE: answer}):
            await ask(desk.asking(), desk.host(ONE))

    asyncio.run(run())
    return desk


def test_each_camera_is_one_observation_and_a_closed_port_a_sign_of_life(desk: Desk) -> None:
    for address in (ONE, TWO):
        assert [(seen.outcome, seen.note) for seen in of(desk, address)] == [(Outcome.ANSWERED, "")]
    assert [seen.outcome for seen in of(desk, SHUT)] == [Outcome.REFUSED]


def test_an_address_that_leads_elsewhere_is_a_mismatch(desk: Desk) -> None:
    [seen] = of(desk, LIAR)

    assert seen.note == "xaddr-mismatch"


def test_twins_with_one_endpoint_stay_two_observations(desk: Desk) -> None:
    twins = [item for one in (ONE, TWO) for seen in of(desk, one) for item in seen.evidence]

    assert twins.count(Evidence(Field.WSD_ENDPOINT, "urn:uuid:1")) == 2


@pytest.mark.parametrize(
    ("address", "note"),
    [
        (NAMELESS, "unsolicited: RelatesTo is missing"),
        (WRONG, "unsolicited: RelatesTo names another message"),
    ],
)
def test_an_answer_that_names_no_question_is_taken_and_noted(
    desk: Desk, address: str, note: str
) -> None:
    [seen] = of(desk, address)

    assert seen.outcome is Outcome.ANSWERED
    assert note in seen.note
    assert Evidence(Field.WSD_SCOPE, "onvif://www.onvif.org/hardware/CAM-1") in seen.evidence


def test_bytes_of_another_protocol_are_malformed_and_kept(desk: Desk) -> None:
    [seen] = of(desk, STRANGE)

    assert (seen.outcome, seen.raw) == (Outcome.MALFORMED, b"SIP/2.0 400 Bad Request\r\n\r\n")


def test_one_address_is_heard_a_few_times_and_no_more(desk: Desk) -> None:
    assert len(of(desk, FLOOD)) == 8


def test_a_foreign_address_that_a_liar_names_is_written_down_and_never_asked(desk: Desk) -> None:
    [seen] = of(desk, LIAR)
    permit = desk.net.permit.planned

    assert Evidence(Field.WSD_XADDR, f"http://{FOREIGN}/x") in seen.evidence
    assert isinstance(permit, LoopbackPermit)
    assert FOREIGN not in {address for address, _, _ in permit.asked}


@pytest.mark.parametrize("address", [ONE, SHUT])
def test_who_answered_or_has_no_such_port_is_not_asked_in_other_forms(
    desk: Desk, address: str
) -> None:
    host = desk.host(address)
    host.observations += of(desk, address)
    before = dict(desk.net.sent)

    asyncio.run(ask(desk.asking(), host))

    assert desk.net.sent == before


def test_a_fault_is_kept_as_evidence() -> None:
    desk = asked(fault)

    assert desk.values(Field.WSD_FAULT) == ["MatchingRuleNotSupported no such type"]
    assert PROBER.read(desk.seen[-1]) == desk.seen[-1].evidence


def test_the_other_forms_are_asked_one_after_the_other_until_one_is_answered() -> None:
    questions: list[bytes] = []

    def choosy(question: bytes) -> list[bytes]:
        questions.append(question)
        if b"Types" in question:
            return []
        related = parse(question).message_id
        return [build_probe_matches(message_id="uuid:9", relates_to=related, matches=[CAMERA])]

    desk = asked(choosy)

    assert len(questions) == 2
    assert desk.seen[-1].outcome is Outcome.ANSWERED


def test_on_a_link_only_addresses_of_the_plan_are_taken() -> None:
    desk = Desk(plan=frozenset({"198.18.0.9"}))
    answer = build_probe_matches(message_id="uuid:9", relates_to="", matches=[CAMERA])
    desk.net.heard = (reply(answer, "198.18.0.9", PORT), reply(answer, "198.18.0.77", PORT))

    asyncio.run(link(desk.asking(), LINK))

    assert {seen.address for seen in desk.seen} == {"198.18.0.9"}
    assert "left aside: an answer from outside the plan" in desk.remarks


def test_a_link_is_asked_in_three_forms_and_no_more_when_nobody_new_answers() -> None:
    desk = Desk(plan=frozenset({"198.18.0.9"}))
    answer = build_probe_matches(message_id="uuid:9", relates_to="", matches=[CAMERA])
    desk.net.heard = (reply(answer, "198.18.0.9", PORT),)

    asyncio.run(link(desk.asking(), LINK))

    assert [one.message for one in desk.net.asked] == [
        "probe-nvt",
        "probe-device",
        "probe-untyped",
    ]
    assert desk.remarks[-1] == "scan0: 1 answered 3 multicast questions"


def test_reading_the_stored_bytes_gives_the_same_evidence(desk: Desk) -> None:
    for seen in desk.seen:
        if seen.outcome is not Outcome.REFUSED:
            assert PROBER.read(seen) == seen.evidence
    assert len(desk.evidence()) > 4


def test_a_computer_is_asked_again_in_the_form_that_it_answers() -> None:
    """It ignores the form for cameras; that silence would pass for a device that died."""
    desk = Desk()
    asked: list[bytes] = []

    def hear(data: bytes) -> list[bytes]:
        asked.append(data)
        return [b"<x/>"] if b"Types" not in data else []

    async def run() -> Outcome:
        host = desk.host("127.88.0.7")
        said = reply(b"", "127.88.0.7", PORT)
        host.observations.append(
            desk.asking().observation(
                host.target, said, "ws-discovery", "probe-untyped", Transport.UDP
            )
        )
        async with speaking(PORT, {"127.88.0.7": hear}):
            return await again(desk.asking(), host)

    assert asyncio.run(run()) is Outcome.ANSWERED
    assert len(asked) == 1
