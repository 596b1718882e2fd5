"""What people write about devices: changed here alone, and every change is kept."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import cast

from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from camcensus.errors import StoreError
from camcensus.store.models import DeviceRow, OwnedChangeRow
from camcensus.store.records import (
    OwnedChange,
    OwnedEdit,
    OwnedEntry,
    OwnedField,
    OwnedValue,
    Signed,
)

_PIECE = 400  # values in one question to the database
_DEVICE = cast("Table", DeviceRow.__table__)


def changes(connection: Connection, edits: Mapping[int, OwnedEdit]) -> list[OwnedChange]:
    """What these edits would alter, device by device; StoreError if a device is not there."""
    found = dict(_held(connection, list(edits)))
    if missing := edits.keys() - found.keys():
        raise StoreError(f"there is no device {min(missing)} in the census any more: list it again")
    return [
        OwnedChange(device_id, field, _text(found[device_id][field]), _text(wanted))
        for device_id, edit in edits.items()
        for field, wanted in edit.items()
        if found[device_id][field] != wanted
    ]


def write(
    connection: Connection, edits: Mapping[int, OwnedEdit], signed: Signed
) -> list[OwnedChange]:
    """Carries the edits out, and puts on record who did what."""
    made = changes(connection, edits)
    for field in OwnedField:
        rows = [
            {"device": one.device_id, "value": edits[one.device_id][field]}
            for one in made
            if one.field is field
        ]
        if rows:
            column = _DEVICE.c[f"owned_{field.value}"]
            change = update(_DEVICE).where(_DEVICE.c.id == bindparam("device"))
            connection.execute(change.values({column: bindparam("value", type_=column.type)}), rows)
    if made:
        connection.execute(insert(OwnedChangeRow), [_row(one, signed) for one in made])
    return made


def history(connection: Connection, device_id: int) -> tuple[OwnedEntry, ...]:
    """Everything people changed about one device, the latest first."""
    table = OwnedChangeRow.__table__.c
    rows = connection.execute(
        select(OwnedChangeRow.__table__)
        .where(table.device_id == device_id)
        .order_by(table.id.desc())
    )
    return tuple(
        OwnedEntry(
            row.device_id, row.field, row.old, row.new, row.changed_at, row.changed_by, row.how
        )
        for row in rows
    )


def written_about(session: Session, device: DeviceRow) -> bool:
    """Whether people wrote anything about a device, also if they took it back since."""
    if any(getattr(device, f"owned_{field.value}") for field in OwnedField):
        return True
    kept = select(OwnedChangeRow.id).where(OwnedChangeRow.device_id == device.id)
    return session.scalars(kept).first() is not None


def _held(
    connection: Connection, ids: Sequence[int]
) -> Iterator[tuple[int, dict[OwnedField, OwnedValue]]]:
    columns = [_DEVICE.c[f"owned_{field.value}"] for field in OwnedField]
    for start in range(0, len(ids), _PIECE):
        piece = ids[start : start + _PIECE]
        wanted = select(_DEVICE.c.id, *columns).where(_DEVICE.c.id.in_(piece))
        for device_id, *values in connection.execute(wanted):
            yield device_id, dict(zip(OwnedField, values, strict=True))


def _row(one: OwnedChange, signed: Signed) -> dict[str, object]:
    return {
        "device_id": one.device_id,
        "field": one.field,
        "old": one.old,
        "new": one.new,
        "changed_at": signed.at,
        "changed_by": signed.by,
        "how": signed.how,
    }


def _text(value: OwnedValue) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
