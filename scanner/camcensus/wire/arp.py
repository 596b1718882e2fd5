"""ARP for IPv4 over Ethernet (RFC 826): the question, and who answers it."""

from dataclasses import dataclass
from ipaddress import IPv4Address

from camcensus.wire import MalformedError

SIZE = 42  # bytes of an Ethernet header and one ARP message; what follows is padding

_BROADCAST = b"\xff" * 6
_TYPE = b"\x08\x06"  # IEEE 802.3 type field: ARP
_FORM = bytes.fromhex("0001 0800 06 04")  # Ethernet, IPv4, and the lengths of their addresses
_REQUEST, _REPLY = 1, 2
_GROUP = 1  # the bit that no sender's address has (IEEE 802-2014, 8.2)


@dataclass(frozen=True, slots=True)
class Message:
    """What one frame says: this IPv4 address is at this MAC."""

    is_reply: bool
    mac: str  # lower case with colons
    address: str
    asked: str  # the address a question is about; in a reply the asker's own


def build_request(mac: str, address: str, target: str) -> bytes:
    """The frame that asks the whole link who has `target`, from our own MAC and address."""
    own = bytes.fromhex(mac.replace(":", ""))
    sender, wanted = IPv4Address(address).packed, IPv4Address(target).packed
    header = _BROADCAST + own + _TYPE + _FORM + _REQUEST.to_bytes(2)
    return header + own + sender + bytes(6) + wanted


def parse(frame: bytes) -> Message:
    """The message in an Ethernet frame."""
    if len(frame) < SIZE or frame[12:14] != _TYPE or frame[14:20] != _FORM:
        raise MalformedError("no ARP message for IPv4 over Ethernet")
    operation = int.from_bytes(frame[20:22])
    if operation not in {_REQUEST, _REPLY}:
        raise MalformedError(f"ARP operation {operation} is neither question nor answer")
    mac = frame[22:28]
    if mac[0] & _GROUP or not any(mac):
        raise MalformedError(f"{mac.hex(':')} is no sender's MAC")
    return Message(
        is_reply=operation == _REPLY,
        mac=mac.hex(":"),
        address=str(IPv4Address(frame[28:32])),
        asked=str(IPv4Address(frame[38:42])),
    )
