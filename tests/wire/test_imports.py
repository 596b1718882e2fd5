import subprocess
import sys

SLOW = ("lxml", "zeroconf", "cryptography", "mmh3")


def test_codecs_load_the_libraries_they_wrap_only_when_used() -> None:
    modules = "arp, http, mdns, neighbours, text, ws_discovery, x509, xml"
    code = f"import sys; from camcensus.wire import {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()).isdisjoint(SLOW)
