"""Can this office do its work? Asked by machines, without a token."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from rest_framework.test import APIClient

from backend.audit.triggers import triggers_drop, triggers_ensure

WELL = {"database": "ok", "storage": "ok", "queue": "ok", "audit": "ok", "tasks_given_up": 0}


def asked() -> tuple[int, dict[str, Any]]:
    answer = APIClient(raise_request_exception=False).get("/healthz")
    return answer.status_code, answer.json()


def waiting(age: timedelta, **more: Any) -> None:
    row = DBTaskResult.objects.create(
        **{
            "args_kwargs": {"args": [], "kwargs": {}},
            "task_path": "backend.inspections.assessing.report_assess",
            "backend_name": "default",
            "run_after": timezone.now() - age,
            "exception_class_path": "",
            "traceback": "",
            **more,
        }
    )
    DBTaskResult.objects.filter(pk=row.pk).update(enqueued_at=timezone.now() - age)


def test_office_in_order_is_ok(db: None, settings: LazySettings) -> None:
    assert asked() == (200, {"status": "ok", **WELL})
    # The probe is taken away again; the mark by which the office knows its store stays.
    assert [path.name for path in Path(settings.EVIDENCE_DIR).iterdir()] == [".store"]


def test_missing_trigger_of_the_audit_chain_is_failing(db: None) -> None:
    triggers_drop()
    assert asked()[1]["audit"] == "failing"
    triggers_ensure()
    assert asked()[0] == 200


@pytest.mark.parametrize("error", [OperationalError, DatabaseError, InterfaceError])
def test_failing_database_is_named(db: None, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error("gone: secret detail")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", fail)
        status, said = asked()
    assert (status, said["status"], said["database"], said["queue"]) == (503, "failing", "failing", "unknown")
    assert (said["audit"], said["tasks_given_up"]) == ("unknown", None)
    assert "secret" not in str(said)


def test_database_without_our_tables_is_failing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise OperationalError("no such table")

    monkeypatch.setattr("backend.config.health.head_hash", fail)
    assert asked()[1]["database"] == "failing"


def test_file_where_the_storage_should_be_is_failing(db: None, settings: LazySettings, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "in the way"
    settings.EVIDENCE_DIR.write_text("")
    assert asked() == (503, {"status": "failing", **WELL, "storage": "failing"})


@pytest.mark.parametrize("call", ["write_bytes", "read_bytes", "unlink", "mkdir"])
def test_storage_that_cannot_be_used_is_failing(db: None, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, call, fail)
        status, said = asked()
    assert (status, said["storage"]) == (503, "failing")


def test_storage_that_gives_back_something_else_is_failing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"other")
    assert asked()[1]["storage"] == "failing"


def test_queue_nobody_works_off_is_failing(db: None) -> None:
    waiting(timedelta(minutes=4))
    assert asked()[1]["queue"] == "ok"
    waiting(timedelta(minutes=6))
    assert asked() == (503, {"status": "failing", **WELL, "queue": "failing"})


@pytest.mark.parametrize("status", [TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED, TaskResultStatus.RUNNING])
def test_queue_with_old_tasks_that_were_begun_is_ok(db: None, status: TaskResultStatus) -> None:
    waiting(timedelta(days=2), status=status)
    assert asked()[1]["queue"] == "ok"


def test_queue_with_a_task_that_is_to_run_later_is_ok(db: None) -> None:
    waiting(timedelta(hours=1), run_after=timezone.now() + timedelta(hours=1))
    assert asked()[1]["queue"] == "ok"


def test_tasks_given_up_in_the_last_days_are_counted_and_nothing_is_said_of_them(db: None) -> None:
    given_up = {"status": TaskResultStatus.FAILED, "return_value": {"given_up_at": "x"}, "traceback": "secret"}
    for days in (1, 2, 30):
        waiting(timedelta(days=days), finished_at=timezone.now() - timedelta(days=days), **given_up)
    waiting(timedelta(days=1), status=TaskResultStatus.FAILED, finished_at=timezone.now())  # is tried again
    assert asked() == (200, {"status": "ok", **WELL, "tasks_given_up": 2})


def test_a_count_that_cannot_be_made_is_left_out(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(since: datetime) -> int:
        raise OperationalError("locked")

    monkeypatch.setattr("backend.config.health.tasks_given_up", fail)
    assert asked() == (200, {"status": "ok", **WELL, "tasks_given_up": None})
