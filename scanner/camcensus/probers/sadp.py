"""Hikvision's discovery (SADP): UDP 37020, group 239.255.255.250; every device of its platform.

Who answers has Hikvision's electronics, under whatever label.
"""

from uuid import UUID

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import sadp_evidence
from camcensus.scope import Reach
from camcensus.types import Evidence
from camcensus.wire import MalformedError
from camcensus.wire.sadp import build_inquiry, parse

NAME = "sadp"
PORT = 37020
GROUP = "239.255.255.250"


def build(seed: bytes, _local_port: int) -> bytes:
    """The inquiry, under a number of its own."""
    return build_inquiry(UUID(bytes=seed, version=4))


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What a device says of itself; `MalformedError` for a question or another protocol."""
    message = parse(data)
    if not message.is_of_a_device:
        raise MalformedError(f"no answer of a device: {message.root or 'no root element'}")
    return sadp_evidence(message.fields)


def _number(data: bytes) -> bytes:
    """The number of a question, which an answer repeats; firmware writes it in either case."""
    values = (value for name, value in parse(data).fields if name == "Uuid")
    return next(values, "").upper().encode()


QUESTION = Question(
    prober=NAME,
    message="inquiry",
    port=PORT,
    build=build,
    evidence=evidence,
    group=GROUP,
    reach=Reach.AFFORDABLE,
    echo=_number,
)
PROBER = datagram_prober(QUESTION)
