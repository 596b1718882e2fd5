"""A draft is a file of the format, that claims what it was made of, and that `check` sends back."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.identify import Catalogue, load_catalogue
from camcensus.identify.drafting import SAY_WHY, draft_file, drafts, generalised
from camcensus.identify.examine import examine
from camcensus.identify.patterns import compiled, searchable
from camcensus.types import Evidence, Field

Load = Callable[[dict[str, str]], Catalogue]
EMPTY = 'schema = 1\nmaker = "acme"\ncoverage = "thin"\n'
ANSWER = (
    Evidence(Field.HTTP_SERVER, "AcmeCam/2.1.7"),
    Evidence(Field.HTTP_REALM, "Acme AC-500X (00-40-8C-01-02-03)"),
    Evidence(Field.HTTP_HEADER, "Date: Mon, 30 Nov 2026 10:00:00 GMT"),
    Evidence(Field.WSD_SCOPE, "onvif://www.onvif.org/hardware/AC-500X"),
    Evidence(Field.WSD_SCOPE, "onvif://www.onvif.org/Profile/Streaming"),
)


@pytest.mark.parametrize(
    ("value", "pattern", "reads"),
    [
        (
            "AcmeCam/2.1.7",
            r"^AcmeCam/(?P<firmware>[Vv]?[0-9]+(?:\.[0-9]+)+)$",
            {"firmware": "2.1.7"},
        ),
        (
            "Acme (AC-500X)",
            r"^Acme \((?P<model>[A-Z][A-Z0-9-]*[0-9][A-Z0-9-]*)\)$",
            {"model": "AC-500X"},
        ),
        ("plain words", "^plain words$", {}),
    ],
)
def test_what_varies_becomes_a_group(value: str, pattern: str, reads: dict[str, str]) -> None:
    assert generalised(value) == (pattern, tuple(reads.items()))


@given(st.text(max_size=60))
def test_the_pattern_finds_the_value_that_it_was_made_of(value: str) -> None:
    pattern, reads = generalised(value)

    found = compiled(f"(?s){pattern}").search(searchable(value))

    if "\0" not in value and value.encode("utf-8", "replace").decode() == value:
        assert found is not None
        assert {name: text for name, text in found.items() if text} == dict(reads)


def test_only_what_tells_devices_apart_is_drafted(load: Load) -> None:
    found = drafts(ANSWER, load({"makers/acme.toml": EMPTY}))

    assert [one.field for one in found] == [
        Field.WSD_SCOPE, Field.HTTP_SERVER, Field.HTTP_REALM,
    ]  # fmt: skip


def test_a_draft_says_who_claims_the_value_already() -> None:
    (one,) = drafts([Evidence(Field.HTTP_SERVER, "App-webs/")], load_catalogue())

    assert "hikvision.http.server" in " ".join(one.claimed_by)


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=4))
def test_a_draft_is_toml_whatever_was_recorded(values: list[str]) -> None:
    catalogue = load_catalogue()
    answer = [Evidence(Field.HTTP_TITLE, value) for value in values]

    text = "\n".join(draft_file("axis", drafts(answer, catalogue), "here", known=True))

    table = tomllib.loads(text.encode("utf-8", "replace").decode())
    ids = [one["id"] for one in table["signature"]]
    assert len(set(ids)) == len(ids) == len(dict.fromkeys(values))


def test_check_sends_a_draft_back_until_a_person_made_it_true(
    write: Callable[[dict[str, str]], Path], load: Load
) -> None:
    found = drafts(ANSWER, load({"makers/acme.toml": EMPTY}))
    text = "\n".join(draft_file("acme", found, "recorded by us", known=False))
    assert SAY_WHY in text

    said = {problem.text for problem in examine(load({"makers/acme.toml": text}))}
    mended = text.replace(SAY_WHY, "Acme's own").replace("rejects = []", 'rejects = ["Bolt"]')

    assert said == {
        "why: is still the draft's; say it in your own words",
        "has no counter-example in rejects",
    }
    catalogue = load_catalogue(write({"makers/acme.toml": mended}))
    assert examine(catalogue) == ()
    identity = catalogue.identify(ANSWER)
    assert (identity.maker, identity.model, identity.mac) == (
        "acme",
        "AC-500X",
        "00:40:8c:01:02:03",
    )
