import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.ws_discovery import (
    Action,
    Fault,
    Match,
    Message,
    ProbeForm,
    Style,
    build_bye,
    build_fault,
    build_hello,
    build_probe,
    build_probe_matches,
    parse,
)

CAMERA = Match(
    endpoint="urn:uuid:11112222-3333-11b3-8000-0c1122334455",
    types=("NetworkVideoTransmitter", "Device"),
    scopes=(
        "onvif://www.onvif.org/type/video_encoder",
        "onvif://www.onvif.org/name/EXAMPLE CAM-1",
        "onvif://www.onvif.org/hardware/CAM-1",
        "onvif://www.onvif.org/location/厅",
    ),
    raw_scopes=(
        "onvif://www.onvif.org/type/video_encoder",
        "onvif://www.onvif.org/name/EXAMPLE%20CAM-1",
        "onvif://www.onvif.org/hardware/CAM-1",
        "onvif://www.onvif.org/location/%E5%8E%85",
    ),
    xaddrs=("http://198.18.0.9/onvif/device_service", "http://[fe80::9]/onvif/device_service"),
)


def answer(*matches: Match, style: Style | None = None, relates_to: str = "uuid:1") -> bytes:
    return build_probe_matches(
        message_id="uuid:2", relates_to=relates_to, matches=matches or (CAMERA,), style=style
    )


ANSWER = answer()


def body_with(scopes: str = "", xaddrs: str = "", types: str = "") -> bytes:
    filled = Match(types=("TYPES",), raw_scopes=("SCOPES",), xaddrs=("XADDRS",))
    text = answer(filled).decode()
    return text.replace("SCOPES", scopes).replace("XADDRS", xaddrs).replace("TYPES", types).encode()


# What is sent


@pytest.mark.parametrize("form", list(ProbeForm))
def test_a_probe_is_one_line_without_declaration_and_small(form: ProbeForm) -> None:
    probe = build_probe("uuid:0a", form)

    assert probe.startswith(b"<s:Envelope ")
    assert b"\n" not in probe
    assert b"?>" not in probe
    assert len(probe) < 1024


@pytest.mark.parametrize(
    ("form", "types", "scopes"),
    [
        (ProbeForm.NVT, ("NetworkVideoTransmitter",), ()),
        (ProbeForm.DEVICE, ("Device",), ()),
        (ProbeForm.UNTYPED, (), ()),
        (ProbeForm.WSDP_DEVICE, ("Device",), ()),
        (ProbeForm.STREAMING_SCOPE, (), ("onvif://www.onvif.org/Profile/Streaming",)),
    ],
)
def test_a_probe_reads_back_as_what_it_asks(
    form: ProbeForm, types: tuple[str, ...], scopes: tuple[str, ...]
) -> None:
    message = parse(build_probe("urn:uuid:0a", form))

    assert (message.action, message.message_id) == (Action.PROBE, "urn:uuid:0a")
    assert [(match.types, match.scopes) for match in message.matches] == [(types, scopes)]
    assert message.problems == ()


def test_the_wsdp_form_says_its_type_in_these_very_letters() -> None:
    assert b"<d:Types>wsdp:Device</d:Types>" in build_probe("uuid:0a", ProbeForm.WSDP_DEVICE)


@pytest.mark.parametrize("bad", ["", "uuid:<x/>", "uuid:1\n", "uuid:&amp;", "a" * 200])
def test_a_message_id_that_could_break_out_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="message id"):
        build_probe(bad, ProbeForm.NVT)


# What comes back


def test_an_answer_gives_everything_it_says() -> None:
    assert parse(ANSWER) == Message(Action.PROBE_MATCHES, "uuid:2", "uuid:1", (CAMERA,))


@pytest.mark.parametrize(
    "style",
    [
        Style(),
        Style(soap="s", addressing="a", discovery="wsdd", network="tdn"),
        Style(soap="env", addressing="wsadis", discovery="wsd"),
        Style(soap="soap", addressing="x", discovery="e"),
        Style(soap_11=True),
        Style(declaration=False, app_sequence=False),
        Style(line_breaks=True),
    ],
)
def test_any_prefix_and_either_soap_is_read(style: Style) -> None:
    assert parse(answer(style=style)).matches == (CAMERA,)


def test_prefixes_that_nobody_declared_are_read_and_noted() -> None:
    message = parse(answer(style=Style(namespaces=False)))

    assert message.matches == (CAMERA,)
    assert message.problems == ("xml-not-well-formed",)


def test_an_answer_without_any_prefix_or_namespace_is_read() -> None:
    text = answer(style=Style(namespaces=False)).decode()
    for prefix in ("SOAP-ENV:", "wsa:", "d:"):
        text = text.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</")

    assert parse(text.encode()).matches == (CAMERA,)


@pytest.mark.parametrize(
    "types",
    [
        '<d:Types xmlns="http://www.onvif.org/ver10/device/wsdl">Device</d:Types>',
        '<d:Types xmlns="http://www.onvif.org/ver10/device/wsdl"/>Device',
    ],
)
def test_types_of_a_default_namespace_are_read(types: str) -> None:
    data = answer(replace(CAMERA, types=("T",))).replace(b"<d:Types>T</d:Types>", types.encode())

    assert parse(data).matches[0].types == ("Device",)


def test_the_2009_namespace_is_read() -> None:
    data = ANSWER.replace(
        b"http://schemas.xmlsoap.org/ws/2005/04/discovery",
        b"http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
    )

    assert parse(data).matches == (CAMERA,)


def test_a_message_id_equal_to_the_probes_is_kept_as_sent() -> None:
    data = build_probe_matches(message_id="uuid:1", relates_to="uuid:1", matches=[CAMERA])

    message = parse(data)
    assert (message.message_id, message.relates_to) == ("uuid:1", "uuid:1")


def test_a_missing_relates_to_is_empty() -> None:
    assert parse(answer(relates_to="")).relates_to == ""


def test_relates_to_keeps_its_form() -> None:
    assert parse(answer(relates_to="urn:uuid:1")).relates_to == "urn:uuid:1"


def test_several_matches_in_one_envelope_are_all_read() -> None:
    other = replace(CAMERA, endpoint="urn:uuid:other")

    assert parse(answer(CAMERA, other)).matches == (CAMERA, other)


def test_hello_and_bye_speak_of_their_sender() -> None:
    hello = parse(build_hello(message_id="uuid:3", match=CAMERA))
    bye = parse(build_bye(message_id="uuid:3", match=CAMERA))

    assert (hello.action, hello.matches) == (Action.HELLO, (CAMERA,))
    assert (bye.action, bye.matches) == (Action.BYE, (CAMERA,))


def test_resolve_matches_are_read() -> None:
    message = parse(ANSWER.replace(b"ProbeMatch", b"ResolveMatch"))

    assert (message.action, message.matches) == (Action.RESOLVE_MATCHES, (CAMERA,))


def test_the_body_says_what_a_message_is_even_if_the_action_lies() -> None:
    data = ANSWER.replace(b"/discovery/ProbeMatches<", b"/discovery/Probe<")

    assert parse(data).action is Action.PROBE_MATCHES


def test_an_empty_body_leaves_the_action_to_the_header() -> None:
    start, end = ANSWER.index(b"<d:ProbeMatches>"), ANSWER.index(b"</SOAP-ENV:Body>")

    message = parse(ANSWER[:start] + ANSWER[end:])
    assert (message.action, message.matches) == (Action.PROBE_MATCHES, ())


def test_another_soap_message_is_other() -> None:
    data = b"<Envelope><Body><GetDeviceInformationResponse/></Body></Envelope>"

    assert parse(data).action is Action.OTHER


def test_an_envelope_without_body_is_other_and_noted() -> None:
    assert parse(b"<Envelope/>") == Message(Action.OTHER, "", "", problems=("no-body",))


# Addresses: claims, kept as they are


@pytest.mark.parametrize(
    "xaddr",
    [
        "http://169.254.1.2/onvif/device_service",
        "http://0.0.0.0/onvif/device_service",
        "http://localhost:8899/onvif/device_service",
        "http://camera.local/onvif/device_service",
        "http://[fe80::1]/onvif/device_service",
        "198.18.0.9/device_service",
        "https://198.18.0.9:8443/onvif/device_service",
    ],
)
def test_an_address_is_kept_as_claimed(xaddr: str) -> None:
    assert parse(body_with(xaddrs=xaddr)).matches[0].xaddrs == (xaddr,)


def test_lists_are_split_at_any_white_space() -> None:
    match = parse(body_with(xaddrs="\n http://a/\t\r\n  http://b/  ")).matches[0]

    assert match.xaddrs == ("http://a/", "http://b/")


def test_of_four_hundred_addresses_sixteen_are_kept() -> None:
    message = parse(body_with(xaddrs=" ".join(f"http://198.18.1.{n}/" for n in range(400))))

    assert len(message.matches[0].xaddrs) == 16
    assert message.problems == ("too-many-xaddrs",)


# Scopes: what people and firmware write into them


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("onvif://www.onvif.org/name/A%20B", ("onvif://www.onvif.org/name/A B",)),
        ("onvif://www.onvif.org/name/A+B", ("onvif://www.onvif.org/name/A+B",)),
        ("ONVIF://www.onvif.org/name/X", ("ONVIF://www.onvif.org/name/X",)),
        ("onvif://www.onvif.org/name/", ("onvif://www.onvif.org/name/",)),
        ("onvif://a/name/X onvif://a/name/X", ("onvif://a/name/X", "onvif://a/name/X")),
        ("odm:name:door http:123", ("odm:name:door", "http:123")),
        ("onvif://a/name/100%", ("onvif://a/name/100%",)),
        ("onvif://a/name/%zz", ("onvif://a/name/%zz",)),
        ("onvif://a/location/%BA%A3%BF%B5", ("onvif://a/location/海康",)),
        ("onvif://a/name/a%00b", ("onvif://a/name/a\0b",)),
        ("  onvif://a/x \n\n onvif://a/y  ", ("onvif://a/x", "onvif://a/y")),
        ("", ()),
    ],
)
def test_scopes_are_decoded_as_far_as_they_go(sent: str, expected: tuple[str, ...]) -> None:
    assert expected == parse(body_with(scopes=sent)).matches[0].scopes


def test_a_broken_percent_escape_stays_beside_what_could_be_decoded() -> None:
    scope = parse(body_with(scopes="onvif://a/name/bad%E0%A4%A")).matches[0].scopes[0]

    assert scope.startswith("onvif://a/name/bad")
    assert scope.endswith("%A")


def test_a_raw_space_in_a_name_does_not_cut_it() -> None:
    message = parse(body_with(scopes="onvif://a/name/Front Door 2 onvif://a/hardware/X"))

    assert message.matches[0].scopes == ("onvif://a/name/Front Door 2", "onvif://a/hardware/X")
    assert message.problems == ("space-in-scope",)


def test_raw_gbk_bytes_in_a_scope_are_read() -> None:
    data = body_with(scopes="onvif://a/location/PLACE").replace(b"PLACE", "海康".encode("gbk"))

    assert parse(data).matches[0].scopes == ("onvif://a/location/海康",)


def test_sixty_kilobytes_of_scopes_are_cut_and_the_rest_is_kept() -> None:
    scopes = " ".join(f"onvif://www.onvif.org/name/{n:020}" for n in range(1_300))
    message = parse(body_with(scopes=scopes, xaddrs="http://198.18.0.9/"))

    assert len(message.matches[0].scopes) == 64
    assert message.matches[0].xaddrs == ("http://198.18.0.9/",)
    assert message.problems == ("too-many-scopes",)


def test_one_endless_scope_is_cut() -> None:
    message = parse(body_with(scopes="onvif://a/name/" + "x" * 60_000))

    assert len(message.matches[0].scopes[0]) == 256
    assert message.problems == ("long-scope",)


def test_more_than_eight_matches_are_cut() -> None:
    message = parse(answer(*[Match(endpoint=f"urn:uuid:{n}") for n in range(200)]))

    assert len(message.matches) == 8
    assert message.problems == ("too-many-matches",)


# What is no camera, and what is hostile


def test_a_windows_computer_says_its_types() -> None:
    match = Match(endpoint="urn:uuid:pc", types=("wsdp:Device", "pub:Computer"))

    assert parse(answer(match)).matches[0].types == ("Device", "Computer")


@pytest.mark.parametrize("soap_11", [False, True])
def test_a_fault_is_evidence(soap_11: bool) -> None:
    fault = build_fault(
        message_id="uuid:2",
        relates_to="uuid:1",
        reason="the xml format error",
        style=Style(soap_11=soap_11),
    )

    message = parse(fault)
    assert message.action is Action.FAULT
    assert message.fault is not None
    assert "MatchingRuleNotSupported" in {message.fault.code, message.fault.subcode}
    assert message.fault.reason == "the xml format error"


def test_a_fault_without_body_is_still_a_fault() -> None:
    data = (
        b"<Envelope><Header><Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/fault"
        b"</Action></Header></Envelope>"
    )

    assert (parse(data).action, parse(data).fault) == (Action.FAULT, None)


def test_a_megabyte_of_reason_is_cut_and_the_code_kept() -> None:
    fault = parse(build_fault(message_id="u", relates_to="", reason="no " * 20_000)).fault

    assert fault == Fault("Sender", "MatchingRuleNotSupported", ("no " * 400)[:1024])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 12,
        b"hello",
        b"<html><body>x</body></html>",
        b"<a/>",
        b"\x1f\x8b\x08gzip",
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + ANSWER,
        b"<s:Envelope>" + b"<x>" * 3_000,
    ],
)
def test_what_is_no_soap_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(data)


def test_utf_16_under_a_declaration_of_utf_8_is_read() -> None:
    assert parse(ANSWER.decode().encode("utf-16-le")).matches == (CAMERA,)


def test_a_datagram_cut_after_its_scopes_still_gives_them() -> None:
    message = parse(ANSWER[: ANSWER.index(b"<d:XAddrs>")])

    assert message.matches[0].scopes == CAMERA.scopes
    assert message.problems == ("xml-not-well-formed",)


# Laws


_WORD = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)
_MATCH = st.builds(
    Match,
    endpoint=_WORD,
    types=st.lists(st.sampled_from(["NetworkVideoTransmitter", "Device", "Other"])).map(tuple),
    scopes=st.lists(_WORD.map(lambda word: f"onvif://www.onvif.org/name/{word} x")).map(tuple),
    xaddrs=st.lists(st.sampled_from(["http://198.18.0.9/", "https://h:1/x"]), max_size=3).map(
        tuple
    ),
)


@given(st.lists(_MATCH, min_size=1, max_size=3), st.sampled_from([Style(), Style(soap_11=True)]))
def test_what_is_built_reads_back(matches: list[Match], style: Style) -> None:
    read = parse(answer(*matches, style=style)).matches

    assert [replace(match, raw_scopes=()) for match in read] == matches


@pytest.mark.fuzz
@given(st.integers(0, len(ANSWER)), st.binary(max_size=60))
def test_a_cut_answer_with_junk_raises_nothing_else(cut: int, junk: bytes) -> None:
    with contextlib.suppress(MalformedError):
        parse(ANSWER[:cut] + junk)


@pytest.mark.fuzz
def test_an_answer_cut_anywhere_raises_nothing_else_and_keeps_whole_scopes() -> None:
    for cut in range(len(ANSWER)):
        try:
            message = parse(ANSWER[:cut])
        except MalformedError:
            assert cut < ANSWER.index(b"<d:ProbeMatch>")
        else:
            known = message.matches[0].scopes if message.matches else ()
            assert known[:-1] == CAMERA.scopes[: max(len(known) - 1, 0)]


@pytest.mark.fuzz
@given(st.binary(max_size=400))
def test_any_bytes_raise_nothing_else(data: bytes) -> None:
    with contextlib.suppress(MalformedError):
        parse(b"<s:Envelope><s:Body>" + data)
