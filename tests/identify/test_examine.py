from collections.abc import Callable

import pytest

from camcensus.identify import Catalogue
from camcensus.identify.examine import anchored, examine

Load = Callable[[dict[str, str]], Catalogue]

HEAD = 'schema = 1\nmaker = "{0}"\ncoverage = "thin"\n'
SIGNATURE = """
[[signature]]
id = "{0}.http.server"
field = "http.server"
pattern = '^(?:Acme|Bolt)Cam/(?P<firmware>[0-9.]+)$'
certainty = 0.9
maker = "{0}"
kind = "camera"
why = "Its own web server."
source = "Acme manual"
matches = [{{ value = "AcmeCam/2.1", firmware = "2.1", source = "Acme manual" }}]
rejects = ["AcmeCam"]
"""
ACME = (HEAD + SIGNATURE).format("acme")


def texts(catalogue: Catalogue) -> list[str]:
    return [problem.text for problem in examine(catalogue)]


def test_a_sound_catalogue_has_no_problem(load: Load) -> None:
    assert examine(load({"makers/acme.toml": ACME})) == ()


def test_a_problem_names_file_and_signature(load: Load) -> None:
    (problem,) = examine(load({"makers/acme.toml": ACME.replace("^(?:", "(?:").replace(")$", ")")}))

    assert problem.place == "makers/acme.toml: acme.http.server"


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (
            "coverage",
            "#",
            (
                "fewer than two signatures, on two fields, with a source that can be checked:"
                ' add one, or coverage = "thin"'
            ),
        ),
        ('["AcmeCam"]', "[]", "has no counter-example in rejects"),
        ('["AcmeCam"]', '["BoltCam/1"]', "claims its counter-example 'BoltCam/1'"),
        (
            'source = "Acme manual"\nmatches',
            'source = "unverified"\nmatches',
            "is unverified and claims more than 0.5",
        ),
        ('"AcmeCam/2.1"', '"DoltCam/2.1"', "does not claim its example 'DoltCam/2.1'"),
        ('firmware = "2.1", ', "", "reads firmware '2.1' from 'AcmeCam/2.1', not listed"),
        ('firmware = "2.1"', 'firmware = "2"', "says firmware '2.1' of 'AcmeCam/2.1', not '2'"),
        (
            'firmware = "2.1"',
            'firmware = "2.1", model = "X"',
            "does not read model 'X' from 'AcmeCam/2.1'",
        ),
        (
            'firmware = "2.1"',
            'firmware = "2.1", maker = "Bolt & Co"',
            "says maker 'acme' of 'AcmeCam/2.1', not 'bolt'",
        ),
    ],
)
def test_what_does_not_hold_is_said(load: Load, old: str, new: str, text: str) -> None:
    assert old in ACME
    assert texts(load({"makers/acme.toml": ACME.replace(old, new)})) == [text]


def test_nobody_else_may_claim_an_example_for_another_maker(load: Load) -> None:
    bolt = (HEAD + SIGNATURE).format("bolt").replace('"AcmeCam/2.1"', '"BoltCam/2.1"')
    relation = '[[relation]]\nrel = "relabels"\nto = "acme"\nconfidence = "documented"\n'

    strangers = load({"makers/acme.toml": ACME, "makers/bolt.toml": bolt})
    related = load({"makers/acme.toml": ACME, "makers/bolt.toml": bolt + relation + 'source = "x"'})

    assert texts(strangers) == [
        "bolt.http.server says bolt of 'AcmeCam/2.1': no relation",
        "acme.http.server says acme of 'BoltCam/2.1': no relation",
    ]
    assert texts(related) == []


def test_nobody_else_may_deny_that_an_example_is_video(load: Load) -> None:
    printers = SIGNATURE.format("printers").replace('maker = "printers"\n', "")
    printers = printers.replace('"camera"', '"not-video"').replace("AcmeCam/2.1", "BoltCam/2.1")

    found = texts(load({"makers/acme.toml": ACME, "kinds/printers.toml": f"schema = 1{printers}"}))

    assert found == [
        "printers.http.server says not-video of 'AcmeCam/2.1'",
        "acme.http.server says camera of 'BoltCam/2.1'",
    ]


@pytest.mark.parametrize(
    "pattern",
    ["^a", "a$", r"\Aa", r"a\z", "(?i)^a", "(?:^a|^b)", "(?i:^a)", "^a|b$", "(?P<model>^a)", "(a)$",
     r"^[|]x", r"^a\|b", "^(a|b)"],
)  # fmt: skip
def test_a_pattern_bound_to_an_end_is_anchored(pattern: str) -> None:
    assert anchored(pattern)


@pytest.mark.parametrize("pattern", ["a", "^a|b", r"a\$", r"\^a", "a^b", "[^a]b", "(?P<model>a)"])
def test_a_pattern_with_a_loose_alternative_is_not(pattern: str) -> None:
    assert not anchored(pattern)


def test_what_is_covered_may_not_call_itself_thin(load: Load) -> None:
    title = SIGNATURE.format("acme").replace("http.server", "http.title")

    assert texts(load({"makers/acme.toml": ACME + title})) == [
        "coverage = 'thin': it is covered, take that line out"
    ]


def test_a_mac_names_nobody_surely_and_no_kind(load: Load) -> None:
    mac = SIGNATURE.format("acme").replace('"http.server"', '"mac.owner"', 1)
    mac = mac.replace('id = "acme.http.server"', 'id = "acme.mac.block"').replace(
        '"http.server"', '"mac.owner"'
    )
    weak = mac.replace("certainty = 0.9", "certainty = 0.45").replace('kind = "camera"\n', "")
    head = HEAD.format("acme")

    said = "reads a MAC, which names a maker or brand with 0.45 at most, and no kind"
    assert texts(load({"makers/acme.toml": head + mac})) == [said]
    assert texts(load({"makers/acme.toml": head + weak})) == []


def test_a_label_is_not_given_to_a_stranger(load: Load) -> None:
    bolt = (HEAD + SIGNATURE).format("bolt").replace('maker = "bolt"\nkind', 'brand = "bolt"\nkind')
    bolt = bolt.replace("(?:Acme|Bolt)Cam", "BoltCam").replace('"AcmeCam/2.1"', '"BoltCam/2.1"')

    assert texts(load({"makers/acme.toml": ACME, "makers/bolt.toml": bolt})) == [
        "acme.http.server says acme of 'BoltCam/2.1': no relation"
    ]
