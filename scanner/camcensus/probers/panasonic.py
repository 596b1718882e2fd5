"""The discovery of Panasonic and i-PRO: UDP 10670, answered by broadcast to UDP 10669."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import answer_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.panasonic import build_question, parse

NAME = "panasonic"


def _build(_seed: bytes, _port: int) -> bytes:
    return build_question()


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What an answer says of its device; `MalformedError` for another protocol's bytes."""
    return answer_evidence(Field.PANASONIC_FIELD, parse(data))


QUESTION = Question(
    prober=NAME,
    message="discover",
    port=10670,
    build=_build,
    evidence=evidence,
    reply_port=10669,
)
PROBER = datagram_prober(QUESTION)
