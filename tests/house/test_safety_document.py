"""docs/safety.md names tests as proof: they exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_proof_that_the_safety_document_names_exists() -> None:
    text = (ROOT / "docs/safety.md").read_text("utf-8")
    sources = {path: path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")}
    functions = {name for one in sources.values() for name in re.findall(r"def (test_\w+)", one)}
    files = {path.stem for path in sources}
    named = set(re.findall(r"\b(test_\w+)", text))

    assert named - functions - files == set()
    assert len(named) > 50
