"""Where a host speaks HTTP, as its front pages told, and one further question to that place."""

from dataclasses import dataclass

from camcensus.net import Reply
from camcensus.probers.base import Asking, Host
from camcensus.probers.http import NAME as HTTP
from camcensus.probers.tls import NAME as TLS
from camcensus.types import Field, Outcome, Request
from camcensus.wire.http import host_port, response_complete

NO_PAGE = "it showed no web page"
_ELSEWHERE = ("301", "302", "303", "307", "308")


@dataclass(frozen=True, slots=True)
class WebPort:
    """A port that answered with a page, and whether over TLS."""

    port: int
    tls: bool

    @property
    def host_port(self) -> int | None:
        """The port for the Host header."""
        return host_port(self.port, tls=self.tls)


def web_ports(host: Host) -> tuple[WebPort, ...]:
    """Every port that gave a page, those first that did not only point elsewhere."""
    pages = [
        seen
        for seen in host.observations
        if seen.prober == HTTP and seen.outcome is Outcome.ANSWERED and seen.message != "favicon"
    ]
    over_tls = {seen.port for seen in host.observations if seen.prober == TLS}
    at_home = {
        seen.port
        for seen in pages
        for item in seen.evidence
        if item.field is Field.HTTP_STATUS and not _points_elsewhere(item.value)
    }
    ports = dict.fromkeys(seen.port for seen in pages)
    ordered = sorted(ports, key=lambda port: port not in at_home)  # stable: else as asked
    return tuple(WebPort(port, port in over_tls) for port in ordered)


def _points_elsewhere(status_line: str) -> bool:
    return status_line.partition(" ")[2].startswith(_ELSEWHERE)


async def ask_web_port(asking: Asking, host: Host, place: WebPort, request: Request) -> Reply:
    """One request there."""
    return await asking.net.tcp_exchange(
        host.target.address, place.port, request, tls=place.tls, complete=response_complete
    )
