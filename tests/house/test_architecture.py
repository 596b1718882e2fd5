"""The shape of the code: import contracts, sizes, and what `camcensus --help` costs."""

import ast
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import camcensus

PACKAGE = Path(camcensus.__file__).parent
ROOT = Path(__file__).resolve().parents[2]
# In the wheel, _data holds files for others to read: Alembic's migrations are no modules of ours.
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
SLOW_IMPORTS = frozenset(
    {
        *("aiohttp", "alembic", "fastapi", "lxml", "numpy", "pydantic", "scapy", "sqlalchemy"),
        *("openpyxl", "structlog", "zeep", "zeroconf"),
    }
)


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def module_name(path: Path) -> str:
    parts = ("camcensus", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_rooms_import_downward_only() -> None:
    command = "import sys; from importlinter.cli import lint_imports_command as run; run()"
    result = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=100,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_module_fits_a_readers_head() -> None:
    lines = {module_name(path): len(path.read_bytes().splitlines()) for path in MODULES}
    assert {name: n for name, n in lines.items() if n > MAX_MODULE_LINES} == {}


def test_every_function_fits_a_screen() -> None:
    # Counted without its signature: the options of a verb, one a line, are no code to follow.
    found: dict[str, int] = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.body[-1].end_lineno or 0) - node.body[0].lineno + 1
                found[f"{module_name(path)}:{node.name}"] = lines
    assert {name: n for name, n in found.items() if n > MAX_FUNCTION_LINES} == {}


@pytest.mark.timeout(300)
def test_every_module_can_be_imported_first() -> None:
    # One process forks once a module, so that each import starts from nothing of ours.
    names = [module_name(path) for path in MODULES if path.name != "__main__.py"]
    script = (
        "import importlib, json, os, sys, traceback\n"
        "for name in json.loads(sys.argv[1]):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        try:\n"
        "            importlib.import_module(name)\n"
        "        except BaseException:\n"
        "            traceback.print_exc(); os._exit(1)\n"
        "        os._exit(0)\n"
        "    if os.waitpid(child, 0)[1]:\n"
        "        print(name)\n"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, json.dumps(names)],
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
    )
    assert result.stdout == "", result.stderr


def test_help_imports_nothing_slow() -> None:
    script = (
        "import sys\n"
        "sys.argv = ['camcensus', '--help']\n"
        "from camcensus.__main__ import main\n"
        "code = 0\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    code = end.code\n"
        "print('imported', *sorted({name.split('.')[0] for name in sys.modules}))\n"
        "sys.exit(code)\n"
    )
    result = run_python("-c", script)
    assert result.returncode == 0, result.stderr
    *page, imported = result.stdout.splitlines()
    assert "sweep" in "\n".join(page)
    assert SLOW_IMPORTS & set(imported.split()) == set()


def cpu_seconds(*arguments: str) -> float:
    """Processor time of a fresh Python, children included."""
    before = os.times()
    result = run_python(*arguments)
    after = os.times()
    assert result.returncode == 0, result.stderr
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )


def test_help_costs_at_most_four_times_an_import_of_typer() -> None:
    help_page, typer_alone = ("-m", "camcensus", "--help"), ("-c", "import typer")
    cpu_seconds(*help_page), cpu_seconds(*typer_alone)  # compiles what is not compiled yet
    ratios = [cpu_seconds(*help_page) / cpu_seconds(*typer_alone) for _ in range(7)]
    assert statistics.median(ratios) <= 4, ratios
