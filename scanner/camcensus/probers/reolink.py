"""The discovery of Reolink: UDP 2015, one datagram, answered to the port that it names."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import answer_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.reolink import build_question, parse

NAME = "reolink"


def _build(_seed: bytes, port: int) -> bytes:
    return build_question(port)


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What an answer says of its device; `MalformedError` for another protocol's bytes."""
    return answer_evidence(Field.REOLINK_FIELD, parse(data))


QUESTION = Question(
    prober=NAME,
    message="who-is-there",
    port=2015,
    build=_build,
    evidence=evidence,
    reply_port=22015,  # ours to choose; always the same, so that the whole question can be checked
)
PROBER = datagram_prober(QUESTION)
