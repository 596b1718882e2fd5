"""What need not be asked: a device that is known, and a maker's question to others' devices."""

from collections.abc import Iterable, Iterator

from camcensus.probers import canary
from camcensus.probers.base import Asking, Host, Prober, settled
from camcensus.types import Identity, Kind, Outcome

_SPOKE = {Outcome.ANSWERED, Outcome.MUTE, Outcome.MALFORMED}


def needless(asking: Asking, prober: Prober, host: Host) -> str:
    """Why this live host need not be asked by this prober; "" if it should be."""
    if prober.spares is not None and (why := prober.spares(asking, host)):
        return why
    if asking.thorough:
        return ""
    if canary.is_suspect(host.observations):
        return canary.SUSPECT
    identity = asking.name(host.evidence())
    if settled(identity):
        return "maker, model and an identifier were certain already"
    return _foreign(asking, prober, host, identity) if prober.vendor else ""


def in_turn(probers: Iterable[Prober], asking: Asking, host: Host) -> Iterator[Prober]:
    """The probers in their order, but makers' own questions last while no maker is suspected.

    One datagram to a suspected maker's device says more than ten connections; to any other host
    it is one of many in vain.
    """
    later = []
    for prober in probers:
        if prober.vendor and not asking.suspects(host.evidence()):
            later.append(prober)
        else:
            yield prober
    yield from later


def _foreign(asking: Asking, prober: Prober, host: Host, identity: Identity) -> str:
    """Why a maker's own question is not for this host."""
    suspects = asking.suspects(host.evidence())
    if suspects:
        speaks = not suspects.isdisjoint(asking.speakers.get(prober.name, frozenset()))
        return "" if speaks else "another maker's device"
    if identity.kind is Kind.NOT_VIDEO:
        return "not a video device"
    spoke = any(seen.outcome in _SPOKE and seen.prober != "arp" for seen in host.observations)
    return "" if spoke else "it answered nothing that a camera answers"
