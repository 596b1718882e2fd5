"""TP-Link's discovery: UDP 20002; its cameras, and its plugs and bulbs too."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import field_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.tplink import QUESTION, parse

NAME = "tplink"
PORT = 20002


def build(_seed: bytes, _local_port: int) -> bytes:
    """The question, always the same."""
    return QUESTION


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What a device says of itself; `MalformedError` for anything else."""
    return field_evidence(Field.TPLINK_FIELD, parse(data).fields)


PROBER = datagram_prober(
    Question(prober=NAME, message="search", port=PORT, build=build, evidence=evidence)
)
