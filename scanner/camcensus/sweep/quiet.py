"""Devices that stop answering while they are asked: they are left alone, and somebody is told.

The one risk of looking at a device is that it stops working. A device that had answered, and
whose ports then answer nothing at all (neither a connection nor a refusal), is asked once more
what it had answered. If that stays without answer too, it gets nothing more; when several of one
network go quiet, the whole network gets nothing more.
"""

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace

from camcensus.probers.base import Asking, Host, Prober
from camcensus.types import Observation, Outcome, Transport

IN_A_ROW = 2  # connections without any answer after which a host is suspected
HOSTS = 3  # hosts of one network that go quiet ...
WITHIN_S = 60.0  # ... within this time stop the network


def suspected(host: Host, *, at_the_end: bool) -> bool:
    """Whether its ports answer nothing any more, although the host had answered something."""
    silent, enough = 0, 1 if at_the_end else IN_A_ROW
    for seen in reversed(host.observations[host.vouched :]):
        if seen.proved:
            return silent >= enough
        if seen.transport is Transport.TCP:
            if seen.outcome is not Outcome.SILENT:
                return False
            silent += 1
    return bool(host.vouched) and silent >= enough


def witness(host: Host, probers: tuple[Prober, ...]) -> Prober | None:
    """Who can ask again what the host had answered; the cheapest question first."""
    able = [one for one in probers if one.again is not None and _proved_by(one, host)]
    able.sort(key=lambda one: one.planned[0].transport is Transport.TCP)
    return able[0] if able else None


def _proved_by(prober: Prober, host: Host) -> bool:
    """Whether it had answered this prober; what others say in its name is no sign of its life."""
    return any(seen.prober == prober.name and seen.proved for seen in host.observations)


async def fell_silent(
    asking: Asking, host: Host, probers: tuple[Prober, ...], *, at_the_end: bool
) -> bool:
    """Whether a host that had answered answers no more; asks it once if there is suspicion."""
    if not suspected(host, at_the_end=at_the_end):
        return False
    prober = witness(host, probers)
    if prober is None or prober.again is None:
        return False
    if await prober.again(asking, host) is not Outcome.SILENT:
        host.vouched = len(host.observations)  # a firewall, then: that silence is explained
        return False
    last = next(seen for seen in host.observations if seen.proved and seen.prober == prober.name)
    note = "went quiet: it had answered this, and answers nothing any more"
    silence = replace(last, outcome=Outcome.SILENT, seen_at=asking.now(), raw=b"", evidence=())
    await asking.emit(replace(silence, note=note))
    return True


@dataclass(slots=True)
class Breaker:
    """Which hosts went quiet, and which networks are left alone for it."""

    hosts: dict[str, str] = field(default_factory=dict)  # address, what was asked last
    networks: set[str] = field(default_factory=set)
    _recent: defaultdict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def trip(self, host: Host, network: str, now: float | None = None) -> None:
        """This host went quiet."""
        moment = time.monotonic() if now is None else now
        self.hosts[host.target.address] = _last_answered(host)
        recent = self._recent[network]
        recent.append(moment)
        while moment - recent[0] > WITHIN_S:
            recent.popleft()
        if len(recent) >= HOSTS:
            self.networks.add(network)

    def words(self) -> list[str]:
        """What the person at the screen must know at once."""
        said = [
            f"{address} went quiet after {last}: nothing more was sent to it; "
            "look whether the device still works"
            for address, last in sorted(self.hosts.items())
        ]
        return said + [
            f"{_named(network)}: {HOSTS} devices or more went quiet within {WITHIN_S:.0f} s, so "
            "the rest of this network was left alone; find out why before you sweep it again"
            for network in sorted(self.networks)
        ]


def _named(network: str) -> str:
    return f"{network}.0/24" if "." in network else f"{network}::/64"


def _last_answered(host: Host) -> str:
    last = max(index for index, seen in enumerate(host.observations) if seen.proved)
    questions = (_question(seen) for seen in host.observations[last : last + 3])
    return " and ".join(dict.fromkeys(questions))


def _question(seen: Observation) -> str:
    return f"{seen.prober} {seen.message} on {seen.transport} {seen.port}"
