"""Checks entered from paper."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time at which a check was answered on paper."""
    op.add_column(
        "checks",
        sa.Column(
            "paper_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was answered on paper; empty for one that was answered in Slack",
        ),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("checks", "paper_at")
