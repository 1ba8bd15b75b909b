"""Retention dates, legal holds, erasures, and messages that Slack did not let us shrink."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CHECKS = {
    "held_at": "legal hold: never deleted while this is set",
    "keep_until": "a lead wants it kept until then, although its time was over",
    "erased_at": "when its key was destroyed; what is left of it is a tombstone",
    "shrunk_at": "when its messages in Slack were last cut to the reference because they were old",
}


def upgrade() -> None:
    """Add the columns, and create the table of approvals and tombstones."""
    for name, comment in _CHECKS.items():
        op.add_column("checks", sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=comment))
    op.add_column(
        "outbox",
        sa.Column(
            "unshrunk",
            sa.String(length=64),
            nullable=True,
            comment="Slack's word for why this message could not be shrunk; it is not asked again",
        ),
    )
    op.create_table(
        "deletions",
        sa.Column("check_id", sa.String(length=32), nullable=False),
        sa.Column("approved_by", sa.String(length=32), nullable=False, comment="Slack user id"),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True, comment="empty until it is done"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_deletions_check_id")),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_deletions")),
    )


def downgrade() -> None:
    """Drop them. Erased content stays erased."""
    op.drop_table("deletions")
    op.drop_column("outbox", "unshrunk")
    for name in reversed(_CHECKS):
        op.drop_column("checks", name)
