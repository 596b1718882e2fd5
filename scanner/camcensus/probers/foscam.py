"""The discovery of Foscam: UDP 10000, answered by broadcast to that port of the asker."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import answer_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.foscam import build_question, parse

NAME = "foscam"


def _build(_seed: bytes, _port: int) -> bytes:
    return build_question()


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What an answer says of its device; `MalformedError` for another protocol's bytes."""
    return answer_evidence(Field.FOSCAM_FIELD, parse(data))


QUESTION = Question(
    prober=NAME,
    message="search",
    port=10000,
    build=_build,
    evidence=evidence,
    reply_port=10000,
)
PROBER = datagram_prober(QUESTION)
