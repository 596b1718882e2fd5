"""Persona files: strict, coherent, and true to the registers they lean on."""

import tomllib
from collections import Counter
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from camcensus.data import data_folder, mac_owner
from camcensus.errors import CatalogueError, UsageError
from camcensus.lab import Persona, demo_estate, estate_of, load_personas, place
from camcensus.lab.personas import FOLDER, read_persona
from camcensus.types import Kind

PERSONAS = load_personas()
each_persona = pytest.mark.parametrize("persona", PERSONAS, ids=lambda one: one.name)

MINIMAL = """\
schema = 1
about = "x"
[truth]
kind = "camera"
is_video = true
[hardware]
mac_prefix = "02:00:00"
serial = "1"
"""


def words() -> frozenset[str]:
    text = (data_folder("fingerprints") / "vocabulary.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)["names"].values())


@each_persona
def test_maker_and_brand_are_words_of_the_vocabulary(persona: Persona) -> None:
    assert {persona.truth.maker, persona.truth.brand} - {None} <= words()


@each_persona
def test_only_known_attributes_are_said_to_be_stated(persona: Persona) -> None:
    assert set(persona.truth.stated) <= {"kind", "maker", "brand", "model"}
    assert set(persona.truth.identifiers) <= {"serial", "mac"}
    assert set(persona.truth.lies) <= {"maker", "brand", "model", "serial", "mac"}
    stated = place(persona, "198.18.0.9").stated
    assert set(stated) == {*persona.truth.stated, *persona.truth.identifiers}
    assert "None" not in stated.values()


@each_persona
def test_the_registered_owner_of_the_mac_is_the_one_the_persona_names(persona: Persona) -> None:
    if persona.hardware.mac_owner:
        device = place(persona, "198.18.0.9")
        assert mac_owner(device.mac) == persona.hardware.mac_owner


@each_persona
def test_kind_and_video_agree(persona: Persona) -> None:
    assert persona.truth.is_video is (persona.truth.kind not in {Kind.NOT_VIDEO, Kind.UNKNOWN})


@each_persona
def test_a_thing_that_is_no_camera_claims_no_camera_type(persona: Persona) -> None:
    types = persona.ws_discovery.types if persona.ws_discovery else ""
    assert persona.truth.is_video or "NetworkVideoTransmitter" not in types


@each_persona
def test_something_of_every_persona_can_be_seen(persona: Persona) -> None:
    """At least its MAC."""
    assert persona.ws_discovery or persona.mdns or persona.tcp or persona.hardware.mac_owner


@each_persona
def test_every_placeholder_is_known(persona: Persona) -> None:
    device = place(persona, "198.18.0.9")
    voice = persona.ws_discovery
    texts = [*voice.scopes, *voice.xaddrs, voice.endpoint] if voice else []
    texts += [persona.hardware.serial.replace("{n}", "")]
    for text in texts:
        assert "{" not in device.fill(text), text


@each_persona
def test_a_mac_in_the_endpoint_is_the_devices_own(persona: Persona) -> None:
    if persona.ws_discovery and "{mac_hex}" in persona.ws_discovery.endpoint:
        device = place(persona, "198.18.0.9")
        endpoint = device.fill(persona.ws_discovery.endpoint)
        assert endpoint.endswith(device.mac.replace(":", ""))


def test_there_are_enough_cameras_makers_relabels_and_other_things() -> None:
    video = [one for one in PERSONAS if one.truth.is_video]
    relabels = [one for one in video if one.truth.brand and one.truth.maker != one.truth.brand]
    assert len(video) >= 45
    assert len({one.truth.maker for one in video} - {None}) >= 30
    assert len(relabels) >= 5
    assert sum(one.truth.kind is Kind.NOT_VIDEO for one in PERSONAS) >= 8


def test_the_demo_has_sixty_devices_forty_cameras_and_twelve_makers() -> None:
    devices = demo_estate().devices
    video = [one for one in devices if one.truth.is_video]
    assert len(devices) == 60
    assert len(video) >= 40
    assert len({one.truth.maker for one in video}) >= 12
    assert len({one.truth.brand for one in video if one.truth.brand != one.truth.maker}) >= 5


def test_the_demo_is_the_same_every_time() -> None:
    assert demo_estate() == demo_estate()


def test_no_two_devices_of_the_demo_share_address_mac_or_serial() -> None:
    devices = demo_estate().devices
    for values in ([one.address for one in devices], [one.mac for one in devices]):
        assert max(Counter(values).values()) == 1
    assert max(Counter(one.serial for one in devices).values()) == 1


def test_every_device_of_the_demo_stands_in_a_target() -> None:
    estate = demo_estate()
    networks = [ip_network(one) for one in estate.targets]
    for device in estate.devices:
        assert sum(ip_address(device.address) in one for one in networks) == 1


def test_instances_of_one_persona_differ_in_mac_and_serial() -> None:
    first, second = estate_of(["hik_cam", "hik_cam"]).devices
    assert first.persona is second.persona
    assert first.mac != second.mac
    assert first.serial != second.serial


def test_a_large_estate_has_no_address_twice_and_a_larger_one_is_refused() -> None:
    devices = estate_of(["hik_cam"] * 482).devices
    assert len({one.address for one in devices}) == 482
    assert all(10 <= int(one.address.split(".")[3]) <= 250 for one in devices)
    with pytest.raises(UsageError, match="room for 482"):
        estate_of(["hik_cam"] * 483)


def test_a_subset_keeps_addresses_and_targets() -> None:
    whole = demo_estate()
    part = whole.subset(["hik_cam", "printer"])
    assert {one.persona.name for one in part.devices} == {"hik_cam", "printer"}
    assert set(part.devices) <= set(whole.devices)
    assert part.targets == whole.targets


def test_the_folder_holds_nothing_but_personas() -> None:
    assert {one.suffix for one in FOLDER.iterdir()} == {".toml"}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("schema = 1", "schema must be 1"),
        ('about = "x"', "'about' is missing"),
        ('kind = "camera"', "'kaput' is not one of"),
        ("is_video = true", "'yes' is of the wrong type"),
        ('serial = "1"', "unknown key 'serail'"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, change: str, complaint: str) -> None:
    instead = {
        "schema = 1": "schema = 2",
        'about = "x"': "",
        'kind = "camera"': 'kind = "kaput"',
        "is_video = true": 'is_video = "yes"',
        'serial = "1"': 'serail = "1"',
    }
    path = tmp_path / "thing.toml"
    path.write_text(MINIMAL.replace(change, instead[change]), encoding="utf-8")
    with pytest.raises(CatalogueError, match=f"^thing.toml.*{complaint}"):
        read_persona(path)


def test_a_port_described_twice_and_a_voice_of_an_unknown_port_are_refused(tmp_path: Path) -> None:
    port = '[[tcp]]\nport = 80\nspeaks = "mute"\n'
    path = tmp_path / "thing.toml"
    path.write_text(MINIMAL + port + port, encoding="utf-8")
    with pytest.raises(CatalogueError, match="described twice"):
        read_persona(path)
    path.write_text(MINIMAL + port + "same_as = 8080\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="unknown 8080"):
        read_persona(path)


def test_broken_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "thing.toml"
    path.write_text("schema = 1\nabout = oops\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"^thing.toml: .*line 2"):
        read_persona(path)


@each_persona
def test_what_a_persona_says_in_a_protocol_it_speaks_and_knows(persona: Persona) -> None:
    assert persona.says.keys() <= persona.spoken
    for stated in persona.says.values():
        assert set(stated) <= {"maker", "brand", "model", "serial", "mac"}


@each_persona
def test_no_router_passes_what_the_link_does_not_hear(persona: Persona) -> None:
    near, far = persona.audible(routed=False), persona.audible(routed=True)
    assert far <= near <= persona.spoken
    assert "arp" in near - far


def test_a_router_passes_datagrams_to_one_address_and_connections() -> None:
    by_name = {one.name: one for one in PERSONAS}
    camera, bell = by_name["axis_cam"], by_name["doorbird"]

    assert {"ws-discovery", "http", "tls", "rtsp"} <= camera.audible(routed=True)
    assert "mdns" in camera.audible(routed=False) - camera.audible(routed=True)
    assert "mdns" in bell.audible(routed=True)
    assert by_name["windows_pc"].audible(routed=True) == frozenset()
