"""The first tables: sweeps, what devices answered, and the devices over time."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite's STRICT tables take INTEGER, REAL, TEXT and BLOB only.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SHARE = sa.Double().with_variant(sa.REAL(), "sqlite")

CENSUS_V1 = """
CREATE VIEW census_v1 AS
SELECT
    device.id AS device_id,
    device.site AS site,
    identity.zone AS zone,
    identity.address AS address,
    identity.kind AS kind,
    identity.maker AS maker,
    identity.brand AS brand,
    identity.model AS model,
    identity.firmware AS firmware,
    identity.serial AS serial,
    identity.mac AS mac,
    identity.name AS name,
    identity.location AS location,
    identity.endpoint AS endpoint,
    identity.channels AS channels,
    identity.cpe AS cpe,
    CASE
        WHEN identity.certainty_maker > identity.certainty_brand THEN identity.certainty_maker
        ELSE identity.certainty_brand
    END AS confidence,
    identity.certainty_kind AS certainty_kind,
    identity.certainty_maker AS certainty_maker,
    identity.certainty_brand AS certainty_brand,
    identity.certainty_model AS certainty_model,
    device.owned_room AS owned_room,
    device.owned_owner AS owned_owner,
    device.owned_tag AS owned_tag,
    device.owned_note AS owned_note,
    device.first_seen AS first_seen,
    device.last_seen AS last_seen,
    identity.sweep_id AS last_sweep_id
FROM device
JOIN identity ON identity.device_id = device.id AND identity.is_current = 1
"""

TABLES = (
    "sweep",
    "coverage",
    "host_done",
    "observation",
    "evidence",
    "device",
    "identifier",
    "address",
    "identity",
    "claim",
)


def upgrade() -> None:
    _make_sweep()
    _make_coverage()
    _make_host_done()
    _make_observation()
    _make_evidence()
    _make_device()
    _make_identifier()
    _make_address()
    _make_identity()
    _make_claim()
    op.execute(CENSUS_V1)


def downgrade() -> None:
    op.execute("DROP VIEW census_v1")
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_sweep() -> None:
    op.create_table(
        "sweep",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("argv", sa.Text(), nullable=False),
        sa.Column("plan_text", sa.Text(), nullable=False),
        sa.Column("plan_hash", sa.Text(), nullable=False),
        sa.Column("order_key", sa.Text(), nullable=False),
        sa.Column("networks", sa.Text(), nullable=False),
        sa.Column("catalogue", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("run_by", sa.Text(), nullable=False),
        sa.Column("change_ticket", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("position", ROW_ID, nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sweep"),
        sqlite_strict=True,
    )


def _make_coverage() -> None:
    op.create_table(
        "coverage",
        sa.Column("sweep_id", ROW_ID, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("prober", sa.Text(), nullable=False),
        sa.Column("asked", ROW_ID, nullable=False),
        sa.Column("answered", ROW_ID, nullable=False),
        sa.Column("silent", ROW_ID, nullable=False),
        sa.Column("excluded", ROW_ID, nullable=False),
        sa.Column("excluded_why", sa.Text(), nullable=False),
        sa.Column("not_audible", sa.Text(), nullable=False),
        sa.Column("spared", ROW_ID, nullable=False),
        sa.Column("spared_why", sa.Text(), nullable=False),
        sa.Column("rounds", ROW_ID, nullable=False),
        sa.Column("convergence_percent", ROW_ID, nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweep.id"], name="fk_coverage_sweep_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sweep_id", "zone", "prober", name="pk_coverage"),
        sqlite_strict=True,
    )


def _make_host_done() -> None:
    op.create_table(
        "host_done",
        sa.Column("sweep_id", ROW_ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweep.id"], name="fk_host_done_sweep_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sweep_id", "address", name="pk_host_done"),
        sqlite_strict=True,
    )


def _make_observation() -> None:
    op.create_table(
        "observation",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("sweep_id", ROW_ID, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("prober", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweep.id"], name="fk_observation_sweep_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_observation"),
        sqlite_strict=True,
    )
    op.create_index("ix_observation_host", "observation", ["sweep_id", "address"], unique=False)


def _make_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("observation_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.id"],
            name="fk_evidence_observation_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("observation_id", "ordinal", name="pk_evidence"),
        sqlite_strict=True,
    )


def _make_device() -> None:
    op.create_table(
        "device",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.Text(), nullable=False),
        sa.Column("owned_room", sa.Text(), nullable=True),
        sa.Column("owned_owner", sa.Text(), nullable=True),
        sa.Column("owned_tag", sa.Text(), nullable=True),
        sa.Column("owned_note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
        sqlite_strict=True,
    )
    op.create_index("ix_device_site", "device", ["site"], unique=False)


def _make_identifier() -> None:
    op.create_table(
        "identifier",
        sa.Column("device_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name="fk_identifier_device_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", "kind", "value", "maker", name="pk_identifier"),
        sqlite_strict=True,
    )
    op.create_index("ix_identifier_value", "identifier", ["kind", "value"], unique=False)


def _make_address() -> None:
    op.create_table(
        "address",
        sa.Column("device_id", ROW_ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name="fk_address_device_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", "address", name="pk_address"),
        sqlite_strict=True,
    )
    op.create_index("ix_address_address", "address", ["address"], unique=False)


def _make_identity() -> None:
    op.create_table(
        "identity",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("sweep_id", ROW_ID, nullable=False),
        sa.Column("device_id", ROW_ID, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_order", sa.Text(), nullable=False),
        sa.Column("matched_by", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=True),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("firmware", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("mac", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("hostnames", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=True),
        sa.Column("channels", sa.Integer(), nullable=True),
        sa.Column("cpe", sa.Text(), nullable=True),
        sa.Column("certainty_kind", SHARE, nullable=False),
        sa.Column("certainty_maker", SHARE, nullable=False),
        sa.Column("certainty_brand", SHARE, nullable=False),
        sa.Column("certainty_model", SHARE, nullable=False),
        sa.Column("conflicts", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweep.id"], name="fk_identity_sweep_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name="fk_identity_device_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity"),
        sqlite_strict=True,
    )
    op.create_index("ix_identity_device", "identity", ["device_id"], unique=False)
    op.create_index(
        "uq_identity_current",
        "identity",
        ["device_id"],
        unique=True,
        sqlite_where=sa.text("is_current = 1"),
        postgresql_where=sa.text("is_current = 1"),
    )
    op.create_index("uq_identity_sighting", "identity", ["sweep_id", "address"], unique=True)


def _make_claim() -> None:
    op.create_table(
        "claim",
        sa.Column("identity_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("certainty", SHARE, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name="fk_claim_identity_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("identity_id", "ordinal", name="pk_claim"),
        sqlite_strict=True,
    )
