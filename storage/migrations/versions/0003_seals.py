"""Seals over the record, append-only like the record."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SQLITE = (
    "CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END",
    "CREATE TRIGGER seals_no_delete BEFORE DELETE ON seals BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END",
    # REPLACE deletes the row it replaces without firing the trigger above.
    "CREATE TRIGGER seals_no_replace BEFORE INSERT ON seals "
    "WHEN EXISTS (SELECT 1 FROM seals WHERE number = NEW.number) "
    "BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END",
)
_POSTGRESQL = (
    "CREATE TRIGGER seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seals "
    "FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()",
)


def upgrade() -> None:
    """Create the table and its triggers."""
    op.create_table(
        "seals",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="1, 2, 3, ... without a gap"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_event", _Id, nullable=False),
        sa.Column("last_event", _Id, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False, comment="how many events it lists"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="how many events are sealed so far, these included"),
        sa.Column("previous", sa.LargeBinary(), nullable=False, comment="the head of the seal before"),
        sa.Column("head", sa.LargeBinary(), nullable=False, comment="SHA-256 over all of this and the list"),
        sa.Column("listed", sa.Text(), nullable=False, comment="each event in a line: id, time, digest"),
        sa.Column("signer", sa.LargeBinary(), nullable=True, comment="Ed25519 public key; empty where no key was set"),
        sa.Column("signature", sa.LargeBinary(), nullable=True, comment="over the note that is published"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seals")),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("seals")
