"""The prober against an ONVIF server that nobody here wrote: the virtual camera ipycam.

Only its HTTP and ONVIF modules are loaded, past the package's own start, which wants OpenCV: so it
is installed alone (requirements/counterparts.txt).
"""

import asyncio
import importlib
import importlib.util
import os
import secrets
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from camcensus.probers import onvif
from camcensus.types import Field, Outcome, OwnerLogin
from probers.test_onvif import CLOCK, INFORMATION, OnvifDesk, heard, xaddr

HOST = "127.88.7.1"
FOUND = importlib.util.find_spec("ipycam")
pytestmark = [
    pytest.mark.counterpart,
    pytest.mark.skipif(
        FOUND is None and not os.environ.get("CI"), reason="`make counterparts` installs ipycam"
    ),
]


@contextmanager
def virtual_camera(user: str = "", password: str = "") -> Iterator[int]:
    """Its own handler over its own answers, on loopback; gives the port."""
    assert FOUND is not None
    shell = types.ModuleType("ipycam")
    shell.__path__ = list(FOUND.submodule_search_locations or ())
    sys.modules["ipycam"] = shell
    load: Any = importlib.import_module
    config = load("ipycam.config").CameraConfig(local_ip=HOST, username=user, password=password)
    camera = types.SimpleNamespace(config=config, onvif=load("ipycam.onvif").ONVIFService(config))
    handler = type("Handler", (load("ipycam.http").IPCameraHTTPHandler,), {"camera": camera})
    server = ThreadingHTTPServer((HOST, 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
        for name in [name for name in sys.modules if name.partition(".")[0] == "ipycam"]:
            del sys.modules[name]


def asked(port: int, desk: OnvifDesk, login: OwnerLogin | None = None) -> OnvifDesk:
    async def run() -> None:
        host = heard(desk.host(HOST), xaddr(f"http://{HOST}:{port}{onvif.PATH}"))
        await onvif.ask(replace(desk.asking(), login=login), host)

    asyncio.run(run())
    return desk


def test_it_names_itself_to_everybody() -> None:
    with virtual_camera() as port:
        desk = asked(port, OnvifDesk())

    assert desk.asked_for[:2] == [CLOCK, INFORMATION]
    assert desk.values(Field.ONVIF_MANUFACTURER) == ["PythonCam"]
    assert desk.values(Field.ONVIF_MODEL) == ["VirtualCam-1"]
    assert desk.values(Field.ONVIF_SERIAL) == ["PY-000001"]
    assert desk.values(Field.ONVIF_CLOCK)
    assert desk.values(Field.ONVIF_SCOPE)


def test_with_an_account_it_refuses_us_and_its_words_are_kept() -> None:
    with virtual_camera("view", secrets.token_urlsafe(9)) as port:
        desk = asked(port, OnvifDesk())

    assert [seen.outcome for seen in desk.seen] == [Outcome.ANSWERED]
    assert desk.values(Field.ONVIF_FAULT) == ["Receiver Sender not authorized"]


def test_it_takes_the_digest_of_its_owner_and_no_other() -> None:
    password = secrets.token_urlsafe(9)
    right = OwnerLogin("view", lambda: password, allow_http=True)
    wrong = replace(right, password=lambda: "something else")

    class Punctual(OnvifDesk):
        def asking(self) -> Any:
            return replace(super().asking(), now=lambda: datetime.now(UTC))

    with virtual_camera("view", password) as port:
        taken = asked(port, Punctual(), right)
        refused = asked(port, Punctual(), wrong)

    assert taken.values(Field.ONVIF_MODEL) == ["VirtualCam-1"]
    assert not taken.remarks
    assert refused.values(Field.ONVIF_MODEL) == []
    assert refused.remarks == [f"{onvif.NOT_ACCEPTED} by {HOST}: it is not tried there again"]
