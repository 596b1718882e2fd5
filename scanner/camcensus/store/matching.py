"""Which known device a sighting is: by MAC, serial, endpoint, and by address last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from camcensus.store.facts import Facts, identifies
from camcensus.store.models import AddressRow, DeviceRow, IdentifierRow, IdentityRow


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a sweep saw something."""

    sweep_id: int
    site: str
    zone: str
    address: str
    seen_at: datetime


def find_device(session: Session, place: Place, facts: Facts) -> tuple[DeviceRow | None, str]:
    """The device and the rule that found it; none, and "new", if this one is unknown."""
    look = _Look(session, place, facts)
    for rule, find in (
        ("mac", look.by_mac),
        ("serial", look.by_serial),
        ("link-mac", look.by_link_mac),
        ("again", look.again),
        ("endpoint", look.by_endpoint),
        ("address", look.by_address),
    ):
        if (found := find()) is not None:
            return found, rule
    return None, "new"


@dataclass(frozen=True, slots=True)
class _Look:
    """One sighting, held against the devices of its site."""

    session: Session
    place: Place
    facts: Facts

    def by_mac(self) -> DeviceRow | None:
        """A MAC the device states is its name, wherever it is."""
        for mac in filter(identifies, self.facts.macs):
            if known := self._known_by("mac", mac):
                return known[0]
            on_link = self._known_by("link-mac", mac)
            if len(on_link) == 1 and not self._contradicts(on_link[0]):
                return on_link[0]
        return None

    def by_serial(self) -> DeviceRow | None:
        """A serial number names a device within its maker.

        Not where the same sweep saw the number with another MAC at another address: clones
        share one, and a duplicate row is better than a hidden camera.
        """
        if self.facts.serial is None or not self.facts.namespace:
            return None
        for device in self._known_by("serial", self.facts.serial, self.facts.namespace):
            if not (self._other_macs(device) and self._seen_elsewhere(device)):
                return device
        return None

    def by_link_mac(self) -> DeviceRow | None:
        """A MAC seen on the link, if a device states it, or one device alone was seen with it.

        A proxy or router answers for many addresses with one MAC: it must not merge them.
        """
        mac = self.facts.interface_mac
        if mac is None or not identifies(mac):
            return None
        for device in self._known_by("mac", mac):
            if not self._contradicts(device):
                return device
        return self._only_fitting(self._known_by("link-mac", mac))

    def again(self) -> DeviceRow | None:
        """What this sweep itself settled at this address before."""
        return self.session.scalars(
            select(DeviceRow)
            .join(IdentityRow, IdentityRow.device_id == DeviceRow.id)
            .where(
                IdentityRow.sweep_id == self.place.sweep_id,
                IdentityRow.address == self.place.address,
            )
        ).first()

    def by_endpoint(self) -> DeviceRow | None:
        """An endpoint names a device unless something contradicts it: clones ship one UUID."""
        if self.facts.endpoint is None:
            return None
        return self._only_fitting(self._known_by("endpoint", self.facts.endpoint))

    def by_address(self) -> DeviceRow | None:
        """Whoever was last seen at this address, if nothing says it is another or elsewhere now."""
        holder = self.session.scalars(
            select(DeviceRow)
            .join(AddressRow, AddressRow.device_id == DeviceRow.id)
            .where(DeviceRow.site == self.place.site, AddressRow.address == self.place.address)
            .order_by(AddressRow.last_seen.desc(), DeviceRow.id.desc())
        ).first()
        if holder is None or not self._last_here(holder):
            return None
        if self._contradicts(holder) or self._seen_elsewhere(holder):
            return None
        return holder

    def _only_fitting(self, known: list[DeviceRow]) -> DeviceRow | None:
        """The one device that fits: the one that was here, if several share the identifier."""
        fitting = [
            device
            for device in known
            if not self._contradicts(device) and not self._seen_elsewhere(device)
        ]
        here = [device for device in fitting if self._last_here(device)]
        candidates = here or fitting
        return candidates[0] if len(candidates) == 1 else None

    def _known_by(self, kind: str, value: str, maker: str = "") -> list[DeviceRow]:
        found = self.session.scalars(
            select(DeviceRow)
            .join(IdentifierRow, IdentifierRow.device_id == DeviceRow.id)
            .where(
                DeviceRow.site == self.place.site,
                IdentifierRow.kind == kind,
                IdentifierRow.value == value,
                IdentifierRow.maker == maker,
            )
            .order_by(DeviceRow.id)
        )
        return list(found)

    def _identifiers(self, device: DeviceRow, kind: str, maker: str = "") -> set[str]:
        return set(
            self.session.scalars(
                select(IdentifierRow.value).where(
                    IdentifierRow.device_id == device.id,
                    IdentifierRow.kind == kind,
                    IdentifierRow.maker == maker,
                )
            )
        )

    def _other_macs(self, device: DeviceRow) -> bool:
        """Whether both have MACs that name them, and share none."""
        ours = set(filter(identifies, self.facts.macs))
        theirs = set(filter(identifies, self._identifiers(device, "mac")))
        return bool(ours and theirs) and not ours & theirs

    def _other_serial(self, device: DeviceRow) -> bool:
        if self.facts.serial is None:
            return False
        theirs = self._identifiers(device, "serial", self.facts.namespace)
        return bool(theirs) and self.facts.serial not in theirs

    def _contradicts(self, device: DeviceRow) -> bool:
        return self._other_macs(device) or self._other_serial(device)

    def _places_now(self, device: DeviceRow) -> list[str]:
        """The other addresses at which this sweep saw the device."""
        return list(
            self.session.scalars(
                select(IdentityRow.address).where(
                    IdentityRow.device_id == device.id,
                    IdentityRow.sweep_id == self.place.sweep_id,
                    IdentityRow.address != self.place.address,
                )
            )
        )

    def _seen_elsewhere(self, device: DeviceRow) -> bool:
        return bool(self._places_now(device))

    def _last_here(self, device: DeviceRow) -> bool:
        latest = select(IdentityRow.sweep_id).where(
            IdentityRow.device_id == device.id, IdentityRow.is_current == 1
        )
        return self.place.address in self.session.scalars(
            select(IdentityRow.address).where(
                IdentityRow.device_id == device.id,
                IdentityRow.sweep_id == latest.scalar_subquery(),
            )
        )
