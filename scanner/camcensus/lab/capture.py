"""A recorder of every frame that leaves the scanner's side of the private network."""

import json
import socket
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

_ALL_PROTOCOLS = 3  # ETH_P_ALL
_OUTGOING = 4  # PACKET_OUTGOING
_SO_TIMESTAMPNS = 35
_PROTOCOLS = {1: "icmp", 2: "igmp", 6: "tcp", 17: "udp"}

Flow = tuple[str, str, str, int]  # interface, protocol, destination, port


@dataclass(slots=True)
class Capture:
    """Counts outgoing frames by interface, protocol, destination and port, with their times."""

    flows: Counter[Flow] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    _socket: socket.socket | None = None
    _thread: threading.Thread | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def start(cls) -> "Capture":
        """Start recording; needs CAP_NET_RAW, which a user namespace gives."""
        capture = cls()
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        sock.settimeout(0.1)
        capture._socket = sock
        capture._thread = threading.Thread(target=capture._run, name="lab-capture", daemon=True)
        capture._thread.start()
        return capture

    def stop(self, path: Path) -> None:
        """Stop, and write the summary as JSON."""
        self._stopped.set()
        if self._thread:
            self._thread.join()
        if self._socket:
            self._socket.close()
        path.write_text(json.dumps(self.as_json(), indent=1) + "\n", encoding="utf-8")

    def as_json(self) -> dict[str, object]:
        """Counts and the fullest windows; loopback frames never left and are not counted."""
        return {
            "schema": "camcensus.lab-capture/1",
            "frames": sum(self.flows.values()),
            "peak_100ms": fullest(self.times, 0.1),
            "peak_1s": fullest(self.times, 1.0),
            "seconds": self.times[-1] - self.times[0] if self.times else 0.0,
            "flows": [
                {"interface": i, "protocol": p, "destination": d, "port": n, "frames": count}
                for (i, p, d, n), count in sorted(self.flows.items())
            ],
        }

    def _run(self) -> None:
        sock = self._socket
        while sock is not None:
            try:
                frame, ancillary, _, peer = sock.recvmsg(256, 64)
            except TimeoutError:
                if self._stopped.is_set():
                    return
                continue
            interface, _, direction = peer[:3]
            if direction == _OUTGOING and interface != "lo":
                self.flows[flow_of(interface, frame)] += 1
                self.times.append(_time(ancillary))


def flow_of(interface: str, frame: bytes) -> Flow:
    """Where an Ethernet frame goes; for ARP the address that is asked for."""
    kind = int.from_bytes(frame[12:14])
    if kind == 0x0806 and len(frame) >= 42:
        return interface, "arp", socket.inet_ntoa(frame[38:42]), 0
    if kind != 0x0800 or len(frame) < 34:
        return interface, f"ether-{kind:04x}", frame[:6].hex(":"), 0
    packet = frame[14:]
    start = (packet[0] & 15) * 4
    protocol = _PROTOCOLS.get(packet[9], str(packet[9]))
    port = int.from_bytes(packet[start + 2 : start + 4]) if protocol in {"tcp", "udp"} else 0
    return interface, protocol, socket.inet_ntoa(packet[16:20]), port


def _time(ancillary: list[tuple[int, int, bytes]]) -> float:
    for _, _, data in ancillary:
        if len(data) >= 16:
            seconds, nanoseconds = struct.unpack_from("qq", data)
            return int(seconds) + int(nanoseconds) / 1e9
    return 0.0


def fullest(times: list[float], window: float) -> int:
    """The most frames in any window of that many seconds."""
    best = start = 0
    for end, moment in enumerate(times):
        while moment - times[start] >= window:
            start += 1
        best = max(best, end - start + 1)
    return best


def frames_on_real_interfaces() -> dict[str, tuple[int, int]]:
    """Frames (received, sent) of each interface of this machine but `lo`, since it came up."""
    counts = {}
    for line in Path("/proc/net/dev").read_text(encoding="ascii").splitlines()[2:]:
        name, _, rest = line.partition(":")
        numbers = rest.split()
        if name.strip() != "lo":
            counts[name.strip()] = (int(numbers[1]), int(numbers[9]))
    return counts
