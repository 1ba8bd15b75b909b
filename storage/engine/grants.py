"""PostgreSQL: an account for the running bot that owns nothing, and can only add to the record.

Triggers refuse change to the events and the seals, but the owner of a table can take its triggers away.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from storage.tables import events, metadata, seals

APPEND_ONLY = frozenset({events.name, seals.name})
_VERSION = "alembic_version"
_OWNS = text("SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('events')")


def statements(account: str) -> Iterator[str]:
    """Yield SQL that lets `account` run the bot: read everything, add to the record, and write everything else.

    Sealing locks the events against writers for a moment, which PostgreSQL allows to whoever may truncate them; the
    trigger refuses the truncation itself, and only the owner could take it away.
    """
    role = '"' + account.replace('"', '""') + '"'
    yield f"GRANT USAGE ON SCHEMA public TO {role};"
    yield f"GRANT SELECT ON {_VERSION} TO {role};"
    for table in sorted(metadata.tables):
        may = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        yield f"GRANT {may} ON {table} TO {role};"
    yield f"GRANT TRUNCATE ON {events.name} TO {role};"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};"


def may_change_tables(tx: Connection) -> bool:
    """Return whether the account that is connected owns the record's table, or is a superuser. True on SQLite."""
    return tx.dialect.name == "sqlite" or bool(tx.scalar(_OWNS))
