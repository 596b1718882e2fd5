"""No hash that a machine in FIPS mode refuses, but MD5 where it is said to be no secret."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import camcensus

PACKAGE = Path(camcensus.__file__).parent
SAID = {"md5", "sha1"}  # refused unless `usedforsecurity=False` says that it is for comparing only
NEVER = {"blake2b", "blake2s", "new"}  # Red Hat's Python has no BLAKE2 in FIPS mode


def faults(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "hashlib":
            yield from (one.name for one in node.names if one.name in SAID | NEVER)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("hashlib."):
            name = ast.unparse(node.func).removeprefix("hashlib.")
            said = any(
                word.arg == "usedforsecurity" and ast.unparse(word.value) == "False"
                for word in node.keywords
            )
            if name in NEVER or (name in SAID and not said):
                yield name


def test_every_hash_is_one_that_fips_mode_has_or_is_said_to_be_no_secret() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): list(faults(path.read_text(encoding="utf-8")))
        for path in PACKAGE.rglob("*.py")
    }
    assert len(found) > 100
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "hashlib.md5(b'')",
        "hashlib.md5(b'', usedforsecurity=True)",
        "from hashlib import blake2b",
        "hashlib.new('md5')",
    ],
)
def test_the_check_above_can_fail(source: str) -> None:
    assert list(faults(source))
