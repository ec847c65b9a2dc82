"""Background tasks that nobody would take up again: left by a worker that was killed, or failed for a passing reason.

The library leaves the first as RUNNING for ever and the second as FAILED (django-tasks-db: it has no retries). Every
task of this office can be done again, so each worker looks for both: at its start, and again and again beside its work.
"""

import logging
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

# A task under which so many workers died kills the next one too: it stays as it is, for a person.
MOST_WORKERS = 3
# What may be over by itself: a locked or lost database, a full disk, a storage that is away.
PASSING = (OperationalError, InterfaceError, OSError)
# Before the id of a worker under which the task failed; those without it died, or are at work.
FAILED = "failed:"
log = logging.getLogger(__name__)


def tasks_resume(now: datetime) -> int:
    """Put back into the queue what may be tried again; how many. Each once, however many workers look."""
    return _left_by_killed_workers(now) + _failed_for_a_passing_reason(now)


def _left_by_killed_workers(now: datetime) -> int:
    """Begun KK_TASK_ABANDONED_S ago and not ended."""
    count = 0
    left = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING, started_at__lt=now - settings.TASK_ABANDONED
    ).values_list("pk", "started_at", "worker_ids", "task_path")
    for id_, started_at, workers, path in left:
        died = [worker for worker in workers if not worker.startswith(FAILED)]
        if len(died) >= MOST_WORKERS:
            log.error("Task %s (%s) was left by %d workers and is not tried again", id_, path, len(died))
            continue
        # By its start: another worker may have taken it up meanwhile.
        mine = DBTaskResult.objects.filter(pk=id_, status=TaskResultStatus.RUNNING, started_at=started_at)
        count += mine.update(status=TaskResultStatus.READY, started_at=None)
    return count


def _failed_for_a_passing_reason(now: datetime) -> int:
    """Each waits longer after each failure (`wait_after`), and is given up KK_TASK_RETRY_DAYS after it was ordered.
    What failed by a defect stays FAILED, for a person."""
    count = 0
    failed = DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, enqueued_at__gt=now - settings.TASK_RETRIED_FOR
    ).values_list("pk", "finished_at", "worker_ids", "exception_class_path")
    for id_, finished_at, workers, error in failed:
        if not is_passing(error):
            continue
        tried = [worker if worker.startswith(FAILED) else f"{FAILED}{worker}" for worker in workers]
        mine = DBTaskResult.objects.filter(pk=id_, status=TaskResultStatus.FAILED, finished_at=finished_at)
        count += mine.update(
            status=TaskResultStatus.READY,
            started_at=None,
            finished_at=None,
            worker_ids=tried,
            run_after=(finished_at or now) + wait_after(len(tried)),
        )
    return count


def wait_after(failures: int) -> timedelta:
    """Twice as long after each, up to a longest; by chance half of it to half as much again, so that tasks that failed
    together do not come together."""
    longest: timedelta = settings.TASK_RETRY_LONGEST
    first: timedelta = settings.TASK_RETRY_FIRST
    wait: timedelta = min(first * 2 ** min(failures - 1, 20), longest)
    return wait * random.uniform(0.5, 1.5)  # noqa: S311 - protects nothing


def is_passing(error: str) -> bool:
    """`error`: path of an exception's class, as the library keeps it."""
    try:
        kind = import_string(error if "." in error else f"builtins.{error}")
    except ImportError:
        return False  # of a library that is gone: nobody knows
    return isinstance(kind, type) and issubclass(kind, PASSING)


def look(now: datetime) -> None:
    """What goes wrong here goes wrong for the moment: the next look comes."""
    try:
        tasks_resume(now)
    except DatabaseError:
        log.exception("tasks to be tried again could not be looked for")


@contextmanager
def looking(every: timedelta) -> Iterator[None]:
    """Looks at once, and then beside whatever is done, on a connection of its own."""
    look(timezone.now())
    stop = threading.Event()

    def go_on() -> None:
        try:
            while not stop.wait(every.total_seconds()):
                look(timezone.now())
                connection.close()  # one that broke is not used again
        finally:
            connection.close()

    beside = threading.Thread(target=go_on, name="tasks-resume", daemon=True)
    beside.start()
    try:
        yield
    finally:
        stop.set()
        beside.join()
