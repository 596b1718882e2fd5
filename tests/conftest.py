"""What every test runs under: fuzz profiles, no way to a real network, no blocked event loop."""

import ipaddress
import os
import sys
from collections.abc import Iterator
from typing import Final

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import HealthCheck, settings

# The machine is shared with sweeps that answer when they answer: time is never a verdict.
settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=200, derandomize=True)
settings.register_profile("fuzz", deadline=None, max_examples=2_000)
settings.register_profile(
    "soak",
    deadline=None,
    max_examples=20_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))

_ALLOWED: Final = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "198.18.0.0/15", "::1/128", "::ffff:127.0.0.0/104")
)
_SENDING: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_RESOLVING: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_strays: list[str] = []


class StrayTrafficError(Exception):
    """A test tried to send to an address that is not the lab's."""


def _is_allowed(address: object) -> bool:
    """Whether this address is loopback, of the lab's range, or not of the internet family."""
    if not isinstance(address, tuple) or not address or not isinstance(address[0], str):
        return True  # Unix sockets (text), netlink (numbers), an already connected socket (None)
    host = address[0].split("%", 1)[0]
    if host in {"", "localhost", "lo"}:
        return True
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False  # a name, or an interface that would carry a raw frame
    return any(ip.version == net.version and ip in net for net in _ALLOWED)


def _refuse_stray_traffic(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook: raise before the kernel sees the bytes."""
    if event in _SENDING:
        address = arguments[-1]
    elif event in _RESOLVING:
        address = (arguments[0],)  # a name would be asked for at a server
    else:
        return
    if not _is_allowed(address):
        stray = f"{event} to {address!r}"
        _strays.append(stray)
        raise StrayTrafficError(stray)


sys.addaudithook(_refuse_stray_traffic)


@pytest.fixture(autouse=True)
def _no_stray_traffic() -> Iterator[None]:
    """Fail a test that tried, also where the program under test made a value of the exception."""
    _strays.clear()
    yield
    strays = tuple(_strays)
    _strays.clear()
    assert not strays, f"sent outside loopback and 198.18.0.0/15: {strays}"


@pytest.fixture
def stray_traffic() -> list[str]:
    """The attempts of this test; one that provokes them on purpose clears the list."""
    return _strays


@pytest.fixture(autouse=True, scope="session")
def _no_blocking_in_the_event_loop() -> Iterator[None]:
    """Make a blocking call raise, if camcensus makes it while an event loop runs.

    Only stacks that pass through camcensus count: what a test does in its own coroutine is its
    own matter, and outside a running loop nothing changes.
    """
    with blockbuster_ctx(scanned_modules=["camcensus"]):
        yield
