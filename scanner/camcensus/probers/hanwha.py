"""The discovery of Hanwha Vision: UDP 7701, answered to UDP 7711 of the asker."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import answer_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.hanwha import build_question, parse

NAME = "hanwha"


def _build(_seed: bytes, _port: int) -> bytes:
    return build_question()


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What an answer says of its device; `MalformedError` for another protocol's bytes."""
    return answer_evidence(Field.HANWHA_FIELD, parse(data))


QUESTION = Question(
    prober=NAME,
    message="discover",
    port=7701,
    build=_build,
    evidence=evidence,
    reply_port=7711,
)
PROBER = datagram_prober(QUESTION)
