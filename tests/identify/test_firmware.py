"""Firmware: which of two releases is the older one, and what has no order."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import CatalogueError
from camcensus.identify import load_catalogue
from camcensus.identify.firmware import Form, Release, forms, older, read_forms, read_release

FORMS = forms()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_a_form_reads_its_examples(form: Form) -> None:
    assert form.matches
    assert form.why
    for value, reads in form.matches:
        release = read_release(value, form.makers)
        assert release is not None
        assert (release.form, str(release)) == (form.id, reads)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.id)
def test_its_releases_rise(form: Form) -> None:
    assert len(form.rising) > 1
    for before, after in pairwise(form.rising):
        old, new = read_release(before, form.makers), read_release(after, form.makers)
        assert old is not None
        assert new is not None
        assert (older(old, new), older(new, old)) == (True, False), (before, after)


def test_the_makers_of_the_forms_are_known() -> None:
    names = load_catalogue().names

    assert {maker for form in FORMS for maker in form.makers} <= set(names)


def test_another_makers_way_of_counting_does_not_fit() -> None:
    release = read_release("V5.5.800 build 210628", ["axis"])

    assert release is None


@pytest.mark.parametrize("text", ["", "unknown", "Build 210628", "v", "2021-06-28", "..", "R12"])
def test_what_is_no_firmware_number_has_no_order(text: str) -> None:
    assert read_release(text, ["hikvision"]) is None


def test_two_product_lines_have_no_order() -> None:
    one = read_release("IPC_Q1201-B0029P14D1907", ["uniview"])
    other = read_release("Q1201B0029P15D1907", ["uniview"])
    third = read_release("QIPC_Q6202-B0029P15D1907", ["uniview"])

    assert one is not None
    assert other is None
    assert third is not None
    assert older(one, third) is None


def test_a_day_that_one_of_them_left_away_decides_nothing() -> None:
    bare = read_release("2.800.0000000.16.R", ["dahua"])
    dated = read_release("2.800.0000000.16.R, Build Date 2020-05-09", ["dahua"])

    assert bare is not None
    assert dated is not None
    assert (older(bare, dated), older(dated, bare)) == (False, False)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9)), min_size=3, max_size=3))
def test_age_is_an_order(groups: list[tuple[int, int]]) -> None:
    one, other, third = (Release("x", "", (group,)) for group in groups)

    assert not older(one, one)
    assert not (older(one, other) and older(other, one))
    if older(one, other) and older(other, third):
        assert older(one, third)


@given(st.text(max_size=300), st.sampled_from(["hikvision", "dahua", "uniview", "vivotek", None]))
def test_any_text_is_read_or_left(text: str, maker: str | None) -> None:
    release = read_release(text, [maker])

    assert release is None or release.groups


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("schema = 2", "schema"),
        ('schema = 1\n[[form]]\nid = "a"', "form 1: pattern: is missing"),
        ('schema = 1\n[[form]]\nid = "a"\npattern = "("\nwhy = "b"\nsource = "c"', "pattern"),
        ('schema = 1\n[[form]]\nid = "a"\npattern = "^a"\nwhy = "b"\nsource = "c"', "no named"),
        (
            'schema = 1\n[[form]]\nid = "a"\npattern = "(?P<v>b)"\nwhy = "b"\nsource = "c"\nx = 1',
            "'?x'?: is not a key",
        ),
    ],
)
def test_a_slip_of_the_pen_is_named(row: str, named: str) -> None:
    with pytest.raises(CatalogueError, match=named):
        list(read_forms(row.encode()))
