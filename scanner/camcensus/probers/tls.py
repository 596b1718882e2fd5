"""Certificates: from a handshake, or from its clear text where no handshake comes about."""

import hmac
from dataclasses import replace
from functools import partial

from camcensus.net import Reply
from camcensus.probers.base import Asking, Host
from camcensus.probers.evidence import certificate_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.types import Evidence, Observation, Outcome, Request, Transport
from camcensus.wire import MalformedError
from camcensus.wire.tls import (
    FLIGHT_READ,
    NO_COMMON_WORD,
    PROTOCOL_VERSION,
    Version,
    build_client_hello,
    flight_complete,
)
from camcensus.wire.x509 import parse_certificate

NAME = "tls"
_CERTIFICATE, _HELLO = "certificate", "old-hello"


def read(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored certificate."""
    if observation.message != _CERTIFICATE:
        return ()
    try:
        return certificate_evidence(parse_certificate(observation.raw))
    except MalformedError:
        return ()


async def observe_certificate(asking: Asking, host: Host, reply: Reply) -> None:
    """Take down the certificate of a reply, if it has one; how it was come by, if oddly."""
    if not reply.certificate:
        return
    note = "" if reply.outcome is Outcome.ANSWERED else reply.note
    bare = replace(reply, data=b"", note=note)
    make = partial(asking.observation, host.target, bare, NAME, _CERTIFICATE, Transport.TCP)
    try:
        evidence = certificate_evidence(parse_certificate(reply.certificate))
    except MalformedError as error:
        observation = make(raw=reply.certificate, outcome=Outcome.MALFORMED, note=str(error))
    else:
        observation = make(raw=reply.certificate, evidence=evidence, outcome=Outcome.ANSWERED)
    host.observations.append(observation)
    await asking.emit(observation)


async def greet_as_of_old(asking: Asking, host: Host, port: int, failed: Reply) -> None:
    """Once a host, where a port refused all that this machine speaks: its certificate alone.

    The device shows it in answer to a hello with old ciphers; then the connection is closed, and
    no key is exchanged.
    """
    if failed.alert not in NO_COMMON_WORD or failed.certificate:
        return
    if any((seen.prober, seen.message) == (NAME, _HELLO) for seen in host.observations):
        return
    at_most = Version.SSL_3_0 if failed.alert == PROTOCOL_VERSION else Version.TLS_1_2
    random = hmac.digest(asking.key, host.target.address.encode(), "sha256")
    request = _request(at_most, random)
    reply = await asking.net.tcp_exchange(
        host.target.address, port, request, limit=FLIGHT_READ, complete=flight_complete
    )
    outcome = Outcome.TLS_FAILED if reply.outcome is Outcome.ANSWERED else reply.outcome
    heard = replace(reply, outcome=outcome)
    seen = asking.observation(
        host.target, heard, NAME, _HELLO, Transport.TCP, raw=b"" if reply.certificate else None
    )
    host.observations.append(seen)
    await asking.emit(seen)
    await observe_certificate(asking, host, heard)


def _request(at_most: Version, number: bytes) -> Request:
    return Request(NAME, _HELLO, build_client_hello(at_most, number))


def samples(occasion: Occasion) -> tuple[Sample, ...]:
    """Both forms of the old hello; a host gets one of them, if any."""
    return (
        Sample(_request(Version.TLS_1_2, occasion.number), "where no cipher was common"),
        Sample(_request(Version.SSL_3_0, occasion.number), "where no version was common"),
    )
