"""Channels: parts of one protocol add up, protocols do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.identify import load_catalogue
from camcensus.identify.channels import MOST, total
from camcensus.identify.settle import settle
from camcensus.types import Claim, Evidence, Field


def claim(value: str, signature: str = "a.b.c", field: Field = Field.SADP_FIELD) -> Claim:
    return Claim(signature, "channels", value, 0.9, Evidence(field, f"x={value}"))


@pytest.mark.parametrize(
    ("claims", "wanted"),
    [
        ([], None),
        ([claim("8")], 8),
        ([claim("0")], 0),
        ([claim("4", "analogue"), claim("8", "network")], 12),
        ([claim("8"), claim("8")], 8),
        ([claim("8"), claim("16")], 16),
        ([claim("8"), claim("8", field=Field.DHIP_FIELD)], 8),
        ([claim("4", "one"), claim("4", "two"), claim("7", field=Field.DHIP_FIELD)], 8),
        ([claim("99999")], None),
        ([claim("٣")], None),
        ([claim("-1")], None),
        ([claim("many"), claim("2")], 2),
    ],
)
def test_parts_add_up_within_a_protocol(claims: list[Claim], wanted: int | None) -> None:
    assert total(claims) == wanted
    assert settle(claims).channels == wanted


@given(st.lists(st.builds(claim, st.text(max_size=6) | st.integers().map(str)), max_size=5))
def test_whatever_a_device_writes_the_count_is_bounded(claims: list[Claim]) -> None:
    count = total(claims)

    assert count is None or 0 <= count <= MOST


@pytest.mark.parametrize(
    ("field", "lines", "wanted"),
    [
        (Field.SADP_FIELD, ["AnalogChannelNum=0", "DigitalChannelNum=8"], 8),
        (Field.SADP_FIELD, ["AnalogChannelNum=8", "DigitalChannelNum=2"], 10),
        (Field.SADP_FIELD, ["AnalogChannelNum="], None),
        (Field.DHIP_FIELD, ["VideoInputChannels=4", "RemoteVideoInputChannels=2"], 6),
        (Field.DHIP_FIELD, ["VideoOutputChannels=2", "AlarmInputChannels=16"], None),
        (Field.XIONGMAI_FIELD, ["ChannelNum=16"], 16),
    ],
)
def test_makers_answers_state_channels(field: Field, lines: list[str], wanted: int | None) -> None:
    identity = load_catalogue().identify(Evidence(field, line) for line in lines)

    assert identity.channels == wanted


def test_a_recorder_of_an_unknown_label_is_known_by_its_inputs() -> None:
    def kind(analogue: int, network: int) -> str:
        lines = (f"AnalogChannelNum={analogue}", f"DigitalChannelNum={network}")
        return load_catalogue().identify(Evidence(Field.SADP_FIELD, line) for line in lines).kind

    assert [kind(0, 16), kind(8, 2), kind(8, 8), kind(1, 0), kind(0, 1)] == [
        "nvr", "dvr", "dvr", "unknown", "unknown",
    ]  # fmt: skip
