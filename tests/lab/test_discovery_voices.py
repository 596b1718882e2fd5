"""Personas that speak their maker's discovery: asked as we ask, and read as we read."""

import pytest

from camcensus.identify import load_catalogue
from camcensus.identify.settle import settle
from camcensus.lab import Persona, load_personas, place
from camcensus.lab.personas import UdpPort
from camcensus.lab.udp_voice import accepts, answer
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
from camcensus.types import Kind

CATALOGUE = load_catalogue()
QUESTIONS = {
    one.prober: one
    for one in (
        module.QUESTION
        for module in (bosch, foscam, hanwha, panasonic, reolink, sony, ubiquiti, vivotek)
    )
}
SPEAKERS = [
    (persona, port)
    for persona in load_personas()
    for port in persona.udp
    if port.protocol in QUESTIONS
]
each_speaker = pytest.mark.parametrize(
    ("persona", "port"), SPEAKERS, ids=[one.name for one, _ in SPEAKERS]
)
SEED = bytes(range(16))


def test_every_one_of_these_protocols_is_spoken_by_a_persona() -> None:
    assert {port.protocol for _, port in SPEAKERS} == QUESTIONS.keys()


@each_speaker
def test_our_question_is_accepted_where_it_is_asked_and_answered_where_we_listen(
    persona: Persona, port: UdpPort
) -> None:
    question = QUESTIONS[port.protocol]

    assert accepts(port, question.request(SEED).payload)
    assert (port.port, port.reply_port) in {
        (question.port, question.reply_port),
        (question.port, 0),  # to the port that we ask from, which is the same
    }


@each_speaker
def test_the_answer_says_what_the_device_is_and_nothing_else(
    persona: Persona, port: UdpPort
) -> None:
    question = QUESTIONS[port.protocol]
    device = place(persona, "198.18.0.9")
    said = answer(device, port, question.request(SEED).payload)

    identity = settle(claim for item in question.evidence(said) for claim in CATALOGUE.claims(item))

    names, truth = CATALOGUE.names, persona.truth
    assert identity.conflicts == ()
    assert names.get(identity.maker or "") == truth.maker
    assert identity.kind is truth.kind
    assert identity.model in {truth.model, None} or truth.kind is Kind.NOT_VIDEO
    assert identity.mac == device.mac or port.protocol == "reolink"
    assert identity.serial in {device.serial, None}
    assert identity.serial == device.serial or "serial" not in persona.truth.identifiers


@each_speaker
def test_two_instances_answer_as_two_devices(persona: Persona, port: UdpPort) -> None:
    asked = QUESTIONS[port.protocol].request(SEED).payload
    first, second = (place(persona, "198.18.0.9", number) for number in (1, 2))

    assert answer(first, port, asked) != answer(second, port, asked)


def test_a_reolink_counts_a_question_that_opens_a_session_as_a_violation() -> None:
    port = next(port for _, port in SPEAKERS if port.protocol == "reolink")
    asked = QUESTIONS["reolink"].request(SEED).payload

    session = asked[:29] + bytes([asked[29] ^ ord("S") ^ ord("C")]) + asked[30:]

    assert accepts(port, asked)
    assert not accepts(port, session)
