"""ONVIF clients nobody here wrote find the cameras of the virtual estate."""

import json
import sys
from pathlib import Path

import pytest

from camcensus.lab import estate_of, run_in_private

pytestmark = [pytest.mark.counterpart, pytest.mark.netns, pytest.mark.timeout(120)]

# Every other one stands behind the router, where multicast does not reach: not these cameras.
ESTATE = estate_of(["hik_cam", "printer", "axis_cam", "windows_pc", "amcrest_cam"])
ON_LINK_CAMERAS = {one.address for one in ESTATE.devices if one.truth.is_video}

WSDISCOVERY_CLIENT = """
import json
from wsdiscovery import QName
from wsdiscovery.discovery import ThreadedWSDiscovery
network_video = QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")
client = ThreadedWSDiscovery()
client.start()
found = client.searchServices(types=[network_video], timeout=4)
print(json.dumps({service.getXAddrs()[0]: [str(s.getValue()) for s in service.getScopes()]
                  for service in found}))
client.stop()
"""


def test_onvif_util_finds_and_names_every_camera_of_the_link(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run_in_private(["timeout", "60", "onvif-util", "-a"], ESTATE) == 0

    named = {line.split(" ")[0]: line for line in capfd.readouterr().out.splitlines()}
    assert named.keys() & {one.address for one in ESTATE.devices} == ON_LINK_CAMERAS
    for device in ESTATE.devices:
        if device.truth.is_video:
            assert str(device.truth.model) in named[device.address]


def test_the_wsdiscovery_package_finds_cameras_and_nothing_else(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    client = tmp_path / "client.py"
    client.write_text(WSDISCOVERY_CLIENT, encoding="utf-8")

    assert run_in_private([sys.executable, str(client)], ESTATE) == 0

    found = json.loads(capfd.readouterr().out)
    addresses = {xaddr.split("/")[2] for xaddr in found}
    assert len(addresses) >= 2
    assert addresses <= ON_LINK_CAMERAS
    for scopes in found.values():
        assert any(scope.startswith("onvif://www.onvif.org/name/") for scope in scopes)
