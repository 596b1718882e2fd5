"""`device set` and `import owned` as a technician types them."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from camcensus.store import Store, SweepStatus
from cli.conftest import PORTS, Census
from cli.program import Ask, Ran, run
from export.spreadsheets import workbook
from store.estate import SERVER, at, camera, sweep

MAC = "44:19:b6:00:00:0{}"
SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "schema" / "device-1.schema.json"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Devices 1 to 4 at north, and 5 at south with the address of 4."""
    file = tmp_path / "census.db"
    with Store.open(file) as store:
        for site, hosts in (("north", (1, 2, 3, 4)), ("south", (5,))):
            number = store.begin_sweep(sweep(site))
            for host in hosts:
                address = f"198.18.0.{min(host, 4)}"
                store.settle(
                    number, site, "", address, camera(MAC.format(host)), (SERVER,), at(host)
                )
            store.finish_sweep(number, SweepStatus.DONE, [], at(9))
    return file


def owned(db: Path, column: str = "room") -> list[str | None]:
    with closing(sqlite3.connect(db)) as database:
        query = f"SELECT owned_{column} FROM device ORDER BY id"  # noqa: S608 - our own words
        return [row[0] for row in database.execute(query)]


def test_several_devices_get_all_fields_at_once(ask: Ask, db: Path) -> None:
    ran = ask(
        "device", "set", "1,3-4", "room=Gym", "owner=Facilities", "tag=asset-0042",
        "note=above the door", "accepted-until=31.07.2027", "--db", db,
    )  # fmt: skip
    assert ran.code == 0
    assert ran.out.splitlines()[:6] == [
        "device 1 at 198.18.0.1, hikvision DS-2CD2042WD-I, site north",
        "  room: - -> Gym",
        "  owner: - -> Facilities",
        "  tag: - -> asset-0042",
        "  note: - -> above the door",
        "  accepted-until: - -> 2027-07-31",
    ]
    assert ran.err == f"3 devices changed in {db}\n"
    assert owned(db) == ["Gym", None, "Gym", "Gym", None]
    assert owned(db, "accepted_until") == ["2027-07-31", None, "2027-07-31", "2027-07-31", None]


def test_nothing_after_the_sign_empties_and_what_was_so_is_no_change(ask: Ask, db: Path) -> None:
    ask("device", "set", "1", "room=Gym", "--db", db)
    ran = ask("device", "set", "1,2", "room=", "--db", db)
    assert ran.out.splitlines()[1:] == ["  room: Gym -> -"]
    assert "1 device changed" in ran.err
    assert "; 1 device had it already" in ran.err
    assert owned(db) == [None] * 5


@pytest.mark.parametrize("name", ["198.18.0.2", "44-19-B6-00-00-02", "4419.b600.0002", "2"])
def test_a_device_is_named_as_for_show(ask: Ask, db: Path, name: str) -> None:
    assert ask("show", name, "--db", db).out.startswith("device 2 ")
    assert ask("device", "set", name, "room=Gym", "--db", db).code == 0
    assert owned(db) == [None, "Gym", None, None, None]


def test_a_site_tells_devices_of_one_address_apart(ask: Ask, db: Path) -> None:
    ran = ask("device", "set", "198.18.0.4", "room=Gym", "--db", db)
    assert ran.code == 2
    assert "several devices: 4 (site north, now at 198.18.0.4), 5 (site south," in ran.complaint
    assert ask("device", "set", "198.18.0.4", "room=Gym", "--site", "south", "--db", db).code == 0
    assert owned(db) == [None, None, None, None, "Gym"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("1", "rom=Gym"), "there is no field 'rom'; did you mean room?"),
        (("1", "room"), "'room' is not FIELD=VALUE"),
        (("1", "2", "room=Gym"), "several devices are written 3,7-9"),
        (("1", "room=Gym", "Room=Hall"), "room is given twice"),
        (("1", "accepted-until=07/08/2027"), "may be 2027-07-08 or 2027-08-07"),
        (("1", "accepted-until=tomorrow"), "'tomorrow' is no date: write it as 2027-07-31"),
        (("1", "accepted-until=31.02.2027"), "there is no day 31.02.2027"),
        (("1", f"tag={'x' * 101}"), "tag has 101 characters"),
        (("1", "room=\x1b[2J"), "room has a character that is no text (U+001B)"),
        (("1,99", "room=Gym"), "no device 99"),
        (("1-9", "room=Gym"), "no device 6"),
        (("9-1", "room=Gym"), "9-1 is no range"),
        (("1-99999999", "room=Gym"), "no range of at most 10,000 devices"),
        (("1,,2", "room=Gym"), "has an empty name in it"),
        (("198.18.0.77", "room=Gym"), "no device 198.18.0.77"),
        (("9" * 30, "room=Gym"), "no device 999"),
        (("1,5", "room=Gym", "--site", "north"), "device 5 is at site south, not at north"),
        (("1",), "missing argument 'FIELD=VALUE'"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_changed(
    ask: Ask, db: Path, words: tuple[str, ...], said: str
) -> None:
    ran = ask("device", "set", *words, "--db", db)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.complaint
    assert owned(db) == [None] * 5


def test_an_output_that_cannot_be_written_stops_before_anything_is_changed(
    ask: Ask, db: Path, tmp_path: Path
) -> None:
    ran = ask("device", "set", "1", "room=Gym", "-o", tmp_path / "none" / "x", "--db", db)
    assert ran.code == 2
    assert "cannot write" in ran.complaint
    assert owned(db) == [None] * 5


def test_a_group_without_a_verb_is_one_sentence(ask: Ask) -> None:
    for group in ("device", "import"):
        ran = ask(group)
        assert (ran.code, ran.complaint) == (
            2,
            f"missing command; see camcensus {group} --help",
        )


def test_a_day_that_has_passed_is_said(ask: Ask, db: Path) -> None:
    ran = ask("device", "set", "1", "accepted-until=2020-07-31", "--db", db)
    assert "2020-07-31 has passed" in ran.err
    assert "2020-07-31, which has passed" in ask("show", "1", "--db", db).out


def test_json_is_the_device_as_it_is_then_and_quiet_is_quiet(ask: Ask, db: Path) -> None:
    ran = ask("device", "set", "2", "room=Gym", "accepted-until=2027-07-31", "--json", "-q",
              "--db", db)  # fmt: skip
    assert ran.err == ""
    assert json.loads(ran.out) == json.loads(
        ask("devices", "--json", "--db", db).out.splitlines()[1]
    )
    assert json.loads(ran.out)["owned"]["accepted_until"] == "2027-07-31"


def test_show_tells_what_people_wrote_and_who_changed_it(ask: Ask, db: Path) -> None:
    for room in range(7):
        ask("device", "set", "1", f"room={room}", "--db", db)
    out = ask("show", "1", "--db", db).out
    assert "  room: 6\n" in out
    told = [line for line in out.splitlines() if line.endswith("(device set)")]
    assert [line.split("room ")[1] for line in told] == [
        f"{n - 1} -> {n} (device set)" for n in (6, 5, 4, 3, 2)
    ]
    assert "... and 2 before; --json has them all" in out
    row = json.loads(ask("show", "1", "--json", "--db", db).out)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(row)
    assert [one["new"] for one in row["owned_changes"]] == ["6", "5", "4", "3", "2", "1", "0"]


def test_devices_has_a_room_only_where_somebody_wrote_one(ask: Ask, db: Path) -> None:
    assert "room" not in ask("devices", "--db", db).out
    ask("device", "set", "1", "room=Gym", "--db", db)
    out = ask("devices", "--db", db).out
    assert "room" in out.splitlines()[0]
    assert "Gym" in out


def test_a_room_of_a_terminals_commands_moves_no_terminal(ask: Ask, db: Path) -> None:
    with closing(sqlite3.connect(db)) as database:
        database.execute("UPDATE device SET owned_room = char(27) || '[2J'")
        database.commit()
    for words in (("devices",), ("show", "1"), ("device", "set", "1", "room=")):
        assert "\x1b" not in ask(*words, "--db", db).out


# ---------------------------------------------------------------- a file that comes back


def filled_in(ask: Ask, db: Path, rooms: dict[str, str]) -> str:
    """The CSV export with rooms written into it."""
    exported = ask("export", "csv", "--all", "--db", db).out
    rows = list(csv.DictReader(io.StringIO(exported, newline="")))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, rows[0])
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"room": rooms.get(row["id"], row["room"])})
    return stream.getvalue()


def imported(ask: Ask, db: Path, file: Path, *more: str) -> Ran:
    return ask("import", "owned", file, *more, "--db", db)


def test_an_export_that_was_filled_in_comes_back(ask: Ask, db: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(filled_in(ask, db, {"1": "Gym", "5": "Hall"}), encoding="utf-8")
    ran = imported(ask, db, file)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "device 1 at 198.18.0.1, hikvision DS-2CD2042WD-I, site north",
        "  room: - -> Gym",
        "device 5 at 198.18.0.4, hikvision DS-2CD2042WD-I, site south",
        "  room: - -> Hall",
    ]
    assert ran.err == f"2 devices changed in {db}; 2 fields; 5 rows read\n"
    assert owned(db) == ["Gym", None, None, None, "Hall"]
    assert "(import owned list.csv)" in ask("show", "5", "--db", db).out
    assert imported(ask, db, file).err.startswith("0 devices changed")


def test_a_dry_run_tells_the_same_and_writes_nothing(ask: Ask, db: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(filled_in(ask, db, {"1": "Gym"}), encoding="utf-8")
    dry = imported(ask, db, file, "--dry-run")
    as_json = json.loads(imported(ask, db, file, "--dry-run", "--json").out)
    assert owned(db) == [None] * 5
    assert "1 device would change" in dry.err
    assert "nothing was written" in dry.err
    assert as_json["owned"]["room"] == "Gym"
    assert imported(ask, db, file).out == dry.out


def test_some_refused_rows_are_told_and_the_others_are_taken(
    ask: Ask, db: Path, tmp_path: Path
) -> None:
    file = tmp_path / "list.xlsx"
    header = ("ID", "Site", "MAC", "Model", "Room")
    rows: list[tuple[Any, ...]] = [
        (1, "north", MAC.format(1), "DS-2CD2042WD-I", "Gym"),
        (2, "north", MAC.format(9), "DS-2CD2042WD-I", "Gym"),
        (3, "north", MAC.format(3), "corrected by hand", "=1+1"),
        (4, "north", MAC.format(4), "corrected by hand", "Hall"),
        ("total", None, None, None, 4),
    ]
    file.write_bytes(workbook(*rows, header=header, above=[("Cameras of North School",)]))
    ran = imported(ask, db, file, "-q")
    assert ran.code == 3
    assert ran.err.splitlines() == [
        f"row 4 was not taken: it says MAC {MAC.format(9)}, device 2 has {MAC.format(2)}",
        "row 5 was not taken: room is a formula: write the value itself",
        "row 7 was not taken: its ID 'total' is no number of a device",
    ]
    assert owned(db) == ["Gym", None, None, "Hall", None]
    told = imported(ask, db, file).err.splitlines()[-1]
    assert "; 5 rows read; 3 rows refused; ignored 1 cell of other columns" in told
    assert told.endswith("(model 1)")


def test_many_refused_rows_are_not_a_wall_of_text(ask: Ask, db: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,mac,room\n" + "x,,Gym\n" * 500, encoding="utf-8")
    ran = imported(ask, db, file)
    assert ran.code == 3
    assert len(ran.err.splitlines()) == 22
    assert "... and 480 more rows were not taken" in ran.err


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", b"\xff" * 9])
def test_a_file_that_is_not_ours_changes_nothing(
    ask: Ask, db: Path, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "list.xlsx"
    file.write_bytes(content)
    ran = imported(ask, db, file)
    assert (ran.code, ran.out) == (2, "")
    assert str(file) in ran.complaint


# ---------------------------------------------------------------- sweeps


def test_a_sweep_of_the_lab_and_naming_again_leave_what_people_wrote(
    census: Census, ask: Ask, tmp_path: Path
) -> None:
    db = tmp_path / "again.db"
    with closing(sqlite3.connect(census.db)) as database:
        database.execute("VACUUM INTO ?", (str(db),))
    ask("device", "set", "1-3", "room=Gym", "accepted-until=2027-07-31", "--db", db)
    before = owned(db), owned(db, "accepted_until")
    home = str(tmp_path / "home")
    swept = run(
        "sweep", *census.targets, *PORTS, "--db", db, "--pace", "fast", "-q",
        XDG_CONFIG_HOME=home, XDG_DATA_HOME=home,
    )  # fmt: skip
    assert swept.code == 0, swept.err
    assert ask("reidentify", "--db", db).code == 0
    assert (owned(db), owned(db, "accepted_until")) == before
    assert before[0].count("Gym") == 3
