"""Run a command on a terminal of its own, and type answers into it.

typed.py ORDER COMMAND...: everything it shows goes to stdout, its exit code is ours. The order is
JSON: `answers`, and `hang_up_at`, the words at whose sight the terminal is closed ("" never).
"""

import json
import os
import pty
import sys


def main() -> int:
    """The exit code of the command."""
    order = json.loads(sys.argv[1])
    answers = "".join(f"{line}\n" for line in order["answers"])
    hang_up_at = order["hang_up_at"].encode()
    child, terminal = pty.fork()
    if not child:
        os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # no shell is wanted
    os.write(terminal, answers.encode())
    seen = b""
    while not (hang_up_at and hang_up_at in seen):
        try:
            shown = os.read(terminal, 65536)
        except OSError:  # Linux says so when the last one on the terminal has gone
            break
        sys.stdout.buffer.write(shown)
        sys.stdout.flush()
        seen += shown
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
