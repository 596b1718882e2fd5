"""The discovery protocols of eight makers: what is sent, what is read, and what is refused."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import (
    MalformedError,
    bosch,
    foscam,
    hanwha,
    panasonic,
    reolink,
    sony,
    ubiquiti,
    vivotek,
)
from wire import vendor_answers as answers

Read = Callable[[bytes], object]

QUESTIONS = [
    (bosch.build_question(bytes.fromhex("0c1e2d05")), "9939a427 0c1e2d05 ff0006de"),
    (hanwha.build_question(), "01" + "00" * 261),
    (vivotek.build_question(1), "014a5d8f1c"),
    (
        panasonic.build_question(bytes([198, 18, 0, 1])),
        (
            "00010000 000d0000 00000000 ffffffffffff c6120001 00012011 1e11231f 1e191300"
            "00020000 00000000 00000000 0000ffff 0000"
        ),
    ),
    (sony.build_question(), "02 454e513a616c6c696e666f ff 03"),
    (ubiquiti.build_question(), "01000000"),
    (
        reolink.build_question(57268),
        (
            "3acf872a3500000001000000e8030000b2fea26a0f101f4f4bbf2f68776d44067e131ebc2f6e50f4b4c5"
            "f392aed349bfa2a79d65477e113001ec52661c71257c1d344fbe3c4e0dd6fe"
        ),
    ),
    (foscam.build_question(), "4d4f5f49 0000 00 0000000000000000 04000000 00000000 00000001"),
]
READERS: list[tuple[Read, bytes]] = [
    (bosch.parse, answers.BOSCH_BINARY),
    (bosch.parse, answers.BOSCH_XML),
    (hanwha.parse, answers.HANWHA),
    (vivotek.parse, answers.VIVOTEK),
    (panasonic.parse, answers.PANASONIC),
    (sony.parse, answers.SONY),
    (ubiquiti.parse, answers.UBIQUITI_CAMERA),
    (ubiquiti.parse, answers.UBIQUITI_SWITCH),
    (reolink.parse, answers.REOLINK),
    (foscam.parse, answers.FOSCAM),
    (foscam.parse, answers.FOSCAM_VEILED),
]
PARSERS = list(dict.fromkeys(read for read, _ in READERS))
CAMERA = foscam.Answer(
    serial="00626E0A1B2C",
    mac="00:62:6e:0a:1b:2c",
    name="Yard",
    address="198.18.4.9",
    type="50",
    firmware="11.37.2.54",
    web_version="2.0.10.15",
    http_port="88",
)


@pytest.mark.parametrize(("built", "known"), QUESTIONS)
def test_a_question_has_the_bytes_that_the_makers_tool_sends(built: bytes, known: str) -> None:
    assert built == bytes.fromhex(known)


@pytest.mark.parametrize(
    ("read", "data", "expected"),
    [
        (
            bosch.parse,
            answers.BOSCH_BINARY,
            bosch.Answer(mac="00:07:5f:0a:1b:2c", address="198.18.4.9"),
        ),
        (
            bosch.parse,
            answers.BOSCH_XML,
            bosch.Answer(
                mac="00:07:5f:0a:1b:2c",
                address="198.18.4.9",
                model="FLEXIDOME IP starlight 8000i",
                name="Yard",
                serial="044512345678010042",
                http_port="80",
                https_port="443",
            ),
        ),
        (
            hanwha.parse,
            answers.HANWHA,
            hanwha.Answer(
                mac="00:09:18:0a:1b:2c",
                address="198.18.4.9",
                model="XNV-6080R",
                url="http://198.18.4.9/index.htm",
            ),
        ),
        (
            vivotek.parse,
            answers.VIVOTEK,
            vivotek.Answer(
                mac="00:02:d1:0a:1b:2c",
                address="198.18.4.9",
                model="FD8136",
                name="Vivotek-FD8136-1",
            ),
        ),
        (
            panasonic.parse,
            answers.PANASONIC,
            panasonic.Answer(
                mac="bc:c3:42:0a:1b:2c",
                address="198.18.4.9",
                model="WV-S2131L",
                name="WV-S2131L lobby",
                firmware="1.46",
                http_port="80",
            ),
        ),
        (
            sony.parse,
            answers.SONY,
            sony.Answer(
                mac="54:42:49:0a:1b:2c",
                address="198.18.4.9",
                model="SNC-EB630",
                serial="500123",
                firmware="2.8.1",
                http_port="80",
            ),
        ),
        (
            ubiquiti.parse,
            answers.UBIQUITI_CAMERA,
            ubiquiti.Answer(
                mac="68:d7:9a:0a:1b:2c",
                address="198.18.4.9",
                platform="UVC G3 Flex",
                name="Yard",
                firmware="UVC.S2L.v4.63.22.67.0",
                version="4.63.22",
            ),
        ),
        (
            ubiquiti.parse,
            answers.UBIQUITI_SWITCH,
            ubiquiti.Answer(
                mac="f0:9f:c2:0a:1b:2c",
                address="198.18.4.10",
                model_name="USW-24-P",
                version="6.2.14.",
            ),
        ),
        (reolink.parse, answers.REOLINK, reolink.Answer("95270000YGAKNWKJ")),
        (foscam.parse, answers.FOSCAM, CAMERA),
        (foscam.parse, answers.FOSCAM_VEILED, CAMERA),
    ],
)
def test_an_answer_gives_every_field(read: Read, data: bytes, expected: object) -> None:
    assert read(data) == expected


def test_a_list_of_values_is_found_where_the_other_published_reader_looks_for_it() -> None:
    earlier = answers.PANASONIC[:0x35] + answers.PANASONIC[0x3A:]

    assert panasonic.parse(earlier) == panasonic.parse(answers.PANASONIC)


@pytest.mark.parametrize("read", PARSERS)
@pytest.mark.parametrize("question", [built for built, _ in QUESTIONS])
def test_a_question_thrown_back_is_no_answer(read: Read, question: bytes) -> None:
    with pytest.raises(MalformedError):
        read(question)


@pytest.mark.parametrize(
    ("read", "data"), [(read, data) for read in PARSERS for own, data in READERS if own is not read]
)
def test_the_answer_of_one_protocol_says_nothing_in_another(read: Read, data: bytes) -> None:
    with pytest.raises(MalformedError):
        read(data)


@pytest.mark.parametrize("read", PARSERS)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 262,
        b"\xff" * 262,
        b"198.18.4.9:10000:1",  # a management page for servers, on UDP 10000
        bytes.fromhex("8000001800000001000000000000050200000000000000000000"),  # a backup agent
        b"<root><device><physAddress>00-07-5F-0A-1B-2C</physAddress></device></root>",
    ],
)
def test_what_others_say_on_these_ports_is_no_answer(read: Read, data: bytes) -> None:
    with pytest.raises(MalformedError):
        read(data)


@pytest.mark.parametrize(
    ("read", "data", "mac"),
    [
        (bosch.parse, answers.BOSCH_BINARY, "00075f0a1b2c"),
        (vivotek.parse, answers.VIVOTEK, "0002d10a1b2c"),
        (panasonic.parse, answers.PANASONIC, "bcc3420a1b2c"),
        (ubiquiti.parse, answers.UBIQUITI_CAMERA, "68d79a0a1b2c"),
    ],
)
@pytest.mark.parametrize("nobody", ["000000000000", "ffffffffffff"])
def test_an_answer_of_nobody_is_no_answer(read: Read, data: bytes, mac: str, nobody: str) -> None:
    with pytest.raises(MalformedError):
        read(data.replace(bytes.fromhex(mac), bytes.fromhex(nobody)))


@pytest.mark.parametrize("at", range(4, len(answers.REOLINK)))
def test_one_wrong_byte_in_a_veiled_answer_is_noticed(at: int) -> None:
    broken = bytearray(answers.REOLINK)
    broken[at] ^= 1

    with pytest.raises(MalformedError):
        reolink.parse(bytes(broken))


def test_an_answer_with_an_entity_is_refused() -> None:
    bomb = b'<!DOCTYPE r [<!ENTITY a "aaaa">]>' + answers.BOSCH_XML.partition(b"?>")[2]

    with pytest.raises(MalformedError):
        bosch.parse(bomb)


@pytest.mark.fuzz
@pytest.mark.parametrize(("read", "data"), READERS)
def test_an_answer_cut_anywhere_raises_nothing_else(read: Read, data: bytes) -> None:
    for cut in range(len(data)):
        with contextlib.suppress(MalformedError):
            read(data[:cut])


@pytest.mark.fuzz
@given(st.data())
@pytest.mark.parametrize(("read", "data"), READERS)
def test_a_garbled_answer_raises_nothing_else_and_stays_small(
    read: Read, data: bytes, draw: st.DataObject
) -> None:
    garbled = bytearray(data)
    for at in draw.draw(st.lists(st.integers(0, len(data) - 1), max_size=6)):
        garbled[at] = draw.draw(st.integers(0, 255))
    junk = draw.draw(st.binary(max_size=40))
    with contextlib.suppress(MalformedError):
        assert len(repr(read(bytes(garbled) + junk))) < 8 * len(data) + 1000


@pytest.mark.fuzz
@given(st.binary(max_size=400))
@pytest.mark.parametrize("read", PARSERS)
def test_any_bytes_raise_nothing_else(read: Read, data: bytes) -> None:
    for head in (b"", b"\x0b", b"\x01J]\x8f\x1c", b"\x02", b"\x00\x01", b"MO_I\x01\0", b"\x01\0"):
        with contextlib.suppress(MalformedError):
            read(head + data)


@pytest.mark.parametrize("read", PARSERS)
@pytest.mark.parametrize("unit", [b"\0", b"\x01", b"\x04\0", b"\xff", b"a:", b"\0\x20\0\0", b"<a>"])
def test_reading_costs_no_more_than_the_answer_is_long(
    assert_linear: Callable[[Read, bytes], None], read: Read, unit: bytes
) -> None:
    def reading(filling: bytes) -> None:
        for head in (b"\x01J]\x8f\x1c", b"\x00\x01\0\0\0\0abcdef", b"\x02", b"<"):
            with contextlib.suppress(MalformedError):
                read(head + filling[:65_000])

    assert_linear(reading, unit)
