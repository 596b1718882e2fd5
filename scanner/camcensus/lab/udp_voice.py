"""What simulated devices answer on the other datagram ports, from templates in text or in bytes."""

import re
from ipaddress import IPv4Address

from camcensus.lab import baichuan_voice
from camcensus.lab.estate import LabDevice
from camcensus.lab.personas import UdpPort

_TOKEN = re.compile(r"\{([a-z]+)(?::([^{}]*))?\}")


def accepts(port: UdpPort, data: bytes) -> bool:
    """Whether this is a question that the device may be asked."""
    text, digits = data.decode("utf-8", "replace"), data.hex()
    return any(one in text for one in port.accepts) or any(
        re.fullmatch(one, digits) for one in port.accepts_hex
    )


def answer(device: LabDevice, port: UdpPort, data: bytes) -> bytes:
    """The answer to an accepted question; empty if it keeps silent.

    In `answer_hex`, spaces separate, `{mac}` and `{address}` are the device's own, `{text:...}`
    is UTF-8 (with the words of `LabDevice.fill` as `<word>`), `{pad:N:...}` the same filled with
    NUL to N bytes, `{request:A:B}` bytes A to B of the question, and `{len:...}` text after its
    length as one byte.
    """
    if port.veiled:
        return baichuan_voice.veil(device.fill(port.answer).encode(), data)
    if port.answer:
        said = device.fill(port.answer).encode()
        return _head(port.answer_head, len(said)) + said

    def bytes_of(found: re.Match[str]) -> str:
        word, rest = found[1], found[2] or ""
        match word:
            case "mac":
                return device.mac.replace(":", "")
            case "address":
                return IPv4Address(device.address).packed.hex()
            case "request":
                first, last = map(int, rest.split(":"))
                return data[first:last].hex()
            case "pad":
                size, _, text = rest.partition(":")
                return _text(device, text).ljust(int(size), b"\0").hex()
            case "len":
                said = _text(device, rest)
                return bytes([len(said)]).hex() + said.hex()
            case _:
                return _text(device, rest).hex()

    return bytes.fromhex(_TOKEN.sub(bytes_of, port.answer_hex))


def _head(template: str, size: int) -> bytes:
    """What stands before a text of this size."""
    filled = template.replace("{size}", size.to_bytes(4, "little").hex())
    return bytes.fromhex(filled.replace("{size2}", size.to_bytes(2, "big").hex()))


def _text(device: LabDevice, text: str) -> bytes:
    return device.fill(re.sub(r"<(\w+)>", r"{\1}", text)).encode()
