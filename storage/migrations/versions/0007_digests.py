"""Weekly digests: each made once with its figures stored, and indexes to find a week's events."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")
_UNMADE = sa.text("made_at IS NULL")


def upgrade() -> None:
    """Create the table and the two indexes."""
    op.create_table(
        "digests",
        sa.Column("week", sa.String(length=8), nullable=False, comment="as in 2026-W47"),
        sa.Column("audience", sa.String(length=8), nullable=False, comment="leads or staff"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="empty until it was made; it is made once, whichever instance does it",
        ),
        sa.Column(
            "figures",
            sa.Text(),
            nullable=True,
            comment="the counts, as JSON: what was printed once stays the same in every later trend",
        ),
        sa.Column(
            "kept_in",
            sa.String(length=32),
            nullable=True,
            comment="the check, about nobody, whose record has the figures as well",
        ),
        sa.Column(
            "head",
            sa.String(length=64),
            nullable=True,
            comment="of the seal that has them, in hex; printed only then",
        ),
        sa.PrimaryKeyConstraint("week", "audience", name=op.f("pk_digests")),
    )
    op.create_index(
        "ix_digests_due_at", "digests", ["due_at"], unique=False, sqlite_where=_UNMADE, postgresql_where=_UNMADE
    )
    op.create_index("ix_events_at", "events", ["at"], unique=False)
    op.create_index(
        "ix_cases_raised_at", "cases", ["raised_at"], unique=False, sqlite_where=_OPEN, postgresql_where=_OPEN
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_cases_raised_at", table_name="cases", sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.drop_index("ix_events_at", table_name="events")
    op.drop_index("ix_digests_due_at", table_name="digests", sqlite_where=_UNMADE, postgresql_where=_UNMADE)
    op.drop_table("digests")
