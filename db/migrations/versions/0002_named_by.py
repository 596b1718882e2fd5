"""Which catalogue named a sighting, and by which readers a sweep's answers were read."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

COLUMNS = """
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
    identity.sweep_id AS last_sweep_id"""
FROM = """
FROM device
JOIN identity ON identity.device_id = device.id AND identity.is_current = 1
"""
BEFORE = f"CREATE VIEW census_v1 AS{COLUMNS}{FROM}"
VIEW = f"""census_v1 AS{COLUMNS},
    naming.catalogue AS catalogue{FROM}LEFT JOIN naming ON naming.identity_id = identity.id
"""


def upgrade() -> None:
    op.create_table(
        "naming",
        sa.Column("identity_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("catalogue", sa.Text(), nullable=False),
        sa.Column("names_mark", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name="fk_naming_identity_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("identity_id", name="pk_naming"),
        sqlite_strict=True,
    )
    op.create_table(
        "reading",
        sa.Column("sweep_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("readers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweep.id"], name="fk_reading_sweep_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sweep_id", name="pk_reading"),
        sqlite_strict=True,
    )
    # PostgreSQL replaces a view in place, so that views of the user's own on it stay.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP VIEW census_v1")
        op.execute(f"CREATE VIEW {VIEW}")
    else:
        op.execute(f"CREATE OR REPLACE VIEW {VIEW}")


def downgrade() -> None:
    op.execute("DROP VIEW census_v1")
    op.drop_table("reading")
    op.drop_table("naming")
    op.execute(BEFORE)
