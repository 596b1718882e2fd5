"""`export xlsx` and `report`: files for people, from a census that holds a relabelled camera."""

import io
from pathlib import Path

import openpyxl
import pytest

from camcensus.census.naming import in_names
from camcensus.identify import load_catalogue
from camcensus.store import CoverageRecord, Store, SweepStatus
from camcensus.types import Evidence, Field
from cli.program import Ask
from store.estate import at, sweep

RELABEL, NVR, UNKNOWN, QUIET = (f"198.18.0.{last}" for last in range(1, 5))
SAID = {
    RELABEL: (
        (Field.WSD_SCOPE, "onvif://www.onvif.org/name/HiLook IPC-B140H"),
        (Field.WSD_SCOPE, "onvif://www.onvif.org/hardware/IPC-B140H"),
        (Field.SADP_FIELD, "SoftwareVersion=V5.5.84build 190507"),
    ),
    NVR: (
        (Field.DHIP_FIELD, "DeviceClass=NVR"),
        (Field.DHIP_FIELD, "RemoteVideoInputChannels=16"),
    ),
    UNKNOWN: ((Field.HTTP_SERVER, "somebody"),),
    QUIET: (
        (Field.MAC_ADDRESS, "58:50:ed:00:00:01"),
        (Field.MAC_OWNER, "Hangzhou Hikvision Digital Technology Co.,Ltd."),
    ),
}
COVERAGE = (
    CoverageRecord("", "mdns", 3, 0, 3, not_audible="256 addresses behind a router"),
    CoverageRecord(
        *("", "all"),
        excluded=2,
        excluded_why="network address of 198.18.0.0/24 [scan0] (1); a ward (1)",
        remarks="198.18.1.0/24: 254 asked, 0 answers; 198.18.0.0/24: 254 asked, 3 alive, 3 spoke",
    ),
)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A census of one sweep at north; of another at south, which found nothing."""
    catalogue = load_catalogue()
    with Store.open(tmp_path / "census.db") as store:
        number = store.begin_sweep(sweep("north", ("198.18.0.0/23",)))
        for address, pairs in SAID.items():
            said = tuple(Evidence(field, value) for field, value in pairs)
            identity = in_names(catalogue.identify(said), catalogue)
            store.settle(number, "north", "", address, identity, said, at(1), None)
        store.finish_sweep(number, SweepStatus.DONE, COVERAGE, at(2))
        empty = store.begin_sweep(sweep("south", ("198.18.9.0/24",)))
        store.finish_sweep(empty, SweepStatus.DONE, (), at(3))
    return tmp_path / "census.db"


def test_the_spreadsheet_says_whose_why_and_what_was_not_seen(
    ask: Ask, db: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cameras.xlsx"
    ran = ask("export", "xlsx", "-o", path, "--db", db)
    assert (ran.code, ran.err) == (0, f"2 devices in {path}\n")
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    header, *rows = book["Cameras"].iter_rows(min_row=3, values_only=True)
    first = dict(zip(header, rows[0], strict=True))
    assert (first["Brand on the label"], first["Made by"]) == ("HiLook", "Hikvision")
    assert str(first["Why"]).startswith("Hikvision's own discovery says")
    assert len(rows) == 2
    unseen = list(book["Not seen"].iter_rows(min_row=4, values_only=True))
    assert [row[:2] for row in unseen] == [
        ("cameras behind a network recorder", NVR),
        ("a device that nobody could name", UNKNOWN),
        ("a device that may be a camera", QUIET),
        ("addresses that were left out", None),
        ("whole networks", None),
        ("what Bonjour would tell", None),
    ]
    assert str(unseen[2][2]).startswith("Its MAC belongs to Hikvision, which makes cameras")
    assert unseen[3][2] == "A ward (1)."
    assert unseen[4][2] == "198.18.1.0/24: 254 asked, 0 answers."


def test_the_spreadsheet_lists_everything_where_that_is_asked_for(
    ask: Ask, db: Path, tmp_path: Path
) -> None:
    path = tmp_path / "all.xlsx"
    assert ask("export", "xlsx", "--all", "-o", path, "--db", db).code == 0
    sheet = openpyxl.load_workbook(path)["Cameras"]
    assert [row[3] for row in sheet.iter_rows(min_row=4, values_only=True)] == [
        "Camera",
        "Network recorder",
        "Unknown",
        "Unknown",
    ]


def test_a_spreadsheet_needs_a_file(ask: Ask, db: Path) -> None:
    ran = ask("export", "xlsx", "--db", db)
    assert ran.code == 2
    assert ran.complaint == "xlsx is no text: name a file with -o, such as -o cameras.xlsx"
    assert "choose one of csv, jsonl, xlsx" in ask("export", "ods", "--db", db).complaint


def test_the_page_goes_to_stdout_or_into_a_file(ask: Ask, db: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    ran = ask("report", "--db", db, "-o", path, "--site", "north")
    assert (ran.code, ran.err) == (0, f"2 devices in {path}\n")
    text = path.read_text("utf-8")
    for fact in ("HiLook", "Hikvision", "north", "16 channels", "198.18.1.0/24: 254 asked"):
        assert fact in text
    assert ask("report", "--db", db, "--site", "north").out.startswith("<!DOCTYPE html>")


def test_the_page_of_a_site_speaks_of_that_site_alone(ask: Ask, db: Path) -> None:
    assert "No camera or recorder was found." in ask("report", "--db", db, "--site", "south").out
    assert "198.18.9.0" not in ask("report", "--db", db, "--site", "north").out
    ran = ask("report", "--db", db, "--site", "nroth")
    assert ran.code == 2
    assert ran.complaint == f"{db} has no site 'nroth'; it has north, south (see --site)"


def test_the_page_can_be_marked_and_be_without_addresses(ask: Ask, db: Path) -> None:
    text = ask("report", "--db", db, "--no-addresses", "--marking", "OFFICIAL").out
    assert text.count("OFFICIAL") >= 2
    assert "HiLook" in text
    assert "198.18" not in text


@pytest.mark.parametrize("folder", ["/sys", "/proc", "/nowhere"])
@pytest.mark.parametrize("words", [("report",), ("export", "xlsx"), ("export", "csv")])
def test_where_nothing_can_be_written_the_file_is_named_and_what_to_do(
    ask: Ask, db: Path, folder: str, words: tuple[str, ...]
) -> None:
    ran = ask(*words, "--db", db, "-o", f"{folder}/cameras")
    assert ran.code == 2
    assert ran.complaint.startswith(f"cannot write {folder}/cameras: ")
    assert ran.complaint.endswith("; choose another file with -o")
