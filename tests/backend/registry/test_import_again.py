"""A reading in the background that was killed, or failed for a passing reason, is done again from the beginning."""

import fcntl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from backend.audit.models import Event
from backend.common import resuming
from backend.registry.importing import runs
from backend.registry.importing.background import import_read
from backend.registry.importing.rows import ReadOptions
from backend.registry.importing.runs import run_apply, run_begin
from backend.registry.models import ImportRow, ImportRun, Licence
from backend.registry.services import imports
from tests.backend.processes import children
from tests.backend.registry.test_import_runs import NOW, feature, file_of
from tests.factories.registry import mineral

FILES = 7
WRITTEN = 3

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _queue(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IMPORTS_DIR = tmp_path / "imports"
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    monkeypatch.setattr(runs, "BATCH", WRITTEN)


@pytest.fixture
def ordered(tmp_path: Path) -> ImportRun:
    """Begun, and in the queue."""
    mineral("STONE")
    path = file_of(tmp_path, [feature(f"{i}/GP", i, {"Khoáng sản": "STONE"}) for i in range(FILES)])
    run = run_begin(
        path=path, file_name=path.name, kind="licences", options=ReadOptions(), answers={}, by=None, now=NOW
    )
    import_read.enqueue(str(run.pk))
    return run


def work() -> None:
    call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=0)


def work_again() -> None:
    resuming.tasks_resume(timezone.now())
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())
    work()


def state(run: ImportRun) -> tuple[str, int]:
    run.refresh_from_db()
    return run.state, run.rows.count()


def fail_once(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """At the second batch."""
    write, told = imports.rows_write, iter([None, error])

    def rows_write(rows: Sequence[ImportRow]) -> None:
        if (ill := next(told, None)) is not None:
            raise ill
        write(rows)

    monkeypatch.setattr(imports, "rows_write", rows_write)


def test_rows_that_a_killed_worker_wrote_are_in_nobodys_way(ordered: ImportRun, settings: LazySettings) -> None:
    DBTaskResult.objects.get().claim("killed")
    ImportRow.objects.bulk_create(
        ImportRow(run=ordered, number=number, key="of the killed one", outcome="refused") for number in (1, 2, 9)
    )
    DBTaskResult.objects.update(started_at=timezone.now() - settings.TASK_ABANDONED * 2)
    work()
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL
    assert state(ordered) == ("checked", FILES)
    assert ordered.counts == {"accepted": FILES, "repaired": 0, "question": 0, "refused": 0}
    run_apply(run=ordered, by=None, now=NOW)
    assert Licence.objects.count() == FILES


@pytest.mark.parametrize("error", [OperationalError("away"), OSError(28, "full"), SystemExit(1)], ids=repr)
def test_a_reading_that_failed_for_a_passing_reason_is_not_ended_and_is_done_again(
    ordered: ImportRun, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    fail_once(monkeypatch, error)
    work()
    assert state(ordered) == ("reading", WRITTEN)
    work_again()
    assert state(ordered) == ("checked", FILES)
    assert Event.objects.filter(action="import:read").count() == 1


def test_a_reading_that_failed_by_a_defect_is_ended_and_its_reader_too(
    ordered: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, processes = ValueError("a defect of ours"), children()
    fail_once(monkeypatch, error)
    work()
    assert error.__traceback__ is not None  # whoever keeps that keeps no reader alive
    assert children() <= processes
    assert state(ordered) == ("stopped", WRITTEN)
    assert DBTaskResult.objects.get().status == TaskResultStatus.FAILED


def test_two_workers_do_not_read_for_one_run_at_once(ordered: ImportRun) -> None:
    """The other was taken for dead and is not."""
    imports.rows_write([ImportRow(run=ordered, number=1, outcome="accepted")])
    with imports.kept_path(ordered.sha256).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        work()
        assert state(ordered) == ("reading", 1)
    work_again()
    assert state(ordered) == ("checked", FILES)


def test_a_run_that_ended_stays_as_it_is_when_its_task_is_done_again(ordered: ImportRun) -> None:
    work()
    rows = list(ordered.rows.values_list("pk", flat=True))
    before: Any = state(ordered)
    DBTaskResult.objects.update(status=TaskResultStatus.READY)  # its worker was killed before it said so
    work()
    assert state(ordered) == before == ("checked", FILES)
    assert list(ordered.rows.values_list("pk", flat=True)) == rows
    assert Event.objects.filter(action="import:read").count() == 1


def test_a_run_whose_kept_file_is_gone_is_ended(ordered: ImportRun) -> None:
    imports.kept_path(ordered.sha256).unlink()
    work()
    assert state(ordered) == ("stopped", 0)
    work_again()
    assert state(ordered) == ("stopped", 0)
