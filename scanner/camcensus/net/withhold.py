"""The permit, and what was learned since it was made: devices that are left alone by their MAC."""

from camcensus.data import mac_owner
from camcensus.net.safety import Safety
from camcensus.types import Interface, Permit, Transport


class WithholdingPermit:
    """Refuses what the plan's permit refuses, and every address known to hold a withheld device.

    It only ever takes away: no answer of a device can make it allow more.
    """

    __slots__ = ("_safety", "_withheld", "planned")

    def __init__(self, permit: Permit, safety: Safety) -> None:
        self.planned = permit
        self._safety = safety
        self._withheld: dict[str, str] = {}

    def learn(self, address: str, mac: str) -> str | None:
        """Note who is at an address; why nothing more is sent to it, if that is so."""
        why = self._safety.withholding(mac_owner(mac))
        if why is not None:
            self._withheld[address] = why
        return why

    def refusal(self, address: str, transport: Transport, port: int) -> str | None:
        """Why this must not be sent, `None` if it may be."""
        why = self._withheld.get(address)
        return why if why is not None else self.planned.refusal(address, transport, port)

    def link_refusal(self, interface: Interface, group: str) -> str | None:
        """Why this group must not be asked on this interface, `None` if the plan lists it."""
        return self.planned.link_refusal(interface, group)
