"""Every command line of the documents is understood, and every link leads somewhere."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.exceptions import TyperException

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("db/*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
PROGRAM = re.compile(r"(?:\S*/)?camcensus|python3? -m camcensus")
# Names that stand for what the reader types: `camcensus show DEVICE`, `sweep TARGET...`.
STAND_IN = re.compile(r"\[.*\]|\.\.\.")


def command_lines(text: str) -> Iterator[str]:
    """What a reader would type: lines after `$` in a block, and spans that begin with the name."""
    for block in BLOCK.finditer(text):
        lines = block[2].replace("\\\n", " ").splitlines()
        yield from (line[2:] for line in lines if line.startswith("$ "))
    yield from SPAN.findall(BLOCK.sub("", text))


def calls(line: str) -> Iterator[list[str]]:
    """The arguments of each call of camcensus in a line of shell."""
    for part in re.split(r"\||&&|;|>", STAND_IN.sub("", line)):
        bare = re.sub(r"^\s*((sudo|[A-Z_]+=\S+)\s+)*", "", part)
        if found := re.match(rf"({PROGRAM.pattern})(\s|$)", bare):
            arguments = shlex.split(bare[found.end(1) :], comments=True)
            if arguments and not arguments[0].isupper():  # `camcensus VERB --help` is a pattern
                yield arguments


def documented() -> list[tuple[str, str]]:
    found = []
    for path in DOCUMENTS:
        for line in command_lines(path.read_text(encoding="utf-8")):
            found += [(path.relative_to(ROOT).as_posix(), shlex.join(call)) for call in calls(line)]
    return found


@cache
def program() -> Any:
    import typer

    from camcensus.cli import app

    return typer.main.get_command(app)


def refusal(arguments: list[str]) -> str | None:
    """Why the program would not understand this line, `None` if it would; runs nothing."""
    from camcensus.cli import expand

    command, rest = program(), expand(arguments)
    while True:
        context = command.context_class(command)
        verbs = getattr(command, "commands", None)
        try:
            _, left, _ = command.make_parser(context).parse_args(list(rest))
        except TyperException as error:
            return str(error)
        if verbs is None or not left:
            return f"left over: {left}" if left else None
        if left[0] not in verbs:
            return f"no verb {left[0]!r}"
        command, rest = verbs[left[0]], left[1:]


@pytest.mark.parametrize(("document", "arguments"), documented())
def test_a_documented_command_line_is_understood(document: str, arguments: str) -> None:
    assert refusal(shlex.split(arguments)) is None


@pytest.mark.parametrize(
    "wrong", ["sweeep 10.0.0.0/24", "sweep --no-such-option", "doctor left over"]
)
def test_the_check_above_can_fail(wrong: str) -> None:
    assert refusal(shlex.split(wrong)) is not None


def test_the_readme_lists_every_verb_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)[^`]*` \|", readme, re.MULTILINE)

    verbs = [name for name, command in program().commands.items() if not command.hidden]
    assert sorted(listed) == sorted(verbs)


def test_the_documents_hold_command_lines_to_check() -> None:
    assert len(documented()) >= 5


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", link):
            assert (path.parent / link).exists(), link


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in DOCUMENTS:
        for line in command_lines(path.read_text(encoding="utf-8")):
            if found := re.match(r"make ([a-z]+)", line):
                assert found[1] in targets, f"{path}: {line}"


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [phony] = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    described = re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE)

    assert sorted(described) == sorted(phony.split())
