"""Our letters, read by a library nobody here wrote, and its letters read by ours."""

import pytest
from wsdiscovery.actions.probe import constructProbe
from wsdiscovery.message import createSOAPMessage, parseSOAPMessage

from camcensus.wire.ws_discovery import (
    Action,
    Match,
    ProbeForm,
    Style,
    build_hello,
    build_probe,
    build_probe_matches,
    parse,
)

CAMERA = Match(
    endpoint="urn:uuid:1",
    types=("NetworkVideoTransmitter", "Device"),
    scopes=("onvif://www.onvif.org/name/EXAMPLE",),
    xaddrs=("http://198.18.0.9/onvif/device_service",),
)


@pytest.mark.parametrize("form", [ProbeForm.NVT, ProbeForm.DEVICE, ProbeForm.WSDP_DEVICE])
def test_it_reads_our_probes(form: ProbeForm) -> None:
    read = parseSOAPMessage(build_probe("uuid:1", form), "198.18.0.9")

    assert read.getMessageId() == "uuid:1"
    assert [name.getLocalname() for name in read.getTypes()] == list(
        parse(build_probe("uuid:1", form)).matches[0].types
    )


@pytest.mark.parametrize("style", [Style(), Style(soap="s", addressing="a", discovery="wsdd")])
def test_it_reads_the_answers_of_simulated_devices(style: Style) -> None:
    answer = build_probe_matches(
        message_id="uuid:2", relates_to="uuid:1", matches=[CAMERA], style=style
    )
    read = parseSOAPMessage(answer, "198.18.0.9")

    assert read.getRelatesTo() == "uuid:1"
    (match,) = read.getProbeResolveMatches()
    assert match.getEPR() == CAMERA.endpoint
    assert [name.getLocalname() for name in match.getTypes()] == list(CAMERA.types)
    assert [scope.getValue() for scope in match.getScopes()] == list(CAMERA.scopes)
    assert match.getXAddrs() == list(CAMERA.xaddrs)


def test_it_reads_the_hello_of_a_simulated_device() -> None:
    read = parseSOAPMessage(build_hello(message_id="uuid:3", match=CAMERA), "198.18.0.9")

    assert read.getEPR() == CAMERA.endpoint


def test_we_read_its_probe() -> None:
    sent = createSOAPMessage(constructProbe([], []))
    message = parse(sent if isinstance(sent, bytes) else sent.encode())

    assert message.action is Action.PROBE
    assert message.message_id
