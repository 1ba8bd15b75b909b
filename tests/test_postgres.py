"""The throwaway server: each test gets a database of its own."""

import psycopg

from tests.postgres import Server


def _tables(url: str) -> list[str]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [str(name) for (name,) in rows]


def test_a_database_starts_empty_and_can_be_written(empty_postgres_url: str) -> None:
    """A test finds nothing that another one left."""
    with psycopg.connect(empty_postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    assert _tables(empty_postgres_url) == ["kept"]


def test_two_databases_do_not_share_tables(postgres: Server, empty_postgres_url: str) -> None:
    """What one test writes, another cannot see."""
    with psycopg.connect(empty_postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    other = postgres.fresh_database()
    assert _tables(other) == []
    postgres.drop(other)
