from collections.abc import Callable
from pathlib import Path

import pytest

from camcensus.identify import Catalogue, load_catalogue

VOCABULARY = """
schema = 1
[names]
acme = "Acme"
bolt = "Bolt & Co"
cord = "Cord"
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Writes a folder of signature files, with a vocabulary of three words unless given."""

    def make(files: dict[str, str]) -> Path:
        for name, text in {"vocabulary.toml": VOCABULARY, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return make


@pytest.fixture
def load(write: Callable[[dict[str, str]], Path]) -> Callable[[dict[str, str]], Catalogue]:
    """The catalogue of such a folder."""
    return lambda files: load_catalogue(write(files))
