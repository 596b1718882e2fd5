"""The discovery of Sony's network cameras: UDP 2380."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import answer_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.sony import build_question, parse

NAME = "sony"


def _build(_seed: bytes, _port: int) -> bytes:
    return build_question()


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What an answer says of its device; `MalformedError` for another protocol's bytes."""
    return answer_evidence(Field.SONY_FIELD, parse(data))


QUESTION = Question(
    prober=NAME,
    message="inquire",
    port=2380,
    build=_build,
    evidence=evidence,
)
PROBER = datagram_prober(QUESTION)
