"""Every machine-readable line of every verb, against the schema that is published for it."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cli.conftest import PORTS, Census
from cli.program import Ask

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schema"
CORPUS = Path(__file__).resolve().parents[1] / "corpus"
CSI = "\x9b2J"  # moves some terminals, though it is no ASCII control character
EVIDENCE = '{"id": 1, "protocol": "http", "input": {"headers": {"Server": "App-webs/"}}}\nbroken\n'


def validator(name: str) -> Any:
    table = json.loads((SCHEMAS / f"{name}-1.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(table)
    return jsonschema.Draft202012Validator(table)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def check(text: str, *names: str) -> list[dict[str, Any]]:
    """Each line fits the schema it names, which is one of these, and each of these occurs."""
    assert text.isascii()  # what a device said can move no terminal: every other sign is escaped
    rows = lines(text)
    assert {row["schema"] for row in rows} == {f"camcensus.{name}/1" for name in names}
    for row in rows:
        validator(row["schema"].removeprefix("camcensus.").removesuffix("/1")).validate(row)
    return rows


def test_every_schema_is_one_and_is_named_by_its_file() -> None:
    names = sorted(path.name.removesuffix("-1.schema.json") for path in SCHEMAS.iterdir())
    assert names == [
        "check", "collision", "coverage", "device", "identify", "known-maker", "plan", "score",
        "setting", "signature", "zones-check",
    ]  # fmt: skip
    for name in names:
        assert validator(name).schema["properties"]["schema"] == {"const": f"camcensus.{name}/1"}


def test_sweep_tells_devices_as_they_are_named_and_the_coverage_last(census: Census) -> None:
    rows = check(census.swept.out, "device", "coverage")
    kinds = [row["schema"].split("/")[0] for row in rows]
    assert kinds == sorted(kinds, reverse=True)  # devices, then coverage
    assert {row["prober"] for row in rows if "prober" in row} >= {"http", "ws-discovery", "mdns"}


def test_devices_are_the_swept_ones_over_clear_text_and_tls(census: Census, ask: Ask) -> None:
    rows = check(ask("devices", "--all", "--json", "--db", census.db).out, "device")
    found = {row["addresses"][0]["address"]: row for row in rows}
    assert set(found) == set(census.targets)
    for device in census.estate.devices:
        row, truth = found[device.address], device.truth
        assert (row["maker"], row["brand"]) == (truth.maker, truth.brand) or not truth.is_video
    https = [row for row in rows if "tls" in row["sources"]]
    assert {"Axis"} <= {row["brand"].split()[0] for row in https}


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("show", "1", "--json"), "device"),
        (("export", "jsonl"), "device"),
        (("devices", "--kind", "camera", "--json"), "device"),
        (("device", "set", "1-2", "tag=", "--json"), "device"),
        (("doctor", "--json"), "check"),
        (("config", "show", "--json"), "setting"),
        (("signatures", "--json"), "signature"),
        (("signatures", "coverage", "--json"), "known-maker"),
        (("signatures", "collisions", "--json"), "collision"),
        (("signatures", "test", str(CORPUS), "--json"), "score"),
    ],
)
def test_each_verb_keeps_to_its_schema(
    census: Census, ask: Ask, arguments: tuple[str, ...], name: str
) -> None:
    more = () if arguments[0] == "signatures" else ("--db", census.db)
    ran = ask(*arguments, *more)
    assert ran.code == 0
    assert check(ran.out, name)


def test_show_gives_claims_and_observations(census: Census, ask: Ask) -> None:
    address = next(one.address for one in census.estate.devices if one.truth.is_video)
    [row] = check(ask("show", address, "--json", "--db", census.db).out, "device")
    assert row["claims"]
    assert {one["outcome"] for one in row["observations"]} >= {"answered"}


def test_plan_keeps_to_its_schema_also_with_exclusions(ask: Ask) -> None:
    ran = ask("plan", "198.18.0.0/24", "--exclude", "198.18.0.9", *PORTS, "--json")
    [row] = check(ran.out, "plan")
    assert (row["hosts"], row["excluded"][0]["network"]) == (255, "198.18.0.9")
    assert sum(one["frames"] for one in row["questions"]) == sum(row["frames_per_prober"].values())
    assert [one["prober"] for one in row["not_asked"]] == ["snmp"]
    assert row["frames_most"] > row["frames"]


def test_zones_check_keeps_to_its_schema_with_everything_in_it(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "zones.toml"
    file.write_text(
        "schema = 1\n"
        + "".join(f'[[site]]\nname = "{site}"\n' for site in ("north", "south"))
        + "".join(
            f'# CHECK: look\n[[zone]]\nname = "{name}"\nsite = "{site}"\n'
            f'networks = ["{network}"]\npolicy = "{policy}"\nreason = "so {CSI[1:]}"\n'
            for site, name, network, policy in (
                ("north", "é all", "10.20.0.0/16", "do-not-probe"),
                ("north", "cameras", "10.20.3.0/24", "probe"),
                ("south", "cameras", "10.20.3.0/24", "probe"),
            )
        ),
        encoding="utf-8",
    )
    ran = ask("zones", "check", file, "--within", "10.0.0.0/8", "--within", "fd00::/8", "--json")
    [row] = check(ran.out, "zones-check")
    assert ran.code == 0
    lists = ("sites", "unreached", "overlaps", "shared", "gaps", "check_lines")
    assert {name: len(row[name]) for name in lists} == {
        "sites": 2, "unreached": 1, "overlaps": 1, "shared": 1, "gaps": 2, "check_lines": 3,
    }  # fmt: skip


def test_identify_keeps_to_its_schema_also_for_a_broken_line(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "evidence.jsonl"
    hostile = {"protocol": "http", "input": {"headers": {"Server": f"App-webs/ {CSI}"}}}
    file.write_text(EVIDENCE + json.dumps(hostile, ensure_ascii=False), encoding="utf-8")
    named, broken, _ = check(ask("identify", file).out, "identify")
    assert (named["id"], named["maker"]) == (1, "Hikvision")
    assert broken["error"]


def test_reidentify_tells_nothing_where_nothing_changed(census: Census, ask: Ask) -> None:
    ran = ask("reidentify", "--json", "--db", census.db)
    assert (ran.code, ran.out) == (0, "")
    assert "hosts named again" in ran.err


def test_a_password_of_the_database_is_not_shown(ask: Ask) -> None:
    ran = ask("config", "show", "--db", "postgresql+psycopg://census:se-cret@db.test/c", "--json")
    assert "se-cret" not in ran.out
    assert "census:***@db.test" in ran.out


@pytest.mark.parametrize("verb", ["devices", "export", "reidentify"])
def test_quiet_says_nothing_on_stderr(census: Census, ask: Ask, verb: str) -> None:
    form = ("csv",) if verb == "export" else ()
    assert ask(verb, *form, "-q", "--db", census.db).err == ""
