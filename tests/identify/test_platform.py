"""Brand on platform: both lines of evidence, and what is known of the two firms."""

import pytest

from camcensus.identify import explain_relabel, load_catalogue
from camcensus.types import Evidence, Field, Kind

CATALOGUE = load_catalogue()
LABEL = Evidence(Field.WSD_SCOPE, "onvif://www.onvif.org/name/ANNKE C800")
PLATFORM = Evidence(Field.SADP_FIELD, "DeviceSN=C80020210101AAWRE12345678")
MODEL = Evidence(Field.SADP_FIELD, "DeviceDescription=C800")


def test_a_label_on_anothers_platform_is_a_result_with_both_grounds() -> None:
    identity = CATALOGUE.identify([LABEL, PLATFORM, MODEL])
    relabel = CATALOGUE.relabel(identity)

    assert (identity.brand, identity.maker) == ("annke", "hikvision")
    assert relabel is not None
    assert {claim.evidence for claim in relabel.label} == {LABEL}
    assert {claim.evidence.field for claim in relabel.electronics} == {Field.SADP_FIELD}
    assert relabel.known(CATALOGUE.names).startswith("Annke is known to sell Hikvision's devices")
    lines = explain_relabel(relabel, CATALOGUE.names)
    assert lines[0].startswith("Brand Annke on platform Hikvision")


@pytest.mark.parametrize(
    "evidence",
    [
        [LABEL],
        [PLATFORM],
        [
            Evidence(Field.WSD_SCOPE, "onvif://www.onvif.org/name/HIKVISION DS-2CD2042WD-I"),
            PLATFORM,
        ],
        [],
    ],
)
def test_one_side_alone_and_two_that_agree_are_no_contradiction(evidence: list[Evidence]) -> None:
    assert CATALOGUE.relabel(CATALOGUE.identify(evidence)) is None


def test_two_firms_that_nothing_links_are_said_to_be_unlinked() -> None:
    axis = Evidence(Field.WSD_SCOPE, "onvif://www.onvif.org/name/AXIS M2036-LE")
    identity = CATALOGUE.identify([axis])
    dahua = CATALOGUE.identify([Evidence(Field.DHIP_FIELD, "method=client.notifyDevInfo")])
    both = CATALOGUE.identify(
        [Evidence(Field.WSD_SCOPE, "onvif://www.onvif.org/name/EZVIZ"),
         Evidence(Field.DHIP_FIELD, "method=client.notifyDevInfo")]
    )  # fmt: skip
    relabel = CATALOGUE.relabel(both)

    assert identity.brand == "axis"
    assert dahua.maker == "dahua"
    assert relabel is not None
    assert relabel.known(CATALOGUE.names).startswith("Nothing is known to us")


def test_the_printer_of_a_camera_maker_is_no_relabel() -> None:
    said = [LABEL, PLATFORM, Evidence(Field.WSD_TYPES, "PrintDeviceType"),
            Evidence(Field.MDNS_SERVICE, "_ipp._tcp")]  # fmt: skip
    identity = CATALOGUE.identify(said)

    if identity.kind is Kind.NOT_VIDEO:
        assert CATALOGUE.relabel(identity) is None
