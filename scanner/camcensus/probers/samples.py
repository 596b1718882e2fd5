"""What a prober would say: each of its messages, for a made-up occasion, so that it can be read.

A sample is built by the function that builds the message itself. Made for two occasions that have
nothing in common, it shows by its differences which bytes vary.
"""

from dataclasses import dataclass
from itertools import pairwise

from camcensus.net.safety import IdentityPage
from camcensus.types import Request

_JOINED = 4  # bytes alike between two that differ: dots of an address, hyphens of a number, chance


@dataclass(frozen=True, slots=True)
class Occasion:
    """Whom a message would be sent to, by whom, and with which numbers."""

    agent: str  # User-Agent
    address: str
    own_address: str
    own_mac: str
    number: bytes  # 32 bytes in place of what a real sweep derives or draws
    path: str  # that a device's own page gives
    icon: str
    description: str
    services: tuple[str, ...]  # kinds of service that devices announce
    onvif_path: str
    stream_port: int
    user: str
    secret: str
    pages: tuple[IdentityPage, ...] = ()
    thorough: bool = False
    login: bool = False  # the owner's ONVIF account is used


@dataclass(frozen=True, slots=True)
class Sample:
    """One message; `when` says on which occasion, where that needs a word."""

    request: Request
    when: str = ""
    source_port: int = 0  # of ours, where the protocol wants a fixed one


@dataclass(frozen=True, slots=True)
class Part:
    """A run of bytes, the same in every message of its kind or not."""

    data: bytes
    varies: bool = False


def occasions(
    agent: str, pages: tuple[IdentityPage, ...], *, thorough: bool, login: bool
) -> tuple[Occasion, Occasion]:
    """Two occasions, as long as each other and different in every place."""
    number = bytes(range(0x11, 0x31))
    one = Occasion(
        agent=agent,
        address="10.20.30.40",
        own_address="10.20.30.51",
        own_mac="02:13:24:35:46:57",
        number=number,
        path="/start/page.html",
        icon="/favicon1.ico",
        description="/device/desc.xml",
        services=("_exampleabc._tcp.local.",),
        onvif_path="/onvif/device_service",
        stream_port=554,
        user="owner-of-this",
        secret="secret-one",  # noqa: S106 - nobody's: it makes a sample
        pages=pages,
        thorough=thorough,
        login=login,
    )
    other = Occasion(
        agent=agent,
        address="98.76.54.32",
        own_address="98.76.54.29",
        own_mac="ae:bf:c0:d1:e2:f3",
        number=bytes(0xFF - value for value in number),
        path="/login/first.asp",
        icon="/img/abcd.png",
        description="/upnpsv/root.xml",
        services=("_a._udp.local.", "_b._udp.local."),
        onvif_path="/ABCDE/fghijk_lmnopqr",
        stream_port=813,
        user="someone-elsex",
        secret="other-word",  # noqa: S106
        pages=pages,
        thorough=thorough,
        login=login,
    )
    return one, other


def parts(one: bytes, other: bytes) -> tuple[Part, ...]:
    """The first of two messages of a kind, cut where the other differs."""
    if len(one) != len(other):
        return (Part(one, varies=True),)
    differs = [left != right for left, right in zip(one, other, strict=True)]
    places = [at for at, differ in enumerate(differs) if differ]
    for before, after in pairwise(places):
        if after - before <= _JOINED + 1:
            differs[before:after] = [True] * (after - before)
    cuts = [at for at in range(1, len(one)) if differs[at] != differs[at - 1]]
    bounds = pairwise([0, *cuts, len(one)]) if one else ()
    return tuple(Part(one[start:end], varies=differs[start]) for start, end in bounds)
