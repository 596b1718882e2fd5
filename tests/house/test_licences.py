"""LICENSES.md against the metadata of what is installed, transitive dependencies included."""

import ast
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = ("alerts", "fast", "link", "postgres", "register", "schedule", "web", "xlsx")
ALIASES = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License": "ISC",
    "MIT License": "MIT",
}
# What an Apache-2.0 program may stand on without a word; anything else is decided by hand, below.
PERMISSIVE = {
    *("Apache-2.0", "MIT", "MIT-0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "0BSD"),
    *("ISC", "PSF-2.0", "Zlib", "CC0-1.0"),
}
DECIDED = {
    "certifi": "MPL-2.0",
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
    "scapy": "GPL-2.0-only",
    "zeroconf": "LGPL-2.1-or-later",
}


def canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def closure(requirement: str) -> set[str]:
    """The names of everything this requirement needs on this machine, itself left out."""
    start = Requirement(requirement)
    todo, seen = [start], set[tuple[str, frozenset[str]]]()
    while todo:
        wanted = todo.pop()
        key = (canonical(wanted.name), frozenset(wanted.extras))
        if key in seen:
            continue
        seen.add(key)
        environments = [{"extra": extra} for extra in ("", *wanted.extras)]
        for text in metadata.requires(wanted.name) or ():
            needed = Requirement(text)
            if needed.marker is None or any(map(needed.marker.evaluate, environments)):
                todo.append(needed)
    return {name for name, _ in seen} - {canonical(start.name)}


def stated_licence(name: str) -> str:
    """What the distribution says of itself, in SPDX's words where it leaves no choice."""
    about = metadata.metadata(name)
    for expression in about.get_all("License-Expression") or ():
        return str(expression)
    words = "".join(map(str, about.get_all("License") or ())).split("\n")[0].strip()
    words = ALIASES.get(words, words)
    if words and not words.startswith("Copyright") and words != "BSD":
        return words
    classifiers = [str(text) for text in about.get_all("Classifier") or ()]
    [licence] = [text for text in classifiers if text.startswith("License ::")]
    last = licence.rsplit(":: ", 1)[-1]
    return ALIASES.get(last, last)


def expected_rows() -> list[tuple[str, str, str]]:
    core = closure("camcensus")
    needed_by = dict.fromkeys(core, "core")
    for extra in EXTRAS:
        for name in closure(f"camcensus[{extra}]") - core:
            needed_by[name] = f"{needed_by[name]}, {extra}" if name in needed_by else extra
    return [(name, stated_licence(name), needed_by[name]) for name in sorted(needed_by)]


def written_rows() -> list[tuple[str, str, str]]:
    rows = []
    for line in (ROOT / "LICENSES.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] != "package":
            rows.append((cells[0], cells[1], cells[2]))
    return rows


def test_every_installed_dependency_is_listed_with_its_licence() -> None:
    expected, written = expected_rows(), written_rows()

    table = "\n".join(f"| {' | '.join(row)} |" for row in expected)
    assert set(expected) <= set(written), f"the table in LICENSES.md should be:\n{table}"
    if sys.version_info < (3, 12):  # newer Pythons need fewer backports
        assert written == expected, f"the table in LICENSES.md should be:\n{table}"


def test_the_extras_above_are_all_there_are() -> None:
    assert set(metadata.metadata("camcensus").get_all("Provides-Extra") or ()) == {*EXTRAS, "all"}


@pytest.mark.parametrize(("name", "licence", "needed_by"), written_rows())
def test_no_licence_came_in_unseen(name: str, licence: str, needed_by: str) -> None:
    if name in DECIDED:
        assert licence == DECIDED[name]
    else:
        assert set(licence.replace(" AND ", "|").replace(" OR ", "|").split("|")) <= PERMISSIVE


def test_a_gpl_package_comes_only_with_the_extra_that_asks_for_it() -> None:
    gpl = {(name, needed_by) for name, licence, needed_by in written_rows() if licence[:3] == "GPL"}
    assert gpl == {("scapy", "link")}


def test_scapy_is_imported_only_by_link_and_listen_and_only_when_used() -> None:
    package = ROOT / "scanner" / "camcensus"
    allowed = (package / "net" / "link.py", package / "listen")
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        top = [node for node in tree.body if _imports_scapy(node)]
        anywhere = [node for node in ast.walk(tree) if _imports_scapy(node)]
        assert not top, f"{path} imports scapy when it is itself imported"
        assert not anywhere or any(path.is_relative_to(place) for place in allowed), path


def _imports_scapy(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    else:
        return False
    return any(name.split(".")[0] == "scapy" for name in names)
