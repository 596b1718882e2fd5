"""A sweep's memory does not depend on how many addresses it asks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import camcensus
from camcensus.lab import PrivateOptions, estate_of, private_available, run_in_private

BENCH = Path(__file__).resolve().parents[2] / "bench" / "memory.py"
_AVAILABLE, _REASON = private_available()


@pytest.mark.netns
@pytest.mark.skipif(not _AVAILABLE, reason=_REASON)
def test_a_sweep_of_a_16_grows_the_process_by_at_most_60_mb(tmp_path: Path) -> None:
    file, capture = tmp_path / "figures.json", tmp_path / "capture.json"
    command = [sys.executable, str(BENCH), "--inside", "198.19.0.0/16", str(file)]
    code = run_in_private(command, estate_of(["hik_cam"]), PrivateOptions(capture=capture))
    assert code == 0
    figures = json.loads(file.read_text("utf-8"))
    sys.stderr.write(f"/16: {figures}\n")
    assert figures["asked"] == 65_536
    assert figures["frames"] >= 65_536
    assert figures["growth_mb"] <= 60


def test_what_the_bench_calls_the_start_holds_everything_the_command_imports() -> None:
    """Else the growth would count what is only loaded late, or the start what never is."""
    script = (
        "import sys; sys.argv = ['memory.py']; sys.path.insert(0, sys.argv[0]);"
        f"import runpy; runpy.run_path({str(BENCH)!r});"
        "print('sqlalchemy' in sys.modules, 'camcensus.sweep.run' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(Path(camcensus.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True True\n"
