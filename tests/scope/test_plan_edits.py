import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import ScopeError
from camcensus.scope import DeniedPorts, Plan
from camcensus.types import Interface

MakePlan = Callable[..., Plan]
Denied = tuple[DeniedPorts, ...]
Table = dict[str, Any]
ETH0 = Interface("eth0", "10.1.1.5", 24)


def made(plan_for: MakePlan) -> Plan:
    """A plan with several rows in most of its lists."""
    return plan_for(
        "10.1.1.0/28",
        "10.1.2.0/24",
        interfaces=(ETH0, Interface("eth1", "10.9.9.9", 24)),
        exclude=("10.1.1.9", "10.1.2.3", "10.1.2.128/25"),
        ports=("8081", "rtsp:8554"),
        named=("eth0",),
    )


def as_written(table: object) -> str:
    return json.dumps(table, indent=1, sort_keys=True) + "\n"


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every leaf and every container of a table, but the whole."""
    rows = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]  # a list
    for key, inner in rows:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def held(table: Table, path: tuple[str | int, ...]) -> Any:
    inner: Any = table
    for key in path:
        inner = inner[key]
    return inner


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 1 << 41),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["10.1.1.1", "10.1.3.0/24", "probe", "http", [], {}, [443]]),
)


@given(data=st.data())
def test_whatever_one_edit_changes_the_plan_is_refused(
    plan_for: MakePlan, denied: Denied, data: st.DataObject
) -> None:
    table = json.loads(made(plan_for).to_text())
    path = data.draw(st.sampled_from(list(places(table))))
    where, key = held(table, path[:-1]), path[-1]
    match data.draw(st.sampled_from(["change", "remove", "add", "twice"])):
        case "change":
            old = as_written(where[key])
            where[key] = data.draw(VALUES.filter(lambda new: as_written(new) != old))
        case "remove":
            del where[key]
        case "add" if isinstance(where, dict):
            where[data.draw(st.text(max_size=8).filter(lambda new: new not in where))] = data.draw(
                VALUES
            )
        case "add":
            where.insert(key, data.draw(VALUES))
        case _:
            twice = copy.deepcopy(where[key])
            where.append(twice) if isinstance(where, list) else where.update({f"{key}2": twice})
    with pytest.raises(ScopeError, match=r"^night\.plan: ") as refused:
        Plan.from_text(as_written(table), denied=denied, source="night.plan")
    assert refused.value.exit_code == 2


@given(data=st.data())
def test_whatever_bytes_are_changed_the_plan_is_refused(
    plan_for: MakePlan, denied: Denied, data: st.DataObject
) -> None:
    text = made(plan_for).to_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 20, len(text))))
    new = text[:start] + data.draw(st.text(max_size=6)) + text[end:]
    if new == text:
        return
    with pytest.raises(ScopeError, match=r"^night\.plan: "):
        Plan.from_text(new, denied=denied, source="night.plan")


def without(rows: list[Table], **wanted: object) -> None:
    [row] = [row for row in rows if all(row[key] == one for key, one in wanted.items())]
    rows.remove(row)


EDITS: list[tuple[Callable[[Table], object], str]] = [
    (lambda t: without(t["exclusions"], network="10.1.1.9"),
     "exclusion 10.1.1.9 (excluded by the user) was taken out"),
    (lambda t: t["exclusions"][0].update(reason="x"),
     'exclusion 10.1.1.9 reason was "excluded by the user" and is "x"'),
    (lambda t: t["ports"][0]["ports"].append(9000), "port 9000 was added to ports of http"),
    (lambda t: t["ports"].append({"prober": "onvif", "ports": [81]}), "ports of onvif was added"),
    (lambda t: t["probers"][5]["ports"].append(8899),
     "port 8899 was added to prober http second tcp"),
    (lambda t: t["targets"].append(
        {"network": "10.1.4.4", "zone": -1, "tcp_for_all": False}), "target 10.1.4.4 was added"),
    (lambda t: t["targets"][0].update(network="10.1.1.1-10.1.1.9"), "target 10.1.1.9 was added"),
    (lambda t: t["targets"][0].update(network="10.1.1.2-10.1.1.8"),
     "target 10.1.1.1 was taken out"),
    (lambda t: t["targets"][0].update(tcp_for_all=True),
     "target 10.1.1.1-10.1.1.8 tcp_for_all was false and is true"),
    (lambda t: t["pace"].update(frames_per_s=900.0),
     "pace frames_per_s was 100.0 and is 900.0"),
    (lambda t: t["links"][0]["groups"].append("239.1.1.1"),
     "group 239.1.1.1 was added to multicast on eth0 10.1.1.5"),
    (lambda t: t["links"].clear(), "multicast on eth0 10.1.1.5 was taken out"),
    (lambda t: t["asker"].update(contact="else"), 'asker contact was "" and is "else"'),
    (lambda t: t.update(thorough=True), "thorough was false and is true"),
    (lambda t: t["probers"].reverse(), "the order of probers was changed"),
    (lambda t: t.update(sealed="AAAA"), "sealed does not hold"),
    (lambda t: t.update(sealed=7), "sealed is not a text"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "said"), EDITS)
def test_an_edit_is_named(
    plan_for: MakePlan, denied: Denied, edit: Callable[[Table], object], said: str
) -> None:
    table = json.loads(made(plan_for).to_text())
    edit(table)
    with pytest.raises(ScopeError, match=said.replace("(", r"\(").replace(")", r"\)")) as refused:
        Plan.from_text(as_written(table), denied=denied, source="night.plan")
    assert len(str(refused.value)) < 300


def test_many_edits_are_told_in_a_line(plan_for: MakePlan, denied: Denied) -> None:
    table = json.loads(made(plan_for).to_text())
    for row in table["probers"]:
        row["cost"]["frames"] += 1
    with pytest.raises(ScopeError, match=r"and 3 more$") as refused:
        Plan.from_text(as_written(table), denied=denied)
    assert "\n" not in str(refused.value)


def test_a_plan_laid_out_by_another_program_is_refused(plan_for: MakePlan, denied: Denied) -> None:
    text = made(plan_for).to_text()
    for new in (
        json.dumps(json.loads(text)),
        text + "\n",
        text.replace("{", '{\n"limit": null,', 1),
    ):
        with pytest.raises(ScopeError, match="not laid out as camcensus wrote it"):
            Plan.from_text(new, denied=denied)


def test_a_plan_of_an_older_program_is_read_for_a_resume_only(
    plan_for: MakePlan, denied: Denied
) -> None:
    plan = made(plan_for)
    table = json.loads(plan.to_text())
    del table["sealed"], table["asker"]
    old = as_written({**table, "schema": "camcensus.plan-file/1"})
    with pytest.raises(ScopeError, match=r"cannot show whether somebody edited it: make the plan"):
        Plan.from_text(old, denied=denied)
    assert Plan.from_text(old, denied=denied, unsealed=True).content == plan.content
