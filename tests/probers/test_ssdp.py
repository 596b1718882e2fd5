"""SSDP against real datagrams, and whose description is fetched."""

import asyncio
from collections.abc import Callable

import pytest

from camcensus.probers.ssdp import DESCRIPTION, NAME, PROBER, SEARCH, ask, link
from camcensus.types import Evidence, Field, Observation, Outcome, Transport
from camcensus.wire.ssdp import GROUP, PORT, build_search
from probers.asking import LINK, NOW, Desk, finish, reply, speaking
from probers.test_http import Site, page
from wire.test_ssdp import AXIS_ANSWER, DAHUA_NOTIFY
from wire.test_ssdp import DESCRIPTION as AXIS_DESCRIPTION

ADDRESS, CAMERA = "127.88.3.1", "198.18.0.9"
AXIS = "Linux/4.9.94-axis5, UPnP/1.0, Portable SDK for UPnP devices/1.6.22"
RECORDER = "Linux/3.10.0, UPnP/1.0, Portable SDK for UPnP devices/1.6.18"


def answer(
    server: str = AXIS, location: str = "http://198.18.0.9/d.xml", device: str = "1"
) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\nLOCATION: {location}\r\nSERVER: {server}\r\nST: upnp:rootdevice\r\n"
        f"USN: uuid:{device}::upnp:rootdevice\r\n\r\n"
    ).encode()


def heard(*said: bytes, peer: str = CAMERA, desk: Desk | None = None) -> Desk:
    desk = desk or Desk(plan=frozenset({CAMERA}))
    desk.net.heard = tuple(reply(data, peer, PORT) for data in said)
    asyncio.run(link(desk.asking(), LINK))
    return desk


def asked(
    said: Callable[[int], bytes] | None,
    *,
    earlier: tuple[Observation, ...] = (),
    body: bytes = AXIS_DESCRIPTION,
) -> tuple[Desk, Site, list[bytes]]:
    """Ask a host that answers with `said`, given the port where it serves a description."""
    desk, site = Desk(), Site({"/d.xml": page(body)})
    questions: list[bytes] = []

    async def run() -> None:
        server = await asyncio.start_server(site, ADDRESS, 0)
        number = server.sockets[0].getsockname()[1]

        def speak(question: bytes) -> list[bytes]:
            questions.append(question)
            return [said(number)] if said is not None else []

        host = desk.host(ADDRESS)
        host.observations.extend(earlier)
        async with speaking(PORT, {ADDRESS: speak}):
            await ask(desk.asking(), host)
        await finish(server)

    asyncio.run(run())
    return desk, site, questions


def test_a_link_is_asked_once_and_listened_to_longer_than_it_may_take_to_answer() -> None:
    desk = heard()

    assert [request.payload for request in desk.net.asked] == [build_search(wait_s=2)]
    [(interface, group, port, window_s)] = desk.net.places
    assert (interface, group, port) == ("scan0", GROUP, PORT)
    assert window_s > 2


def test_headers_of_an_answer_are_evidence_of_its_sender() -> None:
    desk = heard(AXIS_ANSWER)

    [seen] = desk.seen
    assert (seen.address, seen.outcome, seen.message) == (CAMERA, Outcome.ANSWERED, SEARCH)
    assert desk.values(Field.SSDP_LOCATION) == ["http://192.168.1.102:45895/rootdesc1.xml"]
    assert "X-User-Agent: redsonic" in desk.values(Field.SSDP_HEADER)
    assert desk.values(Field.SSDP_USN)[0].startswith("uuid:Upnp-BasicDevice-1_0-ACCC8E270AD8::")


def test_an_announcement_heard_meanwhile_is_evidence_too() -> None:
    assert heard(DAHUA_NOTIFY).values(Field.SSDP_SERVER) == [
        "Linux/3.8.8, UPnP/1.0, ZheJiang Dahua Technology CO.,LTD. Upnp SDK"
    ]


@pytest.mark.parametrize(
    "said",
    [build_search(), DAHUA_NOTIFY.replace(b"ssdp:alive", b"ssdp:byebye")],
    ids=["another's question", "a farewell"],
)
def test_what_says_nothing_of_its_sender_is_no_answer(said: bytes) -> None:
    assert heard(said).seen == []


def test_a_device_that_answers_for_each_of_its_services_is_told_once() -> None:
    services = [answer().replace(b"::upnp:rootdevice", b"::s%d" % n) for n in range(9)]
    desk = heard(*services, answer(device="2"))

    assert len(desk.seen) == 2


def test_a_flood_from_one_address_is_cut() -> None:
    desk = heard(*(answer(device=str(number)) for number in range(100)), *([b"junk"] * 100))

    assert len(desk.seen) == 12


def test_an_answer_from_outside_the_plan_is_left_aside() -> None:
    desk = heard(answer(), peer="198.18.0.66")

    assert desk.seen == []
    assert "left aside: an answer from outside the plan" in desk.remarks


def test_bytes_of_another_protocol_are_malformed_and_kept() -> None:
    [seen] = heard(b"\x00\x01").seen

    assert (seen.outcome, seen.raw, seen.evidence) == (Outcome.MALFORMED, b"\x00\x01", ())


def test_a_live_host_is_asked_by_unicast_in_its_own_name() -> None:
    desk, _, questions = asked(lambda _: answer())

    assert questions == [build_search(ADDRESS, wait_s=1)]
    assert desk.values(Field.SSDP_SERVER) == [AXIS]


def test_a_host_that_does_not_answer_is_silent_and_nothing_more() -> None:
    desk, site, _ = asked(None)

    assert [seen.outcome for seen in desk.seen] == [Outcome.SILENT]
    assert site.paths == []


def test_a_safe_servers_description_is_fetched_from_its_own_address() -> None:
    desk, site, _ = asked(lambda port: answer(location=f"http://{ADDRESS}:{port}/d.xml"))

    assert site.paths == ["/d.xml"]
    assert "modelName=AXIS M1014" in desk.values(Field.SSDP_DESCRIPTION)
    assert (desk.seen[-1].message, desk.seen[-1].asked) == (DESCRIPTION, "/d.xml")


def test_what_a_link_heard_needs_no_second_question_and_may_be_described() -> None:
    evidence = (
        Evidence(Field.SSDP_SERVER, AXIS),
        Evidence(Field.SSDP_LOCATION, f"http://{ADDRESS}:49153/d.xml"),
    )
    earlier = Observation(
        "test", "", ADDRESS, PORT, Transport.UDP, NAME, SEARCH, NOW, Outcome.ANSWERED,
        evidence=evidence,
    )  # fmt: skip
    desk, site, questions = asked(None, earlier=(earlier,))

    assert (questions, site.paths, desk.seen) == ([], [], [])
    assert any("49153 is never touched" in remark for remark in desk.remarks)


@pytest.mark.parametrize(
    "said",
    [
        lambda port: answer(RECORDER, f"http://{ADDRESS}:{port}/d.xml"),
        lambda port: answer("", f"http://{ADDRESS}:{port}/d.xml"),
        lambda port: answer(AXIS, f"http://127.88.3.2:{port}/d.xml"),
        lambda port: answer(AXIS, f"http://localhost:{port}/d.xml"),
        lambda port: answer(AXIS, f"http://{ADDRESS}@127.88.3.2:{port}/d.xml"),
        lambda port: answer(AXIS, f"https://{ADDRESS}:{port}/d.xml"),
        lambda _: answer(AXIS, f"http://{ADDRESS}:49152/d.xml"),
        lambda _: answer(AXIS, f"http://{ADDRESS}:9100/d.xml"),
        lambda port: answer(AXIS, f"http://{ADDRESS}:{port}/"),
        lambda port: answer(AXIS, f"http://{ADDRESS}:{port}/d.cgi"),
        lambda port: answer(AXIS, f"http://{ADDRESS}:{port}/snapshot.jpg"),
        lambda port: answer(AXIS, f"http://{ADDRESS}:{port}/config/d.xml"),
        lambda port: answer(AXIS, f"http://{ADDRESS}:{port}/d.xml?auth=YWRtaW4="),
        lambda _: answer(AXIS, "not a place"),
    ],
)
def test_no_other_description_is_ever_fetched(said: Callable[[int], bytes]) -> None:
    desk, site, _ = asked(said)

    assert site.paths == []
    assert [seen.message for seen in desk.seen] == [SEARCH]
    assert set(desk.net.sent) == {(NAME, SEARCH)}
    assert desk.values(Field.SSDP_LOCATION)


def test_a_description_that_is_no_xml_is_malformed() -> None:
    desk, _, _ = asked(
        lambda port: answer(location=f"http://{ADDRESS}:{port}/d.xml"), body=b"no description"
    )

    assert [seen.outcome for seen in desk.seen] == [Outcome.ANSWERED, Outcome.MALFORMED]


def test_reading_the_stored_bytes_gives_the_same_evidence() -> None:
    desk, _, _ = asked(lambda port: answer(location=f"http://{ADDRESS}:{port}/d.xml"))
    desk.plan = frozenset({CAMERA})
    heard(AXIS_ANSWER, b"\x00\x01", desk=desk)

    assert len(desk.seen) == 4
    assert [PROBER.read(seen) for seen in desk.seen] == [seen.evidence for seen in desk.seen]
