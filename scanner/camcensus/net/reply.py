"""What an exchange with a device came to."""

from dataclasses import dataclass, replace

from camcensus.net.scrub import scrubbed
from camcensus.types import Outcome


@dataclass(frozen=True, slots=True)
class Reply:
    """One exchange: `data` is what arrived before the end, whatever the end was.

    `data` is scrubbed (`net.scrub`) and capped. `peer` is who answered, which on multicast is the
    news itself. `certificate` is DER, from the handshake, unverified;
    `alert` is the word by which a device ended one.
    """

    outcome: Outcome
    data: bytes = b""
    peer: str = ""
    peer_port: int = 0
    certificate: bytes = b""
    alert: str = ""
    note: str = ""
    elapsed_s: float = 0.0

    def scrubbed(self) -> "Reply":
        """The same without secrets and pictures; the note says if it was badly packed."""
        data, odd = scrubbed(self.data)
        return replace(self, data=data, note="; ".join(one for one in (self.note, odd) if one))
