"""The kernel's neighbour table as Linux's rtnetlink tells it (rtnetlink(7); linux/neighbour.h)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import ip_address

from camcensus.wire import MalformedError

_ERROR, _DONE, _NEW, _GET = 2, 3, 28, 30  # linux/netlink.h, linux/rtnetlink.h
_REQUEST_DUMP = 0x0301  # NLM_F_REQUEST, NLM_F_DUMP
_ADDRESS, _LINK_ADDRESS, _TIMES = 1, 2, 3  # NDA_DST, NDA_LLADDR, NDA_CACHEINFO
_HEADER = struct.Struct("=IHHII")
_ENTRY = struct.Struct("=BxxxiHBB")
_ATTRIBUTE = struct.Struct("=HH")
_TICKS_PER_S = 100  # USER_HZ, the same on every architecture that Python 3.11 runs on


class State(IntEnum):
    """How sure the kernel is of an entry; the rest of its states name no living neighbour."""

    REACHABLE = 2
    STALE = 4
    DELAY = 8


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One entry with a MAC of 48 bits; `confirmed_s` is how long ago it was last proven."""

    address: str
    interface: int  # the kernel's number for it
    mac: str
    state: State
    confirmed_s: float


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of one datagram of the dump, and whether it was the last one."""

    neighbours: tuple[Neighbour, ...]
    done: bool


def build_dump() -> bytes:
    """The message that asks this machine's own kernel for all entries of both families."""
    body = _ENTRY.pack(0, 0, 0, 0, 0)
    return _HEADER.pack(_HEADER.size + len(body), _GET, _REQUEST_DUMP, 1, 0) + body


def parse_part(data: bytes) -> Part:
    """One datagram of the answer."""
    found: list[Neighbour] = []
    for kind, body in _messages(data):
        if kind == _DONE:
            return Part(tuple(found), done=True)
        if kind == _ERROR:
            raise MalformedError("the kernel refused to tell its neighbour table")
        if kind == _NEW and (one := _neighbour(body)) is not None:
            found.append(one)
    return Part(tuple(found), done=False)


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start < len(data):
        if len(data) - start < _HEADER.size:
            raise MalformedError("a message of the kernel is cut short")
        length, kind, *_ = _HEADER.unpack_from(data, start)
        if not _HEADER.size <= length <= len(data) - start:
            raise MalformedError("a message of the kernel has a wrong length")
        yield kind, data[start + _HEADER.size : start + length]
        start += length + (-length % 4)


def _neighbour(body: bytes) -> Neighbour | None:
    """An entry that names a living neighbour, `None` for all others."""
    if len(body) < _ENTRY.size:
        raise MalformedError("an entry of the neighbour table is cut short")
    _, interface, state, _, _ = _ENTRY.unpack_from(body)
    known = dict(_attributes(body[_ENTRY.size :]))
    address, mac = known.get(_ADDRESS, b""), known.get(_LINK_ADDRESS, b"")
    if state not in set(State) or len(address) not in {4, 16} or len(mac) != 6:
        return None
    if mac[0] & 1 or not any(mac):
        return None
    times = known.get(_TIMES, b"")
    ticks = int(struct.unpack_from("=I", times)[0]) if len(times) >= 4 else 0
    where = str(ip_address(address))
    return Neighbour(where, interface, mac.hex(":"), State(state), ticks / _TICKS_PER_S)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while len(data) - start >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data, start)
        if not _ATTRIBUTE.size <= length <= len(data) - start:
            raise MalformedError("an attribute of the neighbour table has a wrong length")
        yield kind & 0x3FFF, data[start + _ATTRIBUTE.size : start + length]
        start += length + (-length % 4)
