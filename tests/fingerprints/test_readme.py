import re
from pathlib import Path

from camcensus.identify.loader import RELATIONS, read_file
from camcensus.types import Field, Kind

README = (Path(__file__).parents[2] / "fingerprints" / "README.md").read_text(encoding="utf-8")


def test_every_field_is_described_once() -> None:
    described = re.findall(
        r"(?m)^\| `([a-z0-9-]+\.[a-z0-9-]+)` \| .+ \|$", README.partition("## Fields")[2]
    )

    assert described == [field.value for field in Field]


def test_every_kind_and_relation_is_named() -> None:
    words = {kind.value for kind in Kind if kind is not Kind.UNKNOWN} | RELATIONS

    assert [word for word in sorted(words) if word not in README] == []


def test_its_examples_are_read_without_error() -> None:
    signature, relation = re.findall(r"(?s)```toml\n(.*?)```", README)
    names = {"example": "Example", "dahua": "Dahua"}

    file = read_file("makers/example.toml", (signature + relation).encode(), names)

    assert [one.id for one in file.signatures] == ["example.http.server"]
    assert [one.rel for one in file.relations] == ["relabels"]
