"""The tables, as today's code sees them; `db/migrations` makes them (a test compares the two)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Integer, MetaData, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from camcensus.store.records import OwnedField, SweepStatus
from camcensus.store.types import (
    Day,
    DeviceText,
    Moment,
    Packed,
    RowId,
    Share,
    Texts,
    Words,
)
from camcensus.types import Field, Kind, Outcome, Transport

STRICT = {"sqlite_strict": True}
CASCADE = "CASCADE"


class Base(DeclarativeBase):
    """All our tables; constraint names are fixed so that a migration can name them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
        }
    )


class SweepRow(Base):
    """One run of the scanner over one plan."""

    __tablename__ = "sweep"
    __table_args__ = STRICT

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    site: Mapped[str] = mapped_column(Text)
    argv: Mapped[tuple[str, ...]] = mapped_column(Texts)
    plan_text: Mapped[str] = mapped_column(Text)
    plan_hash: Mapped[str] = mapped_column(Text)
    order_key: Mapped[str] = mapped_column(Text)
    networks: Mapped[tuple[str, ...]] = mapped_column(Texts)
    catalogue: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    run_by: Mapped[str] = mapped_column(Text)
    change_ticket: Mapped[str] = mapped_column(Text)
    status: Mapped[SweepStatus] = mapped_column(Words(SweepStatus))
    position: Mapped[int] = mapped_column(RowId)
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class CoverageRow(Base):
    """What one prober came to in one zone of one sweep."""

    __tablename__ = "coverage"
    __table_args__ = STRICT

    sweep_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("sweep.id", ondelete=CASCADE), primary_key=True
    )
    zone: Mapped[str] = mapped_column(Text, primary_key=True)
    prober: Mapped[str] = mapped_column(Text, primary_key=True)
    asked: Mapped[int] = mapped_column(RowId)
    answered: Mapped[int] = mapped_column(RowId)
    silent: Mapped[int] = mapped_column(RowId)
    excluded: Mapped[int] = mapped_column(RowId)
    excluded_why: Mapped[str] = mapped_column(Text)
    not_audible: Mapped[str] = mapped_column(Text)
    spared: Mapped[int] = mapped_column(RowId)
    spared_why: Mapped[str] = mapped_column(Text)
    rounds: Mapped[int] = mapped_column(RowId)
    convergence_percent: Mapped[int | None] = mapped_column(RowId)
    remarks: Mapped[str] = mapped_column(Text)


class HostDoneRow(Base):
    """An address to which every question of the sweep was asked."""

    __tablename__ = "host_done"
    __table_args__ = STRICT

    sweep_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("sweep.id", ondelete=CASCADE), primary_key=True
    )
    address: Mapped[str] = mapped_column(Text, primary_key=True)


class ObservationRow(Base):
    """One answer, or its absence where it matters."""

    __tablename__ = "observation"
    __table_args__ = (Index("ix_observation_host", "sweep_id", "address"), STRICT)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sweep_id: Mapped[int] = mapped_column(RowId, ForeignKey("sweep.id", ondelete=CASCADE))
    site: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    port: Mapped[int] = mapped_column(Integer)
    transport: Mapped[Transport] = mapped_column(Words(Transport))
    prober: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(DeviceText)
    asked: Mapped[str] = mapped_column(DeviceText)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    outcome: Mapped[Outcome] = mapped_column(Words(Outcome))
    note: Mapped[str] = mapped_column(DeviceText)
    raw: Mapped[bytes] = mapped_column(Packed)


class EvidenceRow(Base):
    """One value read from one field of an observation; can be read again from `raw`."""

    __tablename__ = "evidence"
    __table_args__ = STRICT

    observation_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("observation.id", ondelete=CASCADE), primary_key=True, autoincrement=False
    )
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    field: Mapped[Field] = mapped_column(Words(Field))
    value: Mapped[str] = mapped_column(DeviceText)


class DeviceRow(Base):
    """One physical thing over time, under an id that means nothing."""

    __tablename__ = "device"
    __table_args__ = (Index("ix_device_site", "site"), STRICT)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    site: Mapped[str] = mapped_column(Text)
    first_seen: Mapped[datetime] = mapped_column(Moment)
    last_seen: Mapped[datetime] = mapped_column(Moment)
    owned_room: Mapped[str | None] = mapped_column(Text)
    owned_owner: Mapped[str | None] = mapped_column(Text)
    owned_tag: Mapped[str | None] = mapped_column(Text)
    owned_note: Mapped[str | None] = mapped_column(Text)
    owned_accepted_until: Mapped[date | None] = mapped_column(Day)


class OwnedChangeRow(Base):
    """One value that people changed: rows are added, never altered and never taken away.

    Its device cannot be deleted: the history would hang in the air, or on the next device that
    gets the number.
    """

    __tablename__ = "owned_change"
    __table_args__ = (Index("ix_owned_change_device", "device_id"), STRICT)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    device_id: Mapped[int] = mapped_column(RowId, ForeignKey("device.id"))
    field: Mapped[OwnedField] = mapped_column(Words(OwnedField))
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(DeviceText)
    how: Mapped[str] = mapped_column(DeviceText)


class IdentifierRow(Base):
    """One thing a device called itself by, and when; `maker` scopes a serial number."""

    __tablename__ = "identifier"
    __table_args__ = (Index("ix_identifier_value", "kind", "value"), STRICT)

    device_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("device.id", ondelete=CASCADE), primary_key=True
    )
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(DeviceText, primary_key=True)
    maker: Mapped[str] = mapped_column(Text, primary_key=True)
    first_seen: Mapped[datetime] = mapped_column(Moment)
    last_seen: Mapped[datetime] = mapped_column(Moment)


class AddressRow(Base):
    """An address a device had, and when it was seen there."""

    __tablename__ = "address"
    __table_args__ = (Index("ix_address_address", "address"), STRICT)

    device_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("device.id", ondelete=CASCADE), primary_key=True
    )
    address: Mapped[str] = mapped_column(Text, primary_key=True)
    first_seen: Mapped[datetime] = mapped_column(Moment)
    last_seen: Mapped[datetime] = mapped_column(Moment)


class IdentityRow(Base):
    """What one sweep settled about the thing at one address; the device's `current` one speaks."""

    __tablename__ = "identity"
    __table_args__ = (
        Index("uq_identity_sighting", "sweep_id", "address", unique=True),
        Index(
            "uq_identity_current",
            "device_id",
            unique=True,
            sqlite_where=text("is_current = 1"),
            postgresql_where=text("is_current = 1"),
        ),
        Index("ix_identity_device", "device_id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sweep_id: Mapped[int] = mapped_column(RowId, ForeignKey("sweep.id", ondelete=CASCADE))
    device_id: Mapped[int] = mapped_column(RowId, ForeignKey("device.id", ondelete=CASCADE))
    zone: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    address_order: Mapped[str] = mapped_column(Text)  # sorts as the address does
    matched_by: Mapped[str] = mapped_column(Text)
    is_current: Mapped[int] = mapped_column(Integer)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[Kind] = mapped_column(Words(Kind))
    maker: Mapped[str | None] = mapped_column(Text)
    brand: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(DeviceText)
    firmware: Mapped[str | None] = mapped_column(DeviceText)
    serial: Mapped[str | None] = mapped_column(DeviceText)
    mac: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(DeviceText)
    location: Mapped[str | None] = mapped_column(DeviceText)
    hostnames: Mapped[tuple[str, ...]] = mapped_column(Texts)
    endpoint: Mapped[str | None] = mapped_column(DeviceText)
    channels: Mapped[int | None] = mapped_column(Integer)
    cpe: Mapped[str | None] = mapped_column(DeviceText)
    certainty_kind: Mapped[float] = mapped_column(Share)
    certainty_maker: Mapped[float] = mapped_column(Share)
    certainty_brand: Mapped[float] = mapped_column(Share)
    certainty_model: Mapped[float] = mapped_column(Share)
    conflicts: Mapped[tuple[str, ...]] = mapped_column(Texts)
    sources: Mapped[tuple[str, ...]] = mapped_column(Texts)


class ClaimRow(Base):
    """One signature's word about one attribute, and what it rests on."""

    __tablename__ = "claim"
    __table_args__ = STRICT

    identity_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("identity.id", ondelete=CASCADE), primary_key=True, autoincrement=False
    )
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    signature: Mapped[str] = mapped_column(Text)
    attribute: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(DeviceText)
    certainty: Mapped[float] = mapped_column(Share)
    field: Mapped[Field] = mapped_column(Words(Field))
    evidence: Mapped[str] = mapped_column(DeviceText)
    why: Mapped[str] = mapped_column(Text)


class NamingRow(Base):
    """By which catalogue a sighting was named, and marks of what came of it (`store.marks`)."""

    __tablename__ = "naming"
    __table_args__ = STRICT

    identity_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("identity.id", ondelete=CASCADE), primary_key=True, autoincrement=False
    )
    catalogue: Mapped[str] = mapped_column(Text)
    names_mark: Mapped[str] = mapped_column(Text)
    mark: Mapped[str] = mapped_column(Text)


class ReadingRow(Base):
    """The mark of the readers that all evidence of a sweep was read by, "" if several were."""

    __tablename__ = "reading"
    __table_args__ = STRICT

    sweep_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("sweep.id", ondelete=CASCADE), primary_key=True, autoincrement=False
    )
    readers: Mapped[str] = mapped_column(Text)
