"""Each mistake is one sentence with the right exit code; nothing is sent, nothing is lost."""

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from camcensus.store import Store
from cli.conftest import Census
from cli.program import Ask, run

ZONE = 'schema = 1\n[[zone]]\nname = "a"\nnetworks = ["198.18.0.0/24"]\n'
FILES: dict[str, bytes] = {
    "latin.txt": b"198.18.0.1\n198.18.0.2 \xe9cole\n",
    "cut.toml": ZONE.encode() + b'policy = "probe\n',
    "open.toml": b"schema = 1\nzone = [\n",
    "misspelt.toml": ZONE.encode() + b'polcy = "probe"\n',
    "range.txt": b"# ours\n198.18.0.9-2\n",
    "settings-cut.toml": b'site = "a"\npace = \n',
    "settings-misspelt.toml": b'\npase = "fast"\n',
    "settings-wrong.toml": b'pace = "quick"\n',
    "settings-latin.toml": b'site = "\xe9cole"\n',
    "text.db": b"this is no database, but a text that is long enough to look at\n" * 20,
    "zeros.db": b"\0" * 8192,
    "garbage.plan": b"not a plan\n",
    "latin.plan": b"\xff\xfe\x00",
    "list.plan": b"[1, 2]",
    "report.xml": b"<html><body>",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with everything that can be wrong with a file, as the working folder."""
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


SWEEP = ("sweep", "198.18.0.1", "--db", "census.db")
ROWS: list[tuple[tuple[str, ...], int, str]] = [
    # what was typed
    (("frobnicate",), 2, "there is no verb 'frobnicate'"),
    (("swep",), 2, "did you mean 'sweep'?"),
    (("sweep", "--frob"), 2, "no such option: --frob"),
    (("show",), 2, "missing argument 'DEVICE'"),
    (("identify",), 2, "missing argument 'FILE|-'"),
    (("export",), 2, "missing argument 'FORMAT'"),
    (("devices", "--db"), 2, "option '--db' requires an argument"),
    (("identify", "a", "b"), 2, "unexpected extra argument"),
    (("resume", "198.18.0.0/24"), 2, "'[SWEEP]': it should be a valid integer"),
    (("config", "set"), 2, "`config show`"),
    (("signatures", "frob"), 2, "choose list, check, test"),
    (("signatures", "--maker", "Nobody"), 2, "no maker or brand"),
    (("export", "xml"), 2, "there is no format 'xml'"),
    (("devices", "--kind", "cam"), 2, "there is no kind 'cam'"),
    (("devices", "--seen-since", "yesterday"), 2, "such as 7d"),
    (("lab", "--report", "none/x.json"), 2, "cannot write none/x.json"),
    (("lab", "--capture", "none/x.json"), 2, "cannot write none/x.json"),
    (("lab", "--only", "nobody"), 2, "`camcensus lab --list`"),
    (("demo", "--pace", "warp"), 2, "--pace 'warp' cannot be"),
    # what a sweep may be
    (("sweep",), 2, "no target: name a network"),
    (("resume", "--db", "none.db"), 1, "run a sweep, or check --db"),
    ((*SWEEP, "--max-rate", "0"), 2, "--max-rate 0.0 cannot be: it should be greater than 0"),
    ((*SWEEP, "--max-rate", "nan"), 2, "--max-rate nan cannot be"),
    ((*SWEEP, "--max-rate", "fast"), 2, "'--max-rate': it should be a valid number"),
    ((*SWEEP, "--stats-every", "x"), 2, "'x' is no duration"),
    ((*SWEEP, "--stats-every", "0"), 2, "'0' is no duration"),
    ((*SWEEP, "--stats-every", "-1s"), 2, "'-1s' is no duration"),
    ((*SWEEP, "--limit", "0"), 2, "'--limit': it should be greater than or equal to 1"),
    ((*SWEEP, "--site", ""), 2, "--site '' cannot be: a site name is"),
    ((*SWEEP, "--site", "a\nb"), 2, "--site 'a\\nb' cannot be: a site name is"),
    ((*SWEEP, "--site", "\x1b[2J"), 2, "--site '\\x1b[2J' cannot be: a site name is"),
    ((*SWEEP, "--site", "x" * 101), 2, "cannot be: a site name is"),
    ((*SWEEP, "--pace", "warp"), 2, "--pace 'warp' cannot be: it should be 'gentle'"),
    ((*SWEEP, "--log-format", "yaml"), 2, "--log-format 'yaml' cannot be"),
    ((*SWEEP, "--source-port", "80"), 2, "'--source-port': it should be greater than"),
    ((*SWEEP, "--probers", "telnet"), 2, "there is no prober 'telnet'; choose from"),
    ((*SWEEP, "--probers", "http"), 2, "would ask nobody"),
    ((*SWEEP, "--ports", "80,9100"), 2, "tcp port 9100 is never sent to"),
    ((*SWEEP, "--ports", "https:9100"), 2, "tcp port 9100 is never sent to"),
    ((*SWEEP, "--ports", "htp:81"), 2, "did you mean 'http'?"),
    ((*SWEEP, "--ports", "http:0"), 2, "'0' is not a number from 1 to 65535"),
    ((*SWEEP, "-e", "nosuch0"), 2, "this machine has no such interface"),
    ((*SWEEP, "10.0.0.0/33"), 2, "the number after the slash is at most 32"),
    ((*SWEEP, "198.18.0.9-2"), 2, "runs backwards"),
    (("sweep", "0.0.0.0/0"), 2, "nothing is sent there"),
    (("sweep", "8.8.8.0/24"), 2, "--allow-public"),
    (("sweep", "10.0.0.0/8"), 2, "say --yes if that is meant"),
    # files that cannot be read
    (("sweep", "-iL", "none.txt"), 2, "'none.txt' cannot be read: No such file"),
    (("sweep", "-iLnone.txt"), 2, "'none.txt' cannot be read: No such file"),
    (("sweep", "-iL", "folder"), 2, "'folder' cannot be read: Is a directory"),
    (("sweep", "-iL", "latin.txt"), 2, "latin.txt:2: not UTF-8 text; save the file as UTF-8"),
    (("sweep", "-iL", "range.txt"), 2, "range.txt:2: '198.18.0.9-2'"),
    ((*SWEEP, "--excludefile", "none.txt"), 2, "'none.txt' cannot be read: No such file"),
    ((*SWEEP, "--excludefile", "latin.txt"), 2, "latin.txt:2: not UTF-8 text"),
    ((*SWEEP, "--exclude", "198.18.0.9-2"), 2, "--exclude: '198.18.0.9-2'"),
    ((*SWEEP, "--zones", "none.toml"), 2, "'none.toml' cannot be read: No such file"),
    ((*SWEEP, "--zones", "cut.toml"), 2, "cut.toml:5: not TOML at 'policy'"),
    ((*SWEEP, "--zones", "open.toml"), 2, "open.toml:2: not TOML at 'zone'"),
    ((*SWEEP, "--zones", "misspelt.toml"), 2, "misspelt.toml:5: [[zone]] has no key 'polcy'"),
    (("devices", "--config", "none.toml"), 2, "cannot read the settings in none.toml"),
    (("devices", "--config", "settings-cut.toml"), 2, "settings-cut.toml:2: not TOML at 'pace'"),
    (("devices", "--config", "settings-misspelt.toml"), 2, ":2: unknown key 'pase', did you mean"),
    (("devices", "--config", "settings-wrong.toml"), 2, ":1: pace = 'quick' cannot be"),
    (("devices", "--config", "settings-latin.toml"), 2, "not UTF-8"),
    (("doctor", "--config", "none.toml"), 2, "cannot read the settings in none.toml"),
    (("identify", "none.jsonl"), 2, "cannot read none.jsonl: No such file"),
    (("identify", "folder"), 2, "cannot read folder: Is a directory"),
    (("identify", "report.xml"), 2, "report.xml is no nmap report"),
    (("identify", "report.xml", "--from", "zgrab"), 2, "choose auto, jsonl or nmap"),
    (("signatures", "--folder", "none"), 2, "vocabulary.toml: cannot be read"),
    (("sweep", "--plan", "none.plan"), 2, "cannot read the plan none.plan: No such file"),
    (("sweep", "--plan", "garbage.plan"), 2, "garbage.plan: not a plan file"),
    (("sweep", "--plan", "latin.plan"), 2, "latin.plan: not a plan file"),
    (("sweep", "--plan", "list.plan"), 2, "list.plan: the file is not an object"),
    ((*SWEEP, "--plan", "garbage.plan"), 2, "leave the targets away"),
    ((*SWEEP, "--approved", "0" * 12), 2, "--approved is about a stored plan: name its file with"),
    (("plan", "--check", "none.plan"), 2, "cannot read the plan none.plan"),
    (("plan", "198.18.0.1", "--check", "list.plan"), 2, "--check FILE is the whole scope: leave"),
    (("plan", "198.18.0.1", "--announce", "--json"), 2, "--announce and --json both write to std"),
    (("plan", "198.18.0.1", "-q", "--page", "none/x.html"), 2, "cannot write none/x.html: No such"),
    # files that cannot be written
    ((*SWEEP, "-o", "none/devices.jsonl"), 2, "cannot write none/devices.jsonl: No such file"),
    (("plan", "198.18.0.1", "-q", "-o", "none/x.plan"), 2, "cannot write none/x.plan: No such"),
    (("signatures", "-o", "folder/none/x"), 2, "cannot write folder/none/x: No such file"),
    # databases
    (("devices", "--db", "none.db"), 1, "run a sweep, or check --db"),
    (("devices", "--db", "text.db"), 1, "text.db is not a camcensus database"),
    (("devices", "--db", "zeros.db"), 1, "zeros.db is not a camcensus database"),
    ((*SWEEP, "--db", "text.db"), 1, "text.db is not a camcensus database"),
    (("devices", "--db", "folder"), 1, "folder is a folder: name a file with --db"),
    (("devices", "--db", "mysql://h/x"), 1, "give a file, or postgresql+psycopg://"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), ROWS, ids=lambda x: str(x)[:60])
def test_a_mistake_is_one_sentence(
    place: Path, ask: Ask, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ran = ask(*arguments)
    assert ran.code == code
    assert said in ran.complaint
    assert len(ran.complaint) < 300
    assert ran.out == "" or arguments[0] == "plan"
    assert {name: (place / name).read_bytes() for name in FILES} == FILES
    left = {path.name for path in place.iterdir()} - {*FILES, "folder", "home"}
    assert left <= {"census.db", "census.db.sweep"}  # no half-written output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "none"), "`camcensus devices --all` lists them"),
        (("show", "198.18.0.77"), "no device 198.18.0.77"),
        (("show", "9" * 30), "no device 999"),
        (("explain", "none"), "no device none"),
        (("reidentify", "99"), "has no sweep 99"),
        (("resume",), "no sweep that was interrupted"),
        (("resume", "1"), "no sweep 1 that was interrupted"),
    ],
)
def test_what_the_census_does_not_hold_is_one_sentence(
    census: Census, ask: Ask, arguments: tuple[str, ...], said: str
) -> None:
    ran = ask(*arguments, "--db", census.db)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.complaint


def test_the_first_and_last_rows_hold_for_the_installed_program(tmp_path: Path) -> None:
    typed, file = run("frobnicate"), run("devices", "--db", tmp_path)
    assert (typed.code, file.code) == (2, 1)
    assert typed.complaint == "there is no verb 'frobnicate'; see camcensus --help"
    assert "is a folder" in file.complaint


# ---------------------------------------------------------------- plans


def stored_plan(ask: Ask, place: Path, *more: str) -> Path:
    file = place / "night.plan"
    assert ask("plan", "198.18.0.0/30", "-q", "-o", file, *more).code == 0
    return file


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"schema": "camcensus.plan-file/2"', '"schema": "camcensus.plan-file/9"', "schema is not"),
        ('plan-file/2"', 'plan-file/1"', "cannot show whether somebody edited it"),
        ('"network": "198.18.0.0/30"', '"network": "198.18.0.0/29"', "target 198.18.0.4/30 was ad"),
        ('"network": "198.18.0.0/30"', '"network": "here"', "target 198.18.0.0/30 was taken out"),
        ('"frames_per_s": 100.0', '"frames_per_s": 900.0', "frames_per_s was 100.0 and is 900.0"),
        ('"host_connections": 12', '"host_connections": 90', "host_connections was 12 and is 90"),
        ('"site": ', '"sight": 1, "site": ', "sight was added"),
        ('"transport": "tcp"', '"transport": "sctp"', "was taken out"),
        ("443,", "9100,", "port 9100 was added to prober http second tcp"),
        ('"contact": ""', '"contact": "me"', 'asker contact was "" and is "me"'),
        ('"limit": null', '"limit":  null', "not laid out as camcensus wrote it"),
    ],
)
def test_a_plan_edited_by_hand_is_refused_with_its_file_and_key(
    place: Path, ask: Ask, old: str, new: str, said: str
) -> None:
    file = stored_plan(ask, place)
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    ran = ask("sweep", "--plan", file, "--db", place / "census.db")
    assert ran.code == 2
    assert ran.complaint.startswith(str(file))
    assert said in ran.complaint
    assert not (place / "census.db").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--pace", "fast"), "pace fast is not pace gentle as planned"),
        (("--max-rate", "5"), "frames_per_s of pace gentle is 5, not 100 as planned"),
        (("--exclude", "198.18.0.2"), "leave --exclude away"),
        (("--probers", "mdns"), "leave --probers away"),
        (("--site", "north"), "leave --site away"),
        (("--source-port", "4000"), "source port 4000 is not 53702 as planned"),
        (("--approved", "0" * 64), "night.plan is not the plan that was approved: its hash is"),
        (("--approved", "abc"), "--approved 'abc': give the hash of the plan, or 12"),
    ],
)
def test_a_plan_is_swept_exactly_or_not_at_all(
    place: Path, ask: Ask, more: tuple[str, ...], said: str
) -> None:
    ran = ask("sweep", "--plan", stored_plan(ask, place), *more)
    assert ran.code == 2
    assert said in ran.complaint


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("CONTACT", "noc@x", "contact 'noc@x' is not '' as planned"),
        ("MAX_RATE", "7", "frames_per_s of pace gentle is 7, not 100 as planned"),
        ("ONVIF_USER", "inventory", "the owner's ONVIF login 'https' is not 'none' as planned"),
    ],
)
def test_a_plan_is_refused_where_the_settings_would_make_another_of_it(
    place: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, said: str
) -> None:
    file = stored_plan(ask, place)
    monkeypatch.setenv(f"CAMCENSUS_{setting}", value)
    ran = ask("sweep", "--plan", file, "--db", place / "census.db")
    assert ran.code == 2
    assert said in ran.complaint
    assert not (place / "census.db").exists()


def test_no_part_of_a_plan_can_be_missing_or_empty_and_nothing_is_sent(
    tmp_path: Path, ask: Ask
) -> None:
    file = tmp_path / "night.plan"  # a frame to these addresses would fail the test by itself
    words = ("10.20.0.0/30", "--exclude", "10.20.0.2", "--ports", "8081", "--limit", "2")
    assert ask("plan", *words, "-q", "-o", file).code == 0
    table = json.loads(file.read_text("utf-8"))
    for key, value in table.items():
        empty = type(value)() if value is not None else 1
        for edited in ({**table, key: empty}, {k: v for k, v in table.items() if k != key}):
            if edited == table:
                continue
            file.write_text(json.dumps(edited, indent=1, sort_keys=True) + "\n", "utf-8")
            ran = ask("sweep", "--plan", file, "--db", tmp_path / "census.db")
            assert ran.code == 2, key
            assert ran.complaint.startswith(str(file))
            assert key in ran.complaint or "was" in ran.complaint
    assert not (tmp_path / "census.db").exists()


def test_one_exclusion_less_is_named(place: Path, ask: Ask) -> None:
    file = stored_plan(ask, place, "--exclude", "198.18.0.2")
    table = json.loads(file.read_text("utf-8"))
    table["exclusions"] = [row for row in table["exclusions"] if row["network"] != "198.18.0.2"]
    file.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", "utf-8")
    ran = ask("sweep", "--plan", file, "--db", place / "census.db")
    assert ran.code == 2
    assert "exclusion 198.18.0.2 (excluded by the user) was taken out" in ran.complaint


def test_the_plan_that_was_approved_is_checked_and_shown_again(place: Path, ask: Ask) -> None:
    file = stored_plan(ask, place)
    text = file.read_text("utf-8")
    known = sha256(text.encode()).hexdigest()
    file.write_bytes(text.replace("\n", "\r\n").encode())  # as a mail or a repository may do
    for approved in (known, known[:12], known[:20].upper(), f"sha256:{known}"):
        ran = ask("plan", "--check", file, "--approved", approved)
        assert ran.code == 0
        assert f"hash of the plan (SHA-256): {known}" in ran.out
        assert f"is as it was made; its hash is {known}" in ran.err
    shown = json.loads(ask("plan", "--check", file, "--json").out)
    assert (shown["hash"], shown["schema"]) == (known, "camcensus.plan/1")
    ran = ask("plan", "--check", file, "--pace", "fast")
    assert ran.code == 0
    assert "would refuse it: pace fast is not pace gentle as planned" in ran.err


def test_a_page_and_an_announcement_are_made_of_a_plan_and_of_its_file_alike(
    place: Path, ask: Ask
) -> None:
    file, page = stored_plan(ask, place), place / "plan.html"
    fresh = ask("plan", "198.18.0.0/30", "--announce", "--page", page, "-q")
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    again = ask("plan", "--check", file, "--announce", "-q")
    assert fresh.code == again.code == 0
    assert fresh.out == again.out
    assert f"  {sha256(file.read_bytes()).hexdigest()}" in fresh.out.splitlines()


# ---------------------------------------------------------------- databases


def test_a_database_of_a_newer_version_is_left_alone(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "census.db"
    Store.open(file).close()
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    before = file.read_bytes()
    for verb in (("devices",), ("sweep", "198.18.0.1")):
        ran = ask(*verb, "--db", file)
        assert ran.code == 1
        assert "newer camcensus (schema 9999" in ran.complaint
        assert "update camcensus" in ran.complaint
    assert file.read_bytes() == before


# ---------------------------------------------------------------- output files


def test_an_output_file_is_replaced_only_when_it_is_complete(
    census: Census, ask: Ask, tmp_path: Path
) -> None:
    file = tmp_path / "devices.jsonl"
    file.write_text("before\n", "utf-8")
    assert ask("show", "none", "--db", census.db, "-o", file).code == 2
    assert file.read_text("utf-8") == "before\n"
    assert ask("devices", "--all", "--db", census.db, "-o", file, "-q").code == 0
    assert len([json.loads(line) for line in file.read_text("utf-8").splitlines()]) == len(
        census.targets
    )
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_an_output_that_is_a_link_or_a_device_stays_what_it_is(
    census: Census, ask: Ask, tmp_path: Path
) -> None:
    file, link = tmp_path / "real.csv", tmp_path / "link.csv"
    file.write_text("before\n", "utf-8")
    link.symlink_to(file)
    assert ask("export", "csv", "--db", census.db, "-q", "-o", link).code == 0
    assert link.is_symlink()
    assert file.read_text("utf-8").startswith("\ufeffid,") or "id" in file.read_text("utf-8")
    assert ask("export", "csv", "--db", census.db, "-q", "-o", "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()
