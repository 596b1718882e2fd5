"""Which simulated devices stand where: addresses, MACs and serials, the same in every run."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network
from uuid import UUID

from camcensus.errors import UsageError
from camcensus.lab.personas import Persona, Truth, load_personas

ON_LINK = IPv4Network("198.18.0.0/24")  # the scanner's own network
EVERYWHERE = IPv4Network("198.18.0.0/15")  # all of the lab: RFC 2544, 4 sets it aside for tests
ROUTED = IPv4Network("198.18.1.0/24")  # behind a router: no multicast, no ARP
PORT_SHIFT = 20000  # what the loopback estate adds to ports below 1024

_ROOM = 241  # addresses of one network that devices may have: a prime
_TOKEN = re.compile(r"\{(\w+)\}")
_BASE = IPv4Address("198.18.0.0")


@dataclass(frozen=True)
class LabDevice:
    """One instance of a persona. `port_shift` is not 0 in the loopback estate."""

    address: str
    persona: Persona
    mac: str
    serial: str
    port_shift: int = 0

    @property
    def truth(self) -> Truth:
        """What it is."""
        return self.persona.truth

    @property
    def stated(self) -> dict[str, str]:
        """What a good census must say of it: attribute to value."""
        truth = self.truth
        known = {"mac": self.mac, "serial": self.serial}
        found = {name: str(getattr(truth, name)) for name in truth.stated}
        return found | {name: known[name] for name in truth.identifiers}

    @property
    def link_local(self) -> str:
        """The 169.254 address that many cameras keep beside the configured one."""
        low, high = (int(byte, 16) for byte in self.mac.split(":")[4:])
        return f"169.254.{low % 254 + 1}.{high}"

    def port(self, port: int) -> int:
        """Where this estate serves the port: a user may not bind those below 1024."""
        return port + self.port_shift if port < 1024 else port

    def fill(self, text: str) -> str:
        """The text with `{address}`, `{mac}` and their kin filled in; other braces stay."""
        words = self._words
        return _TOKEN.sub(lambda found: words.get(found[1], found[0]), text)

    @cached_property
    def _words(self) -> dict[str, str]:
        octets = self.mac.split(":")
        digest = sha256(f"{self.mac} {self.serial}".encode()).hexdigest()
        first = int(octets[0], 16) ^ 2
        words = {f"m{index}": octet for index, octet in enumerate(octets)}
        return words | {
            "address": self.address,
            "address_le": "0x" + IPv4Address(self.address).packed[::-1].hex().upper(),
            "mac": self.mac,
            "MAC": self.mac.upper(),
            "mac_hex": "".join(octets),
            "MAC_HEX": "".join(octets).upper(),
            "mac_dash": "-".join(octets),
            "serial": self.serial,
            "link_local": self.link_local,
            "fe80": "fe80::{:02x}{}:{}ff:fe{}:{}{}".format(first, *octets[1:]),
            "uuid": str(UUID(digest[:32], version=4)),
            "hex32": digest[:32],
            "hex5": digest[:5].upper(),
            "http": f":{80 + self.port_shift}" if self.port_shift else "",
            "https": f":{443 + self.port_shift}" if self.port_shift else "",
        }


@dataclass(frozen=True, slots=True)
class Estate:
    """The devices, and the networks that a sweep of them covers."""

    devices: tuple[LabDevice, ...]
    targets: tuple[str, ...] = (str(ON_LINK), str(ROUTED))

    def subset(self, names: Iterable[str]) -> "Estate":
        """The same networks with only the devices of these personas."""
        wanted = frozenset(names)
        kept = tuple(one for one in self.devices if one.persona.name in wanted)
        return replace(self, devices=kept)

    def on_loopback(self, block: int = 64) -> "Estate":
        """The same estate at 127.BLOCK.0.0/16, ports below 1024 moved up by `PORT_SHIFT`."""

        def moved(address: str) -> str:
            offset = int(IPv4Address(address)) - int(_BASE)
            return str(IPv4Address(f"127.{block}.0.0") + offset)

        devices = tuple(
            replace(one, address=moved(one.address), port_shift=PORT_SHIFT) for one in self.devices
        )
        targets = tuple(f"{moved(one.split('/')[0])}/{one.split('/')[1]}" for one in self.targets)
        return Estate(devices, targets)


def place(persona: Persona, address: str, number: int = 1) -> LabDevice:
    """Instance `number` (from 1) of the persona at an address.

    The same number at two addresses is one device that has both.
    """
    digest = sha256(f"{persona.name} {number}".encode()).hexdigest()
    prefix = persona.hardware.mac_prefix.lower()
    missing = 6 - len(prefix.split(":"))
    tail = ":".join(digest[2 * i : 2 * i + 2] for i in range(missing))
    mac = f"{prefix}:{tail}" if missing else prefix
    bare = LabDevice(address, persona, mac, "")
    template = persona.hardware.serial.replace("{n}", f"{int(digest[:8], 16) % 10**6:06d}")
    return replace(bare, serial=bare.fill(template))


def estate_of(names: Sequence[str]) -> Estate:
    """One instance of each persona named (again for a name given twice), on the two networks.

    The first stands on the scanner's own network, the second behind the router, and so on.
    """
    if len(names) > 2 * _ROOM:
        raise UsageError(f"an estate of two networks has room for {2 * _ROOM} devices")
    known = {one.name: one for one in load_personas()}
    seen: dict[str, int] = {}
    devices = []
    for position, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        network = ROUTED if position % 2 else ON_LINK
        # A stride that shares no factor with a prime leaves gaps and hits no address twice.
        offset = 10 + position // 2 * 7 % _ROOM
        devices.append(place(known[name], str(network[offset]), seen[name]))
    return Estate(tuple(devices))
