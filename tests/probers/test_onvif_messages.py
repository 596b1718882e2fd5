"""The messages to the device service: their exact bytes, and a strict reader of the answers."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from camcensus.lab import Persona, load_personas, place
from camcensus.lab.onvif_voice import answer, asked_for
from camcensus.net import load_safety
from camcensus.probers import onvif
from camcensus.probers.onvif_messages import content_type, message
from camcensus.types import Request, Transport
from camcensus.wire.http import build_post

HOST = "127.88.6.1"
SAFETY = load_safety()


def request(question: onvif.Question, **parts: str) -> Request:
    body = message(question.operation)
    payload = build_post(
        HOST,
        parts.get("path", onvif.PATH),
        "camcensus/test",
        content_type=content_type(question.operation),
        body=body,
    )
    return Request(onvif.NAME, question.message, payload)


@pytest.mark.parametrize("question", onvif.QUESTIONS, ids=lambda one: one.operation)
def test_every_message_has_exactly_the_shape_that_may_be_sent(question: onvif.Question) -> None:
    allowed = request(question)

    assert SAFETY.objection(allowed, Transport.TCP, 80) is None
    assert SAFETY.objection(allowed, Transport.TCP, 9100)
    assert asked_for(allowed.payload) == question.operation


@pytest.mark.parametrize("question", onvif.QUESTIONS, ids=lambda one: one.operation)
@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"Get", b"Set"),
        lambda data: data.replace(b"<soap-env:Body>", b"<soap-env:Header/><soap-env:Body>"),
        lambda data: data.replace(b"</soap-env:Body>", b"<x/></soap-env:Body>"),
        lambda data: data.replace(b"Accept-Encoding", b"Authorization: Basic x\r\nAccept-Encoding"),
        lambda data: data.replace(b"/onvif/device_service", b"/onvif/snapshot"),
        lambda data: data.replace(b"/onvif/device_service", b"/onvif/../device_service"),
        lambda data: data + b"POST / HTTP/1.1\r\n\r\n",
        lambda data: data.replace(b"POST", b"PUT", 1),
    ],
)
def test_no_other_bytes_may_be_sent_under_its_name(
    question: onvif.Question, change: Callable[[bytes], bytes]
) -> None:
    sent = request(question)
    changed = replace(sent, payload=change(sent.payload))

    assert changed != sent
    assert SAFETY.objection(changed, Transport.TCP, 80)


def test_only_questions_of_the_two_read_classes_are_allowed() -> None:
    rows = {name for prober, name in SAFETY.allowed if prober == onvif.NAME}
    questions = (*onvif.QUESTIONS, *onvif.AS_OWNER)

    assert rows == {one.message for one in questions}
    assert all(one.operation.startswith("Get") for one in questions)
    assert "GetUsers" not in {one.operation for one in questions}


def test_zeep_is_loaded_late_and_the_package_of_the_wsdl_never() -> None:
    code = (
        "import sys, logging\n"
        "from camcensus.probers import table, onvif_messages\n"
        "print(*[name for name in ('zeep', 'lxml', 'requests', 'onvif') if name in sys.modules])\n"
        "onvif_messages.message('GetHostname')\n"
        "print('zeep' in sys.modules, 'onvif' in sys.modules, logging.getLogger().handlers)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.splitlines() == ["", "True False []"]


@pytest.mark.parametrize(
    "persona", [one for one in load_personas() if one.onvif], ids=lambda one: one.name
)
def test_zeep_reads_what_our_simulated_devices_answer(persona: Persona) -> None:
    """The other way round: a strict reader of the published schema agrees with the lab."""
    from zeep.exceptions import Fault

    device = place(persona, "198.18.0.9")
    voice = persona.onvif
    assert voice is not None
    for question in onvif.QUESTIONS:
        said = answer(device, voice, message(question.operation))
        if not said.body.startswith(b"<?xml"):
            continue
        with suppress(Fault):
            _by_zeep(question.operation, said.body)


def _by_zeep(operation: str, body: bytes) -> object:
    from lxml import etree

    from camcensus.probers import onvif_messages

    client = onvif_messages._client()
    binding = client.wsdl.bindings[onvif_messages._BINDING]
    document = etree.fromstring(body, etree.XMLParser(huge_tree=True, resolve_entities=False))
    if document.find(".//{*}Fault") is not None:
        return binding.process_error(document, binding.get(operation))
    return binding.get(operation).process_reply(document)
