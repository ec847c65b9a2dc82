"""A task whose worker was killed is done after all; one that kills its workers is not tried for ever."""

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from backend.common import abandoned

done: list[int] = []


@task()
def count_up(number: int) -> None:
    done.append(number)


@pytest.fixture
def queue(transactional_db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    monkeypatch.setattr(abandoned, "_looked_at", float("-inf"))
    done.clear()


def left_behind(number: int, began: datetime, workers: int = 1) -> DBTaskResult:
    """Claimed by a worker that is no more."""
    row = DBTaskResult.objects.get(pk=count_up.enqueue(number).id)
    row.status, row.started_at, row.worker_ids = TaskResultStatus.RUNNING, began, ["w"] * workers
    row.save()
    return row


@pytest.mark.usefixtures("queue")
def test_the_next_task_takes_up_what_a_killed_worker_left(settings: LazySettings) -> None:
    settings.TASK_ABANDONED = timedelta(minutes=30)
    now = timezone.now()
    old = left_behind(1, now - timedelta(minutes=31))
    young = left_behind(2, now - timedelta(minutes=29))
    count_up.enqueue(3)
    call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=0)
    assert done == [3, 1]
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, young.status) == (TaskResultStatus.SUCCESSFUL, TaskResultStatus.RUNNING)


@pytest.mark.usefixtures("queue")
def test_a_task_that_workers_die_of_is_left_for_a_person(caplog: pytest.LogCaptureFixture) -> None:
    now = timezone.now()
    row = left_behind(1, now - timedelta(days=1), workers=abandoned.MOST_WORKERS)
    assert abandoned.tasks_resume(now) == 0
    row.refresh_from_db()
    assert row.status == TaskResultStatus.RUNNING
    assert "is not tried again" in caplog.text


@pytest.mark.usefixtures("queue")
def test_one_that_was_taken_up_meanwhile_is_not_given_away(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    left_behind(1, now - timedelta(days=1))
    assert abandoned.tasks_resume(now) == 1
    assert abandoned.tasks_resume(now) == 0
