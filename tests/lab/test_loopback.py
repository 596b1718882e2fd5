"""The loopback estate: the same devices where no namespace can be made."""

import json
import socket
import ssl
from pathlib import Path

import pytest

from camcensus.lab import LoopbackEstate, demo_estate, estate_of, start_loopback

PROBE = (
    b"<e:Envelope><a:MessageID>uuid:1</a:MessageID><d:Probe>"
    b"<d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Envelope>"
)
GET = b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic e30=\r\nConnection: close\r\n\r\n"


def address(running: LoopbackEstate, name: str) -> str:
    return next(one.address for one in running.estate.devices if one.persona.name == name)


def page(sock: socket.socket) -> bytes:
    sock.sendall(GET)
    data = b""
    while part := sock.recv(4096):
        data += part
    return data


def test_probes_and_pages_are_answered_on_moved_ports(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with start_loopback(estate_of(["hik_cam", "axis_cam", "printer"]), report) as running:
        camera = address(running, "hik_cam")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.bind(("127.0.0.1", 0))
            asker.settimeout(5)
            asker.sendto(PROBE, (camera, 3702))
            data, peer = asker.recvfrom(65536)
        with socket.create_connection((camera, 20080), timeout=5) as sock:
            text = page(sock)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with (
            socket.create_connection((address(running, "axis_cam"), 20443), timeout=5) as plain,
            context.wrap_socket(plain) as sock,
        ):
            secret = page(sock)
    assert peer == (camera, 3702)
    assert f"http://{camera}:20080/onvif/device_service".encode() in data
    assert b"Server: App-webs/" in text
    assert b"Location: /camera/index.html" in secret
    assert json.loads(report.read_text("utf-8"))["authorization_headers"] == 2


def test_targets_and_moved_ports_are_told() -> None:
    with start_loopback(estate_of(["hik_cam", "foscam_cam", "plc"])) as running:
        block = running.targets[0].removesuffix(".0.0/24")
        assert running.targets == (f"{block}.0.0/24", f"{block}.1.0/24")
        assert 64 <= int(block.removeprefix("127.")) < 128
        assert running.ports == {"http": (20080, 20088, 20443), "rtsp": (20554,)}


def test_clear_text_on_an_encrypted_port_is_answered_with_an_alert() -> None:
    with start_loopback(estate_of(["axis_cam"])) as running:
        camera = address(running, "axis_cam")
        with socket.create_connection((camera, 20443), timeout=5) as sock:
            assert page(sock) == b"\x15\x03\x01\x00\x02\x02\x28"


def test_the_estate_ends_with_the_block() -> None:
    with start_loopback(estate_of(["milesight_cam"])) as running:
        camera = address(running, "milesight_cam")
        socket.create_connection((camera, 20080), timeout=5).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((camera, 20080), timeout=5)


def test_the_whole_demo_starts() -> None:
    with start_loopback(demo_estate()) as running:
        assert len(running.estate.devices) == 60
        assert all(one.address.startswith("127.") for one in running.estate.devices)
