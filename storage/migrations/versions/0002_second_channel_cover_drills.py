"""Messages by other ways than Slack, days away, closed accounts, reminders and drills."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_REMINDING = sa.text("remind_at IS NOT NULL")


def upgrade() -> None:
    """Add tables and columns; existing rows do not change."""
    op.add_column(
        "outbox",
        sa.Column("via", sa.String(length=8), server_default="slack", nullable=False, comment="slack, email or push"),
    )
    op.add_column(
        "outbox",
        sa.Column(
            "shown",
            sa.String(length=64),
            nullable=True,
            comment="hash of what Slack surely shows; empty while somebody may be changing it",
        ),
    )
    op.add_column(
        "outbox",
        sa.Column(
            "shown_before",
            sa.String(length=64),
            nullable=True,
            comment="the same, as it was when the row was claimed",
        ),
    )
    op.add_column(
        "checks",
        sa.Column(
            "is_drill",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="a practice page, in no figures",
        ),
    )
    op.add_column(
        "cases",
        sa.Column(
            "remind_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when whoever leads it asked to be reminded",
        ),
    )
    op.create_index(
        "ix_cases_remind_at",
        "cases",
        ["remind_at"],
        unique=False,
        sqlite_where=_REMINDING,
        postgresql_where=_REMINDING,
    )
    op.create_table(
        "away",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False, comment="organisation id"),
        sa.Column("first", sa.Date(), nullable=False, comment="first day away, in the organisation's time zone"),
        sa.Column("last", sa.Date(), nullable=False, comment="last day away"),
        sa.Column("set_by", sa.String(length=32), nullable=False, comment="Slack user id"),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "request", sa.String(length=64), nullable=True, comment="what Slack sent: the same again adds no second"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_away")),
        sa.UniqueConstraint("request", name=op.f("uq_away_request")),
    )
    op.create_index("ix_away_last", "away", ["last"], unique=False)
    op.create_table(
        "unreachable",
        sa.Column("person", sa.String(length=64), nullable=False, comment="organisation id"),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when Slack first said that there is no such account any more",
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_unreachable")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("unreachable")
    op.drop_index("ix_away_last", table_name="away")
    op.drop_table("away")
    op.drop_index("ix_cases_remind_at", table_name="cases", sqlite_where=_REMINDING, postgresql_where=_REMINDING)
    op.drop_column("cases", "remind_at")
    op.drop_column("checks", "is_drill")
    op.drop_column("outbox", "shown_before")
    op.drop_column("outbox", "shown")
    op.drop_column("outbox", "via")
