"""What stands on the screen: help, completion, progress, and nothing a terminal would obey."""

import json
import os
import pty
import re
import select
import subprocess
from pathlib import Path

import pytest
import typer

from camcensus.cli import app, expand
from camcensus.lab import Estate, estate_of, start_loopback
from camcensus.probers.table import PROBERS
from cli.conftest import PORTS, Census
from cli.program import Ask, run, surroundings, words

COMMAND = typer.main.get_command(app)
VERBS = sorted(COMMAND.commands)  # type: ignore[attr-defined]  # a group has them
ESCAPE = "\x1b"


# ---------------------------------------------------------------- help and completion


@pytest.mark.parametrize("verb", ["", *VERBS])
@pytest.mark.parametrize("columns", [80, 200])
def test_help_is_under_100_columns(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, verb: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    ran = ask(*filter(None, [verb]), "--help")
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) < 100
    assert ran.out.startswith(f"Usage: camcensus {verb}".rstrip())


def test_every_verb_and_option_says_what_it_does() -> None:
    for verb in VERBS:
        command = COMMAND.commands[verb]  # type: ignore[attr-defined]  # a group has them
        assert command.help, verb
        for one in command.params:
            assert one.help, (verb, one.name)


def test_no_option_but_il_begins_with_i() -> None:
    options = {
        word
        for verb in VERBS
        for one in COMMAND.commands[verb].params  # type: ignore[attr-defined]  # as above
        for word in one.opts
    }
    assert {word for word in options if re.match(r"-i", word)} == {"-iL"}


def test_the_help_of_probers_names_each_of_them_and_no_other() -> None:
    [option] = [one for one in COMMAND.commands["sweep"].params if "--probers" in one.opts]  # type: ignore[attr-defined]  # a group has them
    _, names = option.help.split(". ", 1)
    named = re.findall(r"[a-z][a-z0-9-]+(?=[,;.])", names)
    assert {prober.name for prober in PROBERS} == set(named)


def test_nmaps_joined_form_is_read(ask: Ask, tmp_path: Path) -> None:
    assert expand(["sweep", "-iLfile", "-iL", "two", "-i"]) == [
        *("sweep", "-iL", "file", "-iL", "two", "-i"),
    ]
    (tmp_path / "two").write_text("198.18.0.1 198.18.0.2 # ours\n", "utf-8")
    [row] = map(json.loads, ask("plan", f"-iL{tmp_path / 'two'}", "--json").out.splitlines())
    assert row["hosts"] == 2


def test_without_a_verb_it_tells_how_to_begin(ask: Ask) -> None:
    ran = ask()
    assert (ran.code, ran.err) == (0, "")
    assert "camcensus demo" in ran.out


def test_the_shell_can_complete_verbs_and_options() -> None:
    script = run("--show-completion", "bash", SHELL="/bin/bash")
    assert script.code == 0
    assert "_CAMCENSUS_COMPLETE=complete_bash" in script.out
    verbs = run(COMP_WORDS="camcensus re", _CAMCENSUS_COMPLETE="complete_bash", COMP_CWORD="1")
    assert set(verbs.out.split()) == {"resume", "reidentify", "report"}
    options = run(
        COMP_WORDS="camcensus sweep --ex", _CAMCENSUS_COMPLETE="complete_bash", COMP_CWORD="2"
    )
    assert set(options.out.split()) == {"--exclude", "--excludefile"}


# ---------------------------------------------------------------- progress


def test_progress_is_plain_lines_where_stderr_is_no_terminal(
    estate: Estate, tmp_path: Path
) -> None:
    ran = run(
        *("sweep", estate.devices[0].address, "127.32.3.1-30", *PORTS, "--pace", "fast"),
        *("--db", str(tmp_path / "census.db"), "--stats-every", "500ms"),
    )
    assert ran.code == 0, ran.err
    assert ran.out == ""
    lines = [line for line in ran.err.splitlines() if "addresses asked" in line]
    assert len(lines) >= 2
    assert all(" of 31 " in line for line in lines)
    shape = r"[\d,]+ of 31 addresses asked, [\d,]+ alive, [\d,]+ finished, [\d,]+ cameras and "
    shape += r"recorders, [\d,]+ frames/s(, about \d+ (s|min) left)?"
    for line in lines:
        assert re.fullmatch(shape, line), line
    assert any("left" in line for line in lines)
    assert any(" 1 cameras" in line for line in lines)
    assert ESCAPE not in ran.err


def test_quiet_is_quiet(estate: Estate, tmp_path: Path) -> None:
    ran = run("sweep", estate.devices[0].address, *PORTS, "-q", "--db", tmp_path / "census.db")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def on_a_terminal(*arguments: str | Path) -> tuple[int, str]:
    """The exit code, and everything that reached the terminal's screen."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        words(*arguments),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=surroundings(TERM="xterm"),
    ) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                ready, _, _ = select.select([ours], [], [], 60)
                part = os.read(ours, 65536) if ready else b""
            except OSError:  # EIO: the other side is closed
                break
            if not part:
                break
            seen += part
    os.close(ours)
    return process.returncode, seen.decode()


def test_a_terminal_gets_a_live_line_that_moves(estate: Estate, tmp_path: Path) -> None:
    code, seen = on_a_terminal(
        *("sweep", estate.devices[0].address, "127.32.3.1-30", *PORTS, "--pace", "fast"),
        *("--db", str(tmp_path / "census.db")),
    )
    assert code == 0, seen
    drawn = re.findall(r"([\d,]+) finished", OURS.sub("", seen))
    assert len(set(drawn)) >= 2
    assert "31 of 31 addresses asked, 31 alive" in OURS.sub("", seen)
    assert ESCAPE in seen  # the line is drawn over itself


# ---------------------------------------------------------------- hostile text


# What rich draws with: colours, cursor up, erase, hide and show the cursor.
OURS = re.compile(r"\x1b\[(?:[0-9;]*m|\d*[A-K]|\?25[lh])")


def test_escape_sequences_of_a_device_reach_neither_screen_nor_log(tmp_path: Path) -> None:
    db = tmp_path / "census.db"
    with start_loopback(estate_of(["hostile_endless", "liar"])) as running:
        targets = [one.address for one in running.estate.devices]
        code, seen = on_a_terminal("sweep", *targets, *PORTS, "--pace", "fast", "--db", db)
    assert code == 0
    shown = [
        run("show", targets[0], "--raw", "--db", db),
        run("show", targets[0], "--json", "--db", db),
        run("devices", "--all", "--db", db),
        run("explain", targets[0], "--db", db),
        run("export", "csv", "--all", "--db", db),
    ]
    assert any("owned" in ran.out for ran in shown)  # it was heard, and is told
    for ran in shown:
        assert ESCAPE not in ran.out + ran.err
    assert "[2J" not in OURS.sub("", seen)
    assert ESCAPE not in OURS.sub("", seen).replace("\x1b[2K", "")
    assert ESCAPE + "[31m" + "owned" not in seen


# ---------------------------------------------------------------- a closed pipe


@pytest.mark.parametrize("verb", ["devices --all --json", "signatures --json", "export csv"])
def test_a_reader_that_goes_away_ends_it_quietly(census: Census, verb: str) -> None:
    more = [] if verb.startswith("sig") else ["--db", str(census.db)]
    with subprocess.Popen(
        words(*verb.split(), *more, "-q"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(PYTHONUNBUFFERED="1"),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
    assert said == b""
    assert process.returncode in {0, 1}


def test_a_sweep_whose_reader_goes_away_stops_in_order(estate: Estate, tmp_path: Path) -> None:
    db = tmp_path / "census.db"
    targets = [one.address for one in estate.devices]
    with subprocess.Popen(
        words("sweep", *targets, "127.32.3.1-40", *PORTS, "--pace", "fast", "--db", db, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 3, said
    assert "go on with: camcensus resume 1" in said
    assert "Traceback" not in said
    assert run("resume", "--db", db, "-q").code == 0
