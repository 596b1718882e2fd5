from hypothesis import given
from hypothesis import strategies as st

from camcensus.identify.cpe import cpe_names
from camcensus.types import Identity, Kind

NAMES = {"hikvision": "Hikvision", "annke": "Annke", "digitalwatchdog": "Digital Watchdog"}


def names(identity: Identity, vendors: dict[str, str] | None = None) -> tuple[str, ...]:
    return cpe_names(identity, NAMES, vendors or {})


def test_the_device_and_its_firmware_have_each_a_name() -> None:
    camera = Identity(
        maker="hikvision", brand="hikvision", model="DS-2CD2042WD-I",
        firmware="V5.5.800 build 210628", kind=Kind.CAMERA,
    )  # fmt: skip

    assert names(camera) == (
        "cpe:2.3:h:hikvision:ds-2cd2042wd-i:-:*:*:*:*:*:*:*",
        "cpe:2.3:o:hikvision:ds-2cd2042wd-i_firmware:5.5.800:*:*:*:*:*:*:*",
    )


def test_the_label_goes_before_the_maker() -> None:
    (name,) = names(Identity(maker="hikvision", brand="annke", model="C800"))

    assert name.startswith("cpe:2.3:h:annke:c800:")


def test_the_nvds_own_word_for_a_vendor_is_used_where_it_is_known() -> None:
    camera = Identity(brand="digitalwatchdog", model="DWC-MV84WiA")

    assert names(camera)[0].startswith("cpe:2.3:h:digital_watchdog:")
    assert names(camera, {"digitalwatchdog": "dw"})[0].startswith("cpe:2.3:h:dw:")


def test_nothing_is_named_without_a_model_or_that_is_no_video_device() -> None:
    assert names(Identity(maker="hikvision")) == ()
    assert names(Identity(model="X")) == ()
    assert names(Identity(maker="hikvision", model="DS-K1", kind=Kind.NOT_VIDEO)) == ()


@given(st.text(min_size=1, max_size=120), st.text(min_size=1, max_size=40))
def test_a_name_has_thirteen_parts_and_no_unquoted_sign(model: str, firmware: str) -> None:
    """Formatted string binding: NISTIR 7695, section 6.2."""
    for name in names(Identity(maker="hikvision", model=model, firmware=firmware)):
        parts = name.replace("\\\\", "").replace("\\:", "").split(":")
        assert len(parts) == 13
        assert name.isascii()
        assert name.isprintable()
        assert " " not in name
