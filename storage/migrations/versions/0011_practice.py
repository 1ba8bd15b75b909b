"""Who finished which practice situation, and when (policy 1.3)."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "practised",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False, comment="Slack user id"),
        sa.Column("situation", sa.String(length=32), nullable=False, comment="which made-up situation; no answer"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "request", sa.String(length=64), nullable=False, comment="what Slack sent: the same again adds no second"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practised")),
        sa.UniqueConstraint("request", name=op.f("uq_practised_request")),
    )
    op.create_index("ix_practised_person", "practised", ["person", "at"], unique=False)
    op.create_index("ix_practised_at", "practised", ["at"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_practised_at", table_name="practised")
    op.drop_index("ix_practised_person", table_name="practised")
    op.drop_table("practised")
