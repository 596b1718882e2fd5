import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.data import data_folder, mac_owner, normalise_mac


@pytest.mark.parametrize(
    "text",
    [
        "ac:cc:8e:12:34:56", "AC-CC-8E-12-34-56", "ACCC8E123456", "accc.8e12.3456",
        " AC CC 8E 12 34 56 ", "accc8e-123456",
    ],
)  # fmt: skip
def test_a_mac_is_one_text_however_it_is_written(text: str) -> None:
    assert normalise_mac(text) == "ac:cc:8e:12:34:56"


def test_a_leading_zero_may_be_missing() -> None:
    assert normalise_mac("0:c:29:1:2:3") == "00:0c:29:01:02:03"


@pytest.mark.parametrize(
    "text",
    [
        "", "ac:cc:8e:12:34", "ac:cc:8e:12:34:56:78", "ac:cc-8e:12:34:56", "accc8e12345g",
        "00:00:00:00:00:00", "ff-ff-ff-ff-ff-ff", "1-2-3-4-5-6", "\uff11" * 12,
    ],
)  # fmt: skip
def test_what_is_no_mac_is_none(text: str) -> None:
    assert normalise_mac(text) is None


@given(st.text(max_size=30))
def test_no_text_makes_it_raise(text: str) -> None:
    normal = normalise_mac(text)
    assert normal is None or normalise_mac(normal) == normal
    mac_owner(text)


def test_the_owner_is_whom_the_ieee_registered() -> None:
    assert mac_owner("AC-CC-8E-12-34-56") == "Axis Communications AB"


def test_the_registry_can_be_loaded_inside_an_event_loop() -> None:
    script = (
        "import asyncio; from camcensus.data import mac_owner\n"
        "async def ask(): print(mac_owner('ac:cc:8e:00:00:01'))\n"
        "asyncio.run(ask())"
    )
    asked = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )

    assert (asked.stdout, asked.stderr) == ("Axis Communications AB\n", "")


@pytest.mark.parametrize(
    "mac",
    [
        "ae:cc:8e:12:34:56",  # locally administered
        "ad:cc:8e:12:34:56",  # a group
        "70:b3:d5:12:34:56",  # "IEEE Registration Authority": the block is cut up further
        "nonsense",
    ],
)
def test_nobody_owns_it(mac: str) -> None:
    assert mac_owner(mac) is None


def test_a_folder_that_is_nowhere_is_an_error_that_names_it() -> None:
    with pytest.raises(FileNotFoundError, match="'nowhere'"):
        data_folder("nowhere")
