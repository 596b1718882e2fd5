"""The lock: everything pinned and hashed, and nothing that says where it is fetched."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("build.txt", "bundle.txt", "dev.txt", "counterparts.txt")
PIN = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9-]*)(\[[a-z,-]+\])?==(?P<version>[0-9][\w.+!-]*)( ; .+)?"
    r"(?P<hashes>( --hash=sha256:[0-9a-f]{64})+)"
)


def pins(lock: str) -> list[re.Match[str] | str]:
    """Each logical line of a lock, matched, or as text where it is not a pin with hashes."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    return [PIN.fullmatch(line) or line for line in joined.splitlines() if line.strip()]


def versions(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pin in pins(lock):
        assert not isinstance(pin, str)
        found.setdefault(pin["name"], set()).add(pin["version"])
    return found


def declared(table: dict[str, list[str]]) -> list[Requirement]:
    return [Requirement(text) for texts in table.values() for text in texts]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_with_hashes_and_names_no_place(lock: str) -> None:
    assert [pin for pin in pins(lock) if isinstance(pin, str)] == []
    assert len(pins(lock)) > (0 if lock == "counterparts.txt" else 5)


def test_every_declared_dependency_is_pinned_to_a_version_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = declared(
        {
            "core": project["project"]["dependencies"],
            **project["project"]["optional-dependencies"],
            "dev": project["dependency-groups"]["dev"],
            "build": project["dependency-groups"]["build"],
        }
    )
    locked = versions("dev.txt")
    for requirement in wanted:
        name = canonicalize_name(requirement.name)
        if name == "camcensus":
            continue
        assert name in locked, f"{name} is not in requirements/dev.txt"
        assert all(version in requirement.specifier for version in locked[name]), name


def test_the_build_tools_of_both_locks_are_the_same() -> None:
    build, everything = versions("build.txt"), versions("dev.txt")
    assert {"hatchling", "pip", "setuptools", "wheel"} <= build.keys()
    assert build == {name: everything[name] for name in build}


def test_the_bundle_has_the_versions_that_are_tested_and_nothing_of_scapy() -> None:
    bundle, everything = versions("bundle.txt"), versions("dev.txt")
    assert bundle == {name: everything[name] for name in bundle}
    assert "scapy" not in bundle
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {"core": project["dependencies"], "xlsx": project["optional-dependencies"]["xlsx"]}
    assert {canonicalize_name(one.name) for one in declared(needed)} <= bundle.keys()


def test_no_file_of_the_project_names_a_package_index() -> None:
    hosts = re.compile(r"--(extra-)?index-url|--find-links|://[\w.-]*pyt" + r"hon(hosted)?\.org/")
    for pattern in ("*.txt", "*.toml", "*.yaml", "*.md", "Makefile", "run"):
        for path in [*ROOT.glob(pattern), *(ROOT / "requirements").glob(pattern)]:
            assert not hosts.search(path.read_text(encoding="utf-8")), path
    assert not hosts.search((ROOT / ".ci" / "run").read_text(encoding="utf-8"))
