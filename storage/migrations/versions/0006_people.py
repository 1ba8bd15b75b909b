"""The index of records by person, subject access requests, and packs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _check_id(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_check_id_checks")
    column = sa.Column("check_id", sa.String(length=32), nullable=False)
    return column, sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=name)


def upgrade() -> None:
    """Create the tables; the index is built when it is first needed."""
    op.create_table(
        "index_keys",
        sa.Column("name", sa.String(length=16), nullable=False, comment="what it is the key of"),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False, comment="moved by keys rotate, as a check's is"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="the key of the hashes, sealed under it"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_index_keys")),
    )
    op.create_table(
        "people",
        sa.Column(
            "form",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="keyed hash of one form of a name, birthday or number",
        ),
        *_check_id("people"),
        sa.PrimaryKeyConstraint("form", "check_id", name=op.f("pk_people")),
    )
    op.create_index("ix_people_check_id", "people", ["check_id"], unique=False)
    op.create_table(
        "requests",
        sa.Column(
            "check_id",
            sa.String(length=32),
            nullable=False,
            comment="the record of the request itself: its reference, key and events",
        ),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False, comment="two months were added, once"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="whom it is about and who asks"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_requests_check_id_checks")),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_requests")),
    )
    op.create_index("ix_requests_status_due", "requests", ["status", "due"], unique=False)
    op.create_table(
        "packs",
        sa.Column("number", sa.String(length=12), nullable=False, comment="random, so that it tells nothing"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=False,
            comment="encrypted with a passphrase that is kept nowhere",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_packs")),
    )
    op.create_index("ix_packs_made_at", "packs", ["made_at"], unique=False)
    op.create_table(
        "pack_checks",
        sa.Column("number", sa.String(length=12), nullable=False),
        *_check_id("pack_checks"),
        sa.ForeignKeyConstraint(["number"], ["packs.number"], name=op.f("fk_pack_checks_number_packs")),
        sa.PrimaryKeyConstraint("number", "check_id", name=op.f("pk_pack_checks")),
    )
    op.create_index("ix_pack_checks_check_id", "pack_checks", ["check_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("pack_checks", "packs", "requests", "people", "index_keys"):
        op.drop_table(table)
