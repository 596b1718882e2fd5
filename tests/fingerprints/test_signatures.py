"""Generated from the signature files: each signature is a test of its own."""

import struct
from pathlib import Path

import aiooui
import pytest

from camcensus.identify import Signature, SignatureFile, load_catalogue
from camcensus.identify.coverage import covered, page
from camcensus.identify.examine import file_problems, signature_problems

CATALOGUE = load_catalogue()
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def organisations() -> frozenset[str]:
    """Every name in the registry that is shipped with the MAC look-up."""
    content = aiooui._OUI_DATA_FILE.read_bytes()
    (entries,) = struct.unpack_from("<I", content, 4)
    return frozenset(content[8 + 8 * entries :].decode().splitlines())


@pytest.mark.parametrize("file", CATALOGUE.files, ids=lambda file: file.name)
def test_an_organisation_is_spelt_as_the_registry_spells_it(
    file: SignatureFile, organisations: frozenset[str]
) -> None:
    assert set(file.oui) <= organisations


@pytest.mark.parametrize("file", CATALOGUE.files, ids=lambda file: file.name)
def test_a_file_covers_two_fields_or_says_that_it_is_thin(file: SignatureFile) -> None:
    assert [problem.text for problem in file_problems(file)] == []


@pytest.mark.parametrize("signature", CATALOGUE.signatures, ids=lambda signature: signature.id)
def test_a_signature_holds_for_its_examples_and_counter_examples(signature: Signature) -> None:
    assert [problem.text for problem in signature_problems(CATALOGUE, signature)] == []


def test_the_vocabulary_has_no_word_twice() -> None:
    assert len(set(CATALOGUE.names.values())) == len(CATALOGUE.names)


@pytest.mark.parametrize(
    "signature",
    [one for one in CATALOGUE.signatures if one.constant("kind") == "not-video"],
    ids=lambda signature: signature.id,
)
def test_the_maker_of_what_is_no_video_device_is_claimed_weakly(signature: Signature) -> None:
    named = {"maker", "brand"} & dict(signature.constants).keys()

    assert all(signature.certainty_of(attribute) <= 0.45 for attribute in named)


def test_the_page_of_all_makers_is_up_to_date() -> None:
    written = (DOCS / "makers.md").read_text("utf-8").splitlines()

    assert written == list(page(CATALOGUE)), "run: make makers"


def test_no_released_id_vanishes_without_a_word() -> None:
    released = (Path(__file__).parent / "released-ids.txt").read_text("utf-8").split()
    known = {signature.id for signature in CATALOGUE.signatures}

    assert len(set(released)) == len(released) > 1000
    assert set(released) - known - CATALOGUE.renamed.keys() == set()


def test_enough_makers_are_known_well() -> None:
    rows = covered(CATALOGUE)

    assert sum(not row.thin for row in rows) >= 110
