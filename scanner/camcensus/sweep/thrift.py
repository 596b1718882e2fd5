"""What need not be asked: a device that is known, and a maker's question to others' devices."""

from camcensus.probers.base import Asking, Host, Prober, settled
from camcensus.types import Kind, Outcome

_SPOKE = {Outcome.ANSWERED, Outcome.MUTE, Outcome.MALFORMED}


def needless(asking: Asking, prober: Prober, host: Host) -> str:
    """Why this live host need not be asked by this prober; "" if it should be."""
    if asking.thorough:
        return ""
    evidence = host.evidence()
    identity = asking.name(evidence)
    if settled(identity):
        return "maker, model and an identifier were certain already"
    if not prober.vendor:
        return ""
    suspects = asking.suspects(evidence)
    if suspects:
        speaks = not suspects.isdisjoint(asking.speakers.get(prober.name, frozenset()))
        return "" if speaks else "another maker's device"
    if identity.kind is Kind.NOT_VIDEO:
        return "not a video device"
    spoke = any(seen.outcome in _SPOKE and seen.prober != "arp" for seen in host.observations)
    return "" if spoke else "it answered nothing that a camera answers"
