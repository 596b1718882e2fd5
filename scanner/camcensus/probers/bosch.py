"""Bosch's autodetection of video devices: UDP 1757, answered to UDP 1758 of the asker."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import answer_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.bosch import build_question, parse, transaction

NAME = "bosch"


def _build(seed: bytes, _port: int) -> bytes:
    return build_question(seed[:4])


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What an answer says of its device; `MalformedError` for another protocol's bytes."""
    return answer_evidence(Field.BOSCH_FIELD, parse(data))


QUESTION = Question(
    prober=NAME,
    message="autodetect",
    port=1757,
    build=_build,
    evidence=evidence,
    reply_port=1758,
    echo=transaction,
)
PROBER = datagram_prober(QUESTION)
