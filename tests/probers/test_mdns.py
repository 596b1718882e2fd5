"""mDNS against real datagrams and against what a link would say."""

import asyncio

from camcensus.probers.mdns import ENUMERATION, GROUP, PORT, PROBER, SERVICES, ask, link
from camcensus.types import Field, Outcome
from camcensus.wire.mdns import Record, RecordType, build_query, build_response
from probers.asking import LINK, Answer, Desk, reply, speaking

ADDRESS, LINK_LOCAL, CAMERA = "127.88.1.1", "169.254.7.7", "198.18.0.9"
INSTANCE = "CAM 1 - ACCC8E123456._axis-video._tcp.local."

QUESTION = build_query(SERVICES, unicast_response=True)  # also imports the codec before any loop


def announcement(*addresses: str) -> bytes:
    records = [
        Record("_axis-video._tcp.local.", RecordType.PTR, 10, target=INSTANCE),
        Record(INSTANCE, RecordType.SRV, 10, target="cam.local.", port=80),
        Record(INSTANCE, RecordType.TXT, 10, txt=(("macaddress", "ACCC8E123456"),)),
        *(Record("cam.local.", RecordType.A, 10, address=one) for one in addresses),
    ]
    return build_response(records)


def asked(answer: Answer) -> Desk:
    desk = Desk()

    async def run() -> None:
        async with speaking(PORT, {ADDRESS: answer}):
            await ask(desk.asking(), desk.host(ADDRESS))

    asyncio.run(run())
    return desk


def heard(*said: tuple[bytes, str], plan: frozenset[str] = frozenset({CAMERA})) -> Desk:
    desk = Desk(plan=plan)
    desk.net.heard = tuple(reply(data, peer, PORT) for data, peer in said)
    asyncio.run(link(desk.asking(), LINK))
    return desk


def test_a_host_is_asked_by_unicast_from_a_port_that_makes_the_question_legacy() -> None:
    questions: list[bytes] = []

    def answer(question: bytes) -> list[bytes]:
        questions.append(question)
        return [announcement(ADDRESS)]

    desk = asked(answer)

    assert len(questions) == 1
    assert [seen.outcome for seen in desk.seen] == [Outcome.ANSWERED]
    assert desk.values(Field.MDNS_TXT) == ["macaddress=ACCC8E123456"]


def test_a_host_that_ignores_the_question_is_silent_and_nothing_more() -> None:
    desk = asked(lambda _: [])

    assert [seen.outcome for seen in desk.seen] == [Outcome.SILENT]


def test_an_answer_from_a_link_local_source_is_of_the_address_that_it_names() -> None:
    desk = heard((announcement(CAMERA), LINK_LOCAL))

    assert [seen.address for seen in desk.seen] == [CAMERA]
    assert f"from {LINK_LOCAL}" in desk.seen[0].note


def test_a_link_local_source_that_names_two_targets_is_nobodys_word() -> None:
    desk = heard(
        (announcement(CAMERA, "198.18.0.10"), LINK_LOCAL),
        plan=frozenset({CAMERA, "198.18.0.10"}),
    )

    assert desk.seen == []
    assert "left aside: an answer from outside the plan" in desk.remarks


def test_a_routable_source_speaks_for_itself_and_for_no_other() -> None:
    desk = heard((announcement(CAMERA), "198.18.0.66"))

    assert desk.seen == []


def test_bytes_of_another_protocol_are_malformed_and_kept() -> None:
    desk = asked(lambda _: [b"\x00"])

    assert [(one.outcome, one.raw) for one in desk.seen] == [(Outcome.MALFORMED, b"\x00")]


def test_our_own_question_that_comes_back_is_no_answer() -> None:
    questions: list[bytes] = []

    def mirror(question: bytes) -> list[bytes]:
        questions.append(question)
        return [question]

    [seen] = asked(mirror).seen

    assert (seen.outcome, seen.evidence) == (Outcome.MALFORMED, ())
    assert seen.raw == questions[0]


def test_types_that_the_enumeration_names_are_asked_for_once_more() -> None:
    listed = build_response(
        [
            Record(ENUMERATION, RecordType.PTR, 10, target=name)
            for name in ("_onvif._tcp.local.", SERVICES[0], "no service.local.")
        ]
    )
    desk = heard((listed, CAMERA))

    assert [place[:3] for place in desk.net.places] == [("scan0", GROUP, PORT)] * 2
    assert b"\x06_onvif\x04_tcp" in desk.net.asked[1].payload
    assert b"axis" not in desk.net.asked[1].payload


def test_questions_of_others_on_the_link_are_no_answers() -> None:
    assert heard((QUESTION, CAMERA)).seen == []


def test_one_address_is_heard_a_few_times_and_no_more() -> None:
    other = "198.18.0.10"
    flood = [(announcement(CAMERA), CAMERA)] * 60
    desk = heard(*flood, (announcement(other), other), plan=frozenset({CAMERA, other}))

    assert len([seen for seen in desk.seen if seen.address == CAMERA]) == 16
    assert len([seen for seen in desk.seen if seen.address == other]) == 1


def test_reading_the_stored_bytes_gives_the_same_evidence() -> None:
    desk = heard((announcement(CAMERA), CAMERA), (b"\x00\x01", CAMERA))

    assert [PROBER.read(seen) for seen in desk.seen] == [seen.evidence for seen in desk.seen]
    assert len(desk.evidence()) > 3
