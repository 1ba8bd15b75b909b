"""Behind a pool that gives each transaction another connection, as PgBouncer in transaction mode, all is saved."""

from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text

from flows.events import OutboxKind
from storage import outbox
from storage.engine.database import Database
from tests.pooler import Pooler, pooler
from tests.storage.builders import Office

pytestmark = pytest.mark.needs_postgres
URGENT = {"S1": ("no",), "S2": ("no",), "S3": ("harm",)}


@pytest.fixture
def pool(postgres_url: str) -> Iterator[Pooler]:
    url = make_url(postgres_url)
    with pooler(str(url.host), url.port or 5432) as made:
        yield made


@pytest.fixture
def pooled(pool: Pooler, postgres_url: str) -> Iterator[Database]:
    url = make_url(postgres_url).set(port=pool.port)
    database = Database(url.render_as_string(hide_password=False))
    yield database
    database.close()


def test_every_press_is_kept(pooled: Database, pool: Pooler) -> None:
    """Cases: one press in ten failed. Nothing is prepared on a connection that the next transaction does not have."""
    pooled.migrate()
    office = Office(pooled)
    for _ in range(12):
        check = office.raised(URGENT)
        with pooled.begin() as tx:
            claimed = outbox.claim(tx, office.now, 50)
            assert all(outbox.stamp(tx, row, office.now, row.target, f"{row.id}.1", None) for row in claimed)
        assert office.paged(check) == ["C0LEADS", "U0LEAD1", "U0LEAD2"]
        assert len(office.rows(check, OutboxKind.CARD)) == 1
    assert pool.refused == 0
    assert pooled.can_write()
    assert pooled.is_pooled()


def test_each_transaction_is_bounded_and_none_after_it(pooled: Database, postgres_url: str) -> None:
    """The limit belongs to the transaction: a connection goes on to somebody else."""
    with pooled.begin() as tx:
        assert tx.scalar(text("SHOW statement_timeout")) == "30s"
        assert tx.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"
    with pooled.read() as tx:
        assert tx.scalar(text("SHOW statement_timeout")) == "30s"
    direct = Database(postgres_url)
    with direct.read() as tx:
        assert tx.scalar(text("SHOW statement_timeout")) == "30s"
    assert not direct.is_pooled()
    direct.close()
