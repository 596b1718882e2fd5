from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from camcensus.store import Change, DeviceQuery, DeviceRecord, Presence, Store, SweepStatus
from camcensus.types import Evidence, Field, Identity, Kind
from store.estate import SERVER, at, camera, endpoint, sweep

MAC, OTHER_MAC = "44:19:b6:00:00:01", "44:19:b6:00:00:02"
UUID, OTHER_UUID = "11112222-0000-1000-8000-4419b6000001", "11112222-0000-1000-8000-4419b6000002"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "census.db") as opened:
        yield opened


class Site:
    """A site that is swept again and again."""

    def __init__(self, store: Store, name: str = "north") -> None:
        self.store, self.name, self.sweep = store, name, 0
        self.next_sweep()

    def next_sweep(self, networks: tuple[str, ...] = ("198.18.0.0/16",)) -> None:
        if self.sweep:
            self.end()
        self.sweep = self.store.begin_sweep(sweep(self.name, networks))

    def end(self, status: SweepStatus = SweepStatus.DONE) -> None:
        self.store.finish_sweep(self.sweep, status, [], at(self.sweep * 60 + 50))

    def sees(
        self,
        address: str,
        identity: Identity,
        *evidence: Evidence,
        link: str | None = None,
        minute: int = 0,
    ) -> tuple[int, Change]:
        settled = self.store.settle(
            self.sweep,
            self.name,
            "ward",
            address,
            identity,
            evidence or (SERVER,),
            at(self.sweep * 60 + minute),
            link,
        )
        return settled.record.id, settled.change

    def devices(self) -> list[DeviceRecord]:
        return list(self.store.devices(DeviceQuery(site=self.name)))


@pytest.fixture
def site(store: Store) -> Site:
    return Site(store)


def test_a_device_is_new_then_seen(site: Site) -> None:
    device, change = site.sees("198.18.0.1", camera(MAC))
    assert change is Change.NEW
    site.next_sweep()
    assert site.sees("198.18.0.1", camera(MAC)) == (device, Change.SEEN)


def test_a_device_that_gets_its_first_maker_is_named(site: Site) -> None:
    device, _ = site.sees("198.18.0.1", Identity())
    assert site.sees("198.18.0.1", camera()) == (device, Change.NAMED)


def test_new_firmware_is_a_change(site: Site) -> None:
    device, _ = site.sees("198.18.0.1", camera(MAC, model="A"))
    site.next_sweep()
    assert site.sees("198.18.0.1", camera(MAC, model="B")) == (device, Change.CHANGED)


def test_a_stated_mac_follows_the_device_to_another_address(site: Site) -> None:
    device, _ = site.sees("198.18.0.1", camera(MAC))
    site.next_sweep()
    assert site.sees("198.18.0.9", camera(MAC)) == (device, Change.CHANGED)
    [record] = site.devices()
    assert [span.address for span in record.addresses] == ["198.18.0.9", "198.18.0.1"]


def test_one_mac_at_two_addresses_of_one_sweep_is_one_device(site: Site) -> None:
    site.sees("198.18.0.1", camera(MAC))
    site.sees("198.18.0.2", camera(MAC))
    [record] = site.devices()
    assert {span.address for span in record.addresses} == {"198.18.0.1", "198.18.0.2"}


def test_an_address_only_device_keeps_its_row_when_it_states_a_mac(site: Site) -> None:
    device, _ = site.sees("198.18.0.1", camera())
    site.next_sweep()
    assert site.sees("198.18.0.1", camera(MAC))[0] == device
    assert site.devices()[0].macs == (MAC,)


def test_another_mac_at_a_known_address_is_another_device(site: Site) -> None:
    first, _ = site.sees("198.18.0.1", camera(MAC))
    site.next_sweep()
    second, change = site.sees("198.18.0.1", camera(OTHER_MAC))
    assert (second != first, change) == (True, Change.NEW)


@pytest.mark.parametrize(
    "mac", ["02:19:b6:00:00:01", "45:19:b6:00:00:01", "00:00:00:00:00:00", "00:11:22:33:44:55"]
)
def test_a_mac_that_names_nobody_merges_nothing(site: Site, mac: str) -> None:
    first, _ = site.sees("198.18.0.1", camera(mac))
    assert site.sees("198.18.0.2", camera(mac))[0] != first


def test_a_squatted_mac_still_tells_devices_apart(site: Site) -> None:
    first, _ = site.sees("198.18.0.1", camera("00:12:17:00:00:01"))
    site.next_sweep()
    assert site.sees("198.18.0.2", camera("00:12:17:00:00:01"))[0] == first


def test_a_serial_identifies_within_its_maker_only(site: Site) -> None:
    first, _ = site.sees("198.18.0.1", camera(serial="C12345678"))
    assert site.sees("198.18.0.2", camera(serial="C12345678"))[0] == first
    assert site.sees("198.18.0.3", camera(serial="C12345678", maker="dahua"))[0] != first


@pytest.mark.parametrize("serial", ["0000000000", "123", "N/A", "1234567890"])
def test_a_serial_nobody_wrote_in_merges_nothing(site: Site, serial: str) -> None:
    first, _ = site.sees("198.18.0.1", camera(serial=serial))
    assert site.sees("198.18.0.2", camera(serial=serial))[0] != first


def test_clones_with_one_serial_and_two_macs_stay_two_devices(site: Site) -> None:
    first, _ = site.sees("198.18.0.1", camera(MAC, serial="C12345678"))
    assert site.sees("198.18.0.2", camera(OTHER_MAC, serial="C12345678"))[0] != first


def test_an_endpoint_follows_a_device_that_states_no_mac(site: Site) -> None:
    first, _ = site.sees("198.18.0.1", camera(), endpoint(UUID))
    site.next_sweep()
    assert site.sees("198.18.0.7", camera(), endpoint(UUID))[0] == first


def test_an_endpoint_does_not_merge_devices_with_different_macs(site: Site) -> None:
    first, _ = site.sees("198.18.0.1", camera(MAC), endpoint(UUID))
    site.next_sweep()
    assert site.sees("198.18.0.7", camera(OTHER_MAC), endpoint(UUID))[0] != first


def test_clones_with_one_endpoint_stay_apart_sweep_after_sweep(site: Site) -> None:
    addresses = [f"198.18.0.{host}" for host in range(1, 6)]
    first = [site.sees(address, camera(), endpoint(UUID))[0] for address in addresses]
    assert len(set(first)) == len(addresses)
    site.next_sweep()
    again = [site.sees(address, camera(), endpoint(UUID))[0] for address in reversed(addresses)]
    assert again == first[::-1]


def test_the_same_address_at_two_sites_is_two_devices(store: Store) -> None:
    north, south = Site(store, "north"), Site(store, "south")
    first, _ = north.sees("192.168.1.64", camera(MAC), endpoint(UUID))
    second, _ = south.sees("192.168.1.64", camera(MAC), endpoint(UUID))
    assert first != second


def test_certificate_and_udn_are_kept_and_merge_nothing(site: Site, store: Store) -> None:
    shared = (
        Evidence(Field.TLS_SHA256, "ab" * 32),
        Evidence(Field.SSDP_USN, "uuid:Upnp-1::upnp:rootdevice"),
    )
    first, _ = site.sees("198.18.0.1", camera(), *shared)
    assert site.sees("198.18.0.2", camera(), *shared)[0] != first


def test_a_mac_on_the_link_identifies_a_device_that_states_none(site: Site) -> None:
    first, _ = site.sees("198.18.0.1", camera(), link=MAC)
    site.next_sweep()
    assert site.sees("198.18.0.8", camera(), link=MAC)[0] == first


def test_a_router_answering_for_a_subnet_does_not_swallow_it(site: Site) -> None:
    found = {site.sees(f"198.18.1.{host}", camera(), link=MAC)[0] for host in range(1, 60)}
    assert len(found) == 59


def test_devices_behind_a_router_keep_their_rows(site: Site) -> None:
    addresses = [f"198.18.1.{host}" for host in range(1, 9)]
    first = [site.sees(address, camera(), link=MAC)[0] for address in addresses]
    site.next_sweep()
    again = [site.sees(address, camera(), link=MAC)[0] for address in reversed(addresses)]
    assert again == first[::-1]
    assert site.sees("198.18.1.1", camera(OTHER_MAC), link=MAC)[0] == first[0]


def test_a_stated_mac_seen_on_the_link_at_another_address_is_the_same_device(site: Site) -> None:
    first, _ = site.sees("198.18.0.1", camera(MAC))
    assert site.sees("198.18.0.2", Identity(), link=MAC)[0] == first


def test_a_mac_known_from_the_link_and_stated_later_is_the_same_device(site: Site) -> None:
    first, _ = site.sees("198.18.0.1", camera(), link=MAC)
    site.next_sweep()
    assert site.sees("198.18.0.2", camera(MAC))[0] == first
    assert site.devices()[0].macs == (MAC,)


def test_a_camera_on_the_old_address_of_a_moved_one_is_not_hidden_in_it(site: Site) -> None:
    moved, _ = site.sees("198.18.0.1", camera(MAC, model="A"))
    site.next_sweep()
    site.sees("198.18.0.1", camera(model="B"), endpoint(OTHER_UUID))  # taken for it: same address
    assert site.sees("198.18.0.2", camera(MAC, model="A"), minute=1)[0] == moved
    by_address = {record.address: record for record in site.devices()}
    assert by_address["198.18.0.2"].id == moved
    assert by_address["198.18.0.1"].id != moved
    assert (by_address["198.18.0.1"].model, by_address["198.18.0.1"].mac) == ("B", None)
    site.next_sweep()
    newcomer = by_address["198.18.0.1"].id
    assert site.sees("198.18.0.1", camera(model="B"), endpoint(OTHER_UUID))[0] == newcomer


def test_a_sighting_that_says_less_does_not_take_away_what_was_known(site: Site) -> None:
    site.sees("198.18.0.1", camera(MAC, serial="C12345678"))
    site.next_sweep()
    _, change = site.sees("198.18.0.1", camera(MAC, model=None))
    [record] = site.devices()
    assert (record.model, record.serial, change) == ("DS-2CD2042WD-I", "C12345678", Change.SEEN)


def test_a_contradicting_maker_takes_over_whole(site: Site) -> None:
    site.sees("198.18.0.1", camera(MAC, serial="C12345678"))
    site.next_sweep()
    site.sees("198.18.0.1", camera(MAC, maker="dahua", model=None))
    [record] = site.devices()
    assert (record.maker, record.model, record.serial) == ("dahua", None, None)


def test_settling_again_with_a_better_catalogue_replaces_the_identity(
    site: Site, store: Store
) -> None:
    device, _ = site.sees("198.18.0.1", camera(model="wrong"))
    site.sees("198.18.0.1", camera(model="right"))
    detail = store.device(device)
    assert detail is not None
    assert detail.record.model == "right"
    assert [claim.value for claim in detail.claims] == ["hikvision", "right"]


def test_settling_an_old_sweep_again_does_not_turn_the_clock_back(site: Site, store: Store) -> None:
    device, _ = site.sees("198.18.0.1", camera(MAC, model="old"))
    old = site.sweep
    site.next_sweep()
    site.sees("198.18.0.1", camera(MAC, model="new"))
    settled = store.settle(
        old, "north", "ward", "198.18.0.1", camera(MAC, model="older"), (SERVER,), at(60)
    )
    assert (settled.record.id, settled.record.model) == (device, "new")


def test_a_row_left_by_its_only_sighting_goes_away(site: Site) -> None:
    known, _ = site.sees("198.18.0.1", camera(MAC))
    site.next_sweep()
    site.sees("198.18.0.5", camera())
    assert site.sees("198.18.0.5", camera(MAC))[0] == known
    assert [record.id for record in site.devices()] == [known]


def test_what_people_wrote_survives_sweeps(site: Site, tmp_path: Path) -> None:
    import sqlite3

    site.sees("198.18.0.1", camera(MAC))
    with sqlite3.connect(tmp_path / "census.db") as database:
        database.execute("UPDATE device SET owned_room = 'B 12', owned_note = 'keep'")
    database.close()
    site.next_sweep()
    site.sees("198.18.0.3", camera(MAC))
    [record] = site.devices()
    assert (record.owned.room, record.owned.note, record.owned.tag) == ("B 12", "keep", None)


def test_presence_says_not_seen_only_if_a_later_finished_sweep_asked(site: Site) -> None:
    site.sees("198.18.0.1", camera(MAC))
    site.next_sweep(networks=("198.18.9.0/24", "198.18.7.0/24"))
    site.end()
    assert site.devices()[0].status is Presence.PRESENT  # the later sweep did not ask
    site.next_sweep()
    assert site.devices()[0].status is Presence.PRESENT  # it is still running
    site.end(SweepStatus.INTERRUPTED)
    assert site.devices()[0].status is Presence.PRESENT
    site.next_sweep(networks=("198.18.0.0/31",))
    site.end()
    assert site.devices()[0].status is Presence.NOT_SEEN


def test_a_device_outside_every_plan_was_not_asked(site: Site) -> None:
    site.sees("203.0.113.7", camera(MAC))
    assert site.devices()[0].status is Presence.NOT_ASKED


def test_names_people_wrote_are_told_from_factory_ones(site: Site) -> None:
    def scope(text: str) -> Evidence:
        return Evidence(Field.WSD_SCOPE, f"onvif://www.onvif.org/{text}")

    site.sees(
        "198.18.0.1",
        camera(),
        scope("name/HIKVISION DS-2CD2042WD-I"),
        scope("location/country/china"),
    )
    site.sees("198.18.0.2", camera(), scope("name/007"), scope("location/Ward 3, door"))
    first, second = site.devices()
    assert (first.name, first.location) == (None, None)
    assert (second.name, second.location) == ("007", "Ward 3, door")


def test_hostnames_endpoint_and_sources_come_from_the_evidence(site: Site) -> None:
    hostname = Evidence(Field.MDNS_HOSTNAME, "axis-accc8e000001.local")
    site.sees("198.18.0.1", camera(), hostname, endpoint(UUID), SERVER)
    [record] = site.devices()
    assert record.hostnames == ("axis-accc8e000001.local",)
    assert record.endpoint == f"urn:uuid:{UUID}"
    assert record.sources == ("http", "mdns", "ws-discovery")


def test_devices_are_filtered_and_sorted_by_address_as_a_number(site: Site, store: Store) -> None:
    for host in (10, 9, 100):
        site.sees(f"198.18.0.{host}", camera(maker="axis" if host == 9 else "hikvision"))
    site.sees("198.18.0.50", Identity(kind=Kind.NOT_VIDEO, conflicts=("maker",)))

    def found(query: DeviceQuery) -> list[str]:
        return [record.address.rpartition(".")[2] for record in store.devices(query)]

    assert found(DeviceQuery()) == ["9", "10", "50", "100"]
    assert found(DeviceQuery(maker="axis")) == ["9"]
    assert found(DeviceQuery(brand="hikvision", kind=Kind.CAMERA)) == ["10", "100"]
    assert found(DeviceQuery(video_only=True)) == ["9", "10", "100"]
    assert found(DeviceQuery(conflict=True)) == ["50"]
    assert found(DeviceQuery(site="south")) == []
    assert found(DeviceQuery(seen_since=at(10_000))) == []


def test_the_channels_of_a_recorder_are_kept_while_it_does_not_state_them(site: Site) -> None:
    def channels() -> list[int | None]:
        return [record.channels for record in site.devices()]

    site.sees("198.18.0.1", replace(camera(MAC), channels=16))
    assert channels() == [16]
    site.next_sweep()
    site.sees("198.18.0.1", camera(MAC))
    assert channels() == [16]
    site.next_sweep()
    site.sees("198.18.0.1", replace(camera(MAC), channels=8))
    assert channels() == [8]
