"""What runs by itself in the database: triggers, functions, views and the like. Only migrations make them.

Whoever may write to the database, without any key, could plant one that copies, changes or holds back what share-check
writes. So a restore, the start, doctor and the running bot compare what is there with what the migrations make.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

_ABORT = "BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END"
_NO_EVENT_TWICE = (
    "CREATE TRIGGER events_no_replace BEFORE INSERT ON events "
    "WHEN EXISTS (SELECT 1 FROM events WHERE id = NEW.id OR request = NEW.request)"
)
_NO_SEAL_TWICE = (
    "CREATE TRIGGER seals_no_replace BEFORE INSERT ON seals WHEN EXISTS (SELECT 1 FROM seals WHERE number = NEW.number)"
)
_SQLITE: Mapping[str, str] = {
    "trigger events_no_update": f"CREATE TRIGGER events_no_update BEFORE UPDATE ON events {_ABORT}",
    "trigger events_no_delete": f"CREATE TRIGGER events_no_delete BEFORE DELETE ON events {_ABORT}",
    "trigger events_no_replace": f"{_NO_EVENT_TWICE} {_ABORT}",
    "trigger seals_no_update": f"CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals {_ABORT}",
    "trigger seals_no_delete": f"CREATE TRIGGER seals_no_delete BEFORE DELETE ON seals {_ABORT}",
    "trigger seals_no_replace": f"{_NO_SEAL_TWICE} {_ABORT}",
}
_POSTGRESQL: Mapping[str, str] = {
    "function events_append_only": "BEGIN RAISE EXCEPTION 'the record is append-only'; END",
    "trigger events_append_only": "events events_append_only 58 O t",
    "trigger seals_append_only": "seals events_append_only 58 O t",
}
"""Of a trigger: its table, its function, pg_trigger.tgtype (before update, delete and truncate, once a statement), that
it is on, and that it has no condition."""

_OF_SQLITE = text(
    "SELECT type || ' ' || name, sql FROM sqlite_master "
    "WHERE type IN ('trigger', 'view') OR (type = 'table' AND sql LIKE 'CREATE VIRTUAL%')"
)
_OF_POSTGRESQL = text(
    """
    SELECT 'trigger ' || t.tgname,
           concat_ws(' ', c.relname, p.proname, t.tgtype, t.tgenabled, t.tgqual IS NULL)
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
     WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'function ' || p.proname, p.prosrc
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT 'view ' || c.relname, '' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT 'rule ' || r.rulename, '' FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE r.rulename <> '_RETURN' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT 'policy ' || polname, '' FROM pg_policy
    UNION ALL
    SELECT 'event trigger ' || evtname, '' FROM pg_event_trigger
    UNION ALL
    SELECT 'publication ' || pubname, '' FROM pg_publication
    UNION ALL
    SELECT 'expression in ' || c.relname || '.' || a.attname, pg_get_expr(d.adbin, d.adrelid)
      FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
      JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
     WHERE pg_get_expr(d.adbin, d.adrelid) LIKE '%(%'
       AND pg_get_expr(d.adbin, d.adrelid) NOT LIKE 'nextval(%'
    UNION ALL
    SELECT 'index ' || c.relname, '' FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE i.indexprs IS NOT NULL AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    """
)


def strangers(tx: Connection) -> tuple[str, ...]:
    """Return what no migration made, or what was changed since, as "trigger a_name"; sorted."""
    return _strange(_found(tx), _expected(tx))


def differences(tx: Connection) -> tuple[str, ...]:
    """Return the strangers, and what a migration made and is missing. The tables must be of this version."""
    found, expected = _found(tx), _expected(tx)
    return tuple(sorted({*_strange(found, expected), *(expected.keys() - found.keys())}))


def _strange(found: Mapping[str, str], expected: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name, what in found.items() if expected.get(name) != what))


def _found(tx: Connection) -> dict[str, str]:
    rows = tx.execute(_OF_SQLITE if tx.dialect.name == "sqlite" else _OF_POSTGRESQL)
    return {name: " ".join(str(what).split()) for name, what in rows}


def _expected(tx: Connection) -> Mapping[str, str]:
    return _SQLITE if tx.dialect.name == "sqlite" else _POSTGRESQL
