"""Dahua's older discovery: UDP 5050. It also answers where DHIP is not built in yet."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import field_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.dahua_v1 import QUESTION, parse

NAME = "dahua-v1"
PORT = 5050


def build(_seed: bytes, _local_port: int) -> bytes:
    """The question, always the same."""
    return QUESTION


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What a device says of itself; `MalformedError` for anything else."""
    return field_evidence(Field.DAHUA_V1_FIELD, parse(data).fields)


PROBER = datagram_prober(
    Question(prober=NAME, message="search", port=PORT, build=build, evidence=evidence)
)
