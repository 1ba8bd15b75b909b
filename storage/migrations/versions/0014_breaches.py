"""Possible personal data breaches: which checks show one, and when it is asked about next."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table. Checks of before get their row when the next answer of theirs is saved."""
    op.create_table(
        "breaches",
        sa.Column("check_id", sa.String(length=32), nullable=False),
        sa.Column("shown_at", _AT, nullable=False, comment="when an answer showed it"),
        sa.Column("known_at", _AT, nullable=False, comment="when the reporter knew: the 72 hours begin"),
        sa.Column("next_ask_at", _AT, nullable=True, comment="when it is asked about again; empty once settled"),
        sa.Column("asks", sa.Integer(), nullable=False, comment="how often it was asked about"),
        sa.Column("settled_at", _AT, nullable=True, comment="when everything was recorded of it"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_breaches_check_id")),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_breaches")),
    )
    op.create_index("ix_breaches_next_ask_at", "breaches", ["next_ask_at"])


def downgrade() -> None:
    """Drop it. What was said of a breach stays in the record."""
    op.drop_table("breaches")
