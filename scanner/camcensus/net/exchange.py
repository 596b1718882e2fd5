"""`Net`: what a prober is handed instead of a socket."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from camcensus.errors import SafetyError
from camcensus.net.link import LinkSurvey
from camcensus.net.neighbours import NeighbourTable, read_neighbours
from camcensus.net.pace import HostBudget, Pace
from camcensus.net.reply import Reply
from camcensus.net.safety import Safety
from camcensus.net.scrub import scrub
from camcensus.net.tcp import CONNECT_FRAMES, Exchange, run_exchange
from camcensus.net.udp import Datagram, UdpSocket, aim_multicast, join_group
from camcensus.net.withhold import WithholdingPermit
from camcensus.types import Interface, Outcome, PaceLimits, Permit, Request, Target, Transport

Take = Callable[[Reply], Awaitable[None]]

CONNECTION_FRAMES = 8  # SYN, its retransmit, handshake, request, two acknowledgements, close
TLS_FRAMES = 5  # hello, key exchange, finished, and their acknowledgements
ARP_REPEATS_S = (1.015, 2.04)  # when a kernel asks again for a neighbour that does not answer
_MEMBERSHIP_FRAMES = 2  # IGMP says everything twice (RFC 3376, 8.1)
_SHORTAGE_RETRIES = 3
_SHORTAGE_WAIT_S = 0.5


class Net:
    """Asks on behalf of probers: permit, shape, budget and pace are checked here, nowhere else."""

    def __init__(
        self,
        permit: Permit,
        safety: Safety,
        limits: PaceLimits,
        *,
        user_agent: str,
        source_port: int = 0,
        on_link: Callable[[str], bool] = lambda _: False,
        interfaces: Sequence[Interface] = (),
    ) -> None:
        self.permit = WithholdingPermit(permit, safety)
        self.safety = safety
        self.limits = limits
        self.user_agent = user_agent
        self.source_port = source_port
        self.on_link = on_link  # whether the kernel must ask for this neighbour first
        self.interfaces = interfaces  # ours, by which neighbours can be asked for their MAC
        self.pace = Pace(limits.frames_per_s)
        self.notes: list[str] = []
        self.lost = 0  # arrivals that found our own queue full
        self.sent: dict[tuple[str, str], int] = {}  # (prober, message) -> how often
        self._budgets: dict[str, HostBudget] = {}

    # ------------------------------------------------------------ what is allowed

    def objection(self, request: Request, address: str, transport: Transport, port: int) -> str:
        """Why this cannot be sent there; "" if it can. Probers ask before using a device's word."""
        return (
            self.permit.refusal(address, transport, port)
            or self.safety.objection(request, transport, port)
            or ""
        )

    def _insist(self, request: Request, transport: Transport, port: int) -> None:
        reason = self.safety.objection(request, transport, port)
        if reason is not None:
            raise SafetyError(f"{request.prober} may not send {request.message!r}: {reason}")

    def _count(self, request: Request) -> None:
        key = (request.prober, request.message)
        self.sent[key] = self.sent.get(key, 0) + 1

    # ------------------------------------------------------------ one host

    def budget(self, address: str) -> HostBudget:
        """What this host has had of us so far."""
        return self._budgets.setdefault(address, HostBudget(self.limits))

    def forget(self, address: str) -> None:
        """The host is done: its budget is not kept."""
        self._budgets.pop(address, None)

    async def tcp_exchange(
        self,
        address: str,
        port: int,
        request: Request,
        *,
        tls: bool = False,
        deadline_s: float = 6.0,
        limit: int = 65536,
        complete: Callable[[bytes], bool] = lambda _: False,
    ) -> Reply:
        """One request on one connection of its own."""
        self._insist(request, Transport.TCP, port)
        refusal = self.permit.refusal(address, Transport.TCP, port)
        if refusal is not None:
            return Reply(Outcome.EXCLUDED, note=refusal, peer=address, peer_port=port)
        budget = self.budget(address)
        async with budget.turn:
            frames = CONNECT_FRAMES + self._arp_frames(address, budget)
            reply = await self._within_budget(budget, frames, connection=True)
            if reply is not None:
                return replace(reply, peer=address, peer_port=port)
            self._count(request)
            purse = _Purse(self.pace, frames)
            plan = Exchange(
                address,
                port,
                request.payload,
                tls,
                self.limits.connect_timeout_s,
                min(deadline_s, budget.seconds_left(time.monotonic())),
                min(limit, budget.bytes_left()),
                complete,
                purse.pay,
            )
            reply = await self._patiently(plan)
            budget.bytes_in += len(reply.data) + len(reply.certificate)
            if reply.outcome is Outcome.REFUSED:
                self.pace.refund(1)  # a SYN, and no handshake
            budget.rest(time.monotonic(), purse.paid)
        return replace(reply, data=scrub(reply.data))

    def _arp_frames(self, address: str, budget: HostBudget) -> int:
        """What the kernel sends before the first word to a neighbour."""
        return int(budget.started is None and self.on_link(address))

    async def _within_budget(
        self, budget: HostBudget, frames: int, *, connection: bool
    ) -> Reply | None:
        """Wait for this host's next turn; a `Reply` if it has had enough."""
        now = time.monotonic()
        refusal = budget.refusal(now, connection=connection)
        if refusal is not None:
            return Reply(Outcome.SKIPPED_BUDGET, note=refusal)
        if budget.not_before > now:
            await asyncio.sleep(budget.not_before - now)
        await self.pace.take(frames)
        budget.spend(time.monotonic(), frames, connection=connection)
        return None

    async def _patiently(self, plan: Exchange) -> Reply:
        """Our own shortage is waited out and never told as the device's silence."""
        reply = await run_exchange(plan)
        for attempt in range(_SHORTAGE_RETRIES):
            if reply.outcome is not Outcome.LOCAL_SHORTAGE:
                break
            await asyncio.sleep(_SHORTAGE_WAIT_S * (attempt + 1))
            reply = await run_exchange(plan)
        return reply

    async def udp_exchange(
        self, address: str, port: int, request: Request, *, timeout_s: float = 2.0
    ) -> tuple[Reply, ...]:
        """One datagram to one host; every answer of that host until the time is over."""
        self._insist(request, Transport.UDP, port)
        refusal = self.permit.refusal(address, Transport.UDP, port)
        if refusal is not None:
            return (Reply(Outcome.EXCLUDED, note=refusal, peer=address, peer_port=port),)
        budget = self.budget(address)
        async with budget.turn:
            frames = 1 + self._arp_frames(address, budget)
            refused = await self._within_budget(budget, frames, connection=False)
            if refused is not None:
                return (replace(refused, peer=address, peer_port=port),)
            self._count(request)
            replies = await self._one_datagram(address, port, request, timeout_s)
            budget.bytes_in += sum(len(reply.data) for reply in replies)
        return replies

    async def _one_datagram(
        self, address: str, port: int, request: Request, timeout_s: float
    ) -> tuple[Reply, ...]:
        try:
            sock = UdpSocket(_family(address), queue_size=64)
        except OSError as error:
            return (Reply(Outcome.LOCAL_SHORTAGE, note=f"this machine: {error.strerror}"),)
        try:
            sock.start()
            problem = await sock.send(request.payload, address, port)
            if problem:
                return (Reply(Outcome.UNREACHABLE, note=problem, peer=address, peer_port=port),)
            return await _answers_of(sock, address, port, timeout_s)
        finally:
            sock.close()

    # ------------------------------------------------------------ many hosts

    async def survey(
        self,
        targets: Iterable[Target],
        port: int,
        make: Callable[[Target], Request],
        take: Take,
        *,
        linger_s: float = 3.0,
    ) -> None:
        """One datagram to each target, at the pace; `take` gets answers as they come, also ICMP's.

        A reply's outcome is answered, refused (port unreachable from the address itself: a sign
        of life), unreachable (somebody else said so) or excluded. Silence yields nothing.
        """
        sockets: dict[socket.AddressFamily, UdpSocket] = {}
        try:
            async with asyncio.TaskGroup() as group:
                for target in targets:
                    family = _family(target.address)
                    if family not in sockets:
                        sockets[family] = self._survey_socket(family)
                        sockets[family].reader = group.create_task(_hear(sockets[family], take))
                    await self._ask_one(target, port, make, take, sockets[family])
                await asyncio.sleep(linger_s)
                for sock in sockets.values():
                    sock.stop_reading()
        finally:
            for sock in sockets.values():
                self.lost += sock.dropped
                sock.close()

    async def _ask_one(
        self,
        target: Target,
        port: int,
        make: Callable[[Target], Request],
        take: Take,
        sock: UdpSocket,
    ) -> None:
        refusal = self.permit.refusal(target.address, Transport.UDP, port)
        if refusal is not None:
            await take(Reply(Outcome.EXCLUDED, note=refusal, peer=target.address, peer_port=port))
            return
        request = make(target)
        self._insist(request, Transport.UDP, port)
        await self._pay_for(target.address)
        self._count(request)
        problem = await sock.send(request.payload, target.address, port)
        if problem:
            outcome = Outcome.LOCAL_SHORTAGE if "buffer" in problem else Outcome.UNREACHABLE
            await take(Reply(outcome, note=problem, peer=target.address, peer_port=port))

    async def _pay_for(self, address: str) -> None:
        """A datagram; on our own link ARP before it, and again if nobody answers that."""
        if not self.on_link(address):
            await self.pace.take(1)
            return
        await self.pace.take(2)
        for delay_s in ARP_REPEATS_S:
            asyncio.get_running_loop().call_later(delay_s, self.pace.charge, 1)

    # ------------------------------------------------------------ one link

    async def arp(self, targets: Iterable[Target], take: Take) -> LinkSurvey:
        """Ask the targets on our own links for their MAC; how many were asked, or why none."""
        survey = LinkSurvey(self, take)
        await survey.run(targets)
        return survey

    async def neighbours(self) -> NeighbourTable:
        """What this machine's kernel knows of its neighbours; sends nothing."""
        return await asyncio.to_thread(read_neighbours, self.interfaces)

    async def multicast(
        self,
        interface: Interface,
        group: str,
        port: int,
        requests: Sequence[Request],
        take: Take,
        *,
        window_s: float = 2.5,
    ) -> None:
        """Ask a group on one interface, each request in a window of its own; hear who answers.

        Answers come to the source port or, from some devices, to the group itself: both are heard.
        """
        refusal = self.permit.link_refusal(interface, group)
        if refusal is not None:
            raise SafetyError(f"multicast on {interface.name} was not planned: {refusal}")
        asking = UdpSocket(socket.AF_INET)
        sockets = [asking]
        try:
            note = asking.bind(interface.address, self.source_port)
            aim_multicast(asking.raw, interface.address)
            await self.pace.take(_MEMBERSHIP_FRAMES)
            hearing = self._group_socket(interface, group, port)
            sockets += [hearing] if hearing is not None else []
            async with asyncio.TaskGroup() as tasks:
                readers = []
                for sock in sockets:
                    sock.start()
                    readers.append(tasks.create_task(_hear(sock, take)))
                for request in requests:
                    self._insist(request, Transport.UDP, port)
                    await self.pace.take(1)
                    self._count(request)
                    note = await asking.send(request.payload, group, port) or note
                    await asyncio.sleep(window_s)
                for reader in readers:
                    reader.cancel()
            self._remember(f"{interface.name}: {note}" if note else "")
        finally:
            for sock in sockets:
                self.lost += sock.dropped
                sock.close()
            self.pace.charge(_MEMBERSHIP_FRAMES)

    def _group_socket(self, interface: Interface, group: str, port: int) -> UdpSocket | None:
        """Hears what is sent to the group itself; `None`, with a note, where that cannot be had."""
        sock = UdpSocket(socket.AF_INET)
        try:
            sock.raw.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.raw.bind((group, port))
            join_group(sock.raw, interface.address, group)
        except OSError as error:
            sock.close()
            self._remember(f"{interface.name}: cannot listen to {group}: {error.strerror}")
            return None
        return sock

    def _remember(self, note: str) -> None:
        if note and note not in self.notes:
            self.notes.append(note)

    def _survey_socket(self, family: socket.AddressFamily) -> UdpSocket:
        sock = UdpSocket(family)
        note = sock.bind("::" if family == socket.AF_INET6 else "", self.source_port)
        self._remember(note)
        sock.start()
        return sock


@dataclass(slots=True)
class _Purse:
    """Pays for the frames of one connection, step by step, just before they leave."""

    pace: Pace
    paid: int

    async def pay(self, frames: int) -> None:
        """Wait until so many more frames may leave."""
        await self.pace.take(frames, begun=True)
        self.paid += frames


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def as_reply(datagram: Datagram) -> Reply:
    """What a datagram, or ICMP's word on one, means."""
    if datagram.icmp is None:
        data = scrub(datagram.data)
        return Reply(Outcome.ANSWERED, data, datagram.peer, datagram.port)
    note = f"ICMP type {datagram.icmp[0]} code {datagram.icmp[1]} from {datagram.offender}"
    outcome = Outcome.REFUSED if datagram.says_alive else Outcome.UNREACHABLE
    return Reply(outcome, b"", datagram.peer, datagram.port, note=note)


async def _hear(sock: UdpSocket, take: Take) -> None:
    while True:
        datagram = await sock.receive(3600.0)
        if datagram is not None:
            await take(as_reply(datagram))


async def _answers_of(
    sock: UdpSocket, address: str, port: int, timeout_s: float
) -> tuple[Reply, ...]:
    """Answers from this very address; a stranger's bytes on this socket are not evidence."""
    replies: list[Reply] = []
    deadline = time.monotonic() + timeout_s
    while (left := deadline - time.monotonic()) > 0 and len(replies) < 8:
        datagram = await sock.receive(left)
        if datagram is None:
            break
        if datagram.peer == address:
            replies.append(as_reply(datagram))
            if datagram.icmp is not None:
                break
            deadline = min(deadline, time.monotonic() + 0.3)  # further answers follow at once
    return tuple(replies) or (Reply(Outcome.SILENT, peer=address, peer_port=port),)
