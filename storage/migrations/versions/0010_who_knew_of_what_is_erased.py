"""Whether every lead could know of an erased check, which cannot be found out afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Checks erased before count as private, because it is not known."""
    op.add_column(
        "deletions",
        sa.Column(
            "is_private",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="not every lead could know of it: once erased it is in no list and no number",
        ),
    )
    op.execute(sa.text("UPDATE deletions SET is_private = true WHERE erased_at IS NOT NULL"))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("deletions", "is_private")
