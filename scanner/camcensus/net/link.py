"""ARP on our own links, before anything else is sent there; the sockets are scapy's.

scapy is an extra of its own licence: it is imported here, when it is needed, and nowhere else in
`net`. Only its link-layer sockets are used, which exist for Linux, macOS and BSD alike.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from camcensus.data import normalise_mac
from camcensus.errors import SafetyError
from camcensus.net.hearing import Take
from camcensus.net.reply import Reply
from camcensus.types import Interface, Outcome, Request, Target, Transport
from camcensus.wire import MalformedError, arp

if TYPE_CHECKING:
    from camcensus.net.exchange import Net

PROBER, MESSAGE = "arp", "request"
AGAIN_S = 1.05  # at most one question a second to an address
_ETHERNET, _ARP = 1, 0x0806  # linux/if_arp.h; IEEE 802.3 type field
_PER_ADDRESS = 4  # MACs that are kept of one address: two are a finding, hundreds are a flood
_BATCH = 64


@dataclass(slots=True)
class _Port:
    """One interface: who we are on it, and a socket that sends and hears ARP alone."""

    interface: Interface
    mac: str
    socket: Any
    at_once: int  # frames that may be read without waiting


@dataclass(frozen=True, slots=True)
class _Question:
    """Whom to ask, by which port, and from which address of ours."""

    port: _Port
    own: str
    address: str


@dataclass(slots=True)
class LinkSurvey:
    """One round of ARP: how many were asked, or why nobody could be.

    `take` gets every answer, and what was not asked with the reason.
    """

    net: "Net"
    take: Take
    asked: int = 0
    why_not: str = ""
    _ports: dict[str, _Port] = field(default_factory=dict)
    _pending: dict[str, set[str]] = field(default_factory=dict)  # address -> MACs heard
    # the answers, and `None` when there will be no more
    _queue: asyncio.Queue[Reply | None] = field(default_factory=lambda: asyncio.Queue(65536))

    async def run(self, targets: Iterable[Target]) -> None:
        """Ask each target up to twice."""
        wired = [one for one in self.net.interfaces if ":" not in one.address]
        try:
            self.why_not = await asyncio.to_thread(self._open, wired)
            if self.why_not:
                return
            self._listen()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear())
                await self._ask_all(targets)
                await self._queue.put(None)
        finally:
            self._close()

    # ------------------------------------------------------------ sockets

    def _open(self, interfaces: list[Interface]) -> str:
        """Open a socket on every Ethernet link; why not, in words, if none can be had."""
        logging.getLogger("scapy").setLevel(logging.ERROR)
        try:
            import scapy.arch  # noqa: F401 - chooses the sockets of this system
            from scapy.config import conf
            from scapy.error import Scapy_Exception
        except ImportError:
            return "scapy is not installed (extra `link`)"
        problem = "no interface of this machine is an Ethernet with an IPv4 address"
        for one in interfaces:
            if one.address.startswith("127.") or one.name in self._ports:
                continue
            try:
                port = _open_port(conf, one)
            except PermissionError:
                return "no CAP_NET_RAW"
            except (OSError, Scapy_Exception, ValueError) as error:
                problem = f"{one.name} cannot be opened for frames: {error}"
                continue
            if port is not None:
                self._ports[one.name] = port
        return "" if self._ports else problem

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for port in self._ports.values():
            loop.add_reader(port.socket.fileno(), self._readable, port)

    def _close(self) -> None:
        loop = asyncio.get_running_loop()
        for port in self._ports.values():
            loop.remove_reader(port.socket.fileno())
            port.socket.close()

    # ------------------------------------------------------------ asking

    async def _ask_all(self, targets: Iterable[Target]) -> None:
        again: deque[tuple[float, _Question]] = deque()
        for target in targets:
            question = self._question(target.address)
            if question is None:
                note = "its link is no Ethernet, so nobody there has a MAC"
                await self.take(Reply(Outcome.EXCLUDED, note=note, peer=target.address))
            elif await self._ask(question):
                self.asked += 1
                again.append((time.monotonic() + AGAIN_S, question))
            while again and again[0][0] <= time.monotonic():
                await self._ask_again(again.popleft()[1])
        while again:
            due, question = again.popleft()
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self._ask_again(question)
        await asyncio.sleep(AGAIN_S)

    def _question(self, address: str) -> _Question | None:
        place = ip_address(address)
        for one in self.net.interfaces:
            port = self._ports.get(one.name)
            if port is not None and place in _network(one):
                return _Question(port, one.address, address)
        return None

    async def _ask_again(self, question: _Question) -> None:
        if not self._pending.get(question.address):
            await self._ask(question)

    async def _ask(self, question: _Question) -> bool:
        """Send one question if it may be sent; whether it was."""
        net, address, port = self.net, question.address, question.port
        refusal = net.permit.refusal(address, Transport.LINK, 0)
        if refusal is not None:
            await self.take(Reply(Outcome.EXCLUDED, note=refusal, peer=address))
            return False
        payload = arp.build_request(port.mac, question.own, address)
        problem = net.safety.objection(Request(PROBER, MESSAGE, payload), Transport.LINK, 0)
        if problem is not None:
            raise SafetyError(f"{PROBER} may not send {MESSAGE!r}: {problem}")
        await net.outage.over()
        await net.pace.take(1)
        self._pending.setdefault(address, set())
        net.sent[PROBER, MESSAGE] += 1
        try:
            port.socket.send(payload)
        except OSError as error:
            if await net.outage.over(failed=True):
                return await self._ask(question)
            note = f"this machine: {error.strerror}"
            await self.take(Reply(Outcome.LOCAL_SHORTAGE, note=note, peer=address))
            return False
        return True

    # ------------------------------------------------------------ hearing

    def _readable(self, port: _Port) -> None:
        for _ in range(port.at_once):
            try:
                _, frame, _ = port.socket.recv_raw()
            except OSError:
                return  # nothing more to read
            if frame is not None:
                self._take_frame(port, bytes(frame))

    def _take_frame(self, port: _Port, frame: bytes) -> None:
        """Queue an answer to a question of ours, each MAC of an address once."""
        try:
            said = arp.parse(frame)
        except MalformedError:
            return
        macs = self._pending.get(said.address)
        if not said.is_reply or macs is None or said.mac == port.mac:
            return
        if said.mac in macs or len(macs) >= _PER_ADDRESS or self._queue.full():
            return
        macs.add(said.mac)
        self._queue.put_nowait(Reply(Outcome.ANSWERED, frame[: arp.SIZE], said.address))

    async def _hear(self) -> None:
        while (reply := await self._queue.get()) is not None:
            self.net.budget(reply.peer).rest(time.monotonic(), 1)
            await self.take(reply)


async def ask_links(net: "Net", targets: Iterable[Target], take: Take) -> LinkSurvey:
    """Ask the targets on our own links for their MAC, before anything else is sent to them."""
    survey = LinkSurvey(net, take)
    await survey.run(targets)
    return survey


@lru_cache(maxsize=256)
def _network(one: Interface) -> IPv4Network | IPv6Network:
    return ip_network((one.address, one.prefix_length), strict=False)


def _open_port(conf: Any, interface: Interface) -> _Port | None:
    """A socket for ARP frames alone; `None` where the link is no Ethernet (a tunnel)."""
    from scapy.arch import get_if_hwaddr

    sock = conf.L2socket(iface=interface.name, type=_ARP, promisc=False)
    mac = str(get_if_hwaddr(interface.name)).lower()
    a_socket = hasattr(sock.ins, "getsockname")  # BSD and macOS have a device there instead
    kind = sock.ins.getsockname()[3] if a_socket else _ETHERNET
    if kind != _ETHERNET or normalise_mac(mac) is None:
        sock.close()
        return None
    if a_socket:
        sock.ins.setblocking(False)
    return _Port(interface, mac, sock, _BATCH if a_socket else 1)
