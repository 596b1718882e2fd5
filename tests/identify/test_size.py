"""A catalogue four times today's compiles, and nothing is lost in it."""

from dataclasses import replace

import pytest

from camcensus.identify import Signature, load_catalogue
from camcensus.identify.catalogue import _compile
from camcensus.identify.patterns import searchable
from camcensus.types import Field

TIMES = 4
NEEDLE = "the needle, planted once"


def grown(signature: Signature, copy: int) -> Signature:
    """Another signature like this one: the same work, and values of its own."""
    pattern = f"(?:{signature.pattern})|^copy {copy} of {signature.id}$"
    return replace(signature, id=f"{signature.id}-{copy}", pattern=pattern)


@pytest.fixture(scope="module")
def large() -> list[Signature]:
    known = load_catalogue().signatures
    return [grown(one, copy) for copy in range(TIMES) for one in known]


@pytest.mark.parametrize("field", [Field.ONVIF_MODEL, Field.WSD_SCOPE, Field.HTTP_TITLE])
def test_a_planted_needle_is_found_among_four_times_as_many(
    large: list[Signature], field: Field
) -> None:
    here = [one for one in large if field in one.fields]
    planted = replace(here[0], id="needle.in.hay", pattern=f"^{NEEDLE}$")
    middle = len(here) // 2
    sets = _compile([*here[:middle], planted, *here[middle:]])
    signatures, patterns = sets[field]

    found = [signatures[index].id for index, _ in patterns.search(searchable(NEEDLE))]

    assert found.count("needle.in.hay") == 1


def test_every_copy_still_claims_what_it_claimed(large: list[Signature]) -> None:
    """RE2 gives up on a set that needs too much memory, and says nothing: the sentinel shows it."""
    sets = _compile(large)
    for signature in large[::97]:
        field = signature.fields[0]
        signatures, patterns = sets[field]
        value = signature.matches[0].value
        found = {signatures[index].id for index, _ in patterns.search(searchable(value))}
        assert signature.id in found
    assert sum(len(of) for of, _ in sets.values()) >= TIMES * len(load_catalogue().signatures)
