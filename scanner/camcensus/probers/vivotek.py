"""The discovery of Vivotek: UDP 10000, a port that it shares with other makers' protocols."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import answer_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.vivotek import build_question, parse

NAME = "vivotek"


def _build(seed: bytes, _port: int) -> bytes:
    return build_question(seed[0])


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What an answer says of its device; `MalformedError` for another protocol's bytes."""
    return answer_evidence(Field.VIVOTEK_FIELD, parse(data))


QUESTION = Question(
    prober=NAME,
    message="discover",
    port=10000,
    build=_build,
    evidence=evidence,
)
PROBER = datagram_prober(QUESTION)
