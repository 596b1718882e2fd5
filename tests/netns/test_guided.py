"""`camcensus` alone on a terminal, answered as a person would, beside an estate."""

import json
import shlex
import sys
from pathlib import Path

import openpyxl
import pytest

from camcensus.store import Store, SweepStatus
from netns.laboratory import Run, estate, inside, marks

pytestmark = marks

DEVICES = {"198.18.0.10": "hik_cam", "198.18.0.11": "annke_cam", "198.18.0.12": "axis_cam"}
TYPED = Path(__file__).with_name("typed.py")


def guided(folder: Path, *answers: str, hang_up_at: str = "", before: str = ":") -> Run:
    """The program with a terminal of its own; `before` is shell, run in its folder."""
    order = json.dumps({"answers": answers, "hang_up_at": hang_up_at})
    argv = [sys.executable, str(TYPED), order, sys.executable, "-m", "camcensus"]
    script = (
        f"cd {shlex.quote(str(folder))}; export XDG_DATA_HOME=$PWD/data XDG_CONFIG_HOME=$PWD; "
        f"{before}; {shlex.join(argv)}"
    )
    return inside(folder, estate(DEVICES), script)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("guided")
    return guided(folder, "", "198.18.0.8/29", "Oakfield", "")


def test_a_network_must_be_chosen_and_then_it_sweeps(run: Run) -> None:
    said = run.stdout
    assert run.code == 0, said
    assert "You are on 198.18.0.0/24 (scan0): number 1." in said
    assert said.index("a network must be chosen") < said.index("The plan: 8 addresses")
    assert "Start? [Y/n]" in said
    assert "found: 3 cameras" in said
    assert {one.destination for one in run.frames if one.protocol == "arp"} <= {
        f"198.18.0.{host}" for host in range(8, 16)
    }


def test_it_leaves_a_spreadsheet_and_a_page(run: Run) -> None:
    [sheet] = run.folder.glob("cameras-Oakfield-*.xlsx")
    [page] = run.folder.glob("cameras-Oakfield-*.html")
    assert str(sheet) in run.stdout
    assert str(page) in run.stdout
    rows = list(openpyxl.load_workbook(sheet)["Cameras"].iter_rows(min_row=4, values_only=True))
    assert {row[9] for row in rows} == set(DEVICES)
    assert {row[1] for row in rows} == {"Oakfield"}
    unseen = openpyxl.load_workbook(sheet)["Not seen"].iter_rows(min_row=4, values_only=True)
    assert [row[0] for row in unseen] == ["what network management (SNMP) would tell"]
    text = page.read_text("utf-8")
    assert "Surveillance cameras: Oakfield" in text
    assert "Annke" in text


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        (("1", "", "n"), 0, "stopped; nothing was sent"),
        (("", "", "", "", ""), 2, "no network was chosen, so nothing was sent"),
        (("198.18.0.0/99", "x", "1.2.3.4", "", "", "", ""), 2, "/99"),
    ],
)
def test_nothing_is_sent_before_somebody_said_yes(
    tmp_path: Path, answers: tuple[str, ...], code: int, said: str
) -> None:
    run = guided(tmp_path, *answers)
    assert said in run.stdout
    assert run.code == code
    assert [one for one in run.frames if one.protocol != "icmp6"] == []
    assert not list(tmp_path.glob("cameras*"))


def test_a_terminal_that_is_closed_ends_the_sweep_in_order(tmp_path: Path) -> None:
    run = guided(tmp_path, "198.18.0.8/29", "", "", hang_up_at="new  198.18.0.1")
    assert run.code == 3
    with Store.open(tmp_path / "data" / "camcensus" / "census.db", create=False) as store:
        [sweep] = store.sweeps()
        assert sweep.status is SweepStatus.INTERRUPTED
        assert list(store.devices())
    assert list(tmp_path.glob("cameras-*.xlsx"))
    assert list(tmp_path.glob("cameras-*.html"))


@pytest.mark.parametrize("what", ["list", "census"])
def test_where_nothing_could_be_kept_nothing_is_asked(tmp_path: Path, what: str) -> None:
    # root may write everywhere but on a file system that is mounted for reading
    shut = "mkdir shut; mount -t tmpfs -o ro shut shut"
    before, said = {
        "list": (f"{shut}; cd shut; export HOME=$PWD", "could be written neither to"),
        "census": (f"{shut}; export XDG_DATA_HOME=$PWD/shut", "with CAMCENSUS_DB=FILE"),
    }[what]
    run = guided(tmp_path, "198.18.0.8/29", "", "", before=before)
    assert run.code == 2
    assert said in run.stdout
    assert "Look for cameras" not in run.stdout
    assert [one for one in run.frames if one.protocol == "arp"] == []
