"""The office of neighbours.sh, and what to do where its programs are missing."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterparts.office import PATH, Office

PACKAGES = {
    "avahi-daemon": "avahi-daemon",
    "ip": "iproute2",
    "lighttpd": "lighttpd",
    "mini_httpd": "mini-httpd",
    "minidlnad": "minidlna",
    "nginx": "nginx-light",
    "nsenter": "util-linux",
    "snmpd": "snmpd",
    "soffice": "libreoffice-calc-nogui",
    "onvif-util": "onvif-tools",
    "rtsp-server-perl": "rtsp-server-perl",
    "unshare": "util-linux",
    "wsdd": "wsdd",
}


def _cannot(reason: str) -> None:
    """Skip for a developer without the programs; on CI, where they are installed, fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def _programs() -> None:
    missing = {PACKAGES[name] for name in PACKAGES if shutil.which(name, path=PATH) is None}
    if missing:
        _cannot(f"missing Debian packages: {' '.join(sorted(missing))}")


@pytest.fixture(scope="session")
def office(_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    (folder / "community").write_text(secrets.token_hex(8), encoding="ascii")
    script = Path(__file__).with_name("neighbours.sh")
    unshare = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
    with subprocess.Popen(
        [*unshare, "bash", str(script), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PATH": PATH},
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        if process.stdout.readline() != "ready\n":
            _cannot(f"the neighbours did not start: {process.stderr.read()}")
        yield Office(process.pid, folder)
        process.stdin.close()
        process.wait(timeout=20)
