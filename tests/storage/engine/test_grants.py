"""On PostgreSQL the bot's account can run everything, and cannot change what is in the record."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from bot.cli.main import main
from bot.doctor import records
from bot.findings import State
from storage.engine.database import Database
from storage.errors import DatabaseNotReady
from storage.proof.seal import seal_now
from tests.storage.builders import START
from tests.storage.records_with_secrets import OLD, URGENT, KeyedOffice, url_of

ACCOUNT = "share_check_bot"
FORBIDDEN = (
    "UPDATE events SET who = 'U0OTHER'",
    "DELETE FROM events",
    "TRUNCATE events",
    "UPDATE seals SET number = number",
    "DELETE FROM seals",
    "DROP TRIGGER events_append_only ON events",
    "ALTER TABLE seals DISABLE TRIGGER seals_append_only",
    "CREATE OR REPLACE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "UPDATE alembic_version SET version_num = '0001'",
)


@pytest.fixture
def bots(postgresql: Database) -> Iterator[Database]:
    """The database as the bot's account opens it."""
    said = CliRunner().invoke(main, ["grants", "--to", ACCOUNT])
    assert said.exit_code == 0
    with postgresql.begin() as tx:
        if not tx.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": ACCOUNT}):
            tx.execute(text(f"CREATE ROLE {ACCOUNT} LOGIN"))
        tx.execute(text(said.output))
    url = make_url(url_of(postgresql)).set(username=ACCOUNT)
    database = Database(url.render_as_string(hide_password=False))
    yield database
    database.close()


def test_the_bots_account_does_all_that_the_bot_does(bots: Database) -> None:
    """It starts on tables of this version, and keeps, asks, seals and reads."""
    bots.migrate()
    bots.try_to_write()
    office = KeyedOffice(bots, OLD)
    office.raised(URGENT)
    with bots.begin() as tx:
        assert seal_now(tx, None, START)
    assert records.database(bots).state is State.OK


def test_the_record_can_only_be_added_to(bots: Database) -> None:
    """By the account's rights, whatever becomes of the triggers."""
    KeyedOffice(bots, OLD).raised(URGENT)
    for statement in FORBIDDEN:
        with pytest.raises(DBAPIError) as refused, bots.begin() as tx:
            tx.execute(text(statement))
        why = ("permission denied", "must be owner", "the record is append-only")
        assert any(words in str(refused.value) for words in why), statement


def test_an_older_table_is_for_the_owner_to_change(bots: Database, postgresql: Database) -> None:
    """And that is said in words, with the command."""
    with postgresql.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0014'"))
    with pytest.raises(DatabaseNotReady, match="Run share-check migrate with the account that owns them"):
        bots.migrate()


def test_an_owner_who_runs_the_bot_is_told_what_would_be_better(postgresql: Database) -> None:
    found = records.database(postgresql)
    assert (found.state, "owns the tables" in found.words) == (State.GAP, True)
