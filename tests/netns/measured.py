"""Run a command and write down how large it became: measured.py FILE COMMAND..."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

started = time.monotonic()
child = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
figures = {"peak_mb": usage.ru_maxrss / 1024, "seconds": time.monotonic() - started}
Path(sys.argv[1]).write_text(json.dumps(figures), "utf-8")
sys.exit(child.returncode)
