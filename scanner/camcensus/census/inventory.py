"""The census as it is handed to people: gathered once, for the spreadsheet and for the page."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from camcensus import __version__
from camcensus.errors import UsageError
from camcensus.export.inventory import Inventory, Listed, SweepLine, unseen
from camcensus.store import DeviceQuery, DeviceRecord, Store
from camcensus.types import VIDEO

_DEVICES = 500  # how many are read at a time
_SWEEPS = 50  # of which the coverage is told


def gather(store: Store, query: DeviceQuery, made_at: datetime, *, contact: str = "") -> Inventory:
    """The devices that fit, with their reasons; and what the sweeps of the site could not see."""
    every_sweep = store.sweeps()
    _known_site(query.site, {one.site for one in every_sweep}, store.path)
    everything = list(store.devices(DeviceQuery(site=query.site)))
    others = [one for one in everything if one.kind not in VIDEO]
    listed = tuple(listing(store, query))
    sweeps = tuple(
        SweepLine(one, tuple(store.coverage(one.id)))
        for one in reversed(every_sweep)
        if query.site in {None, one.site}
    )[:_SWEEPS]
    return Inventory(
        sites=tuple(sorted({one.site for one in everything} | {one.record.site for one in sweeps})),
        devices=listed,
        others=len(others),
        unseen=unseen(listed, others, sweeps),
        sweeps=sweeps,
        made_at=made_at,
        version=__version__,
        contact=contact,
    )


def _known_site(site: str | None, known: set[str], path: str) -> None:
    """A page of a site that nobody swept would read as a site without cameras."""
    if site is not None and site not in known:
        sites = ", ".join(sorted(known)) or "no site yet"
        raise UsageError(f"{path} has no site {site!a}; it has {sites} (see --site)")


def listing(store: Store, query: DeviceQuery) -> Iterator[Listed]:
    """The devices that fit, with their reasons, read in pieces."""
    records = store.devices(query)
    while some := list(islice(records, _DEVICES)):
        yield from with_claims(store, some)


def with_claims(store: Store, records: list[DeviceRecord]) -> tuple[Listed, ...]:
    """Devices with the claims behind their names, the surest first."""
    claims = store.claims_of([one.id for one in records])
    return tuple(
        Listed(one, tuple(sorted(claims.get(one.id, ()), key=lambda claim: -claim.certainty)))
        for one in records
    )
