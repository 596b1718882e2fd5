"""One asyncio process that is the whole estate: UDP 3702 and 5353, and every TCP port."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network
from typing import Self

from camcensus.lab import mdns_voice, snmp_voice, udp_voice, wsd_voice
from camcensus.lab.certificates import CertificateMaker
from camcensus.lab.estate import ON_LINK, Estate, LabDevice
from camcensus.lab.old_tls import OldTls
from camcensus.lab.personas import Snmp, TcpPort, UdpPort
from camcensus.lab.tally import Tally
from camcensus.lab.tcp_voice import TcpVoice
from camcensus.lab.tls_door import TlsDoor

WSD_GROUP, WSD_PORT = "239.255.255.250", 3702
MDNS_GROUP, MDNS_PORT = "224.0.0.251", 5353
_ANNOUNCED_EVERY_S = 1.0  # devices take minutes; a sweep listens for seconds
_BACKLOG = 4096  # asyncio's default of 100 loses connections of a fast scanner

Heard = Callable[[bytes, tuple[str, int]], None]


@dataclass(slots=True)
class _Hearer(asyncio.DatagramProtocol):
    """Hands each datagram over; errors of unconnected sockets mean nothing here."""

    heard: Heard

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard(data, addr)


@dataclass(slots=True)
class EstateServer:
    """Serves an estate until closed. `group_interface` is our address for multicast, if any."""

    estate: Estate
    group_interface: str | None = None
    tally: Tally = field(default_factory=Tally)
    notes: list[str] = field(default_factory=list)
    _exits: AsyncExitStack = field(default_factory=AsyncExitStack)
    _unicast: dict[tuple[str, int], asyncio.DatagramTransport] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        maker = CertificateMaker()
        for device in self.estate.devices:
            await self._open_tcp(device, maker)
            await self._open_udp(device)
        if self.group_interface:
            own = self.group_interface
            await self._join(WSD_GROUP, WSD_PORT, own, self._wsd_multicast)
            await self._join(MDNS_GROUP, MDNS_PORT, own, self._mdns_multicast)
            for group, number in sorted(self._other_groups()):
                await self._join(group, number, own, self._other_multicast(group, number))
            for device in self.estate.devices:
                for port in device.persona.udp:
                    if port.announces and IPv4Address(device.address) in ON_LINK:
                        self._announce(device, port)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()

    def _other_groups(self) -> set[tuple[str, int]]:
        ports = (port for device in self.estate.devices for port in device.persona.udp)
        return {(port.group, port.port) for port in ports if port.group}

    async def _open_tcp(self, device: LabDevice, maker: CertificateMaker) -> None:
        ports = {one.port: one for one in device.persona.tcp}
        for port in ports.values():
            voice = TcpVoice(device, _resolved(port, ports), self.tally)
            where = device.address, device.port(port.port)
            context = None if port.tls_cipher else maker.context(device, port)
            server: TlsDoor | asyncio.Server
            if port.tls and port.tls_cipher:
                old = OldTls(maker.shown(device, port.tls), port.tls_at_most, port.tls_cipher)
                server = await asyncio.start_server(old.serve, *where, backlog=_BACKLOG)
            elif context is None:
                server = await asyncio.start_server(voice.serve, *where, backlog=_BACKLOG)
            else:
                server = TlsDoor.open(*where, context, voice.serve, _BACKLOG)
            self._exits.callback(server.close)

    async def _open_udp(self, device: LabDevice) -> None:
        persona = device.persona
        if persona.ws_discovery and persona.ws_discovery.unicast:
            await self._listen(device.address, WSD_PORT, self._wsd_unicast(device))
        if persona.mdns:
            await self._listen(device.address, MDNS_PORT, self._mdns_unicast(device))
            if persona.mdns.link_local_source and self.group_interface:
                await self._listen(device.link_local, MDNS_PORT, self._mdns_unicast(device))
        if persona.snmp and not device.port_shift:  # a user may not bind 161
            await self._listen(device.address, snmp_voice.PORT, self._snmp(device, persona.snmp))
        for port in persona.udp:
            if port.private_only and device.port_shift:
                continue  # on loopback the asker is the same machine
            heard = self._other_udp(device, port) if port.unicast else _deaf
            await self._listen(device.address, port.port, heard)

    async def _listen(self, address: str, port: int, heard: Heard) -> None:
        """A datagram socket of a device's own, so that answers carry its address."""
        try:
            sock = _udp_socket(address, port)
        except OSError as error:
            self.notes.append(f"UDP {address}:{port} could not be opened: {error}")
            return
        if self.group_interface:
            own = socket.inet_aton(self.group_interface)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        self._unicast[address, port] = await self._attach(sock, heard)

    async def _join(self, group: str, port: int, own: str, heard: Heard) -> None:
        sock = _udp_socket(group, port)
        membership = socket.inet_aton(group) + socket.inet_aton(own)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        await self._attach(sock, heard)

    async def _attach(self, sock: socket.socket, heard: Heard) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Hearer(heard), sock=sock)
        self._exits.callback(transport.close)
        return transport

    def _count(self, device: LabDevice, port: int) -> None:
        self.tally.datagrams[device.address, device.persona.name, port] += 1

    def _wsd_unicast(self, device: LabDevice) -> Heard:
        def heard(data: bytes, asker: tuple[str, int]) -> None:
            self._count(device, WSD_PORT)
            if probe := wsd_voice.read_probe(data):
                self._answer_probe(device, probe, asker)

        return heard

    def _answer_probe(
        self, device: LabDevice, probe: wsd_voice.Probe, asker: tuple[str, int]
    ) -> None:
        transport = self._unicast.get((device.address, WSD_PORT))
        for answer in wsd_voice.answers_to(device, probe):
            if transport is not None and not transport.is_closing():
                transport.sendto(answer, asker)

    def _wsd_multicast(self, data: bytes, asker: tuple[str, int]) -> None:
        probe = wsd_voice.read_probe(data)
        if probe is None:
            return
        loop = asyncio.get_running_loop()
        for device in self._on_link(asker[0]):
            voice = device.persona.ws_discovery
            if voice and voice.multicast:
                loop.call_later(_delay(device), self._answer_probe, device, probe, asker)

    def _mdns_unicast(self, device: LabDevice) -> Heard:
        def heard(data: bytes, asker: tuple[str, int]) -> None:
            self._count(device, MDNS_PORT)
            voice, query = device.persona.mdns, mdns_voice.read_query(data)
            # RFC 6762, 5.5: a question from another network should be ignored.
            near = self.group_interface is None or _same_link(device, asker[0])
            if query and voice and (voice.off_link or near):
                self._answer_query(device, query, asker, unicast=True)

        return heard

    def _mdns_multicast(self, data: bytes, asker: tuple[str, int]) -> None:
        if query := mdns_voice.read_query(data):
            direct = all(one.unicast for one in query.questions)
            for device in self._on_link(asker[0]):
                self._answer_query(device, query, asker, unicast=direct)

    def _answer_query(
        self, device: LabDevice, query: mdns_voice.Query, asker: tuple[str, int], *, unicast: bool
    ) -> None:
        legacy = asker[1] != MDNS_PORT
        message = mdns_voice.answer(device, query, legacy=legacy)
        voice = device.persona.mdns
        if message is None or voice is None:
            return
        source = device.link_local if voice.link_local_source else device.address
        transport = self._unicast.get((source, MDNS_PORT)) or self._unicast.get(
            (device.address, MDNS_PORT)
        )
        if transport is not None:
            transport.sendto(message, asker if legacy or unicast else (MDNS_GROUP, MDNS_PORT))

    def _snmp(self, device: LabDevice, voice: Snmp) -> Heard:
        def heard(data: bytes, asker: tuple[str, int]) -> None:
            self._count(device, snmp_voice.PORT)
            came_to = snmp_voice.hear(voice, data)
            if came_to.violation:
                key = (device.address, device.persona.name, snmp_voice.PORT, came_to.violation)
                self.tally.violations[key] += 1
            else:
                self._unicast[device.address, snmp_voice.PORT].sendto(came_to.answer, asker)

        return heard

    def _other_udp(self, device: LabDevice, port: UdpPort) -> Heard:
        def heard(data: bytes, asker: tuple[str, int]) -> None:
            self._count(device, port.port)
            if not udp_voice.accepts(port, data):
                if not port.forgives:
                    key = (device.address, device.persona.name, port.port, "a datagram it forbids")
                    self.tally.violations[key] += 1
                return
            transport = self._unicast.get((device.address, port.port))
            said = udp_voice.answer(device, port, data)
            if said and transport is not None and not transport.is_closing():
                transport.sendto(said, (asker[0], port.reply_port or asker[1]))

        return heard

    def _other_multicast(self, group: str, number: int) -> Heard:
        """A question to a group reaches every device of the asker's link that is in it."""

        def heard(data: bytes, asker: tuple[str, int]) -> None:
            loop = asyncio.get_running_loop()
            for device in self._on_link(asker[0]):
                for port in device.persona.udp:
                    if (port.group, port.port) == (group, number) and port.multicast:
                        loop.call_later(_delay(device), self._other_udp(device, port), data, asker)

        return heard

    def _announce(self, device: LabDevice, port: UdpPort) -> None:
        """Tell the group, now and each second from now on."""
        transport = self._unicast.get((device.address, port.port))
        if transport is not None and not transport.is_closing():
            said = device.fill(port.announces).encode()
            transport.sendto(said, (port.group, port.port))
            loop = asyncio.get_running_loop()
            loop.call_later(_ANNOUNCED_EVERY_S, self._announce, device, port)

    def _on_link(self, asker: str) -> list[LabDevice]:
        return [one for one in self.estate.devices if _same_link(one, asker)]


def _deaf(_data: bytes, _asker: tuple[str, int]) -> None:
    """Hears a group only."""


def _resolved(port: TcpPort, ports: dict[int, TcpPort]) -> TcpPort:
    """The port with the voice of the one it is the same as."""
    if not port.same_as:
        return port
    like = ports[port.same_as]
    return replace(
        like, port=port.port, tls=port.tls, tls_at_most=port.tls_at_most, canary=port.canary
    )


def _same_link(device: LabDevice, asker: str) -> bool:
    return IPv4Address(asker) in IPv4Network(f"{device.address}/24", strict=False)


def _delay(device: LabDevice) -> float:
    """Seconds before it answers a multicast Probe: spread, and the same in every run."""
    return sha256(device.mac.encode()).digest()[0] / 255 * 0.25


def _udp_socket(address: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    return sock
