"""Our own small corpus: facts of real devices, each with its source, measured for ever after."""

import json
from collections import Counter
from pathlib import Path

import pytest

from camcensus.census.accuracy import FAVICONS, accused, calibration, measure, read_corpus, tally
from camcensus.identify import load_catalogue
from camcensus.listen.readers import READERS

PLACE = Path(__file__).resolve().parents[1] / "corpus"
CASES = list(read_corpus(PLACE))
SCORES = measure(CASES, load_catalogue())
POSITIVE = [one for one in SCORES if one.case.video and one.case.grade != FAVICONS]
NEGATIVE = [one for one in SCORES if not one.case.video]


def test_every_case_has_a_source_and_an_id_of_its_own() -> None:
    rows = [json.loads(case.line) for case in CASES]

    assert [row["id"] for row in rows if not str(row.get("source", "")).strip()] == []
    assert [name for name, n in Counter(case.id for case in CASES).items() if n > 1] == []
    assert {case.protocol for case in CASES} <= READERS.keys()


def test_nobody_is_named_wrongly() -> None:
    assert [(one.case.id, one.said) for one in POSITIVE if one.vendor == "wrong"] == []


def test_what_names_nobody_is_left_unnamed() -> None:
    """Answers of real cameras that say nothing of their maker: silence is right."""
    quiet = [one for one in POSITIVE if json.loads(one.case.line)["expect"].get("silence")]

    assert len(quiet) > 10
    assert [(one.case.id, one.said) for one in quiet if one.said != "nobody"] == []


def test_nearly_everybody_is_named() -> None:
    counts = tally(POSITIVE, "vendor")

    assert counts["right"] >= 0.95 * counts.total()


@pytest.mark.parametrize(("attribute", "share"), [("model", 0.9), ("firmware", 0.9), ("kind", 0.9)])
def test_what_is_stated_is_mostly_read(attribute: str, share: float) -> None:
    counts = tally(POSITIVE, attribute)

    assert counts["right"] >= share * counts.total()
    assert [one.case.id for one in POSITIVE if one.kind == "wrong"] == []


def test_what_is_no_video_device_is_not_called_one_and_nobody_is_accused() -> None:
    assert [one.case.id for one in NEGATIVE if one.kind == "wrong"] == []
    assert [(one.case.id, one.said) for one in accused(NEGATIVE)] == []


def test_certainties_promise_no_more_than_they_keep() -> None:
    assert [one for one in calibration(POSITIVE) if not one.honest] == []
