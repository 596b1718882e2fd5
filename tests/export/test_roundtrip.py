"""What our exports say of devices comes back as it stands in the census."""

from dataclasses import replace
from datetime import date

from hypothesis import given

from camcensus.census.owned import value_of
from camcensus.census.returned import match
from camcensus.errors import UsageError
from camcensus.export import csv
from camcensus.export.inventory import Listed
from camcensus.export.readback import read_bytes
from camcensus.export.xlsx import workbook
from camcensus.store import DeviceRecord, Owned, OwnedField
from export.samples import DEVICE, texts
from export.test_xlsx import inventory


def forms(device: DeviceRecord) -> list[bytes]:
    """The device in every form that can come back."""
    return [
        workbook(inventory(device)),
        "".join(csv.lines([Listed(device)], bom=True)).encode(),
    ]


def came_back(content: bytes, device: DeviceRecord) -> Owned:
    found = match(read_bytes(content, "list"), lambda _: {device.id: device})
    assert (found.rows, found.refused, found.ignored) == (1, [], {})
    return device.owned.edited(found.edits[device.id])


@given(texts)
def test_what_nobody_touched_comes_back_as_it_was(text: str) -> None:
    try:
        note, tag = value_of(OwnedField.NOTE, text), value_of(OwnedField.TAG, text)
    except UsageError:
        return
    assert not isinstance(note, date)
    assert not isinstance(tag, date)
    owned = Owned(note=note, tag=tag, accepted_until=date(2027, 7, 31))
    device = replace(DEVICE, name=text, model=text, serial=text, owned=owned)
    for content in forms(device):
        assert came_back(content, device) == owned


def test_a_file_has_every_column_that_may_be_filled_in() -> None:
    for content in forms(DEVICE):
        assert {field.value for field in OwnedField} <= set(read_bytes(content, "list").columns)
