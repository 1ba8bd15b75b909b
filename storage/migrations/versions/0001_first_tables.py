"""The first tables, and triggers that make the event table append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE TRIGGER events_no_update BEFORE UPDATE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END",
    "CREATE TRIGGER events_no_delete BEFORE DELETE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END",
    # REPLACE deletes the row it replaces without firing the trigger above.
    "CREATE TRIGGER events_no_replace BEFORE INSERT ON events "
    "WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR request = NEW.request) "
    "BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END",
)
_POSTGRESQL = (
    "CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the record is append-only'; END $$",
    "CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
    "FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()",
)


def upgrade() -> None:
    """Create the tables and the triggers."""
    op.create_table(
        "checks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=12), nullable=False, comment="random, so that numbering tells nothing"),
        sa.Column("reporter", sa.String(length=32), nullable=False, comment="Slack user id"),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False, comment="the highest ever raised; never falls (I11)"),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("checklist_version", sa.String(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False, comment="destroying it erases all sealed under it"),
        sa.Column("sealed_answers", sa.LargeBinary(), nullable=False, comment="question to options, as JSON, sealed"),
        sa.Column("revision", sa.Integer(), nullable=False, comment="grows with every saved step"),
        sa.Column("revisiting", sa.String(length=8), nullable=True, comment="the question Back shows again"),
        sa.Column("asked_lead", sa.Boolean(), nullable=False),
        sa.Column("cover", sa.String(length=8), nullable=True, comment="hidden from prying eyes, or stopped for now"),
        sa.Column(
            "request",
            sa.String(length=64),
            nullable=True,
            comment="what Slack sent to start it: a replay starts no second",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "wake_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when stopping here means something: the leads are told, or a reminder",
        ),
        sa.Column(
            "reminders", sa.Integer(), nullable=False, comment="how often the reporter was reminded since they stopped"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
        sa.UniqueConstraint("ref", name=op.f("uq_checks_ref")),
        sa.UniqueConstraint("request", name=op.f("uq_checks_request")),
    )
    op.create_index("ix_checks_reporter_status", "checks", ["reporter", "status"], unique=False)
    op.create_index(
        "ix_checks_wake_at",
        "checks",
        ["wake_at"],
        unique=False,
        sqlite_where=sa.text("wake_at IS NOT NULL"),
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )
    op.create_table(
        "pulse",
        sa.Column("name", sa.String(length=16), nullable=False, comment="one row: the clockwork of any instance"),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when it last turned; a gap means that nobody was there",
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulse")),
    )
    op.create_table(
        "asked",
        sa.Column("check_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("ask", sa.Integer(), nullable=False, comment="the first page that asked them"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True, comment="they pressed I have seen it"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_asked_check_id")),
        sa.PrimaryKeyConstraint("check_id", "person", name=op.f("pk_asked")),
    )
    op.create_table(
        "cases",
        sa.Column("check_id", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("urgency", sa.String(length=4), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False, comment="how many times people were paged"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, comment="when people were last paged"),
        sa.Column(
            "next_page_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the next people are paged; empty once somebody leads",
        ),
        sa.Column("dm_only", sa.Boolean(), nullable=False, comment="never in the shared channel"),
        sa.Column("content_free", sa.Boolean(), nullable=False, comment="paged before it was known who to leave out"),
        sa.Column("led_by", sa.String(length=64), nullable=True, comment="organisation id"),
        sa.Column("led_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=32), nullable=True),
        sa.Column("plan_round", sa.Integer(), nullable=False, comment="grows with each plan proposed"),
        sa.Column("reporter_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disagreed", sa.Boolean(), nullable=False),
        sa.Column(
            "shared", sa.String(length=16), nullable=True, comment="what is known about sharing after the plan (3.4)"
        ),
        sa.Column("waiting_for_answer", sa.Boolean(), nullable=False, comment="a lead's question has no answer yet"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_cases_check_id")),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_next_page_at", "cases", ["next_page_at"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("check_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False, comment="Slack user id, or share-check itself"),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False, comment="SHA-256 over salt and content"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="salt and content"),
        sa.Column(
            "request", sa.String(length=64), nullable=True, comment="what Slack sent: the same again changes nothing"
        ),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_events_check_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_check_id", "events", ["check_id"], unique=False)
    op.create_index(
        "uq_events_request",
        "events",
        ["request"],
        unique=True,
        sqlite_where=sa.text("request IS NOT NULL"),
        postgresql_where=sa.text("request IS NOT NULL"),
    )
    op.create_table(
        "left_out",
        sa.Column("check_id", sa.String(length=32), nullable=False),
        sa.Column(
            "person", sa.String(length=64), nullable=False, comment="organisation id; sees nothing of this check"
        ),
        sa.Column("stepped_aside", sa.Boolean(), nullable=False, comment="left by themselves, not by the reporter"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_left_out_check_id")),
        sa.PrimaryKeyConstraint("check_id", "person", name=op.f("pk_left_out")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False, comment="a repeat of what caused it adds no second"),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("check_id", sa.String(length=32), nullable=True),
        sa.Column("target", sa.String(length=32), nullable=False, comment="Slack channel or user id"),
        sa.Column(
            "event_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="the event a line is about: rows carry ids, text is made when sent",
        ),
        sa.Column("ask", sa.Integer(), nullable=False, comment="which page this is; 0 for others"),
        sa.Column("lane", sa.Integer(), nullable=False, comment="0 pages, 1 cards and lines, 2 the rest"),
        sa.Column("wanted", sa.Integer(), nullable=False, comment="grows each time it must be shown anew"),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when to (re)send; empty when Slack shows what it should",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "token",
            sa.String(length=32),
            nullable=True,
            comment="who claimed it; a worker whose token is gone rolls back",
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=64), nullable=True, comment="the class of the error, nothing more"),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True, comment="when Slack first took it"),
        sa.Column("channel", sa.String(length=32), nullable=True),
        sa.Column("ts", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_outbox_check_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index("ix_outbox_check_id_what", "outbox", ["check_id", "what"], unique=False)
    op.create_index(
        "ix_outbox_due_at",
        "outbox",
        ["lane", "due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "strands",
        sa.Column("check_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=True, comment="a date"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="what will be done and by whom, or why not"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_strands_check_id")),
        sa.PrimaryKeyConstraint("check_id", "name", name=op.f("pk_strands")),
    )

    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("strands")
    op.drop_index("ix_outbox_due_at", table_name="outbox")
    op.drop_index("ix_outbox_check_id_what", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("left_out")
    op.drop_index(
        "uq_events_request",
        table_name="events",
        sqlite_where=sa.text("request IS NOT NULL"),
        postgresql_where=sa.text("request IS NOT NULL"),
    )
    op.drop_index("ix_events_check_id", table_name="events")
    op.drop_table("events")
    op.drop_index("ix_cases_next_page_at", table_name="cases")
    op.drop_table("cases")
    op.drop_table("asked")
    op.drop_table("pulse")
    op.drop_index(
        "ix_checks_wake_at",
        table_name="checks",
        sqlite_where=sa.text("wake_at IS NOT NULL"),
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )
    op.drop_index("ix_checks_reporter_status", table_name="checks")
    op.drop_table("checks")

    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION events_append_only()")
