"""What the personas answer to the makers' own questions, read as a scanner reads it."""

import re

import pytest

from camcensus.lab import load_personas, place, udp_voice
from camcensus.lab.personas import Persona, UdpPort
from camcensus.probers import dahua_v1, dhip, sadp, tplink, xiongmai
from camcensus.types import Evidence

ADDRESS = "198.18.0.9"
PROBERS = {one.NAME: one for one in (sadp, dahua_v1, xiongmai, tplink)}
SPOKEN = [
    (persona, port)
    for persona in load_personas()
    for port in persona.udp
    if port.protocol in {*PROBERS, dhip.NAME}
]
each_voice = pytest.mark.parametrize(
    ("persona", "port"), SPOKEN, ids=[f"{one.name}-{port.protocol}" for one, port in SPOKEN]
)
FORBIDDEN = {
    "sadp": [
        sadp.build(bytes(16), 0).replace(b"inquiry", one)
        for one in (b"update", b"activate", b"reboot", b"restore", b"exchangecode", b"inquiry_v32")
    ],
    "dhip": [
        dhip.build(b"", 0, unicast=True).replace(b"DHDiscover.search", one)
        for one in (b"DHDiscover.setConfig", b"DevInit.account", b"PasswdFind.getDescript")
    ],
    "dahua-v1": [b"\xa4" + dahua_v1.build(b"", 0)[1:]],
    "xiongmai": [xiongmai.build(b"", 0).replace(b"\xfa", b"\xfc")],
    "tplink": [tplink.build(b"", 0)[:-1]],
}


def question(protocol: str) -> bytes:
    if protocol == dhip.NAME:
        return dhip.build(b"", 0, unicast=True)
    asked: bytes = PROBERS[protocol].build(bytes(16), 0)
    return asked


def evidence(protocol: str, data: bytes) -> tuple[Evidence, ...]:
    return (dhip.evidence if protocol == dhip.NAME else PROBERS[protocol].evidence)(data)


@each_voice
def test_the_answer_is_read_and_holds_what_the_persona_says_of_itself(
    persona: Persona, port: UdpPort
) -> None:
    device = place(persona, ADDRESS)
    asked = question(port.protocol)
    assert udp_voice.accepts(port, asked)

    said = evidence(port.protocol, udp_voice.answer(device, port, asked))

    values = " ".join(one.value for one in said)
    assert "{" not in values
    assert ADDRESS in values
    assert device.mac in values.lower().replace("-", ":")
    if "serial" in persona.truth.identifiers:
        assert device.serial in values
    if "model" in persona.truth.stated:
        assert str(persona.truth.model) in values


@each_voice
def test_every_other_message_on_the_port_is_forbidden(persona: Persona, port: UdpPort) -> None:
    assert not port.forgives
    for data in FORBIDDEN[port.protocol]:
        assert data != question(port.protocol)
        assert not udp_voice.accepts(port, data)


def test_each_platform_speaks_its_makers_discovery() -> None:
    spoken = {(persona.name, port.protocol) for persona, port in SPOKEN}
    silent = {"dahua_silent", "dahua_old", "liar"}
    for persona in load_personas():
        if persona.name.startswith("hostile_"):
            continue
        if persona.truth.maker == "Hikvision" and persona.name not in silent:
            assert (persona.name, "sadp") in spoken
        if persona.truth.maker == "Dahua" and persona.name not in silent:
            assert (persona.name, "dhip") in spoken
    assert {name for name, protocol in spoken if protocol == "dahua-v1"} >= {"dahua_old"}


def test_lengths_in_the_head_of_an_answer_are_those_of_its_text() -> None:
    for persona, port in SPOKEN:
        said = udp_voice.answer(place(persona, ADDRESS), port, b"")
        if "{size}" in port.answer_head:
            at = re.sub(r"\s", "", port.answer_head).index("{size}") // 2
            head = len(said) - int.from_bytes(said[at : at + 4], "little")
            assert said[head:].lstrip().startswith(b"{")
