"""Many hosts at once come out as host by host, and what did not change is not written again."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camcensus.store import BulkSettling, Change, DeviceQuery, NamedHost, Store
from camcensus.types import Certainty, Claim, Evidence, Field, Identity
from store.estate import SERVER, at, camera, endpoint, sweep

MACS = ("44:19:b6:00:00:01", "44:19:b6:00:00:02", None)
UUIDS = ("11112222-0000-1000-8000-4419b6000001", "11112222-0000-1000-8000-4419b6000002", None)
SERIALS = ("DS-1234567", "DS-7654321", None)
# What a device is, whenever it was seen; numbers of rows depend on the order in which they came.
_TOLD = """
SELECT device.site, identity.sweep_id, identity.address, identity.kind, identity.maker,
    identity.model, identity.serial, identity.mac, identity.endpoint, identity.is_current,
    identity.certainty_maker, identity.conflicts, identity.sources, device.first_seen,
    device.last_seen,
    (SELECT group_concat(other.sweep_id || ' ' || other.address) FROM (
        SELECT * FROM identity AS x WHERE x.device_id = device.id ORDER BY x.sweep_id, x.address
    ) AS other),
    (SELECT count(*) FROM claim WHERE claim.identity_id = identity.id),
    (SELECT group_concat(one.kind || one.value || one.maker) FROM (
        SELECT * FROM identifier AS y WHERE y.device_id = device.id ORDER BY y.kind, y.value
    ) AS one),
    (SELECT group_concat(a.address) FROM (
        SELECT * FROM address AS z WHERE z.device_id = device.id ORDER BY z.address) AS a)
FROM identity JOIN device ON device.id = identity.device_id
ORDER BY identity.sweep_id, identity.address
"""


def told(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(_TOLD).fetchall()


def host(
    address: str, identity: Identity, *evidence: Evidence, minute: int = 0, site: str = "north"
) -> NamedHost:
    return NamedHost(site, "ward", address, at(minute), identity, evidence or (SERVER,))


def one_by_one(store: Store, sweep_id: int, hosts: Sequence[NamedHost]) -> None:
    for one in hosts:
        store.settle(
            sweep_id, one.site, one.zone, one.address, one.identity, one.evidence, one.seen_at
        )


Drawn = tuple[int, str | None, str | None, str | None, str | None]
drawn = st.tuples(
    st.integers(1, 5),
    st.sampled_from(MACS),
    st.sampled_from(SERIALS),
    st.sampled_from(UUIDS),
    st.sampled_from(("A", "B", None)),
)


def hosts_of(sweep_number: int, rows: Sequence[Drawn]) -> list[NamedHost]:
    """At most one host an address; several may share a MAC, a serial number or an endpoint."""
    found: dict[str, NamedHost] = {}
    for number, mac, serial, uuid, model in rows:
        address = f"198.18.0.{number}"
        said = (SERVER, endpoint(uuid)) if uuid else (SERVER,)
        identity = camera(mac, serial, model=model)
        found[address] = host(address, identity, *said, minute=60 * sweep_number)
    return list(found.values())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.lists(drawn, max_size=5), min_size=1, max_size=3))
def test_strangers_in_bulk_are_what_they_are_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, sweeps: list[list[Drawn]]
) -> None:
    place = tmp_path_factory.mktemp("bulk")
    with Store.open(place / "one.db") as slow, Store.open(place / "many.db") as fast:
        for number, rows in enumerate(sweeps, 1):
            hosts = hosts_of(number, rows)
            bulk = BulkSettling("2026.1")
            # Strangers go first in bulk: so they do here, for a device is whoever came first.
            fast.settle_many(fast.begin_sweep(sweep()), hosts, bulk)
            one_by_one(slow, slow.begin_sweep(sweep()), in_bulk_order(slow, hosts))
    # How many devices there are, and which sightings each has, is the same either way.
    assert told(place / "many.db") == told(place / "one.db")


def in_bulk_order(store: Store, hosts: list[NamedHost]) -> list[NamedHost]:
    """Those that share nothing with anybody first, as the bulk takes them."""
    names = [name for one in hosts for name in _names(one)]
    known = {name for device in store.devices(DeviceQuery()) for name in device.macs}
    places = {span.address for d in store.devices(DeviceQuery()) for span in d.addresses}
    serials = {device.serial for device in store.devices(DeviceQuery())}
    ends = {device.endpoint for device in store.devices(DeviceQuery())}
    taken = known | serials | ends

    def shares(one: NamedHost) -> bool:
        mine = _names(one)
        return one.address in places or any(names.count(n) > 1 or n in taken for n in mine)

    return sorted(hosts, key=shares)


def _names(one: NamedHost) -> list[str]:
    ends = [item.value.lower() for item in one.evidence if item.field is Field.WSD_ENDPOINT]
    return [name for name in (one.identity.mac, one.identity.serial, *ends) if name]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "census.db")


def settle(
    store: Store, sweep_id: int, hosts: Sequence[NamedHost], catalogue: str = "2026.1"
) -> list[Change]:
    return [change for _, change in store.settle_many(sweep_id, hosts, BulkSettling(catalogue))]


HOSTS = [
    host("198.18.0.1", camera("44:19:b6:00:00:01")),
    host("198.18.0.2", camera("44:19:b6:00:00:02", "DS-1234567")),
    host("198.18.0.3", Identity()),
]


def test_the_same_again_changes_nothing_but_the_catalogues_name(
    store: Store, tmp_path: Path
) -> None:
    number = store.begin_sweep(sweep())
    assert settle(store, number, HOSTS) == [Change.NEW] * 3
    before = told(tmp_path / "census.db")

    assert settle(store, number, HOSTS, "2026.2") == [Change.SEEN] * 3

    assert told(tmp_path / "census.db") == before
    assert {one.catalogue for one in store.devices()} == {"2026.2"}


def test_a_word_that_changed_is_written_and_told(store: Store) -> None:
    number = store.begin_sweep(sweep())
    settle(store, number, HOSTS)
    other = [replace(HOSTS[0], identity=camera("44:19:b6:00:00:01", model="DS-9")), *HOSTS[1:]]

    changes = settle(store, number, other, "2026.2")

    assert sorted(changes) == [Change.CHANGED, Change.SEEN, Change.SEEN]
    assert {one.model for one in store.devices()} == {"DS-9", "DS-2CD2042WD-I", None}
    (device,) = [one for one in store.devices() if one.model == "DS-9"]
    detail = store.device(device.id)
    assert detail is not None
    assert [claim.value for claim in detail.claims if claim.attribute == "model"] == ["DS-9"]


def test_a_maker_that_became_known_is_named(store: Store) -> None:
    number = store.begin_sweep(sweep())
    settle(store, number, HOSTS)

    changes = settle(store, number, [replace(HOSTS[2], identity=camera())])

    assert changes == [Change.NAMED]


def test_what_a_sighting_left_open_comes_from_the_one_before(store: Store) -> None:
    first, second = store.begin_sweep(sweep()), store.begin_sweep(sweep())
    mac = "44:19:b6:00:00:01"
    settle(store, first, [host("198.18.0.1", camera(mac, model="OLD"))])
    settle(store, second, [host("198.18.0.1", camera(mac, model=None), minute=60)])
    assert [one.model for one in store.devices()] == ["OLD"]

    bulk = BulkSettling("2026.2")
    store.settle_many(first, [host("198.18.0.1", camera(mac, model="NEW"))], bulk)
    store.settle_many(second, [host("198.18.0.1", camera(mac, model=None), minute=60)], bulk)

    assert [one.model for one in store.devices()] == ["NEW"]


def test_two_sightings_of_one_device_let_the_fuller_one_speak(store: Store) -> None:
    number = store.begin_sweep(sweep())
    mac = "44:19:b6:00:00:01"
    pair = [host("198.18.0.1", camera(mac, model="A")), host("198.18.0.2", camera(mac, model=None))]
    settle(store, number, pair)
    turned = [
        host("198.18.0.1", replace(camera(mac, model=None), certainty=Certainty(kind=0.9))),
        host("198.18.0.2", camera(mac, "DS-1234567", model="B")),
    ]

    settle(store, number, turned, "2026.2")

    (device,) = store.devices()
    assert (device.model, device.serial) == ("B", "DS-1234567")


def test_a_stranger_with_the_mac_of_a_known_device_is_that_device(store: Store) -> None:
    first, second = store.begin_sweep(sweep()), store.begin_sweep(sweep())
    settle(store, first, HOSTS)

    changes = settle(store, second, [host("198.18.0.77", camera("44:19:b6:00:00:01"), minute=60)])

    assert changes == [Change.CHANGED]
    assert len(list(store.devices(DeviceQuery()))) == 3


def test_a_claim_whose_ground_changed_is_written(store: Store) -> None:
    number = store.begin_sweep(sweep())
    settle(store, number, HOSTS[:1])
    ground = Claim("hikvision.x", "maker", "hikvision", 0.9, SERVER, "another reason")
    again = replace(HOSTS[0], identity=replace(HOSTS[0].identity, claims=(ground,)))

    assert settle(store, number, [again]) == [Change.SEEN]

    (device,) = store.devices()
    detail = store.device(device.id)
    assert detail is not None
    assert [claim.why for claim in detail.claims] == ["another reason"]
