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
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

# A task under which so many workers died kills the next one too: it is given up, and waits for a person.
MOST_WORKERS = 3
# What may be over by itself: a locked or lost database, a full disk, a storage that is away; and a worker that was told
# twice to end, which ends its task by an exception from inside.
PASSING = (OperationalError, InterfaceError, OSError, SystemExit, KeyboardInterrupt)
# Before the id of a worker under which the task failed; those without it died, or are at work.
FAILED = "failed:"
log = logging.getLogger(__name__)


class WorkersDied(Exception):
    """Stands in the table for a task under which `MOST_WORKERS` workers died; nobody raises it."""


def tasks_resume(now: datetime) -> int:
    """Put back into the queue what may be tried again; how many. Each once, however many workers look. What may not is
    given up, with one line in the log."""
    return _left_by_killed_workers(now) + _failed(now)


def tasks_given_up(since: datetime) -> int:
    """How many tasks that ended since then are not tried again by themselves."""
    given_up = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, return_value__isnull=False)
    return given_up.filter(finished_at__gte=since).count()


def _left_by_killed_workers(now: datetime) -> int:
    """Begun KK_TASK_ABANDONED_S ago and not ended."""
    count = 0
    left = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING, started_at__lt=now - settings.TASK_ABANDONED
    ).values_list("pk", "started_at", "worker_ids", "task_path")
    for id_, started_at, workers, path in left:
        # By its start: another worker may have taken it up meanwhile.
        mine = DBTaskResult.objects.filter(pk=id_, status=TaskResultStatus.RUNNING, started_at=started_at)
        died = [worker for worker in workers if not worker.startswith(FAILED)]
        if len(died) < MOST_WORKERS:
            count += mine.update(status=TaskResultStatus.READY, started_at=None)
        elif _give_up(mine, now, **_died_of(died, started_at, now)):
            log.error("Task %s (%s) is given up: %d workers died of it", id_, path, len(died))
    return count


def _died_of(workers: list[str], began: datetime | None, now: datetime) -> dict[str, Any]:
    """The end of a task that no worker could write down."""
    return {
        "status": TaskResultStatus.FAILED,
        "finished_at": now,
        "exception_class_path": f"{WorkersDied.__module__}.{WorkersDied.__qualname__}",
        "traceback": f"{len(workers)} workers began this task and none ended it: each was killed, or died of it. "
        f"The last began it at {began}. Workers: {', '.join(workers)}.\n",
    }


def _failed(now: datetime) -> int:
    """What failed for a passing reason waits longer after each failure (`wait_after`), and is given up
    KK_TASK_RETRY_DAYS after it was ordered; what failed by a defect at once."""
    count = 0
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, return_value__isnull=True).values_list(
        "pk", "enqueued_at", "finished_at", "worker_ids", "task_path", "exception_class_path"
    )
    for id_, enqueued_at, finished_at, workers, path, error in failed:
        mine = DBTaskResult.objects.filter(
            pk=id_, status=TaskResultStatus.FAILED, finished_at=finished_at, return_value__isnull=True
        )
        passing = is_passing(error)
        if passing and enqueued_at > now - settings.TASK_RETRIED_FOR:
            count += _try_again(mine, finished_at or now, workers)
        elif _give_up(mine, now):
            tried = "and was tried for KK_TASK_RETRY_DAYS" if passing else "which does not pass by itself"
            log.error("Task %s (%s) is given up: it failed by %s, %s", id_, path, error, tried)
    return count


def _try_again(mine: "QuerySet[DBTaskResult[Any, Any]]", failed_at: datetime, workers: list[str]) -> int:
    tried = [worker if worker.startswith(FAILED) else f"{FAILED}{worker}" for worker in workers]
    return mine.update(
        status=TaskResultStatus.READY,
        started_at=None,
        finished_at=None,
        worker_ids=tried,
        run_after=failed_at + wait_after(len(tried)),
    )


def _give_up(mine: "QuerySet[DBTaskResult[Any, Any]]", now: datetime, **ended: Any) -> bool:
    """Whether this look was the first to do so. Written where the library keeps what a task returned: of one that
    failed it keeps nothing there, and it empties it when the task is ordered again and fails."""
    return bool(mine.update(return_value={"given_up_at": now.isoformat()}, **ended))


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
    except Exception:  # a path that is none, a library that is gone or that fails as it is imported: nobody knows
        return False
    return isinstance(kind, type) and issubclass(kind, PASSING)


def look(now: datetime) -> None:
    """What goes wrong here goes wrong for the moment: the next look comes, on a new connection."""
    try:
        tasks_resume(now)
    except Exception:
        # Whatever it is, also a defect of ours: it must not keep a worker from its tasks, and nobody would start the
        # looking thread again.
        log.exception("tasks to be tried again could not be looked for")
        _connection_drop()


def _connection_drop() -> None:
    """One that broke stays broken until it is closed, and may break as it is."""
    try:
        connection.close()
    except Exception:
        log.exception("a connection with the database could not be closed")


@contextmanager
def looking(every: timedelta) -> Iterator[None]:
    """Looks at once, and then beside whatever is done, on a connection of its own."""
    look(timezone.now())
    stop = threading.Event()

    def go_on() -> None:
        try:
            while not stop.wait(every.total_seconds()):
                look(timezone.now())
                _connection_drop()  # between looks none is kept open
        finally:
            _connection_drop()

    beside = threading.Thread(target=go_on, name="tasks-resume", daemon=True)
    beside.start()
    try:
        yield
    finally:
        stop.set()
        beside.join()
