"""`Net`: what a prober is handed instead of a socket."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace

from camcensus.errors import SafetyError
from camcensus.net.frames import ARP_REPEATS_S, MEMBERSHIP_FRAMES
from camcensus.net.group import GroupSockets
from camcensus.net.hearing import (
    Doors,
    PortTakenError,
    Take,
    answers_of,
    family_of,
    hear,
    waiting_for,
)
from camcensus.net.outage import Outage
from camcensus.net.pace import HostBudget, Pace, Purse
from camcensus.net.reply import Reply
from camcensus.net.safety import Safety
from camcensus.net.tcp import CONNECT_FRAMES, Exchange, run_exchange
from camcensus.net.udp import UdpSocket
from camcensus.net.withhold import WithholdingPermit
from camcensus.types import Interface, Outcome, PaceLimits, Permit, Request, Target, Transport

_SHORTAGE_RETRIES, _SHORTAGE_WAIT_S = 3, 0.5
_NOT_HEARD = {Outcome.SILENT, Outcome.UNREACHABLE}
_NOT_CONNECTED = _NOT_HEARD | {Outcome.REFUSED, Outcome.LOCAL_SHORTAGE}


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
        self.sent: Counter[tuple[str, str]] = Counter()  # prober, message
        self.doors = Doors()
        self.outage = Outage(interfaces)
        self.outage.tell = self._forgive
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
        if (reason := self.safety.objection(request, transport, port)) is not None:
            raise SafetyError(f"{request.prober} may not send {request.message!r}: {reason}")

    def _excluded(
        self, requests: Sequence[Request], address: str, transport: Transport, port: int
    ) -> Reply | None:
        """Insist that we may say this at all; a `Reply` if the plan is against saying it there."""
        for request in requests:
            self._insist(request, transport, port)
        refusal = self.permit.refusal(address, transport, port)
        if refusal is None:
            return None
        return Reply(Outcome.EXCLUDED, note=refusal, peer=address, peer_port=port)

    def _count(self, request: Request) -> None:
        self.sent[request.prober, request.message] += 1

    # ------------------------------------------------------------ one host

    def budget(self, address: str) -> HostBudget:
        """What this host has had of us so far."""
        return self._budgets.setdefault(address, HostBudget(self.limits))

    def _forgive(self, seconds: float) -> None:
        """Time in which nothing could be sent is no host's time."""
        for budget in self._budgets.values():
            if budget.started is not None:
                budget.started += seconds

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
        careful: bool = False,
    ) -> Reply:
        """One request on one connection of its own; `careful` where it carries a secret."""
        replies = await self.tcp_dialogue(
            address,
            port,
            (request,),
            tls=tls,
            deadline_s=deadline_s,
            limit=limit,
            complete=complete,
            careful=careful,
        )
        return replies[0]

    async def tcp_dialogue(
        self,
        address: str,
        port: int,
        requests: Sequence[Request],
        *,
        tls: bool = False,
        deadline_s: float = 6.0,
        limit: int = 65536,
        complete: Callable[[bytes], bool] = lambda _: False,
        careful: bool = False,
    ) -> tuple[Reply, ...]:
        """Requests on one connection, each sent when the answer before it is complete.

        One `Reply` for each that was sent, at least one; the last says how it ended.
        """
        if excluded := self._excluded(requests, address, Transport.TCP, port):
            return (excluded,)
        budget = self.budget(address)
        async with budget.turn:
            purse = Purse(self.pace, CONNECT_FRAMES + self._arp_frames(address, budget))
            refused = await self._within_budget(budget, purse.paid, connection=True)
            if refused is not None:
                return (replace(refused, peer=address, peer_port=port),)
            plan = Exchange(
                address,
                port,
                tuple(request.payload for request in requests),
                tls,
                self.limits.connect_timeout_s,
                deadline_s,
                limit,
                complete,
                purse.pay,
                careful,
            )
            replies = await self._patiently(_affordable(plan, budget))
            self._settle_up(budget, requests, replies)
            budget.rest(time.monotonic(), purse.paid)
        return tuple(reply.scrubbed() for reply in replies)

    def _settle_up(
        self, budget: HostBudget, requests: Sequence[Request], replies: Sequence[Reply]
    ) -> None:
        """Count what a dialogue came to."""
        for request in requests[: len(replies)]:
            self._count(request)
        budget.requests += len(replies) - 1
        budget.bytes_in += sum(len(reply.data) for reply in replies) + len(replies[0].certificate)
        if replies[0].outcome in _NOT_CONNECTED:
            budget.requests -= 1  # it never left; the attempt counts as a connection
        if replies[0].outcome is Outcome.REFUSED:
            self.pace.refund(1)  # a SYN, and no handshake

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

    async def _patiently(self, plan: Exchange) -> tuple[Reply, ...]:
        """Our own shortage is waited out and never told as the device's silence."""
        replies = await run_exchange(plan)
        for attempt in range(_SHORTAGE_RETRIES):
            if replies[0].outcome is not Outcome.LOCAL_SHORTAGE:
                break
            await asyncio.sleep(_SHORTAGE_WAIT_S * (attempt + 1))
            replies = await run_exchange(plan)
        if replies[0].outcome in _NOT_HEARD and await self.outage.over(failed=True):
            replies = await run_exchange(plan)
        return replies

    async def udp_exchange(
        self,
        address: str,
        port: int,
        request: Request,
        *,
        timeout_s: float = 2.0,
        reply_port: int = 0,
    ) -> tuple[Reply, ...]:
        """One datagram to one host; every answer of that host until the time is over.

        `reply_port` is the port of ours that its answers come to; the question leaves there too.
        """
        if excluded := self._excluded((request,), address, Transport.UDP, port):
            return (excluded,)
        budget = self.budget(address)
        async with budget.turn:
            frames = 1 + self._arp_frames(address, budget)
            refused = await self._within_budget(budget, frames, connection=False)
            if refused is not None:
                return (replace(refused, peer=address, peer_port=port),)
            self._count(request)
            question = (address, port, request, timeout_s, reply_port)
            replies = await self._one_datagram(*question)
            if replies[0].outcome in _NOT_HEARD and await self.outage.over(failed=True):
                replies = await self._one_datagram(*question)
            budget.bytes_in += sum(len(reply.data) for reply in replies)
        return replies

    async def _one_datagram(
        self, address: str, port: int, request: Request, timeout_s: float, reply_port: int
    ) -> tuple[Reply, ...]:
        with ExitStack() as stack:
            try:
                if reply_port:
                    door = stack.enter_context(self.doors.through(family_of(address), reply_port))
                    sock, receive = door.sock, stack.enter_context(waiting_for(door, address))
                else:
                    sock = UdpSocket(family_of(address), queue_size=64)
                    stack.callback(sock.close)
                    sock.start()
                    receive = sock.receive
            except (PortTakenError, OSError) as error:
                note = f"this machine: {getattr(error, 'strerror', None) or error}"
                return (Reply(Outcome.LOCAL_SHORTAGE, note=note, peer=address, peer_port=port),)
            problem = await sock.send(request.payload, address, port)
            if problem:
                return (Reply(Outcome.UNREACHABLE, note=problem, peer=address, peer_port=port),)
            return await answers_of(receive, address, port, timeout_s)

    # ------------------------------------------------------------ many hosts

    async def survey(
        self,
        targets: Iterable[Target],
        port: int,
        make: Callable[[Target], Request],
        take: Take,
        *,
        linger_s: float = 3.0,
        source_port: int = 0,
    ) -> None:
        """One datagram to each target, at the pace; `take` gets answers as they come, also ICMP's.

        A reply's outcome is answered, refused (port unreachable from the address itself: a sign
        of life), unreachable (somebody else said so) or excluded. Silence yields nothing.
        """
        sockets: dict[socket.AddressFamily, UdpSocket] = {}
        try:
            async with asyncio.TaskGroup() as group:
                for target in targets:
                    family = family_of(target.address)
                    if family not in sockets:
                        sockets[family] = self._survey_socket(family, source_port)
                        sockets[family].reader = group.create_task(hear(sockets[family], take))
                    await self._ask_one(target, port, make, take, sockets[family])
                await asyncio.sleep(linger_s)
                for sock in sockets.values():
                    sock.stop_reading()
        finally:
            for sock in sockets.values():
                self.lost += sock.dropped
                sock.close()

    def port_problem(self, port: int) -> str:
        """Why answers to this port of ours could not be heard; "" if they could."""
        try:
            with self.doors.through(socket.AF_INET, port):
                return ""
        except (PortTakenError, OSError) as error:
            return str(getattr(error, "strerror", None) or error)

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
        await self.outage.over()
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
        sockets = GroupSockets(interface, group, port)
        try:
            sockets.open(self.source_port)
            await self.pace.take(MEMBERSHIP_FRAMES)
            sockets.join()
            async with sockets.heard(take):
                for request in requests:
                    self._insist(request, Transport.UDP, port)
                    await self.outage.over()
                    await self.pace.take(1)
                    self._count(request)
                    await sockets.send(request.payload)
                    await asyncio.sleep(window_s)
        finally:
            self.lost += sockets.close()
            self.pace.charge(MEMBERSHIP_FRAMES)
            for note in sockets.notes:
                self._remember(note)

    def _remember(self, note: str) -> None:
        if note and note not in self.notes:
            self.notes.append(note)

    def _survey_socket(self, family: socket.AddressFamily, port: int) -> UdpSocket:
        sock = UdpSocket(family)
        everywhere = "::" if family == socket.AF_INET6 else ""
        self._remember(sock.bind(everywhere, port or self.source_port))
        sock.start()
        return sock


def _affordable(plan: Exchange, budget: HostBudget) -> Exchange:
    """As much of it as this host's budget has left; its first request is paid for."""
    return replace(
        plan,
        payloads=plan.payloads[: 1 + budget.requests_left()],
        deadline_s=min(plan.deadline_s, budget.seconds_left(time.monotonic())),
        limit=min(plan.limit, budget.bytes_left()),
    )
