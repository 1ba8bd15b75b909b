"""Whether every lead could know of a check that was erased: nobody can find that out afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Of what was erased before nobody can say, so it is taken for private."""
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
    """Take it away again."""
    op.drop_column("deletions", "is_private")
