"""What Axis devices and UniFi consoles tell everybody about themselves."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.web_identity import (
    build_axis_question,
    build_unifi_question,
    parse_axis,
    parse_unifi,
)

# Axis, VAPIX, basic device information: the example answer, in the layout of a device
AXIS = json.dumps(
    {
        "apiVersion": "1.0",
        "context": "camcensus",
        "data": {
            "propertyList": {
                "Architecture": "armv7hf",
                "Brand": "AXIS",
                "ProdNbr": "M2036-LE",
                "ProdFullName": "AXIS M2036-LE Network Camera",
                "SerialNumber": "B8A44F0A1B2C",
                "Version": "11.10.61",
                "ProdVariant": "",
            }
        },
    }
).encode()
UNIFI = b"""{"hardware":{"shortname":"UDMPROSE"},"name":"Office","mac":"245A4CDD6616",
"isSsoEnabled":true,"cloudConnected":false,"directConnectDomain":"x.id.ui.direct"}"""


def test_the_question_to_an_axis_device_names_the_one_method_that_needs_no_login() -> None:
    question = build_axis_question("198.18.0.9", "camcensus/1")
    head, _, body = question.partition(b"\r\n\r\n")

    assert head.startswith(b"POST /axis-cgi/basicdeviceinfo.cgi HTTP/1.1\r\nHost: 198.18.0.9\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body)["method"] == "getAllUnrestrictedProperties"
    assert b"authorization" not in question.lower()


def test_the_question_to_a_unifi_console_is_its_login_pages_own() -> None:
    assert build_unifi_question("198.18.0.9", "camcensus/1").startswith(b"GET /api/system HTTP/1.1")


def test_properties_of_an_axis_device_are_read_and_empty_ones_left_out() -> None:
    found = dict(parse_axis(AXIS))

    assert found["ProdNbr"] == "M2036-LE"
    assert found["SerialNumber"] == "B8A44F0A1B2C"
    assert "ProdVariant" not in found


def test_of_a_console_only_what_identifies_it_is_kept() -> None:
    assert parse_unifi(UNIFI) == (
        ("hardware.shortname", "UDMPROSE"),
        ("name", "Office"),
        ("mac", "245A4CDD6616"),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"[]",
        b'{"data": []}',
        b'{"error": {"code": "4002", "message": "no such method"}}',
        b'{"data": {"propertyList": "AXIS"}}',
        b"[" * 100_000,
        b'{"data": NaN}',
    ],
)
def test_what_is_no_such_answer_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_axis(body)
    with pytest.raises(MalformedError):
        parse_unifi(body)


def total(data: bytes) -> None:
    for parse in (parse_axis, parse_unifi):
        with contextlib.suppress(MalformedError):
            found = parse(data)
            assert len(found) <= 256
            assert all(len(value) <= 256 for _, value in found)


@pytest.mark.fuzz
@pytest.mark.parametrize("whole", [AXIS, UNIFI])
def test_an_answer_cut_or_garbled_anywhere_raises_nothing_else(whole: bytes) -> None:
    for cut in range(len(whole)):
        total(whole[:cut])
        total(whole[:cut] + b"\xff" + whole[cut + 1 :])


@pytest.mark.fuzz
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=300) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_any_json_raises_nothing_else(value: object) -> None:
    total(json.dumps(value).encode())
    total(json.dumps({"data": {"propertyList": {"a": value}}}).encode())
    total(json.dumps({"hardware": {"shortname": value}}).encode())


@pytest.mark.fuzz
@given(st.binary(max_size=300))
def test_any_bytes_raise_nothing_else(data: bytes) -> None:
    total(data)
