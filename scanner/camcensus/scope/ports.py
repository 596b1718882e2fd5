"""The ports a user names, and the ports nobody may name."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from camcensus.errors import SafetyError, ScopeError
from camcensus.scope.words import DeniedPorts, PlannedProber
from camcensus.types import Transport

MOST_PORTS = 16  # of one prober: a device is asked a few questions, not searched
_BARE = "http"
_OVER_TLS = {
    "https": "http",
    "rtsps": "rtsp",
}  # a name for ports of another prober, asked over TLS at once


class Denials:
    """Which ports are denied, looked up at the price of one dictionary access."""

    __slots__ = ("_rows",)

    def __init__(self, denied: Iterable[DeniedPorts]) -> None:
        self._rows: dict[Transport, dict[int, DeniedPorts]] = {kind: {} for kind in Transport}
        for row in denied:
            for port in range(row.first, row.last + 1):
                self._rows[row.transport].setdefault(port, row)

    def refusal(self, transport: Transport, port: int) -> str | None:
        """Why nothing is sent to this port, `None` if it may be."""
        if transport is Transport.LINK:
            return None  # frames below IP have no ports
        row = self._rows[transport].get(port)
        if row is not None:
            return f"{transport} port {port} is never sent to: {row.why} ({row.source})"
        return None if 1 <= port <= 65535 else f"{port} is no port number"


def read_ports(
    typed: tuple[str, ...], probers: tuple[PlannedProber, ...], denials: Denials
) -> dict[str, tuple[int, ...]]:
    """The ports of each named prober; a port without a name is for http."""
    known = {it.name: it.transport for it in probers if it.stage != "link" and it.ports}
    known |= {name: known[base] for name, base in _OVER_TLS.items() if base in known}
    found: dict[str, list[int]] = {}
    for word in (word for text in typed for word in text.replace(",", " ").split()):
        name, colon, numbers = word.rpartition(":")
        name = name if colon else _BARE
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!a}?" if near else f"; there is {', '.join(known)}"
            raise ScopeError(f"port {word!a}: no prober is named {name!a}{hint}")
        for port in _numbers(word, numbers):
            if why := denials.refusal(known[name], port):
                raise ScopeError(f"port {word!a}: {why}")
            if port not in found.setdefault(name, []):
                found[name].append(port)
            if len(found[name]) > MOST_PORTS:
                raise ScopeError(f"port {word!a}: more than {MOST_PORTS} ports for {name}")
    return {name: tuple(ports) for name, ports in found.items()}


def _numbers(word: str, text: str) -> range:
    low, dash, high = text.partition("-")
    first = _number(word, low)
    last = _number(word, high) if dash else first
    if first > last:
        raise ScopeError(f"port {word!a}: the range runs backwards")
    return range(first, last + 1)


def _number(word: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 5 or not 1 <= int(text) <= 65535:
        raise ScopeError(f"port {word!a}: {text!a} is not a number from 1 to 65535")
    return int(text)


def ports_for(prober: str, named: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The ports that the user named for a prober, those asked over TLS among them."""
    names = [prober, *(name for name, base in _OVER_TLS.items() if base == prober)]
    return tuple(port for name in names for port in named.get(name, ()))


def check_ports(
    probers: tuple[PlannedProber, ...], named: Mapping[str, tuple[int, ...]], denials: Denials
) -> None:
    """Refuse a plan with a denied port in it, wherever it came from."""
    for prober in probers:
        for port in prober.ports:
            if why := denials.refusal(prober.transport, port):
                raise SafetyError(f"prober {prober.name} asks for a denied port: {why}")
        names = [prober.name, *(name for name, base in _OVER_TLS.items() if base == prober.name)]
        for name in names if prober.stage != "link" else ():
            for port in named.get(name, ()):
                if why := denials.refusal(prober.transport, port):
                    raise ScopeError(f"port {name}:{port}: {why}")
