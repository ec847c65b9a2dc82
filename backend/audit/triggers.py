"""What the database itself refuses: to change, remove or replace an event or a server key, or to move the head back.

Against mistakes, and against whoever may write rows but not the schema. Somebody who owns the database can drop these;
what they do then is found through signed heads that left it (`heads.py`).

Made after every migrate: SQLite forgets triggers when Django rebuilds a table. None of them names another table than
its own, since SQLite cannot rename a table while a trigger elsewhere names it.
"""

from collections.abc import Mapping

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from backend.audit.models import ChainHead, Event, ServerKey

REFUSAL = "the audit chain only grows: its rows are not changed, removed or replaced"
_EVENT, _HEAD, _KEY = (model._meta.db_table for model in (Event, ChainHead, ServerKey))
TABLES = (_EVENT, _HEAD, _KEY)
# The one change there is: the head moves on.
_HEAD_FALLS_BACK = 'NEW.id <> OLD.id OR NEW."index" <= OLD."index"'
_FUNCTION = "audit_refuse"
_FUNCTION_BODY = f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END"


def triggers_ensure(using: str = "default") -> None:
    """Make what is missing or differs, where our tables are; RuntimeError when it still is afterwards."""
    if not trigger_faults(using):
        return
    with transaction.atomic(using=using):
        triggers_drop(using)
        with connections[using].cursor() as cursor:
            for statement in _statements(connections[using]):
                cursor.execute(statement)
    if faults := trigger_faults(using):
        raise RuntimeError(f"the database does not keep the audit chain's triggers: {', '.join(faults)}")


def triggers_drop(using: str = "default") -> None:
    """For those who empty a database of tests."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table in _names(connection).items():
            if table in connection.introspection.table_names(cursor):
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def trigger_faults(using: str = "default") -> list[str]:
    """Names of triggers that are missing, switched off or other than ours; none where the tables are not made yet."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if not set(TABLES) <= set(connection.introspection.table_names(cursor)):
            return []
    standing = _standing_postgresql(connection) if connection.vendor == "postgresql" else _standing_sqlite(connection)
    return sorted(set(_names(connection)) - standing)


def _names(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Trigger → table."""
    if connection.vendor == "postgresql":
        return {f"{table}_{verb}": table for table in TABLES for verb in ("keep", "truncate")} | {
            f"{_HEAD}_stay": _HEAD
        }
    return {name: table for name, (table, _) in _sqlite().items()}


def _statements(connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "postgresql":
        return _postgresql()
    return [statement for _, statement in _sqlite().values()]


# --- SQLite


def _sqlite() -> Mapping[str, tuple[str, str]]:
    """Name → (table, statement). INSERT OR REPLACE fires no DELETE trigger, so that it is refused as an INSERT."""
    taken = {
        _EVENT: f'EXISTS (SELECT 1 FROM {_EVENT} WHERE "index" = NEW."index" OR hash = NEW.hash)',  # noqa: S608 - our own names
        _HEAD: f"EXISTS (SELECT 1 FROM {_HEAD} WHERE id = NEW.id)",  # noqa: S608 - the same
        _KEY: f"EXISTS (SELECT 1 FROM {_KEY} WHERE id = NEW.id)",  # noqa: S608 - the same
    }
    made = {}
    for table in TABLES:
        conditions = {"update": _HEAD_FALLS_BACK if table == _HEAD else "", "delete": "", "insert": taken[table]}
        for verb, condition in conditions.items():
            when = f" WHEN {condition}" if condition else ""
            made[f"{table}_{verb}"] = (
                table,
                f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table}{when}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            )
    return made


def _standing_sqlite(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    return {name for name, (_, statement) in _sqlite().items() if found.get(name) == statement}


# --- PostgreSQL


def _postgresql() -> list[str]:
    """Row triggers do not see TRUNCATE, hence one for statements. ALWAYS: also for who calls itself a replica."""
    made = [
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger AS $$ {_FUNCTION_BODY} $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {_HEAD}_stay BEFORE DELETE ON {_HEAD} FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}()",
    ]
    for table in TABLES:
        verbs, when = ("UPDATE", f" WHEN ({_HEAD_FALLS_BACK})") if table == _HEAD else ("UPDATE OR DELETE", "")
        made += [
            f"CREATE TRIGGER {table}_keep BEFORE {verbs} ON {table} FOR EACH ROW{when} EXECUTE FUNCTION {_FUNCTION}()",
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {_FUNCTION}()",
        ]
    names = {f"{table}_{verb}": table for table in TABLES for verb in ("keep", "truncate")} | {f"{_HEAD}_stay": _HEAD}
    return made + [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for name, table in names.items()]


def _standing_postgresql(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE c.relnamespace = current_schema()::regnamespace AND t.tgenabled = 'A' AND p.proname = %s"
            " AND p.prosrc = %s",
            [_FUNCTION, f" {_FUNCTION_BODY} "],
        )
        found = dict(cursor.fetchall())
    return {name for name, table in _names(connection).items() if found.get(name) == table}
