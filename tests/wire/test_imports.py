import subprocess
import sys
from pathlib import Path
from pkgutil import iter_modules

from camcensus import wire

SLOW = ("lxml", "zeroconf", "cryptography", "mmh3", "pyasn1")


def test_codecs_load_the_libraries_they_wrap_only_when_used() -> None:
    folder = Path(wire.__file__).parent
    modules = ", ".join(sorted(one.name for one in iter_modules([str(folder)])))
    code = f"import sys; from camcensus.wire import {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()).isdisjoint(SLOW)
