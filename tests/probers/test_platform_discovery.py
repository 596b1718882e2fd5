"""SADP, DHIP and their kin against simulated devices on loopback: what is asked, read and left."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from types import ModuleType

import pytest

from camcensus.identify import load_catalogue
from camcensus.lab import load_personas, place, udp_voice
from camcensus.listen.exchanges import read_line
from camcensus.probers import dahua_v1, dhip, sadp, tplink, xiongmai
from camcensus.probers.base import Prober
from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.table import PROBERS
from camcensus.scope import Reach
from camcensus.types import Evidence, Field, Kind, Outcome, Target, Transport
from camcensus.wire.xiongmai import build_search
from probers.asking import LINK, SAFETY, Answer, Desk, reply, speaking

MODULES: dict[str, ModuleType] = {one.NAME: one for one in (sadp, dhip, dahua_v1, xiongmai, tplink)}
ALL = pytest.mark.parametrize("name", MODULES)
FREE = pytest.mark.parametrize("name", ["sadp", "dhip", "dahua-v1", "tplink"])
SPEAKER = {
    "sadp": "hik_nvr",
    "dhip": "dahua_nvr",
    "dahua-v1": "dahua_old",
    "xiongmai": "xm_clone",
    "tplink": "tplink_cam",
}
ONE, STRANGE, ECHO, FLOOD = (f"127.91.0.{last}" for last in range(1, 5))


def prober(name: str) -> Prober:
    return next(one for one in PROBERS if one.name == name)


def voice(name: str, persona: str = "", address: str = ONE) -> Answer:
    """The persona's answer to the questions that it accepts; anything else makes it speak up."""
    found = next(one for one in load_personas() if one.name == (persona or SPEAKER[name]))
    device = place(found, address)
    port = next(one for one in found.udp if one.protocol == name)

    def answer(question: bytes) -> Iterable[bytes]:
        assert udp_voice.accepts(port, question), question
        return [udp_voice.answer(device, port, question)]

    return answer


def said(name: str, persona: str = "") -> bytes:
    found = next(one for one in load_personas() if one.name == (persona or SPEAKER[name]))
    port = next(one for one in found.udp if one.protocol == name)
    return udp_voice.answer(place(found, ONE), port, b"")


def surveyed(name: str) -> Desk:
    desk, module = Desk(), MODULES[name]
    answers: dict[str, Answer] = {
        ONE: voice(name),
        STRANGE: lambda _: [b"SIP/2.0 400 Bad Request\r\n\r\n"],
        ECHO: lambda question: [question],
        FLOOD: lambda question: [*voice(name)(question)] * 50,
    }
    survey = prober(name).survey
    assert survey is not None

    async def run() -> None:
        async with speaking(module.PORT, answers):
            await survey(desk.asking(), [Target(one, "test") for one in answers])

    asyncio.run(run())
    return desk


@FREE
def test_every_address_is_asked_and_each_answer_judged_by_itself(name: str) -> None:
    desk = surveyed(name)

    def outcomes(address: str) -> list[Outcome]:
        return [seen.outcome for seen in desk.seen if seen.address == address]

    assert outcomes(ONE) == [Outcome.ANSWERED]
    assert outcomes(STRANGE) == [Outcome.MALFORMED]
    assert outcomes(ECHO) == [Outcome.MALFORMED]
    assert set(outcomes(FLOOD)) == {Outcome.ANSWERED}
    assert len(outcomes(FLOOD)) <= 8
    assert not desk.failures


@FREE
def test_a_live_host_is_asked_once_and_not_again(name: str) -> None:
    desk, host = Desk(), Desk().host(ONE)
    ask = prober(name).ask
    assert ask is not None

    async def run() -> None:
        async with speaking(MODULES[name].PORT, {ONE: voice(name)}):
            await ask(desk.asking(), host)
            host.observations.extend(desk.seen)
            await ask(desk.asking(), host)

    asyncio.run(run())

    assert [seen.outcome for seen in desk.seen] == [Outcome.ANSWERED]
    assert prober(name).read(desk.seen[0]) == desk.seen[0].evidence != ()


def test_where_the_port_for_answers_is_taken_nobody_is_asked_and_it_is_said() -> None:
    desk, unheard = Desk(), list[str]()
    asking = replace(desk.asking(), unheard=lambda _, why: unheard.append(why))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", 0))
        question = Question(
            prober="xiongmai",
            message="search",
            port=xiongmai.PORT,
            build=xiongmai.build,
            evidence=xiongmai.evidence,
            reply_port=other.getsockname()[1],
        )
        survey = datagram_prober(question).survey
        assert survey is not None
        asyncio.run(_run(survey(asking, [Target(ONE, "test")])))

    assert desk.seen == []
    assert any("taken" in why for why in unheard)


async def _run(asked: Awaitable[None]) -> None:
    await asked


@pytest.mark.parametrize(
    ("name", "group"), [("sadp", "239.255.255.250"), ("dhip", "239.255.255.251")]
)
def test_the_link_is_asked_through_its_group(name: str, group: str) -> None:
    desk, module, link = Desk(plan=frozenset({ONE})), MODULES[name], prober(name).link
    desk.net.heard = (
        reply(said(name), ONE, module.PORT),
        reply(said(name), "198.18.9.9", module.PORT),
    )
    assert link is not None

    async def run() -> None:
        await link(desk.asking(), LINK)

    asyncio.run(run())

    assert desk.net.places[0][:3] == ("scan0", group, module.PORT)
    assert [(seen.address, seen.outcome) for seen in desk.seen] == [(ONE, Outcome.ANSWERED)]
    assert "left aside: an answer from outside the plan" in desk.remarks
    (asked,) = desk.net.asked
    assert SAFETY.objection(asked, Transport.UDP, module.PORT) is None


def test_the_dhip_question_tells_the_group_from_an_address() -> None:
    desk, link = Desk(), prober("dhip").link
    assert link is not None

    async def run() -> None:
        await link(desk.asking(), LINK)

    asyncio.run(run())

    assert b'"uni":0' in desk.net.asked[0].payload
    assert b'"uni":1' in dhip.build(b"", 0, unicast=True)


def test_each_address_gets_a_sadp_question_with_a_number_of_its_own() -> None:
    asking = Desk().asking()
    numbers = {sadp.build(asking.seed("sadp", address), 0) for address in (ONE, STRANGE, ECHO, ONE)}

    assert len(numbers) == 3


@ALL
def test_questions_to_all_are_affordable_or_go_to_suspects_only(name: str) -> None:
    rows = {row.stage: row.reach for row in prober(name).planned}
    wide = name in {"sadp", "dhip"}

    assert rows["first"] is rows["second"] is (Reach.AFFORDABLE if wide else Reach.NAMED)
    assert ("link" in rows) is wide
    assert prober(name).vendor is not wide


@ALL
def test_foreign_bytes_are_read_as_nothing(name: str) -> None:
    foreign = reply(build_search(), ONE, 1)
    seen = Desk().asking().observation(Target(ONE, "test"), foreign, name, "x", Transport.UDP)

    assert prober(name).read(seen) == ()


@pytest.mark.parametrize("persona", ["hik_cam", "hik_nvr", "lts_cam"])
def test_a_recorded_sadp_answer_gives_the_evidence_of_one_we_heard(persona: str) -> None:
    data = said("sadp", persona)
    for xml in (data.decode(), data.decode().replace("</ProbeMatch>", "")):
        line = {"id": "x", "protocol": "sadp", "input": {"xml": xml}}
        assert read_line(json.dumps(line)).evidence == sadp.evidence(xml.encode())


@pytest.mark.parametrize("persona", ["dahua_cam", "dahua_nvr", "amcrest_cam"])
def test_a_recorded_dhip_answer_gives_the_evidence_of_one_we_heard(persona: str) -> None:
    data = said("dhip", persona)
    whole, body = data.decode("latin-1"), json.loads(data[32:])
    for given in ({"json": whole}, {"json": body}, {"fields": body}):
        line = {"id": "x", "protocol": "dhip", "input": given}
        assert read_line(json.dumps(line)).evidence == dhip.evidence(data)


@pytest.mark.parametrize(
    ("name", "persona", "maker", "kind"),
    [
        ("sadp", "hik_cam", "hikvision", Kind.CAMERA),
        ("sadp", "hik_nvr", "hikvision", Kind.NVR),
        ("sadp", "lts_cam", "hikvision", Kind.CAMERA),
        ("dhip", "dahua_cam", "dahua", Kind.CAMERA),
        ("dhip", "dahua_nvr", "dahua", Kind.NVR),
        ("dhip", "lorex_nvr", "dahua", Kind.NVR),
        ("dhip", "cpplus_cam", "dahua", Kind.CAMERA),
        ("dahua-v1", "dahua_old", "dahua", Kind.CAMERA),
        ("xiongmai", "xm_clone", "xiongmai", Kind.CAMERA),
        ("tplink", "tplink_cam", "tplink", Kind.CAMERA),
        ("tplink", "vigi_cam", "tplink", Kind.CAMERA),
        ("tplink", "tapo_plug", "tplink", Kind.NOT_VIDEO),
    ],
)
def test_the_answer_alone_names_the_electronics(
    name: str, persona: str, maker: str, kind: Kind
) -> None:
    found = next(one for one in load_personas() if one.name == persona)
    identity = load_catalogue().identify(MODULES[name].evidence(said(name, persona)))

    assert (identity.maker, identity.kind) == (maker, kind)
    assert identity.mac == place(found, ONE).mac
    assert identity.conflicts == ()


def test_the_makers_platform_is_not_the_label() -> None:
    """Without the label's own numbers and MAC, the answers name nobody's label."""
    amcrest = said("dhip", "amcrest_cam").replace(b"9c:8e:cd", b"3c:ef:8c")
    evidence = [
        *sadp.evidence(said("sadp", "lts_cam").replace(b"CMIP1382W-28M", b"X-1")),
        *dhip.evidence(amcrest.replace(b"IP8M-2496EB", b"X-1").replace(b"00AC000", b"0000000")),
    ]

    brands = {claim.value for claim in load_catalogue().identify(evidence).claims
              if claim.attribute == "brand"}  # fmt: skip
    assert brands == set()


def test_what_only_serves_a_login_is_no_evidence() -> None:
    data = said("sadp").replace(b"<Encrypt>", b"<Salt>abcdef</Salt>\r\n<Encrypt>")

    assert Evidence(Field.SADP_FIELD, "Encrypt=true") in sadp.evidence(data)
    assert not any("abcdef" in one.value for one in sadp.evidence(data))
