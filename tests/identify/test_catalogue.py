from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camcensus.errors import CatalogueError
from camcensus.identify import Catalogue, load_catalogue
from camcensus.identify.catalogue import _compile
from camcensus.types import Evidence, Field, Kind

Load = Callable[[dict[str, str]], Catalogue]

HIKVISION = "Hangzhou Hikvision Digital Technology Co.,Ltd."
ITS_MAC = "44:19:b6:01:02:03"
NOBODYS = "02:19:b6:01:02:03"


def signature(number: int, field: str, pattern: str, claims: str) -> str:
    return f"""
[[signature]]
id = "acme.{number}"
field = "{field}"
pattern = '{pattern}'
certainty = 0.9
why = "So it is."
source = "Acme manual"
matches = [{{ value = "x", source = "Acme manual" }}]
{claims}
"""


OWNED = 'maker = "acme"\nmac_owner = true'
ACME = f"""
schema = 1
maker = "acme"
aliases = ["Acme Digital"]
oui = ["{HIKVISION}", "Shared Chips Ltd."]
mac_prefixes = ["02-12-17"]
{signature(1, "http.server", "^AcmeCam/(?P<firmware>.*)$", 'maker = "acme"')}
{signature(2, "http.title", "^(?P<brand>.+) (?P<kind>.+) (?P<model>.+)$", "")}
{signature(3, "mdns.txt", "^mac=(?P<mac>.*)$", OWNED)}
{signature(4, "snmp.sys-descr", "^mac (?P<mac>.*)$", "")}
"""
BOLT = 'schema = 1\nmaker = "bolt"\noui = ["Shared Chips Ltd."]\n'


@pytest.fixture
def acme(load: Load) -> Catalogue:
    return load({"makers/acme.toml": ACME, "makers/bolt.toml": BOLT})


def test_constants_and_groups_are_claimed(acme: Catalogue) -> None:
    identity = acme.identify([Evidence(Field.HTTP_SERVER, "AcmeCam/2.1  beta\x07")])

    assert (identity.maker, identity.firmware) == ("acme", "2.1 beta")
    assert identity.certainty.maker == pytest.approx(0.9)
    assert identity.confidence == pytest.approx(0.9)
    assert {claim.signature for claim in identity.claims} == {"acme.1"}


def test_a_group_that_is_empty_claims_nothing(acme: Catalogue) -> None:
    identity = acme.identify([Evidence(Field.HTTP_SERVER, "AcmeCam/ ")])

    assert (identity.maker, identity.firmware) == ("acme", None)


@pytest.mark.parametrize("spelling", ["Bolt & Co", "BOLT&CO", "bolt", "bolt-co"])
def test_a_brand_is_known_by_every_spelling(acme: Catalogue, spelling: str) -> None:
    identity = acme.identify([Evidence(Field.HTTP_TITLE, f"{spelling} NVR X-1")])

    assert (identity.brand, identity.kind, identity.model) == ("bolt", Kind.NVR, "X-1")
    assert identity.maker is None


def test_an_unknown_brand_or_kind_claims_nothing(acme: Catalogue) -> None:
    identity = acme.identify([Evidence(Field.HTTP_TITLE, "Dolt toaster X-1")])

    assert (identity.brand, identity.kind, identity.model) == (None, Kind.UNKNOWN, "X-1")


def test_an_alias_stands_for_its_maker(acme: Catalogue) -> None:
    assert acme.brand("ACME DIGITAL") == "acme"
    assert acme.brand("nobody") is None
    found = acme.file_of("acme")
    assert found is not None
    assert found.name == "makers/acme.toml"
    assert acme.file_of("cord") is None


@pytest.mark.parametrize("mac", ["44-19-B6-01-02-03", "4419b6010203", "02:12:17:01:02:03"])
def test_a_signature_that_rests_on_a_mac_holds_for_its_makers(acme: Catalogue, mac: str) -> None:
    assert acme.identify([Evidence(Field.MDNS_TXT, f"mac={mac}")]).maker == "acme"


@pytest.mark.parametrize("mac", [NOBODYS, "00:00:00:00:00:00", "3c:22:fb:01:02:03", "nonsense"])
def test_and_counts_for_nothing_otherwise(acme: Catalogue, mac: str) -> None:
    identity = acme.identify([Evidence(Field.MDNS_TXT, f"mac={mac}")])

    assert (identity.maker, identity.mac, identity.claims) == (None, None, ())


def test_a_mac_is_normalised(acme: Catalogue) -> None:
    identity = acme.identify([Evidence(Field.SNMP_SYS_DESCR, "mac 44:19:B6:1:2:3")])

    assert identity.mac == ITS_MAC


def test_the_owner_of_the_mac_is_a_weak_word_on_the_maker_and_none_on_the_kind(
    acme: Catalogue,
) -> None:
    identity = acme.identify([Evidence(Field.MAC_ADDRESS, ITS_MAC.upper())])

    assert (identity.maker, identity.kind, identity.mac) == ("acme", Kind.UNKNOWN, ITS_MAC)
    assert identity.certainty.maker == pytest.approx(0.35)


def test_an_owner_named_by_another_tool_counts_as_much(acme: Catalogue) -> None:
    assert acme.identify([Evidence(Field.MAC_OWNER, HIKVISION)]).maker == "acme"


def test_a_mac_without_owner_proves_nothing(acme: Catalogue) -> None:
    identity = acme.identify([Evidence(Field.MAC_ADDRESS, NOBODYS)])

    assert (identity.maker, identity.mac) == (None, NOBODYS)


def test_an_owner_whom_two_makers_list_proves_nothing(acme: Catalogue) -> None:
    assert acme.identify([Evidence(Field.MAC_OWNER, "Shared Chips Ltd.")]).maker is None


def test_two_macs_of_one_owner_prove_the_owner_and_no_mac(acme: Catalogue) -> None:
    two = [Evidence(Field.MAC_ADDRESS, mac) for mac in (ITS_MAC, "44:19:b6:01:02:04")]

    identity = acme.identify(two)

    assert (identity.maker, identity.mac, identity.conflicts) == ("acme", None, ("mac",))


def test_two_macs_of_two_owners_prove_nothing(acme: Catalogue) -> None:
    two = [Evidence(Field.MAC_ADDRESS, mac) for mac in (ITS_MAC, "3c:22:fb:01:02:03")]

    identity = acme.identify(two)

    assert (identity.maker, identity.mac, identity.conflicts) == (None, None, ("mac",))


def test_no_evidence_is_no_identity(acme: Catalogue) -> None:
    identity = acme.identify([])

    assert identity.kind is Kind.UNKNOWN
    assert identity.confidence == 0.0


def test_a_value_is_looked_at_up_to_64_kib(acme: Catalogue) -> None:
    inside = acme.identify([Evidence(Field.HTTP_SERVER, "AcmeCam/" + "9" * 65528)])
    cut = acme.identify([Evidence(Field.HTTP_TITLE, "x" * 65536 + " NVR X-1")])

    assert inside.firmware == "9" * 256
    assert cut.claims == ()


def test_lone_surrogates_and_nul_do_no_harm(acme: Catalogue) -> None:
    identity = acme.identify([Evidence(Field.HTTP_SERVER, "AcmeCam/\udcff1\0")])

    assert (identity.maker, identity.firmware) == ("acme", "?1")


def test_a_set_that_does_not_compile_is_an_error_that_names_the_field(acme: Catalogue) -> None:
    with pytest.raises(CatalogueError, match=r"^the patterns of http\.server do not compile"):
        _compile(acme.signatures, memory=1 << 10)


FIELDS = st.sampled_from(Field)
EVIDENCE = st.builds(
    Evidence,
    FIELDS,
    st.text(max_size=40)
    | st.sampled_from(["AcmeCam/1", "bolt nvr X", f"mac={ITS_MAC}", f"mac {NOBODYS}", HIKVISION]),
)


@given(st.lists(EVIDENCE, max_size=8), st.randoms(use_true_random=False))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_evidence_does_not_matter(
    acme: Catalogue, evidence: list[Evidence], order: Random
) -> None:
    shuffled = list(evidence)
    order.shuffle(shuffled)

    assert acme.identify(shuffled) == acme.identify(evidence)


@given(st.lists(st.builds(Evidence, FIELDS, st.text()), max_size=6))
def test_random_evidence_never_raises_and_never_names_what_nobody_claimed(
    evidence: list[Evidence],
) -> None:
    identity = load_catalogue().identify(evidence)

    claimed = {claim.value for claim in identity.claims}
    settled = {identity.maker, identity.brand, identity.model, identity.mac} - {None}
    assert settled <= claimed
