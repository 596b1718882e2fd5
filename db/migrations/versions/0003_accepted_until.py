"""Until when a device is accepted as it is, and who changed what people wrote about it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
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
    identity.sweep_id AS last_sweep_id,
    naming.catalogue AS catalogue"""
FROM = """
FROM device
JOIN identity ON identity.device_id = device.id AND identity.is_current = 1
LEFT JOIN naming ON naming.identity_id = identity.id
"""
BEFORE = f"census_v1 AS{COLUMNS}{FROM}"
VIEW = f"""census_v1 AS{COLUMNS},
    device.owned_accepted_until AS owned_accepted_until{FROM}"""


def upgrade() -> None:
    op.add_column("device", sa.Column("owned_accepted_until", sa.Text(), nullable=True))
    op.create_table(
        "owned_change",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("device_id", ROW_ID, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_owned_change_device_id"),
        sa.PrimaryKeyConstraint("id", name="pk_owned_change"),
        sqlite_strict=True,
    )
    op.create_index("ix_owned_change_device", "owned_change", ["device_id"], unique=False)
    # PostgreSQL replaces a view in place, so that views of the user's own on it stay.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP VIEW census_v1")
        op.execute(f"CREATE VIEW {VIEW}")
    else:
        op.execute(f"CREATE OR REPLACE VIEW {VIEW}")


def downgrade() -> None:
    op.execute("DROP VIEW census_v1")
    op.drop_table("owned_change")
    op.drop_column("device", "owned_accepted_until")
    op.execute(f"CREATE VIEW {BEFORE}")
