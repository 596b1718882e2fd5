"""Bosch's autodetection of video devices: asked on UDP 1757, answered to UDP 1758, in two forms."""

from dataclasses import dataclass

from camcensus.wire import MalformedError, xml
from camcensus.wire.layout import ipv4, known_mac, mac

_MAGIC = bytes.fromhex("9939a427")
_QUESTION = bytes.fromhex("ff0006de")
_BINARY_SIZE = 32
_NAMESPACE = "{OEMExt00:device"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says of itself; the binary form holds only addresses."""

    mac: str
    model: str = ""
    name: str = ""
    serial: str = ""
    address: str = ""
    http_port: str = ""
    https_port: str = ""


def build_question(transaction: bytes) -> bytes:
    """The question, under four bytes that the binary answer repeats."""
    if len(transaction) != 4:
        raise ValueError("a transaction has four bytes")
    return _MAGIC + transaction + _QUESTION


def transaction(data: bytes) -> bytes:
    """The four bytes under which a question was asked; the XML form of an answer has none."""
    return data[4:8] if data.startswith(_MAGIC) else b""


def parse(data: bytes) -> Answer:
    """Either form of the answer; `MalformedError` for anything else."""
    if data.startswith(_MAGIC):
        return _binary(data)
    return _xml(data)


def _binary(data: bytes) -> Answer:
    if len(data) != _BINARY_SIZE:
        raise MalformedError(f"{len(data)} bytes instead of {_BINARY_SIZE}")
    hardware = mac(data[8:14])
    if not hardware:
        raise MalformedError("no MAC")
    return Answer(mac=hardware, address=ipv4(data[16:20]))


def _xml(data: bytes) -> Answer:
    root = xml.parse(data)
    if not str(root.tag).startswith(_NAMESPACE):
        raise MalformedError("not a device list of this protocol")
    device = xml.child(root, "device")

    def text(name: str) -> str:
        return xml.text_of(xml.child(device, name))

    hardware = known_mac(text("physAddress"))
    if not hardware:
        raise MalformedError("no MAC")
    return Answer(
        mac=hardware,
        address=text("unitIPAddress"),
        model=text("friendlyName"),
        name=text("unitName"),
        serial=text("serialNumber"),
        http_port=text("HTTPPort"),
        https_port=text("HTTPSPort"),
    )
