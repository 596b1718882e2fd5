"""Xiongmai's discovery: UDP 34569, asked from the same port, where the answer comes to."""

from camcensus.probers.datagram import Question, datagram_prober
from camcensus.probers.evidence import field_evidence
from camcensus.types import Evidence, Field
from camcensus.wire.xiongmai import build_search, parse

NAME = "xiongmai"
PORT = 34569


def build(_seed: bytes, _local_port: int) -> bytes:
    """The question, always the same."""
    return build_search()


def evidence(data: bytes) -> tuple[Evidence, ...]:
    """What a device says of itself; `MalformedError` for anything else, our question included."""
    return field_evidence(Field.XIONGMAI_FIELD, parse(data).fields)


PROBER = datagram_prober(
    Question(
        prober=NAME,
        message="search",
        port=PORT,
        build=build,
        evidence=evidence,
        reply_port=PORT,
    )
)
