"""What a scanner could ask in the lab, with nothing but raw sockets; answers go to a JSON file.

Run inside the private network: `python questions.py FILE`.
"""

import json
import socket
import ssl
import struct
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

WSD = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
WSA = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
PATIENCE_S = 1.0


def probe(types: str, *, message_id: str = "uuid:1", newline: bool = False) -> bytes:
    asked = f"<d:Types>{types}</d:Types>" if types else ""
    gap = "\n" if newline else ""
    return (
        f'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{WSA}"'
        f' xmlns:d="{WSD}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
        f"<a:Action>{WSD}/Probe</a:Action><a:MessageID>{message_id}</a:MessageID></s:Header>{gap}"
        f"<s:Body><d:Probe>{asked}</d:Probe></s:Body></s:Envelope>"
    ).encode()


def ask_udp(address: str, port: int, payload: bytes, source_port: int = 0) -> list[list[object]]:
    """Every datagram that came back, as (source address, source port, text)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", source_port))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        sock.sendto(payload, (address, port))
        return hear(sock)


def unicast_survey(payload: bytes, where: dict[str, str]) -> dict[str, list[list[object]]]:
    """Every address asked from a socket of its own, all at once."""
    with ThreadPoolExecutor(len(where)) as pool:
        running = {name: pool.submit(ask_udp, one, 3702, payload) for name, one in where.items()}
    return {name: future.result() for name, future in running.items()}


def hear(sock: socket.socket) -> list[list[object]]:
    heard: list[list[object]] = []
    until = time.monotonic() + PATIENCE_S
    while (left := until - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            data, peer = sock.recvfrom(65536)
        except TimeoutError:
            break
        heard.append([peer[0], peer[1], data.decode("latin-1")])
    return heard


def udp_error(address: str) -> str:
    """What a connected socket learns about a closed UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE_S)
        sock.connect((address, 3702))
        sock.send(probe(""))
        try:
            return f"answered {len(sock.recv(65536))}"
        except OSError as error:
            return type(error).__name__


def tcp(address: str, port: int, payload: bytes = b"", size: int = 65536) -> str:
    try:
        with socket.create_connection((address, port), timeout=PATIENCE_S) as sock:
            sock.sendall(payload)
            return read(sock, size)
    except OSError as error:
        return type(error).__name__


def read(sock: socket.socket, size: int) -> str:
    data = b""
    while len(data) < size:
        try:
            part = sock.recv(4096)
        except (TimeoutError, ConnectionError):
            break
        if not part:
            break
        data += part
    return data.decode("latin-1")


def get(path: str = "/") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()


def https(address: str) -> list[str]:
    """The certificate in DER as hexadecimal digits, and the page."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((address, 443), timeout=PATIENCE_S) as plain,
        context.wrap_socket(plain) as sock,
    ):
        certificate = sock.getpeercert(binary_form=True) or b""
        sock.sendall(get())
        return [certificate.hex(), read(sock, 65536)]


def question(name: str, *, unicast: bool = False) -> bytes:
    labels = b"".join(bytes([len(one)]) + one.encode() for one in name.split("."))
    head = struct.pack("!HHHHHH", 77, 0, 1, 0, 0, 0)
    return head + labels + b"\0" + struct.pack("!HH", 12, 0x8001 if unicast else 1)


def multicast_mdns(name: str) -> list[list[object]]:
    """Ask from port 5353, as a full resolver does, and listen to the group."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("", 5353))
        membership = socket.inet_aton("224.0.0.251") + socket.inet_aton("198.18.0.1")
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        sock.sendto(question(name), ("224.0.0.251", 5353))
        return hear(sock)


def rtsp(method: str) -> bytes:
    return f"{method} rtsp://x/ RTSP/1.0\r\nCSeq: 7\r\nConnection: close\r\n\r\n".encode()


def main(report: Path, where: dict[str, str]) -> None:
    nvt = "dn:NetworkVideoTransmitter"
    asks: dict[str, Callable[[], object]] = {
        "interfaces": lambda: [name for _, name in socket.if_nameindex()],
        "multicast-nvt": lambda: ask_udp("239.255.255.250", 3702, probe(nvt)),
        "multicast-typeless": lambda: ask_udp("239.255.255.250", 3702, probe("")),
        "unicast-nvt": lambda: unicast_survey(probe(nvt), where),
        "newline": lambda: ask_udp(where["hik_cam"], 3702, probe(nvt, newline=True)),
        "two-types": lambda: ask_udp(where["dlink_cam"], 3702, probe(f"{nvt} tds:Device")),
        "silent-on-link": lambda: tcp("198.18.0.250", 80),
        "silent-routed": lambda: tcp("198.18.1.250", 80),
        "silent-routed-udp": lambda: ask_udp("198.18.1.250", 3702, probe(nvt)),
        "closed-udp": lambda: udp_error(where["mobotix_cam"]),
        "firewalled-udp": lambda: udp_error(where["infusion_pump"]),
        "firewalled-tcp": lambda: tcp(where["windows_pc"], 80),
        "firewalled-open": lambda: tcp(where["windows_pc"], 5357, get()),
        "closed-tcp": lambda: tcp(where["hik_cam"], 81),
        "http": lambda: tcp(where["hik_cam"], 80, get()),
        "http-missing": lambda: tcp(where["hik_cam"], 80, get("/nothing")),
        "https": lambda: https(where["axis_cam"]),
        "rtsp": lambda: tcp(where["hik_cam"], 554, rtsp("DESCRIBE")),
        "endless": lambda: len(tcp(where["hostile_endless"], 80, get(), 300_000)),
        "drip": lambda: tcp(where["hostile_drip"], 80, get(), 2),
        "mute": lambda: tcp(where["hik_cam"], 8000),
        "canary": lambda: tcp(where["printer"], 9100, b"hello"),
        "mdns-legacy": lambda: ask_udp("224.0.0.251", 5353, question("_axis-video._tcp.local")),
        "mdns-group": lambda: multicast_mdns("_axis-video._tcp.local"),
        "mdns-off-link": lambda: {
            name: ask_udp(where[name], 5353, question("_axis-video._tcp.local", unicast=True))
            for name in ("axis_encoder", "doorbird")
        },
    }
    with ThreadPoolExecutor(len(asks)) as pool:
        running = {name: pool.submit(ask) for name, ask in asks.items()}
    answers = {name: future.result() for name, future in running.items()}
    answers["arp"] = Path("/proc/net/arp").read_text(encoding="ascii")
    report.write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
