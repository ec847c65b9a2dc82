"""What the database refuses, whoever asks it, and that it says so when it no longer would."""

import importlib
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from backend.audit import triggers
from backend.audit.models import ChainHead, Event, ServerKey
from backend.audit.selectors import GENESIS, event_hash
from backend.audit.triggers import TABLES, trigger_faults, triggers_drop, triggers_ensure
from backend.audit.verifying import Fault, verify
from tests.backend.audit.test_record import NOW, append

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE and rebuilt tables are SQLite's")
postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE is PostgreSQL's")


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))


@pytest.fixture(autouse=True)
def _three_events_and_a_key(db: None) -> None:
    append(3)
    ServerKey.objects.create(id="a" * 64, public_key="x", valid_from=NOW)


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Event, ChainHead, ServerKey)]


def refused(change: Callable[[], Any]) -> None:
    before = everything()
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        change()
    assert everything() == before


def forged(index: int) -> Event:
    event = Event.objects.get(index=2)
    event.index, event.data = index, '{"n":9}'
    event.hash = event_hash(event)
    return event


CHANGES: dict[str, Callable[[], Any]] = {
    "update of an event": lambda: Event.objects.filter(index=2).update(data="{}"),
    "update of an event's index": lambda: Event.objects.filter(index=3).update(index=4),
    "update that changes nothing": lambda: sql('UPDATE audit_event SET "index" = "index"'),
    "an event saved again": lambda: Event.objects.get(index=1).save(),
    "removal of an event": lambda: Event.objects.filter(index=3).delete(),
    "removal of all": lambda: sql("DELETE FROM audit_event"),
    "the head moved back": lambda: ChainHead.objects.update(index=2),
    "the head stands": lambda: ChainHead.objects.update(hash="f" * 64),
    "the head called otherwise": lambda: ChainHead.objects.update(id=2, index=4),
    "removal of the head": lambda: ChainHead.objects.all().delete(),
    "update of a key": lambda: ServerKey.objects.update(public_key="y"),
    "removal of a key": lambda: ServerKey.objects.all().delete(),
    "insert or update": lambda: sql(
        'INSERT INTO audit_event ("index", at, actor, action, subject, data, previous, hash)'
        ' SELECT "index", at, actor, action, subject, data, previous, hash FROM audit_event WHERE "index" = 2'
        ' ON CONFLICT ("index") DO UPDATE SET data = %s',
        "{}",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_change_is_refused(what: str) -> None:
    refused(CHANGES[what])


@on_sqlite
@pytest.mark.parametrize("how", ["same index", "same hash", "index of an event of later"])
def test_replacing_an_event_is_refused(how: str) -> None:
    event = forged(2)
    if how == "same hash":
        event.index, event.hash = 4, Event.objects.get(index=2).hash
    columns = ("index", "at", "actor", "action", "subject", "data", "previous", "hash")
    names = ", ".join(f'"{column}"' for column in columns)
    values = [getattr(event, column) for column in columns]
    values[1] = "2026-11-20 02:00:00"
    verb = "INSERT OR IGNORE" if how == "index of an event of later" else "INSERT OR REPLACE"
    refused(lambda: sql(f"{verb} INTO audit_event ({names}) VALUES ({', '.join(['%s'] * 8)})", *values))


@on_sqlite
def test_replacing_head_or_key_is_refused() -> None:
    refused(lambda: sql("INSERT OR REPLACE INTO audit_chainhead VALUES (1, 9, %s)", "f" * 64))
    refused(lambda: sql("REPLACE INTO audit_serverkey SELECT id, 'y', valid_from, '', '' FROM audit_serverkey"))


@postgresql_only
@pytest.mark.parametrize("table", TABLES)
def test_truncate_is_refused(table: str) -> None:
    refused(lambda: sql(f"TRUNCATE {table}"))


@postgresql_only
def test_who_calls_itself_a_replica_is_refused_too() -> None:
    sql("SET LOCAL session_replication_role = replica")
    refused(lambda: sql("DELETE FROM audit_event"))


def test_chain_goes_on_growing() -> None:
    append(2)
    ChainHead.objects.update(index=9, hash="f" * 64)  # onwards it may go: the walk says whether to a true event
    assert Event.objects.count() == 5


@pytest.mark.parametrize("name", triggers._names(connection))
def test_missing_trigger_is_said_by_check_and_by_verify_and_made_by_ensure(name: str) -> None:
    assert (trigger_faults(), warnings()) == ([], [])
    on = f" ON {triggers._names(connection)[name]}" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER {name}{on}")
    assert trigger_faults() == [name]
    (warning,) = warnings()
    assert name in warning
    assert Fault(0, "trigger_missing", name) in list(verify())
    triggers_ensure()
    assert (trigger_faults(), warnings()) == ([], [])


def warnings() -> list[str]:
    found = run_checks(tags=["database"], databases=["default"])
    return [message.msg for message in found if message.id == "audit.W001"]


def test_trigger_that_only_has_the_name_is_a_fault() -> None:
    name, table = "audit_event_delete", "audit_event"
    if connection.vendor == "postgresql":
        name = "audit_event_keep"
        sql("CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger AS $$ BEGIN RETURN NEW; END $$ LANGUAGE plpgsql")
    else:
        sql(f"DROP TRIGGER {name}")
        sql(f"CREATE TRIGGER {name} BEFORE DELETE ON {table} BEGIN SELECT 1; END")
    assert name in trigger_faults()
    triggers_ensure()
    assert trigger_faults() == []
    refused(lambda: Event.objects.all().delete())


@postgresql_only
@pytest.mark.parametrize("state", ["DISABLE TRIGGER audit_event_keep", "ENABLE TRIGGER audit_event_keep"])
def test_trigger_that_is_switched_off_for_anybody_is_a_fault(state: str) -> None:
    sql(f"ALTER TABLE audit_event {state}")
    assert trigger_faults() == ["audit_event_keep"]


def test_database_that_does_not_keep_triggers_fails_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    triggers_drop()
    monkeypatch.setattr(triggers, "_statements", lambda _: [])
    with pytest.raises(RuntimeError, match="does not keep the audit chain's triggers: audit_chainhead_"):
        call_command("migrate", "audit", verbosity=0)


def test_ensure_touches_nothing_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triggers, "triggers_drop", lambda _: pytest.fail("touched"))
    triggers_ensure()


def test_migrate_puts_back_what_a_rebuilt_table_lost() -> None:
    """Django rebuilds a SQLite table to change a column; its triggers are gone, without a word."""
    field = models.CharField(max_length=81)
    field.set_attributes_from_name("actor")
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.alter_field(Event, Event._meta.get_field("actor"), field)
        sql("DROP TRIGGER audit_event_keep ON audit_event")
    else:
        rebuild = importlib.import_module("django.db.backends.sqlite3.schema").DatabaseSchemaEditor
        editor = rebuild(connection, atomic=False)
        editor.deferred_sql = []
        editor._remake_table(Event, alter_fields=[(Event._meta.get_field("actor"), field)])
    assert [name for name in trigger_faults() if name.startswith("audit_event_")]
    call_command("migrate", "audit", verbosity=0)
    assert trigger_faults() == []
    append()
    assert list(verify()) == []
    refused(lambda: Event.objects.all().delete())


def test_database_without_our_tables_has_no_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", lambda *_: ["another"])
    assert (trigger_faults(), warnings()) == ([], [])
    triggers_ensure()


def test_emptying_the_database_is_refused_to_people_too() -> None:
    with pytest.raises(Exception, match="(?i)flush"), transaction.atomic():
        call_command("flush", interactive=False, verbosity=0, stdout=StringIO())
    assert Event.objects.exists()


def test_head_row_is_not_made_twice() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ChainHead(id=1, index=0, hash=GENESIS).save(force_insert=True)
