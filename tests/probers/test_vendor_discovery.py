"""Eight makers' own discovery, asked on loopback of a device that speaks only that."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from camcensus.net import load_safety
from camcensus.probers import (
    bosch,
    foscam,
    hanwha,
    panasonic,
    reolink,
    sony,
    ubiquiti,
    vivotek,
)
from camcensus.probers.base import Asking, Prober
from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.table import PROBERS
from camcensus.types import Outcome, Target, Transport
from probers.asking import Desk
from wire import vendor_answers as answers

ADDRESS, STRANGER = "127.88.7.1", "127.88.7.2"
EVERYBODY = "127.255.255.255"  # the broadcast address of loopback
SAFETY = load_safety()


@dataclass
class _Device(asyncio.DatagramProtocol):
    """Hears questions, and says one thing to a port of the asker (0: the one asked from)."""

    said: bytes
    reply_port: int
    to_all: bool = False  # answers by broadcast
    heard: list[bytes] = field(default_factory=list)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        where = EVERYBODY if self.to_all else addr[0]
        self.transport.sendto(self.said, (where, self.reply_port or addr[1]))


Drive = Callable[[Prober, Asking, Desk], Awaitable[None]]


async def _ask(prober: Prober, asking: Asking, desk: Desk) -> None:
    assert prober.ask is not None
    await prober.ask(asking, desk.host(ADDRESS))


async def _survey(prober: Prober, asking: Asking, _: Desk) -> None:
    assert prober.survey is not None
    await prober.survey(asking, [Target(ADDRESS, "test"), Target(STRANGER, "test")])


def run(
    question: Question, said: bytes, drive: Drive = _ask, *, to_all: bool = False
) -> tuple[Desk, list[bytes]]:
    """What the prober saw of such a device, and what the device heard."""
    desk = Desk()
    if question.reply_port == question.port:  # one machine cannot be both ends of one port
        question = replace(question, reply_port=0)
    device = _Device(said, question.reply_port, to_all)

    async def go() -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: device, local_addr=(ADDRESS, question.port), allow_broadcast=True
        )
        try:
            await drive(datagram_prober(question), desk.asking(), desk)
        finally:
            transport.close()

    asyncio.run(go())
    return desk, device.heard


KNOWN: list[tuple[Question, bytes, set[str]]] = [
    (
        bosch.QUESTION,
        answers.BOSCH_XML,
        {
            "mac=00:07:5f:0a:1b:2c",
            "model=FLEXIDOME IP starlight 8000i",
            "name=Yard",
            "serial=044512345678010042",
            "address=198.18.4.9",
            "http-port=80",
            "https-port=443",
        },
    ),
    (
        hanwha.QUESTION,
        answers.HANWHA,
        {
            "mac=00:09:18:0a:1b:2c",
            "model=XNV-6080R",
            "address=198.18.4.9",
            "url=http://198.18.4.9/index.htm",
        },
    ),
    (
        vivotek.QUESTION,
        answers.VIVOTEK,
        {"mac=00:02:d1:0a:1b:2c", "model=FD8136", "name=Vivotek-FD8136-1", "address=198.18.4.9"},
    ),
    (
        panasonic.QUESTION,
        answers.PANASONIC,
        {
            "mac=bc:c3:42:0a:1b:2c",
            "model=WV-S2131L",
            "name=WV-S2131L lobby",
            "firmware=1.46",
            "address=198.18.4.9",
            "http-port=80",
        },
    ),
    (
        sony.QUESTION,
        answers.SONY,
        {
            "mac=54:42:49:0a:1b:2c",
            "model=SNC-EB630",
            "serial=500123",
            "firmware=2.8.1",
            "address=198.18.4.9",
            "http-port=80",
        },
    ),
    (
        ubiquiti.QUESTION,
        answers.UBIQUITI_CAMERA,
        {
            "mac=68:d7:9a:0a:1b:2c",
            "platform=UVC G3 Flex",
            "name=Yard",
            "firmware=UVC.S2L.v4.63.22.67.0",
            "version=4.63.22",
            "address=198.18.4.9",
        },
    ),
    (reolink.QUESTION, answers.REOLINK, {"uid=95270000YGAKNWKJ"}),
    (
        foscam.QUESTION,
        answers.FOSCAM_VEILED,
        {
            "serial=00626E0A1B2C",
            "mac=00:62:6e:0a:1b:2c",
            "name=Yard",
            "type=50",
            "firmware=11.37.2.54",
            "web-version=2.0.10.15",
            "address=198.18.4.9",
            "http-port=88",
        },
    ),
]
each_protocol = pytest.mark.parametrize(
    ("question", "said", "values"), KNOWN, ids=[one.prober for one, _, _ in KNOWN]
)


@each_protocol
def test_a_live_host_is_asked_once_and_its_answer_is_read(
    question: Question, said: bytes, values: set[str]
) -> None:
    desk, heard = run(question, said)

    assert len(heard) == 1
    assert [seen.outcome for seen in desk.seen] == [Outcome.ANSWERED]
    assert {item.value for item in desk.evidence()} == values
    assert {item.field.protocol for item in desk.evidence()} == {question.prober}


@pytest.mark.parametrize(
    ("question", "said", "values"),
    [one for one in KNOWN if one[0].prober in {"bosch", "vivotek"}],
    ids=["fixed-reply-port", "any-port"],
)
def test_every_address_can_be_asked_and_the_answer_is_its_senders(
    question: Question, said: bytes, values: set[str]
) -> None:
    desk, heard = run(question, said, _survey)

    assert len(heard) == 1
    told = [seen for seen in desk.seen if seen.outcome is Outcome.ANSWERED]
    assert [seen.address for seen in told] == [ADDRESS]
    assert {item.value for item in told[0].evidence} == values


@pytest.mark.parametrize("drive", [_ask, _survey])
def test_an_answer_by_broadcast_is_heard_and_is_its_senders(drive: Drive) -> None:
    desk, _ = run(panasonic.QUESTION, answers.PANASONIC, drive, to_all=True)

    told = [seen for seen in desk.seen if seen.outcome is Outcome.ANSWERED]
    assert [seen.address for seen in told] == [ADDRESS]
    assert "model=WV-S2131L" in {item.value for item in told[0].evidence}


@each_protocol
def test_a_stored_answer_is_read_again(question: Question, said: bytes, values: set[str]) -> None:
    desk, _ = run(question, said)

    again = datagram_prober(question).read(desk.seen[0])

    assert {item.value for item in again} == values


@each_protocol
def test_another_protocols_bytes_are_malformed_and_say_nothing(
    question: Question, said: bytes, values: set[str]
) -> None:
    desk, _ = run(question, b"198.18.4.9:10000:1")

    assert [(seen.outcome, seen.evidence) for seen in desk.seen] == [(Outcome.MALFORMED, ())]


@each_protocol
def test_the_question_may_leave_and_nothing_like_it_may(
    question: Question, said: bytes, values: set[str]
) -> None:
    request = question.request(bytes(range(16)))

    assert SAFETY.objection(request, Transport.UDP, question.port) is None
    assert SAFETY.objection(request, Transport.UDP, question.port + 1)
    assert SAFETY.objection(request, Transport.TCP, question.port)
    for wrong in (said, request.payload + b"\0", request.payload[:-1], b"\x02" + request.payload):
        assert SAFETY.objection(replace(request, payload=wrong), Transport.UDP, question.port)


def test_no_other_operation_of_foscams_protocol_may_leave() -> None:
    request = foscam.QUESTION.request(bytes(16))
    head, rest = request.payload[:4], request.payload[6:]

    let_through = [
        number
        for number in range(65536)
        if not SAFETY.objection(
            replace(request, payload=head + number.to_bytes(2, "little") + rest),
            Transport.UDP,
            10000,
        )
    ]

    assert let_through == [0]


def test_the_message_that_opens_a_session_with_a_reolink_may_not_leave() -> None:
    request = reolink.QUESTION.request(bytes(16))
    body_at = 20
    veil = bytes(
        one ^ other
        for one, other in zip(
            request.payload[body_at:],
            b"<P2P><C2D_S><to><port>22015</port></to></C2D_S></P2P>",
            strict=True,
        )
    )
    session = bytes(
        one ^ other
        for one, other in zip(
            veil, b"<P2P><C2D_C><to><port>22015</port></to></C2D_C></P2P>", strict=True
        )
    )

    assert SAFETY.objection(
        replace(request, payload=request.payload[:body_at] + session), Transport.UDP, 2015
    )


def test_what_another_address_sends_to_the_reply_port_is_not_the_devices_answer() -> None:
    desk = Desk()

    async def go() -> None:
        loop = asyncio.get_running_loop()
        mouth, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=(STRANGER, 0)
        )
        deaf, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=(ADDRESS, hanwha.QUESTION.port)
        )
        loop.call_later(0.2, mouth.sendto, answers.HANWHA, ("127.0.0.1", 7711))
        await _ask(hanwha.PROBER, desk.asking(), desk)
        mouth.close()
        deaf.close()

    asyncio.run(go())

    assert [(seen.outcome, seen.evidence) for seen in desk.seen] == [(Outcome.SILENT, ())]


def test_answers_are_awaited_where_each_protocol_sends_them() -> None:
    assert {one.prober: one.reply_port for one, _, _ in KNOWN} == {
        "bosch": 1758,
        "hanwha": 7711,
        "vivotek": 0,
        "panasonic": 10669,
        "sony": 0,
        "ubiquiti": 10001,
        "reolink": 22015,
        "foscam": 10000,
    }


def test_all_eight_are_in_the_table_and_ask_only_whom_there_is_reason_to_ask() -> None:
    listed = {one.name: one for one in PROBERS}

    assert all(listed[one.prober].vendor for one, _, _ in KNOWN)
    assert all(row.cost.frames == 1 for one, _, _ in KNOWN for row in listed[one.prober].planned)
