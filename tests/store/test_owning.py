"""What people write stays, whatever sweeps find, and every change of it is on record."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from camcensus.errors import StoreError
from camcensus.store import (
    BulkSettling,
    DeviceQuery,
    NamedHost,
    OwnedEdit,
    OwnedField,
    Presence,
    Signed,
    Store,
)
from camcensus.types import Kind
from store.estate import SERVER, at, camera, sweep

MAC = "44:19:b6:00:00:01"
DAY = date(2027, 7, 31)
ALL: OwnedEdit = {
    OwnedField.ROOM: "Gym",
    OwnedField.OWNER: "Facilities",
    OwnedField.TAG: "asset-0042",
    OwnedField.NOTE: "above the door",
    OwnedField.ACCEPTED_UNTIL: DAY,
}
BY_ANNA = Signed("anna", at(5), "device set")
BY_FILE = Signed("ben", at(9), "import owned list.csv")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "census.db") as opened:
        yield opened


def sees(store: Store, sweep_id: int, address: str, mac: str | None = MAC) -> int:
    return store.settle(
        sweep_id, "north", "", address, camera(mac), (SERVER,), at(sweep_id)
    ).record.id


def test_every_field_is_written_and_read(store: Store) -> None:
    device = sees(store, store.begin_sweep(sweep()), "198.18.0.1")
    made = store.write_owned({device: ALL}, BY_ANNA)
    assert {one.field for one in made} == set(OwnedField)
    [record] = store.devices()
    assert {field: record.owned.value(field) for field in OwnedField} == ALL


def test_an_edit_leaves_the_other_fields_and_what_is_so_already(store: Store) -> None:
    device = sees(store, store.begin_sweep(sweep()), "198.18.0.1")
    store.write_owned({device: ALL}, BY_ANNA)
    made = store.write_owned({device: {OwnedField.ROOM: "Gym", OwnedField.TAG: None}}, BY_FILE)
    assert [(one.field, one.old, one.new) for one in made] == [(OwnedField.TAG, "asset-0042", None)]
    [record] = store.devices()
    assert (record.owned.room, record.owned.tag, record.owned.note) == (
        "Gym",
        None,
        "above the door",
    )


def test_history_has_who_when_and_through_what_the_latest_first(store: Store) -> None:
    device = sees(store, store.begin_sweep(sweep()), "198.18.0.1")
    store.write_owned({device: {OwnedField.ACCEPTED_UNTIL: DAY}}, BY_ANNA)
    store.write_owned({device: {OwnedField.ACCEPTED_UNTIL: None}}, BY_FILE)
    detail = store.device(device)
    assert detail is not None
    assert [(one.old, one.new, one.changed_by, one.how) for one in detail.history] == [
        ("2027-07-31", None, "ben", "import owned list.csv"),
        (None, "2027-07-31", "anna", "device set"),
    ]
    assert [one.changed_at for one in detail.history] == [at(9), at(5)]


def test_looking_at_what_would_change_writes_nothing(store: Store) -> None:
    device = sees(store, store.begin_sweep(sweep()), "198.18.0.1")
    assert len(store.owned_changes({device: ALL})) == len(OwnedField)
    detail = store.device(device)
    assert detail is not None
    assert (detail.record.owned.room, detail.history) == (None, ())


def test_an_unknown_device_is_refused_and_nothing_is_written(store: Store) -> None:
    device = sees(store, store.begin_sweep(sweep()), "198.18.0.1")
    with pytest.raises(StoreError, match="there is no device 99 in the census any more"):
        store.write_owned({device: ALL, 99: ALL}, BY_ANNA)
    assert [one.owned.room for one in store.devices()] == [None]


def test_many_devices_are_written_at_once(store: Store) -> None:
    first = store.begin_sweep(sweep())
    hosts = [
        NamedHost("north", "", f"198.18.{n // 250}.{n % 250}", at(1), camera(None), (SERVER,))
        for n in range(1_000)
    ]
    settled = store.settle_many(first, hosts, BulkSettling("1"))
    edits = {device: {OwnedField.ROOM: f"room {device}"} for device, _ in settled}
    assert len(store.write_owned(edits, BY_FILE)) == 1_000
    assert all(one.owned.room == f"room {one.id}" for one in store.devices())


def test_neither_a_sweep_nor_settling_again_overwrites_what_people_wrote(store: Store) -> None:
    first = store.begin_sweep(sweep())
    device = sees(store, first, "198.18.0.1")
    store.write_owned({device: ALL}, BY_ANNA)
    assert sees(store, store.begin_sweep(sweep()), "198.18.0.9") == device  # it moved
    again = NamedHost("north", "", "198.18.0.1", at(1), camera(MAC, model="other"), (SERVER,))
    store.settle_many(first, [again], BulkSettling("2"))
    [record] = store.devices()
    assert {field: record.owned.value(field) for field in OwnedField} == ALL


def left_by_its_sighting(store: Store, edit: OwnedEdit) -> int:
    """A device that people wrote about, and whose only sighting turned out to be another."""
    sees(store, store.begin_sweep(sweep()), "198.18.0.1")
    second = store.begin_sweep(sweep())
    ghost = sees(store, second, "198.18.0.5", None)
    store.write_owned({ghost: edit}, BY_ANNA)
    assert sees(store, second, "198.18.0.5") != ghost
    return ghost


@pytest.mark.parametrize("field", OwnedField)
def test_a_device_left_by_all_its_sightings_stays_if_people_wrote_about_it(
    store: Store, field: OwnedField
) -> None:
    ghost = left_by_its_sighting(store, {field: ALL[field]})
    [record] = [one for one in store.devices() if one.id == ghost]
    assert record.owned.value(field) == ALL[field]
    assert (record.kind, record.status) == (Kind.UNKNOWN, Presence.NOT_ASKED)
    assert ghost not in [one.id for one in store.devices(DeviceQuery(video_only=True))]
    detail = store.device(ghost)
    assert detail is not None
    assert (detail.claims, detail.observations, len(detail.history)) == ((), (), 1)


def test_it_stays_also_where_they_took_it_back_so_that_its_number_is_not_given_away(
    store: Store,
) -> None:
    second = store.begin_sweep(sweep())
    device = sees(store, second, "198.18.0.5", None)
    store.write_owned({device: {OwnedField.ROOM: "Gym"}}, BY_ANNA)
    store.write_owned({device: {OwnedField.ROOM: None}}, BY_ANNA)
    known = sees(store, store.begin_sweep(sweep()), "198.18.0.1")
    assert known != device
    sees(store, second, "198.18.0.5")  # it was the known one
    assert sorted(one.id for one in store.devices()) == [device, known]
