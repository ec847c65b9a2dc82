"""A task whose worker was killed or that failed for a passing reason is done after all; one that kills its workers or
fails by a defect waits for a person."""

import threading
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import IntegrityError, InterfaceError, OperationalError
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from backend.common import resuming
from tests.backend.conftest import at_once, on_postgresql

done: list[int] = []


@task()
def count_up(number: int) -> None:
    done.append(number)


@pytest.fixture
def queue(transactional_db: None, settings: LazySettings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    done.clear()


def left_behind(number: int, began: datetime, workers: int = 1) -> DBTaskResult:
    """Claimed by a worker that is no more."""
    row = DBTaskResult.objects.get(pk=count_up.enqueue(number).id)
    row.status, row.started_at, row.worker_ids = TaskResultStatus.RUNNING, began, ["w"] * workers
    row.save()
    return row


@pytest.mark.usefixtures("queue")
def test_a_worker_takes_up_at_its_start_what_a_killed_one_left(settings: LazySettings) -> None:
    settings.TASK_ABANDONED = timedelta(minutes=30)
    now = timezone.now()
    old = left_behind(1, now - timedelta(minutes=31))
    young = left_behind(2, now - timedelta(minutes=29))
    count_up.enqueue(3)
    call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=0)
    assert sorted(done) == [1, 3]
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, young.status) == (TaskResultStatus.SUCCESSFUL, TaskResultStatus.RUNNING)


@pytest.mark.usefixtures("queue")
def test_a_task_that_workers_die_of_is_left_for_a_person(caplog: pytest.LogCaptureFixture) -> None:
    now = timezone.now()
    row = left_behind(1, now - timedelta(days=1), workers=resuming.MOST_WORKERS)
    assert resuming.tasks_resume(now) == 0
    row.refresh_from_db()
    assert row.status == TaskResultStatus.RUNNING
    assert "is not tried again" in caplog.text


@pytest.mark.usefixtures("queue")
def test_one_that_was_taken_up_meanwhile_is_not_given_away() -> None:
    now = timezone.now()
    left_behind(1, now - timedelta(days=1))
    assert resuming.tasks_resume(now) == 1
    assert resuming.tasks_resume(now) == 0


# --- failed

ills: list[BaseException] = []


@task()
def ail(number: int) -> None:
    """Fails as often as there are ills."""
    if ills:
        raise ills.pop(0)
    done.append(number)


def work() -> None:
    call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=0)


def failed(*errors: BaseException, number: int = 1) -> DBTaskResult:
    """Ordered, and failed once by the first of them; the others are still to come."""
    ills[:] = errors
    row = DBTaskResult.objects.get(pk=ail.enqueue(number).id)
    work()
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    return row


PASSING = [OperationalError("disk full"), InterfaceError("lost"), OSError(28, "no space"), ConnectionResetError()]


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_what_failed_for_a_passing_reason_is_done_when_it_is_over(error: BaseException) -> None:
    row = failed(error)
    assert resuming.tasks_resume(timezone.now()) == 1
    row.refresh_from_db()
    assert row.status == TaskResultStatus.READY
    DBTaskResult.objects.update(run_after=timezone.now())  # its wait is over
    work()
    row.refresh_from_db()
    assert (row.status, row.exception_class_path, done) == (TaskResultStatus.SUCCESSFUL, "", [1])
    assert resuming.tasks_resume(timezone.now()) == 0


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("error", [ValueError("defect"), KeyError(1), IntegrityError("twice")], ids=repr)
def test_what_failed_by_a_defect_stays_for_a_person(error: BaseException) -> None:
    row = failed(error)
    assert resuming.tasks_resume(timezone.now()) == 0
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    assert done == []


@pytest.mark.usefixtures("queue")
def test_it_is_not_tried_before_its_wait_is_over() -> None:
    row = failed(OperationalError("x"))
    resuming.tasks_resume(timezone.now())
    work()
    row.refresh_from_db()
    assert (row.status, done) == (TaskResultStatus.READY, [])
    assert row.run_after > timezone.now()


@pytest.mark.usefixtures("queue")
def test_waits_grow_to_a_longest_and_none_is_like_another(settings: LazySettings) -> None:
    settings.TASK_RETRY_FIRST, settings.TASK_RETRY_LONGEST = timedelta(seconds=10), timedelta(seconds=100)
    for failures, middle in ((1, 10), (2, 20), (3, 40), (4, 80), (5, 100), (4000, 100)):
        waits = {resuming.wait_after(failures).total_seconds() for _ in range(50)}
        assert middle / 2 <= min(waits) <= max(waits) <= middle * 1.5
        assert len(waits) > 10


@pytest.mark.usefixtures("queue")
def test_the_count_of_failures_is_in_the_database_and_is_no_count_of_deaths() -> None:
    row = failed(*[OperationalError(str(n)) for n in range(5)])
    for _ in range(4):
        resuming.tasks_resume(timezone.now())
        DBTaskResult.objects.update(run_after=timezone.now())
        work()
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    resuming.tasks_resume(timezone.now())
    row.refresh_from_db()
    assert len(row.worker_ids) == 5
    assert all(worker.startswith(resuming.FAILED) for worker in row.worker_ids)
    row.status, row.started_at = TaskResultStatus.RUNNING, timezone.now() - timedelta(days=1)
    row.save()  # and now its worker was killed
    assert resuming.tasks_resume(timezone.now()) == 1


@pytest.mark.usefixtures("queue")
def test_after_its_days_it_is_left_alone(settings: LazySettings) -> None:
    failed(OperationalError("x"))
    settings.TASK_RETRIED_FOR = timedelta(days=30)
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(days=31))
    assert resuming.tasks_resume(timezone.now()) == 0


@pytest.mark.parametrize("error", ["", "gone.library.Error", "builtins.nothing", "backend.common.resuming.look"])
def test_an_error_that_nobody_knows_is_not_passing(error: str) -> None:
    assert not resuming.is_passing(error)


@pytest.mark.usefixtures("queue")
def test_a_database_that_is_away_while_it_is_looked_ends_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(now: datetime) -> int:
        raise OperationalError("away")

    monkeypatch.setattr(resuming, "tasks_resume", away)
    count_up.enqueue(7)
    work()
    assert done == [7]


@on_postgresql
@pytest.mark.usefixtures("queue")
def test_two_workers_that_look_at_once_put_it_back_once() -> None:
    failed(OperationalError("x"))
    now = timezone.now()
    assert sum(at_once(*[lambda: resuming.tasks_resume(now)] * 4)) == 1


@pytest.mark.usefixtures("queue")
def test_a_worker_that_idles_looks_by_itself() -> None:
    looked = threading.Event()

    def look(now: datetime) -> None:
        looks.append(now)
        if len(looks) > 2:
            looked.set()

    looks: list[datetime] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(resuming, "look", look)
        with resuming.looking(timedelta(seconds=0.01)):
            assert looked.wait(10)
    assert len(looks) >= 3
    assert "tasks-resume" not in [thread.name for thread in threading.enumerate()]
