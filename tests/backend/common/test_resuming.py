"""A task whose worker was killed or that failed for a passing reason is done after all; one that kills its workers or
fails by a defect is given up, which is said once."""

import itertools
import threading
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import IntegrityError, InterfaceError, OperationalError, connection
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


def work() -> None:
    call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=0)


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
    work()
    assert sorted(done) == [1, 3]
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, young.status) == (TaskResultStatus.SUCCESSFUL, TaskResultStatus.RUNNING)


@pytest.mark.usefixtures("queue")
def test_a_task_that_workers_die_of_has_failed_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    now = timezone.now()
    row = left_behind(1, now - timedelta(days=1), workers=resuming.MOST_WORKERS)
    assert [resuming.tasks_resume(now) for _ in range(3)] == [0, 0, 0]
    row.refresh_from_db()
    assert (row.status, row.finished_at) == (TaskResultStatus.FAILED, now)
    assert row.task_result.errors[0].exception_class is resuming.WorkersDied
    assert "3 workers began this task and none ended it" in row.traceback
    assert caplog.text.count("is given up") == 1
    assert "3 workers died of it" in caplog.text
    work()
    assert done == []


@pytest.mark.usefixtures("queue")
def test_one_that_a_person_ordered_again_and_that_kills_again_is_given_up_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = timezone.now()
    row = left_behind(1, now - timedelta(days=1), workers=resuming.MOST_WORKERS)
    resuming.tasks_resume(now)
    row.refresh_from_db()
    row.status = TaskResultStatus.READY
    row.claim("another")
    resuming.tasks_resume(now + timedelta(days=1))
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    assert caplog.text.count("is given up") == 2


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


def failed(*errors: BaseException, number: int = 1) -> DBTaskResult:
    """Ordered, and failed once by the first of them; the others are still to come."""
    ills[:] = errors
    row = DBTaskResult.objects.get(pk=ail.enqueue(number).id)
    work()
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    return row


PASSING = [
    OperationalError("disk full"),
    InterfaceError("lost"),
    OSError(28, "no space"),
    ConnectionResetError(),
    SystemExit(1),
    KeyboardInterrupt(),
]


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
def test_what_failed_by_a_defect_stays_for_a_person_who_hears_of_it_once(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    row = failed(error)
    caplog.clear()
    assert [resuming.tasks_resume(timezone.now()) for _ in range(3)] == [0, 0, 0]
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    assert done == []
    (said,) = [record for record in caplog.records if record.name == resuming.__name__]
    assert (said.levelname, str(row.pk) in said.message) == ("ERROR", True)
    assert f"{type(error).__name__}, which does not pass" in said.message


@pytest.mark.usefixtures("queue")
def test_one_that_was_given_up_and_is_ordered_again_is_one_like_others(caplog: pytest.LogCaptureFixture) -> None:
    failed(ValueError("defect"), OperationalError("x"), ValueError("again"))
    for ready in (0, 1, 0):  # by a person; by itself; by a person
        assert resuming.tasks_resume(timezone.now()) == ready
        DBTaskResult.objects.update(status=TaskResultStatus.READY, run_after=timezone.now())
        work()
    assert done == [1]
    row = DBTaskResult.objects.get()
    assert (row.status, row.return_value) == (TaskResultStatus.SUCCESSFUL, None)
    assert caplog.text.count("is given up") == 2


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
def test_after_its_days_it_is_given_up(settings: LazySettings, caplog: pytest.LogCaptureFixture) -> None:
    failed(OperationalError("x"))
    settings.TASK_RETRIED_FOR = timedelta(days=30)
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(days=31))
    assert [resuming.tasks_resume(timezone.now()) for _ in range(3)] == [0, 0, 0]
    assert caplog.text.count("was tried for KK_TASK_RETRY_DAYS") == 1


@pytest.mark.usefixtures("queue")
def test_tasks_given_up_are_counted_for_some_days() -> None:
    now = timezone.now()
    failed(ValueError("defect"))
    failed(OperationalError("is tried again"), number=2)
    left_behind(3, now - timedelta(days=1), workers=resuming.MOST_WORKERS)
    resuming.tasks_resume(now)
    assert resuming.tasks_given_up(now - timedelta(days=1)) == 2
    assert resuming.tasks_given_up(now + timedelta(days=1)) == 0


UNKNOWN = ["", "gone.library.Error", "builtins.nothing", "backend.common.resuming.look", ".", "..", "..Error", "a..b"]


@pytest.mark.parametrize("error", [*UNKNOWN, "tests.backend.common.ending.Error", "\0.Error", "Error.", "é é.Error"])
def test_an_error_that_nobody_knows_is_not_passing(error: str) -> None:
    assert not resuming.is_passing(error)


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("path", [".", "tests.backend.common.ending.Error"])
def test_a_malformed_path_keeps_no_other_task_from_being_tried_again(path: str) -> None:
    for number in (1, 2):
        failed(OperationalError("x"), number=number)
    first = DBTaskResult.objects.order_by("enqueued_at")[0]
    DBTaskResult.objects.filter(pk=first.pk).update(exception_class_path=path)
    assert resuming.tasks_resume(timezone.now()) == 1


# --- what goes wrong with a look itself

TROUBLE = [OperationalError("away"), InterfaceError("connection already closed"), RuntimeError("a defect of ours")]


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("error", TROUBLE, ids=repr)
def test_a_look_that_goes_wrong_ends_no_worker_and_its_connection_is_not_used_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(now: datetime) -> int:
        raise error

    closed: list[bool] = []
    count_up.enqueue(7)
    monkeypatch.setattr(resuming, "tasks_resume", away)
    with monkeypatch.context() as patched:
        patched.setattr(connection, "close", lambda: closed.append(True))
        resuming.look(timezone.now())
    assert closed == [True]
    work()
    assert done == [7]
    assert "could not be looked for" in caplog.text


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("error", TROUBLE, ids=repr)
def test_the_thread_that_looks_outlives_a_look_that_goes_wrong(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()
    looked = threading.Event()

    def away(now: datetime) -> int:
        if next(looks) > 2:
            looked.set()
        raise error

    monkeypatch.setattr(resuming, "tasks_resume", away)
    with resuming.looking(timedelta(seconds=0.01)):
        assert looked.wait(10)


def test_a_connection_that_cannot_even_be_closed_ends_no_look(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise InterfaceError("gone")

    monkeypatch.setattr(resuming, "tasks_resume", fail)
    with monkeypatch.context() as patched:
        patched.setattr(connection, "close", fail)
        resuming.look(timezone.now())


@on_postgresql
@pytest.mark.usefixtures("queue")
def test_the_look_after_a_restart_of_the_database_is_made_on_a_new_connection() -> None:
    failed(OperationalError("x"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()

    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    at_once(end)
    resuming.look(timezone.now())
    resuming.look(timezone.now())
    assert DBTaskResult.objects.get().status == TaskResultStatus.READY


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
