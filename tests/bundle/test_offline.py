"""The offline bundle as a user unpacks it: complete, checked, and at work without any network."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from camcensus.lab import private_available
from offline import build

pytestmark = [pytest.mark.bundle, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
COPYLEFT = {"zeroconf"}


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newest bundle of dist, unpacked with tar."""
    archives = sorted(ROOT.glob("dist/*-offline.tar.gz"), key=lambda path: path.stat().st_mtime)
    assert archives, "there is no bundle in dist: make bundle"
    place = tmp_path_factory.mktemp("bundle")
    subprocess.run(["tar", "-xzf", archives[-1], "-C", place], check=True)
    return place / archives[-1].name.removesuffix(".tar.gz")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def without_network(home: Path, *words: str | Path, **more: str) -> Ran:
    """Run it where there is a loopback and no way out, with a home of its own and no compiler."""
    works, reason = private_available()
    if not works:
        pytest.skip(reason)
    done = subprocess.run(
        [ROOT / "tests" / "alone", *words],
        env={"HOME": str(home), "PATH": os.environ["PATH"], "CC": "false", **more}
        | {"WORKER_PYTHON": "/usr/bin/env"},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def installer(bundle: Path, home: Path, *words: str | Path, **more: str) -> Ran:
    more = {"PYTHON": sys.executable, **more}
    return without_network(home, "sh", bundle / "install.sh", *words, **more)


@dataclass(frozen=True)
class Home:
    folder: Path
    said: str

    @property
    def program(self) -> Path:
        return self.folder / ".local/share/camcensus/program"

    @property
    def link(self) -> Path:
        return self.folder / ".local/bin/camcensus"


@pytest.fixture(scope="session")
def home(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home where the bundle was installed."""
    folder = tmp_path_factory.mktemp("home")
    ran = installer(unpacked, folder)
    assert (ran.code, ran.err) == (0, "")
    return Home(folder, ran.out)


def test_the_demo_runs_from_it_without_any_network(home: Home) -> None:
    ran = without_network(
        home.folder, home.link, "demo", "--pace", "fast", "--db", "demo/census.db"
    )
    assert ran.code == 0, ran.err
    assert "cameras and recorders of" in ran.err
    [database] = home.folder.glob("demo/census.db")
    assert database.stat().st_size > 100_000


def test_it_is_the_installed_one_that_runs(home: Home) -> None:
    python = home.link.resolve().parent / "python"
    where = without_network(
        home.folder, python, "-c", "import camcensus, sys; print(camcensus.__file__, sys.prefix)"
    )
    assert where.out.count(str(home.program)) == 2, where
    helped = without_network(home.folder, home.link, "--help")
    assert "signatures" in helped.out


def test_the_spreadsheet_packages_came_along_and_scapy_did_not(home: Home) -> None:
    names = {path.name for path in home.program.glob("*/lib/python*/site-packages/*")}
    assert {"openpyxl", "xlsxwriter"} <= names
    assert not [name for name in names if "scapy" in name.lower()]


def test_nothing_in_it_is_of_scapy(unpacked: Path) -> None:
    files = [path for path in unpacked.rglob("*") if path.is_file()]
    inside = [
        f"{path.name}: {name}"
        for path in files
        if path.suffix == ".whl"
        for name in zipfile.ZipFile(path).namelist()
    ]
    assert len(inside) > 1000
    named = [path.name for path in files] + inside
    assert [name for name in named if re.search(r"(^|[ /])scapy", name, re.IGNORECASE)] == []
    assert "scapy" not in (unpacked / "requirements.txt").read_text(encoding="utf-8")


def test_each_wheel_is_listed_with_its_licence(unpacked: Path) -> None:
    table = (unpacked / "LICENSES.md").read_text(encoding="utf-8")
    rows = {
        found[1]: found[2]
        for found in re.finditer(r"^\| ([a-z0-9-]+) \|.*\| (.*) \|$", table, re.MULTILINE)
    }
    names = {
        path.name.split("-")[0].replace("_", "-").lower() for path in unpacked.glob("wheels/*")
    }
    unlisted = {
        name for name in names if not {"core", "xlsx"} & set(rows.get(name, "").split(", "))
    }
    assert unlisted == {"camcensus", "pip"}  # pip has a sentence there
    assert "pip" in table


def test_the_wheels_under_the_lgpl_hold_their_source(unpacked: Path) -> None:
    for name in COPYLEFT:
        wheels = list(unpacked.glob(f"wheels/{name}-*.whl"))
        assert wheels
        for wheel in wheels:
            inside = zipfile.ZipFile(wheel).namelist()
            compiled = [re.sub(r"\.cpython-\S+\.so$", ".py", one) for one in inside if ".so" in one]
            assert set(compiled) <= set(inside)
            assert any("COPYING" in one for one in inside)


def test_sha256sum_agrees(unpacked: Path) -> None:
    subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=unpacked, check=True
    )
    files = {path for path in unpacked.rglob("*") if path.is_file()}
    assert len((unpacked / "SHA256SUMS").read_text().splitlines()) == len(files) - 1


@pytest.mark.parametrize("version", build.PYTHONS)
def test_the_pins_are_complete_for_each_python(
    unpacked: Path, version: str, tmp_path: Path
) -> None:
    pip = next(unpacked.glob("wheels/pip-*.whl")) / "pip"
    words: list[str | Path] = [
        *(sys.executable, "-I", pip, "--isolated", "install", "--quiet", "--dry-run"),
        *("--no-index", "--find-links", unpacked / "wheels", "--require-hashes"),
        *("--disable-pip-version-check", "--target", tmp_path),
        *build.tags(version, "x86_64"),
        *("--requirement", unpacked / "requirements.txt"),
    ]
    surroundings = os.environ | {"PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def copied(unpacked: Path, place: Path) -> Path:
    """The same bundle, for a test that damages it: files are links until they are replaced."""
    return Path(shutil.copytree(unpacked, place / "bundle", copy_function=os.link))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)


def test_a_flipped_bit_is_refused_before_anything_is_installed(
    unpacked: Path, tmp_path: Path
) -> None:
    damaged = copied(unpacked, tmp_path)
    wheel = next(damaged.glob("wheels/lxml-*.whl"))
    flip(wheel)
    ran = installer(damaged, tmp_path)
    assert ran.code == 1
    assert f"wheels/{wheel.name} is not what was packed" in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle"]


def test_a_wheel_that_was_changed_together_with_its_sum_is_refused_by_pip(
    unpacked: Path, tmp_path: Path
) -> None:
    changed = copied(unpacked, tmp_path)
    wheel = next(changed.glob("wheels/aiooui-*.whl"))
    flip(wheel)
    sums = (changed / "SHA256SUMS").read_text()
    (changed / "SHA256SUMS").unlink()
    pattern = rf"^[0-9a-f]+(?=  wheels/{re.escape(wheel.name)}$)"
    new = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (changed / "SHA256SUMS").write_text(re.sub(pattern, new, sums, flags=re.MULTILINE))
    ran = installer(changed, tmp_path)
    assert ran.code == 1
    assert "DO NOT MATCH" in ran.err
    assert "Nothing was changed" in ran.err
    assert list(tmp_path.glob(".local/share/camcensus/program/*")) == []


@pytest.fixture
def again(home: Home) -> Iterator[Home]:
    """The installed home, whose program is the same one afterwards."""
    before = home.link.readlink()
    yield home
    assert home.link.readlink() == before
    assert without_network(home.folder, home.link, "--version").code == 0


def test_a_second_time_nothing_is_installed(unpacked: Path, again: Home) -> None:
    ran = installer(unpacked, again.folder)
    assert (ran.code, ran.err) == (0, "")
    assert "nothing to install" in ran.out
    assert "comparing the files" in ran.out


def test_an_interrupted_installation_is_done_anew(unpacked: Path, again: Home) -> None:
    [mark] = again.program.glob("*/camcensus-offline")
    mark.unlink()
    shutil.rmtree(next(again.program.glob("*/lib/python*/site-packages/camcensus")))
    ran = installer(unpacked, again.folder)
    assert (ran.code, ran.err) == (0, "")
    assert "installing into" in ran.out
    assert mark.exists()


def test_uninstall_leaves_the_census(unpacked: Path, home: Home) -> None:
    census = home.program.parent / "census.db"
    census.write_bytes(b"census")
    ran = installer(unpacked, home.folder, "uninstall")
    assert (ran.code, ran.err) == (0, "")
    assert (home.program.exists(), os.path.lexists(home.link), census.exists()) == (
        False,
        False,
        True,
    )
    assert "the census and the settings were left" in ran.out


def test_without_a_fitting_python_it_says_which_one_it_wants(
    unpacked: Path, tmp_path: Path
) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\necho 'Python 3.9.2 is too old' >&2; exit 1\n")
    old.chmod(0o755)
    ran = installer(unpacked, tmp_path, PYTHON=str(old))
    assert ran.code == 1
    assert f"{old}: Python 3.9.2 is too old" in ran.err
    assert "PYTHON=/usr/bin/python3.12" in ran.err
