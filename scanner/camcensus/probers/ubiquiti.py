"""The discovery of Ubiquiti: UDP 10001; old devices answer only to that port of the asker."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import answer_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.ubiquiti import build_question, parse

NAME = "ubiquiti"


def _build(_seed: bytes, _port: int) -> bytes:
    return build_question()


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What an answer says of its device; `MalformedError` for another protocol's bytes."""
    return answer_evidence(Field.UBIQUITI_FIELD, parse(data))


QUESTION = Question(
    prober=NAME,
    message="discover",
    port=10001,
    build=_build,
    evidence=evidence,
    reply_port=10001,
)
PROBER = datagram_prober(QUESTION)
