"""What databases made in the first days of 0.1.0 lack: 0001 and 0002 were still growing then."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_REMINDERS = "how often the reporter was reminded since they stopped"
_SHOWN = "hash of what Slack surely shows; empty while somebody may be changing it"
_SHOWN_BEFORE = "the same, as it was when the row was claimed"
_NO_REPLACE = (
    "CREATE TRIGGER IF NOT EXISTS events_no_replace BEFORE INSERT ON events "
    "WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR request = NEW.request) "
    "BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END"
)


def upgrade() -> None:
    """Add what is missing. Most databases have all of it."""
    inspector = sa.inspect(op.get_bind())
    there = {table: {each["name"] for each in inspector.get_columns(table)} for table in ("checks", "outbox")}
    if "reminders" not in there["checks"]:
        reminders = sa.Column("reminders", sa.Integer(), nullable=False, server_default="0", comment=_REMINDERS)
        op.add_column("checks", reminders)
    for name, comment in (("shown", _SHOWN), ("shown_before", _SHOWN_BEFORE)):
        if name not in there["outbox"]:
            op.add_column("outbox", sa.Column(name, sa.String(length=64), nullable=True, comment=comment))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_NO_REPLACE)


def downgrade() -> None:
    """Keep it: the migrations before have it too."""
