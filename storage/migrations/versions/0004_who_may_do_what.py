"""The Slack id that a person had when they were left out."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. For people left out before, only the organisation id is known."""
    op.add_column(
        "left_out",
        sa.Column(
            "slack",
            sa.String(length=32),
            nullable=True,
            comment="their Slack id then: another id in the organisation's file lets nobody in",
        ),
    )


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("left_out", "slack")
