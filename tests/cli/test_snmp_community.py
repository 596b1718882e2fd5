"""The SNMP community is a credential: where it may be given, and that it is shown nowhere."""

import json
from pathlib import Path

import pytest

from camcensus.census.prepare import Order, drift, prepare, reread, restore
from camcensus.config import load_settings
from camcensus.errors import UsageError
from camcensus.probers.snmp import Community
from camcensus.scope import ScopeRequest
from cli.program import run

SECRET = "maple-lab"  # noqa: S105 - of this test alone
TARGET = "198.18.0.0/29"


def planned(*words: str | Path, given: str = "") -> set[str]:
    done = run("plan", TARGET, "--json", *words, CAMCENSUS_SNMP_COMMUNITY=given)
    assert done.code == 0, done.err
    assert SECRET not in done.out + done.err
    return {name.split()[0] for name in json.loads(done.out)["frames_per_prober"]}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "community"
    path.write_text(SECRET + "\n", encoding="ascii")
    return path


def order(community: Community | None, *probers: str) -> Order:
    return Order(ScopeRequest(targets=(TARGET,)), probers=probers, community=community)


def test_without_a_community_snmp_is_not_in_the_plan() -> None:
    assert "snmp" not in planned()

    prepared = prepare(order(None))
    assert prepared.left_out == (("snmp", "no community given"),)
    assert "snmp" not in {row.name for row in prepared.plan.content.probers}


def test_a_file_the_environment_and_the_settings_give_it(tmp_path: Path, written: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'snmp_community = "{SECRET}"\n', encoding="utf-8")

    assert "snmp" in planned("--snmp-community-file", written)
    assert "snmp" in planned(given=SECRET)
    assert "snmp" in planned("--config", settings)


def test_no_option_takes_the_community_itself() -> None:
    done = run("plan", TARGET, "--snmp-community", SECRET)

    assert done.code == 2
    assert "no such option: --snmp-community" in done.err


def test_the_plan_holds_what_is_sent_and_never_the_community() -> None:
    prepared = prepare(order(Community(SECRET, version_1_too=True)))
    [row] = [one for one in prepared.plan.content.probers if one.name == "snmp"]

    assert (row.ports, row.cost.frames, row.cost.requests) == ((161,), 2, 2)
    assert SECRET not in prepared.plan.to_text()
    assert SECRET not in repr(prepared)


def test_a_plan_with_snmp_is_carried_out_only_with_a_community_given_again() -> None:
    with_it, without = order(Community(SECRET)), order(None)
    text = prepare(with_it).plan.to_text()

    assert "snmp" in {prober.name for prober in restore(with_it, text, exact=True).probers}
    with pytest.raises(UsageError, match="asks by SNMP: no community given; write it into a file"):
        restore(without, text)


def test_a_plan_with_snmp_is_shown_without_a_community() -> None:
    for version_1_too in (False, True):
        prepared = prepare(order(Community(SECRET, version_1_too)))
        shown = reread(order(None), prepared.plan.to_text(), source="x.plan", to_show=True)

        assert shown.plan.hash == prepared.plan.hash
        assert drift(shown) == ()


def test_a_plan_without_snmp_stays_without_it() -> None:
    text = prepare(order(None)).plan.to_text()
    restored = restore(order(Community(SECRET)), text, exact=True)

    assert "snmp" not in {prober.name for prober in restored.probers}
    assert restored.left_out == (("snmp", "not in the plan"),)


def test_to_name_snmp_and_give_no_community_is_a_mistake() -> None:
    with pytest.raises(UsageError, match=r"^--probers snmp: no community given; .*--snmp-commun"):
        prepare(order(None, "ws-discovery", "snmp"))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "1 to 64 printable ASCII"),
        (b"maple-lab\nsecond\n", "1 to 64 printable ASCII"),
        (b"maple-lab" * 8, "1 to 64 printable ASCII"),
        (b"maple-\xe9", "printable ASCII"),
    ],
)
def test_a_file_that_holds_no_community_is_told_without_its_content(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "community"
    path.write_bytes(content)
    done = run("plan", TARGET, "--snmp-community-file", path)

    assert done.code == 2
    assert complaint in done.complaint
    assert "maple" not in done.out + done.err


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run("plan", TARGET, "--snmp-community-file", tmp_path / "nothing")

    assert done.code == 2
    assert "nothing: No such file or directory" in done.complaint


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_config_show_masks_it(words: tuple[str, ...]) -> None:
    done = run("config", "show", *words, CAMCENSUS_SNMP_COMMUNITY=SECRET)

    assert done.code == 0
    assert SECRET not in done.out + done.err
    assert "**********" in done.out
    assert "environment CAMCENSUS_SNMP_COMMUNITY" in done.out


def test_a_wrong_one_in_the_settings_is_told_without_it(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('snmp_community = "maple-läb"\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"config\.toml:1: snmp_community = '\*\*\*' cannot be"):
        load_settings({"config": settings})
