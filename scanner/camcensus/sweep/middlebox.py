"""What answers for whole networks: told once, instead of as hundreds of devices."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from camcensus.probers import canary
from camcensus.probers.base import Host, Prober
from camcensus.types import Outcome

_ENOUGH = 8  # suspects of one network: from then on the canary port is asked before all others


@dataclass(slots=True)
class Middleboxes:
    """The addresses, by network, that accept connections on every port and say nothing."""

    suspects: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def order(self, probers: Sequence[Prober], host: Host) -> list[Prober]:
        """The probers for this host; where it is in doubt, the canary first."""
        around = self.suspects.get(network_of(host.target.address), ())
        said = any(seen.outcome is Outcome.ANSWERED for seen in host.observations)
        host.doubtful = len(around) >= _ENOUGH and not said
        return sorted(probers, key=lambda one: host.doubtful and one.name != canary.NAME)

    def take(self, host: Host) -> None:
        """Remember a host that turned out to be a suspect."""
        if canary.is_suspect(host.observations):
            self.suspects[network_of(host.target.address)].append(host.target.address)

    def sentences(self) -> tuple[str, ...]:
        """One sentence a network, for whoever wonders where its devices are."""
        return tuple(
            f"{canary.SUSPECT}: {_shown(found)} accept connections on every port and "
            "say nothing; something on the way answers for them, so they are not listed as "
            "devices: ask whoever runs the firewall, or sweep from inside that network"
            for _, found in sorted(self.suspects.items())
        )


def _shown(addresses: list[str]) -> str:
    if len(addresses) < 4:
        return ", ".join(addresses)
    length = 64 if ":" in addresses[0] else 24
    return f"{len(addresses)} addresses of {ip_network((addresses[0], length), strict=False)}"


def network_of(address: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one: what a cap counts by."""
    if ":" in address:
        return ":".join(ip_address(address).exploded.split(":")[:4])
    return address.rpartition(".")[0]
