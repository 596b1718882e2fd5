"""Walks through docs/add-a-camera.md as its reader would, and ends with a named camera."""

import json
import re
import shlex
from pathlib import Path

import pytest

from cli.conftest import ask as ask  # noqa: PLC0414  # a fixture
from cli.program import Ask

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "add-a-camera.md").read_text("utf-8")
_BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
BLOCKS = [(found["kind"], found["text"]) for found in _BLOCK.finditer(GUIDE)]


def lines(number: int) -> list[list[str]]:
    """The command lines of the console blocks, without the prompt."""
    console = [text for kind, text in BLOCKS if kind == "console"]
    return [shlex.split(line.removeprefix("$ ")) for line in console[number].splitlines()]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the recorded answer."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (answers,) = [text for kind, text in BLOCKS if kind == "json"]
    (tmp_path / "answers.jsonl").write_text(answers, "utf-8")
    return tmp_path


def test_the_guide_leads_from_a_recorded_answer_to_a_named_camera(desk: Path, ask: Ask) -> None:
    vocabulary, finished = [text for kind, text in BLOCKS if kind == "toml"]
    before = [json.loads(line) for line in ask("identify", desk / "answers.jsonl").out.splitlines()]
    mkdir, new = lines(0)
    assert mkdir[:2] == ["mkdir", "-p"]
    (desk / mkdir[2]).mkdir(parents=True)

    drafted = ask(*new[1:])
    assert drafted.code == 0, drafted.err
    (desk / "signatures" / "vocabulary.toml").write_text(vocabulary, "utf-8")
    ((*check,),) = lines(1)
    unfinished = ask(*check[1:])
    (desk / "signatures" / "makers" / "zeta.toml").write_text(finished, "utf-8")
    check_again, identify = lines(2)
    sound, named = ask(*check_again[1:]), ask(*identify[1:])

    assert [one["maker"] for one in before] == [None, None]
    assert unfinished.code == 2
    assert "is still the draft's" in unfinished.out
    assert (sound.code, sound.out) == (0, "")
    after = [json.loads(line) for line in named.out.splitlines()]
    assert [(one["maker"], one["brand"], one["kind"]) for one in after] == [
        ("Zeta", "Zeta", "camera")
    ] * 2
    assert (after[0]["firmware"], after[1]["model"]) == ("2.1.7", "ZC-400X")
