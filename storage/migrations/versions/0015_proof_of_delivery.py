"""A message that we posted has a proof that we did, and where: without it nobody can say so in the table alone."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Messages posted before have none: they are posted anew when they next change."""
    comment = "under the check's key: that we posted this message, there"
    op.add_column("outbox", sa.Column("proof", sa.LargeBinary(), nullable=True, comment=comment))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("outbox", "proof")
