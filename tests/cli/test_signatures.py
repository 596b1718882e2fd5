"""What contributors of knowledge do with `camcensus signatures`."""

import json
from pathlib import Path

import pytest

from cli.program import Ask

OWN = """schema = 1
maker = "axis"
[[signature]]
id = "axis.http.server.test"
field = "http.server"
pattern = '^AxisTest/(?P<firmware>[0-9.]+)$'
certainty = 0.9
maker = "axis"
why = "Made for a test."
source = "a test"
matches = [{ value = "AxisTest/2.1", firmware = "2.1", source = "a test" }]
rejects = ["AxisTest"]
"""
LINE = {"id": "x", "protocol": "http", "input": {"headers": {"Server": "AxisTest/3.0"}}}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    (folder / "makers").mkdir(parents=True)
    (folder / "makers" / "axis.toml").write_text(OWN, "utf-8")
    return folder


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    file = tmp_path / "answer.jsonl"
    file.write_text(json.dumps(LINE) + "\n", "utf-8")
    return file


def test_a_folder_of_ones_own_counts_in_identify(ask: Ask, own: Path, answer: Path) -> None:
    without = json.loads(ask("identify", answer).out)
    named = json.loads(ask("identify", answer, "--signatures", own).out)

    assert (without["maker"], named["maker"], named["firmware"]) == (None, "Axis", "3.0")
    assert named["catalogue"].startswith(f"{without['catalogue']}.own.")


def test_the_folder_can_stand_in_the_environment_and_beside_the_settings(
    ask: Ask, own: Path, answer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMCENSUS_SIGNATURES", str(own))
    assert json.loads(ask("identify", answer).out)["maker"] == "Axis"

    monkeypatch.delenv("CAMCENSUS_SIGNATURES")
    usual = tmp_path / "home" / "camcensus"
    usual.mkdir(parents=True)
    own.rename(usual / "signatures")
    assert json.loads(ask("identify", answer).out)["maker"] == "Axis"


@pytest.mark.parametrize(
    "words",
    [
        ("identify", "-"), ("signatures", "check"), ("reidentify",), ("devices", "--maker", "axis"),
        ("sweep", "198.18.0.1"),
    ],
)  # fmt: skip
def test_a_mistake_in_it_stops_every_verb_before_anything_is_sent(
    ask: Ask, own: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own / "makers" / "axis.toml"
    file.write_text(OWN.replace("certainty = 0.9", "certainty = 9"), "utf-8")
    monkeypatch.setenv("CAMCENSUS_SIGNATURES", str(own))

    ran = ask(*words)

    assert ran.code == 2
    assert f"{file}: axis.http.server.test: certainty: 9 is not above 0" in ran.err


def test_doctor_says_that_the_catalogue_does_not_hold(
    ask: Ask, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own / "makers" / "axis.toml").write_text("schema = 7\n", "utf-8")
    monkeypatch.setenv("CAMCENSUS_SIGNATURES", str(own))

    ran = ask("doctor")

    assert "axis.toml: schema: must be 1" in ran.out
    assert "camcensus signatures check" in ran.out


def test_a_maker_and_a_signature_are_tested_by_their_examples(ask: Ask) -> None:
    one = ask("signatures", "test", "axis.mdns.instance-camera")
    maker = ask("signatures", "test", "doorbird")

    assert maker.code == 0
    assert "holds  doorbird." in maker.out
    assert one.out.startswith("holds  axis.mdns.instance-camera: ")


def test_an_example_that_fails_is_shown(ask: Ask, own: Path) -> None:
    file = own / "makers" / "axis.toml"
    file.write_text(OWN.replace('rejects = ["AxisTest"]', 'rejects = ["AxisTest/9"]'), "utf-8")

    ran = ask("signatures", "test", "axis.http.server.test", "--signatures", own)

    assert ran.code == 2
    assert "FAILS  axis.http.server.test" in ran.out
    assert "claims its counter-example 'AxisTest/9'" in ran.out


def test_nobody_of_that_name_is_said_to_be_nobody(ask: Ask) -> None:
    ran = ask("signatures", "test", "nobody-at-all")

    assert ran.code == 2
    assert "no signature, maker or brand of this name" in ran.complaint


def test_a_corpus_is_measured_and_told_in_a_table(ask: Ask, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    row = LINE | {"input": {"headers": {"Server": "App-webs/"}}, "evidence": "recorded"}
    (corpus / "positive.jsonl").write_text(
        json.dumps(row | {"expect": {"vendor": "Hikvision"}})
        + "\n"
        + "".join(
            json.dumps(row | {"id": f"y{n}", "expect": {"vendor": "Dahua"}}) + "\n"
            for n in range(3)
        ),
        "utf-8",
    )
    (corpus / "negative.jsonl").write_text(
        json.dumps(row | {"id": "n", "expect": {"device_kind": "unspecified"}}) + "\n", "utf-8"
    )

    ran = ask("signatures", "test", corpus)

    assert ran.code == 0
    assert "3 wrong makers or brands in 4 answers" in ran.out
    assert "Dahua -> Hikvision: 3 (y0, y1, y2)" in ran.out
    assert "promises too much" in ran.out
    assert "n: Hikvision" in ran.out


def test_coverage_counts_and_writes_the_page(ask: Ask, tmp_path: Path) -> None:
    ran = ask("signatures", "coverage")
    page = tmp_path / "makers.md"
    wrote = ask("signatures", "coverage", "--page", page)

    assert "makers and brands with two sourced signatures on two fields or more" in ran.err
    assert (ran.code, wrote.code) == (0, 0)
    assert page.read_text("utf-8").startswith("# Makers and brands that camcensus knows")


def test_collisions_are_listed_with_what_is_known(ask: Ask) -> None:
    ran = ask("signatures", "collisions")

    assert ran.code == 0
    assert "brand of" in ran.out
    assert "without a known relation" in ran.err


def test_a_draft_is_written_and_says_what_is_left_to_do(
    ask: Ask, tmp_path: Path, answer: Path
) -> None:
    draft = tmp_path / "zeta.toml"

    ran = ask("signatures", "new", "Zeta Cams", "--answer", answer, "-o", draft)

    assert ran.code == 0
    assert 'maker = "zetacams"' in draft.read_text("utf-8")
    assert 'add zetacams = "Its Name" to vocabulary.toml' in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new",), "a word for the maker, and an answer"),
        (("new", "acme"), "a word for the maker, and an answer"),
        (("new", "acme", "--answer", "/nowhere/x"), "cannot read /nowhere/x"),
        (("frob",), "choose list, check, test, coverage, collisions, new"),
    ],
)
def test_what_is_missing_is_said(ask: Ask, words: tuple[str, ...], said: str) -> None:
    ran = ask("signatures", *words)

    assert ran.code == 2
    assert said in ran.complaint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"id": 1, "protocol": "http", "input": {}}', "nothing in it tells"),
        ("broken", "is no recorded answer"),
        ("", "nothing in it tells"),
    ],
)
def test_an_answer_that_gives_no_draft_is_said_to(
    ask: Ask, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(text, "utf-8")

    ran = ask("signatures", "new", "acme", "--answer", file)

    assert (ran.code, said in ran.complaint) == (2, True)
