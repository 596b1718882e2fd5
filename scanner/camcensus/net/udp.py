"""One UDP socket that hears answers and, on Linux, what ICMP says about our datagrams."""

import asyncio
import errno
import socket
import struct
import sys
from dataclasses import dataclass

_IP_RECVERR, _IPV6_RECVERR = 11, 25  # linux/in.h, linux/in6.h
_ORIGIN_ICMP, _ORIGIN_ICMP6 = 2, 3  # linux/errqueue.h
_MSG_ERRQUEUE = 0x2000
_SHORTAGE = {errno.ENOBUFS, errno.ENOMEM}
_PENDING = {
    errno.ECONNREFUSED,
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.EHOSTDOWN,
    errno.EPROTO,
}
_LARGEST = 65535
_TRIES = 5
# Datagrams to neighbours that do not answer wait in our own buffer until ARP gives up, after three
# seconds on Linux: a full buffer empties by itself.
_FULL_S = 4.0
_BATCH = 64  # datagrams taken before other tasks run


@dataclass(frozen=True, slots=True)
class Datagram:
    """What arrived: bytes from a peer, or ICMP's word on a datagram we sent to `peer`."""

    peer: str
    port: int
    data: bytes = b""
    icmp: tuple[int, int] | None = None  # type, code
    offender: str = ""  # who sent the ICMP message

    @property
    def says_alive(self) -> bool:
        """A port unreachable sent by the very address: a machine is there (RFC 1122, 3.2.2.1)."""
        return self.icmp in {(3, 3), (1, 4)} and self.offender == self.peer


class UdpSocket:
    """Sends datagrams and queues what comes back; bounded, never blocks."""

    def __init__(self, family: socket.AddressFamily, *, queue_size: int = 4096) -> None:
        self.family = family
        self._sock = socket.socket(family, socket.SOCK_DGRAM)
        self._sock.setblocking(False)
        self._loop: asyncio.AbstractEventLoop | None = None
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self._sock.setsockopt(socket.SOL_SOCKET, buffer, 1 << 20)
        self._queue: asyncio.Queue[Datagram] = asyncio.Queue(queue_size)
        self.reader: asyncio.Task[None] | None = None
        self.dropped = 0  # arrivals that found the queue full
        self.pending_errors = 0  # sends that met an old error and were sent again
        if sys.platform == "linux":
            level, option = (
                (socket.IPPROTO_IP, _IP_RECVERR)
                if family == socket.AF_INET
                else (socket.IPPROTO_IPV6, _IPV6_RECVERR)
            )
            self._sock.setsockopt(level, option, 1)

    @property
    def raw(self) -> socket.socket:
        """The socket, for options that only the owner knows."""
        return self._sock

    def bind(self, address: str, port: int) -> str:
        """Bind the documented source port; if it is taken, any other. Returns a note if so."""
        try:
            self._sock.bind((address, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE or port == 0:
                self.close()
                raise
            self._sock.bind((address, 0))
            return f"source port {port} is in use; another was taken"
        return ""

    def start(self) -> None:
        """Begin to listen on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._sock.fileno(), self._readable)

    def close(self) -> None:
        """Stop listening."""
        if self._sock.fileno() < 0:
            return
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._sock.fileno())
        self._sock.close()

    def stop_reading(self) -> None:
        """End the task that takes what arrives."""
        if self.reader is not None:
            self.reader.cancel()

    async def send(self, payload: bytes, address: str, port: int) -> str:
        """Send one datagram; returns "" or why this machine could not send it."""
        patience = asyncio.get_running_loop().time() + _FULL_S
        tries = 0
        while tries < _TRIES:
            try:
                self._sock.sendto(payload, (address, port))
            except BlockingIOError:
                if asyncio.get_running_loop().time() > patience:
                    break
                await asyncio.sleep(0.01)
            except OSError as error:
                tries += 1
                problem = await self._after_error(error)
                if problem:
                    return problem
            else:
                return ""
        return "this machine could not send: its buffers or its neighbour table stayed full"

    async def _after_error(self, error: OSError) -> str:
        """An error that ICMP left pending belongs to an earlier datagram: drain and send again."""
        if error.errno in _SHORTAGE:
            await asyncio.sleep(0.02)
            return ""
        drained = self._drain_errors()
        if error.errno == errno.ECONNREFUSED or (error.errno in _PENDING and drained):
            self.pending_errors += 1  # an unconnected socket never refuses by itself
            return ""
        return error.strerror or str(error)

    async def receive(self, timeout_s: float) -> Datagram | None:
        """The next arrival, or `None` when the time is over."""
        if not self._queue.empty():
            return self._queue.get_nowait()
        try:
            async with asyncio.timeout(timeout_s):
                return await self._queue.get()
        except TimeoutError:
            return None

    def _readable(self) -> None:
        self._drain_errors()
        for _ in range(_BATCH):
            try:
                data, peer = self._sock.recvfrom(_LARGEST)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                if not self._drain_errors():
                    return
                continue
            self._put(Datagram(peer[0].partition("%")[0], peer[1], data))

    def _drain_errors(self) -> int:
        """Take ICMP messages from the error queue; returns how many."""
        if sys.platform != "linux":
            return 0
        drained = 0
        while drained < _BATCH:
            try:
                _, control, _, peer = self._sock.recvmsg(256, 512, _MSG_ERRQUEUE)
            except OSError:
                return drained
            drained += 1
            for level, kind, body in control:
                self._take_icmp(level, kind, body, peer)
        return drained

    def _take_icmp(self, level: int, kind: int, body: bytes, peer: tuple[str, int]) -> None:
        if (level, kind) not in {
            (socket.IPPROTO_IP, _IP_RECVERR),
            (socket.IPPROTO_IPV6, _IPV6_RECVERR),
        }:
            return
        # struct sock_extended_err, then the offender's sockaddr (ip(7), IP_RECVERR)
        _, origin, icmp_type, icmp_code = struct.unpack_from("=IBBB", body)
        if origin not in {_ORIGIN_ICMP, _ORIGIN_ICMP6}:
            return
        if origin == _ORIGIN_ICMP:
            offender = socket.inet_ntop(socket.AF_INET, body[20:24])
        else:
            offender = socket.inet_ntop(socket.AF_INET6, body[24:40])
        address = peer[0].partition("%")[0]
        self._put(Datagram(address, peer[1], b"", (icmp_type, icmp_code), offender))

    def _put(self, datagram: Datagram) -> None:
        try:
            self._queue.put_nowait(datagram)
        except asyncio.QueueFull:
            self.dropped += 1


def refusals_unheard() -> str:
    """Why ICMP's word on our datagrams cannot be heard on this system; "" on Linux."""
    if sys.platform != "linux":
        return (
            f"refusals of datagrams (ICMP) are heard on Linux only, and this is {sys.platform}: "
            "what answers none of the first questions is not asked by TCP, unless its zone says "
            'tcp = "all"'
        )
    return ""


def join_group(sock: socket.socket, interface_address: str, group: str) -> None:
    """Hear an IPv4 multicast group on the interface that has this address."""
    request = socket.inet_aton(group) + socket.inet_aton(interface_address)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)


def aim_multicast(sock: socket.socket, interface_address: str) -> None:
    """Send multicast out of this interface only, one hop far, and not to ourselves."""
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface_address))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
