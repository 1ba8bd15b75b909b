"""Indexes for what runs by the clock and what is drawn, so that neither grows with history."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NEW = (
    ("ix_checks_reporter_touched_at", "checks", ["reporter", "touched_at"], None),
    ("ix_checks_draft", "checks", ["reporter", "touched_at"], "status = 'draft'"),
    ("ix_checks_sent_at", "checks", ["sent_at"], "status = 'sent'"),
    ("ix_checks_drill", "checks", ["started_at"], "is_drill"),
    ("ix_checks_unshrunk", "checks", ["touched_at"], "shrunk_at IS NULL AND erased_at IS NULL"),
    ("ix_checks_no_risk", "checks", ["touched_at"], "level = 0 AND erased_at IS NULL"),
    ("ix_checks_kept", "checks", ["started_at"], "erased_at IS NULL"),
    ("ix_cases_raised_at", "cases", ["raised_at"], None),
    ("ix_cases_open", "cases", ["raised_at"], "status != 'closed'"),
    ("ix_outbox_created_at", "outbox", ["created_at"], None),
    ("ix_outbox_token", "outbox", ["token"], "token IS NOT NULL"),
    ("ix_outbox_of_no_check", "outbox", ["what", "created_at"], "check_id IS NULL"),
    ("ix_outbox_erased", "outbox", ["ts"], "what = 'erased'"),
    ("ix_outbox_unshrunk", "outbox", ["check_id"], "unshrunk IS NOT NULL"),
    ("ix_breaches_shown_at", "breaches", ["shown_at"], None),
    ("ix_breaches_open", "breaches", ["shown_at"], "settled_at IS NULL"),
    ("ix_deletions_erased_at", "deletions", ["erased_at"], None),
    ("ix_digests_unsealed", "digests", ["week"], "head IS NULL AND kept_in IS NOT NULL"),
    ("ix_requests_open", "requests", ["due"], "status != 'closed'"),
    ("ix_requests_received", "requests", ["received"], None),
)
_OLD = (
    ("ix_checks_reporter_status", "checks", ["reporter", "status"], None),
    ("ix_cases_raised_at", "cases", ["raised_at"], "closed_at IS NULL"),
)


def upgrade() -> None:
    """Replace those that no query uses any more."""
    for name, table, _, _ in _OLD:
        op.drop_index(name, table_name=table)
    _create(_NEW)


def downgrade() -> None:
    """Take them back."""
    for name, table, _, _ in _NEW:
        op.drop_index(name, table_name=table)
    _create(_OLD)


def _create(indexes: tuple[tuple[str, str, list[str], str | None], ...]) -> None:
    for name, table, columns, which in indexes:
        where = None if which is None else sa.text(which)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
