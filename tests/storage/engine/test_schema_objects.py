"""What runs by itself in the database is what the migrations made, and everything else is named."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, text

from storage.engine.database import Database
from storage.engine.schema_objects import differences, strangers

OF_SQLITE = {
    "CREATE TRIGGER stamp AFTER INSERT ON outbox BEGIN DELETE FROM outbox; END": "trigger stamp",
    "CREATE VIEW shown AS SELECT * FROM checks": "view shown",
    "CREATE VIRTUAL TABLE words USING fts5(word)": "table words",
    "DROP TRIGGER events_no_update": "trigger events_no_update",
}
OF_POSTGRESQL = {
    "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'": "function stamp",
    "CREATE TRIGGER stamp AFTER INSERT ON outbox EXECUTE FUNCTION events_append_only()": "trigger stamp",
    "CREATE OR REPLACE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'": (
        "function events_append_only"
    ),
    "ALTER TABLE events DISABLE TRIGGER events_append_only": "trigger events_append_only",
    "DROP TRIGGER seals_append_only ON seals": "trigger seals_append_only",
    "CREATE VIEW shown AS SELECT * FROM checks": "view shown",
    "CREATE RULE copied AS ON INSERT TO outbox DO ALSO NOTIFY outbox": "rule copied",
    "CREATE POLICY nothing ON checks": "policy nothing",
    "CREATE PUBLICATION everything FOR ALL TABLES": "publication everything",
    "ALTER TABLE outbox ALTER COLUMN key SET DEFAULT upper('x')": "expression in outbox.key",
    "CREATE INDEX planted ON outbox (upper(key))": "index planted",
}


class _Undo(Exception):
    """Ends a transaction without a trace."""


@contextmanager
def _undone(database: Database) -> Iterator[Connection]:
    with suppress(_Undo), database.begin() as tx:
        yield tx
        raise _Undo


def test_a_new_database_holds_what_the_migrations_made_and_nothing_else(database: Database) -> None:
    with database.read() as tx:
        assert differences(tx) == ()


def test_everything_that_was_planted_or_taken_away_is_named(database: Database) -> None:
    """Each by itself, undone before the next."""
    kind = database.engine.dialect.name
    for statement, name in (OF_SQLITE if kind == "sqlite" else OF_POSTGRESQL).items():
        with _undone(database) as tx:
            tx.execute(text(statement))
            assert name in differences(tx), statement
            assert (name in strangers(tx)) is not statement.startswith("DROP"), statement
    with database.read() as tx:
        assert differences(tx) == ()


def test_older_tables_lack_something_and_hold_nothing_strange(database: Database) -> None:
    """What a later migration will make is not missed before it."""
    drop = "DROP TRIGGER seals_no_delete" if database.is_lone else "DROP TRIGGER seals_append_only ON seals"
    with _undone(database) as tx:
        tx.execute(text(drop))
        assert strangers(tx) == ()
        assert differences(tx) != ()
