"""Inside the private network: write down every frame that leaves, then run a command beside that.

watch.py FRAMES.json COMMAND...
"""

import json
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

ALL_PROTOCOLS, OUTGOING, TIMESTAMPS = 3, 4, 35  # ETH_P_ALL, PACKET_OUTGOING, SO_TIMESTAMPNS
NAMES = {1: "icmp", 2: "igmp", 6: "tcp", 17: "udp"}
KEPT = 2048  # bytes of payload


def described(frame: bytes) -> tuple[str, str, int, int, str, str]:
    """Protocol, destination, its port, our port, TCP flags, and the first bytes of payload."""
    kind = int.from_bytes(frame[12:14])
    if kind == 0x0806:
        return "arp", socket.inet_ntoa(frame[38:42]), 0, 0, "", ""
    if kind == 0x86DD:
        return "ipv6", socket.inet_ntop(socket.AF_INET6, frame[38:54]), 0, 0, "", ""
    if kind != 0x0800:
        return f"ether-{kind:04x}", frame[:6].hex(":"), 0, 0, "", ""
    packet = frame[14:]
    body = packet[(packet[0] & 15) * 4 :]
    protocol = NAMES.get(packet[9], str(packet[9]))
    destination = socket.inet_ntoa(packet[16:20])
    if protocol not in {"tcp", "udp"}:
        return protocol, destination, 0, 0, "", ""
    source, port = struct.unpack_from("!HH", body)
    start, flags = 8, ""
    if protocol == "tcp":
        start = (body[12] >> 4) * 4
        flags = "".join(n for bit, n in enumerate("FSRPA") if body[13] >> bit & 1)
    return protocol, destination, port, source, flags, body[start : start + KEPT].decode("latin-1")


def record(sock: socket.socket, rows: list[object], stopped: threading.Event) -> None:
    """Take frames until told to stop and none is left."""
    while True:
        try:
            frame, control, _, (interface, _, direction, *_) = sock.recvmsg(2048, 64)
        except TimeoutError:
            if stopped.is_set():
                return
            continue
        if direction == OUTGOING and interface != "lo":
            seconds, nanoseconds = struct.unpack_from("qq", control[0][2])
            rows.append((seconds + nanoseconds / 1e9, interface, *described(frame)))


def main() -> int:
    """The exit code of the command."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    sock.setsockopt(socket.SOL_SOCKET, TIMESTAMPS, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    sock.settimeout(0.2)
    rows: list[object] = []
    stopped = threading.Event()
    thread = threading.Thread(target=record, args=(sock, rows, stopped))
    thread.start()
    code = subprocess.run(sys.argv[2:], check=False).returncode
    stopped.set()
    thread.join()
    Path(sys.argv[1]).write_text(json.dumps(rows), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
