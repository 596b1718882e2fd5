"""An estate as JSON, for the process that serves it."""

from pathlib import Path

from camcensus.lab.estate import Estate, LabDevice
from camcensus.lab.personas import FOLDER, load_personas


def estate_as_json(estate: Estate, folder: Path = FOLDER) -> dict[str, object]:
    """Names, addresses, MACs and serials; the personas are read again from their folder."""
    return {
        "folder": str(folder),
        "targets": list(estate.targets),
        "devices": [
            [one.persona.name, one.address, one.mac, one.serial, one.port_shift]
            for one in estate.devices
        ],
    }


def estate_from_json(spec: dict[str, object]) -> Estate:
    """What `estate_as_json` wrote."""
    known = {one.name: one for one in load_personas(Path(str(spec["folder"])))}
    rows, targets = spec["devices"], spec["targets"]
    if not isinstance(rows, list) or not isinstance(targets, list):
        raise TypeError("an estate has a list of devices and a list of targets")
    devices = tuple(
        LabDevice(address, known[name], mac, serial, shift)
        for name, address, mac, serial, shift in rows
    )
    return Estate(devices, tuple(targets))
