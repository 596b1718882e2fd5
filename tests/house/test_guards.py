"""The rules of tests/conftest.py hold: they are what keeps tests off real networks."""

import asyncio
import socket
import time

import pytest


def datagram_to(address: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"?", (address, 9))


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "239.255.255.250"])
def test_a_datagram_to_a_real_network_is_stopped(address: str, stray_traffic: list[str]) -> None:
    with pytest.raises(Exception, match=r"socket\.sendto") as caught:
        datagram_to(address)

    assert type(caught.value).__name__ == "StrayTrafficError"
    assert stray_traffic == [f"socket.sendto to ('{address}', 9)"]
    stray_traffic.clear()


def test_a_connection_to_a_real_network_is_stopped(stray_traffic: list[str]) -> None:
    async def connect() -> None:
        await asyncio.open_connection("192.0.2.1", 80)

    with pytest.raises(Exception, match=r"socket\.connect"):
        asyncio.run(connect())

    assert stray_traffic == ["socket.connect to ('192.0.2.1', 80)"]
    stray_traffic.clear()


def test_no_name_is_asked_for_at_a_server(stray_traffic: list[str]) -> None:
    with pytest.raises(Exception, match=r"socket\.getaddrinfo"):
        socket.getaddrinfo("camera.example", 80)

    assert stray_traffic == ["socket.getaddrinfo to ('camera.example',)"]
    stray_traffic.clear()


def test_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"hello")
            accepted, _ = server.accept()
            with accepted:
                assert accepted.recv(5) == b"hello"


def test_a_test_of_its_own_may_block_its_own_loop() -> None:
    async def doze() -> bool:
        time.sleep(0.001)  # noqa: ASYNC251 - the point of this test
        return True

    assert asyncio.run(doze())


def test_camcensus_may_not_block_the_loop() -> None:
    import camcensus

    # A function that the tracer takes for one of camcensus: its file name says so.
    code = compile(
        "import time\ndef doze():\n    time.sleep(0.001)\n",
        camcensus.__file__.replace("__init__", "doze"),
        "exec",
    )
    scope: dict[str, object] = {}
    exec(code, scope)  # noqa: S102 - three lines, written above
    doze = scope["doze"]
    assert callable(doze)

    async def call() -> None:
        doze()

    with pytest.raises(Exception, match=r"Blocking call to time\.sleep"):
        asyncio.run(call())
