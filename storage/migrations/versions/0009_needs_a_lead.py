"""Since when a case needs a lead, how often people were paged since, and whether its plan stands."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Existing cases count all their asks; their plan stands if it is waiting or agreed."""
    op.add_column(
        "cases",
        sa.Column(
            "tries",
            sa.Integer(),
            nullable=False,
            server_default="1",
            comment="how many of the asks were made since it last came to need a lead",
        ),
    )
    op.add_column(
        "cases",
        sa.Column("needed_at", sa.DateTime(timezone=True), nullable=True, comment="when it last came to need a lead"),
    )
    op.add_column(
        "cases",
        sa.Column(
            "plan_stands",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="nothing has happened since the plan was made that asks for another",
        ),
    )
    op.execute("UPDATE cases SET tries = asks, needed_at = raised_at")
    op.execute("UPDATE cases SET plan_stands = (status IN ('planned', 'agreed'))")


def downgrade() -> None:
    """Drop them."""
    for name in ("plan_stands", "needed_at", "tries"):
        op.drop_column("cases", name)
