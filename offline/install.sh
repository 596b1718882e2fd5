#!/bin/sh
# Installs camcensus from this folder: without a network, a compiler or root. README.txt says more.
# Usage: sh install.sh [FOLDER] [--bin DIR] | verify | uninstall [FOLDER] [--bin DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
reasons=
for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
  command -v "$python" > /dev/null || continue
  if reason=$("$python" -I "$here/install.py" fits 2>&1); then
    exec "$python" -I "$here/install.py" "$@"
  fi
  reasons="$reasons
  $python: $reason"
done
echo "install.sh: no Python here can run this bundle:${reasons:-
  there is no python3}
Install one that can, or name it: PYTHON=/usr/bin/python3.12 sh install.sh" >&2
exit 1
