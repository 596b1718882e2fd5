"""How often the catalogue is right, and that the measure itself cannot flatter."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.census.accuracy import (
    Score,
    accused,
    calibration,
    confusions,
    interval,
    measure,
    read_corpus,
    tally,
)
from camcensus.errors import UsageError
from camcensus.identify import load_catalogue

CATALOGUE = load_catalogue()
CAMERA: dict[str, object] = {
    "id": "a",
    "protocol": "http",
    "input": {"headers": {"Server": "App-webs/"}},
    "expect": {"vendor": "Hikvision"},
    "evidence": "recorded",
}


def scores(folder: Path, *rows: Mapping[str, object], name: str = "positive.jsonl") -> list[Score]:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return measure(read_corpus(folder), CATALOGUE)


def expecting(vendor: str | None) -> dict[str, object]:
    return CAMERA | {"expect": {"vendor": vendor} if vendor else {}}


@pytest.mark.parametrize(
    ("vendor", "word"),
    [("Hikvision", "right"), ("HIK vision", "right"), ("Dahua", "wrong"), (None, "")],
)
def test_a_name_is_right_if_it_is_the_one_that_is_known(
    tmp_path: Path, vendor: str | None, word: str
) -> None:
    (score,) = scores(tmp_path, expecting(vendor))

    assert score.vendor == word


def test_the_brand_may_be_right_where_the_maker_is_another(tmp_path: Path) -> None:
    label = {"scopes": ["onvif://www.onvif.org/name/ANNKE C800"],
             "endpoint": "urn:uuid:aa85c000-6324-11b3-819e-4419b6000001"}  # fmt: skip
    row = CAMERA | {"protocol": "ws-discovery", "input": label, "expect": {"vendor": "Annke"}}

    (score,) = scores(tmp_path, row)

    assert (score.vendor, score.said) == ("right", "Hikvision / Annke")


def test_who_says_nothing_is_silent_and_not_wrong(tmp_path: Path) -> None:
    row = CAMERA | {"input": {"headers": {"Server": "thttpd"}}}

    (score,) = scores(tmp_path, row)

    assert (score.vendor, score.said) == ("silent", "nobody")
    assert confusions([score]) == [("Hikvision", "nobody", ["a"])]


def test_kinds_that_a_source_does_not_tell_apart_are_all_right(tmp_path: Path) -> None:
    expect = {
        "vendor": "Axis",
        "device_kind": "camera",
        "device_kind_any": ["video-encoder", "nvr"],
    }
    dhcp = {
        "protocol": "dhcp",
        "input": {"vendor_class": "AXIS,Network Video Encoder,M7011,5.90.1"},
    }

    (score,) = scores(tmp_path, CAMERA | dhcp | {"expect": expect})

    assert score.kind == "right"


NEGATIVE: dict[str, object] = {
    "id": "n", "protocol": "http", "input": {"headers": {"Server": "App-webs/"}},
    "evidence": "recorded",
}  # fmt: skip


def test_a_camera_makers_name_on_what_nobody_knows_is_an_accusation(tmp_path: Path) -> None:
    row = NEGATIVE | {"expect": {"device_kind": "unspecified"}}

    (score,) = scores(tmp_path, row, name="negative.jsonl")

    assert score.confidence >= 0.5
    assert accused([score]) == [score]


def test_a_printer_called_a_printer_is_no_accusation(tmp_path: Path) -> None:
    row = NEGATIVE | {
        "protocol": "ws-discovery",
        "input": {"types": ["PrintDeviceType", "Device"]},
        "expect": {"vendor": "Acme", "device_kind": "printer"},
    }

    (score,) = scores(tmp_path, row, name="negative.jsonl")

    assert (score.kind, accused([score])) == ("right", [])


def test_a_line_that_cannot_be_read_counts_as_silence(tmp_path: Path) -> None:
    (score,) = scores(tmp_path, CAMERA | {"protocol": "gopher"})

    assert tally([score], "vendor") == {"silent": 1}
    assert score.said.startswith("unreadable")


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"expect": {}}'])
def test_a_line_that_is_no_case_is_named_with_its_place(tmp_path: Path, line: str) -> None:
    (tmp_path / "positive.jsonl").write_text(f"\n{line}\n", "utf-8")

    with pytest.raises(UsageError, match=r"positive\.jsonl:2 is no line of a corpus"):
        list(read_corpus(tmp_path))


def test_a_folder_without_a_corpus_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text("{}\n", "utf-8")

    with pytest.raises(UsageError, match="holds no positive"):
        list(read_corpus(tmp_path))


@given(st.integers(0, 500), st.integers(1, 500))
def test_the_interval_holds_the_share_and_shrinks_with_more_cases(right: int, of: int) -> None:
    right = min(right, of)
    low, high = interval(right, of)
    narrow_low, narrow_high = interval(right * 10, of * 10)

    assert 0 <= low <= right / of + 1e-9
    assert right / of - 1e-9 <= high <= 1
    assert narrow_high - narrow_low <= high - low + 1e-9


def test_the_interval_is_wilsons() -> None:
    low, high = interval(9, 10)

    assert (round(low, 4), round(high, 4)) == (0.5958, 0.9821)
    assert interval(0, 0) == (0.0, 1.0)


def test_a_bin_that_promises_more_than_it_keeps_is_not_honest(tmp_path: Path) -> None:
    wrong = scores(tmp_path, *(expecting("Dahua") | {"id": str(n)} for n in range(20)))
    right = scores(tmp_path / "b", *(expecting("Hikvision") | {"id": str(n)} for n in range(20)))

    (bad,), (good,) = calibration(wrong), calibration(right)

    assert (bad.right, bad.honest) == (0, False)
    assert (good.right, good.honest) == (20, True)
