"""The discovery of Sony's network cameras on UDP 2380: lines of text between control bytes."""

from dataclasses import dataclass

from camcensus.wire import MalformedError
from camcensus.wire.layout import known_mac
from camcensus.wire.text import decode

_START, _LINE_END, _END = b"\x02", b"\xff", b"\x03"
_LIMIT = 4096  # bytes; answers have a few hundred


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says of itself."""

    mac: str
    model: str = ""
    serial: str = ""
    firmware: str = ""
    address: str = ""
    http_port: str = ""


def build_question() -> bytes:
    """The one question: everything that the camera tells without a login."""
    return _START + b"ENQ:allinfo" + _LINE_END + _END


def parse(data: bytes) -> Answer:
    """The answer; `MalformedError` unless it is framed as one and names model and MAC."""
    if not data.startswith(_START) or not data.endswith(_END) or len(data) > _LIMIT:
        raise MalformedError("another protocol's bytes")
    values: dict[str, str] = {}
    for line in data[1:-1].split(_LINE_END):
        key, separator, value = line.partition(b":")
        if separator:
            values.setdefault(decode(key).strip().upper(), decode(value).strip())
    hardware = known_mac(values.get("MAC", ""))
    model = values.get("MODEL", "")
    if not hardware or not model:
        raise MalformedError("no model or no MAC")
    return Answer(
        mac=hardware,
        address=values.get("IPADR", ""),
        model=model,
        serial=values.get("SERIAL", ""),
        firmware=values.get("SOFTVERSION", ""),
        http_port=values.get("WEBPORT", ""),
    )
