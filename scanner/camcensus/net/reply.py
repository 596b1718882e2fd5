"""What an exchange with a device came to."""

from dataclasses import dataclass

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
