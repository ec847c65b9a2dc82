"""Background tasks whose worker was killed.

The library leaves them as RUNNING for ever (django-tasks-db: a task is claimed, and only its own worker ends it). Every
task of this office can be done again, so whoever finishes one looks, once in a while, for those nobody finishes.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

# A task under which so many workers died kills the next one too: it stays as it is, for a person.
MOST_WORKERS = 3
log = logging.getLogger(__name__)
_looked_at = float("-inf")


def tasks_resume(now: datetime) -> int:
    """Put back into the queue what a worker began KK_TASK_ABANDONED_S ago and did not end; how many."""
    count = 0
    left = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING, started_at__lt=now - settings.TASK_ABANDONED
    ).values_list("pk", "started_at", "worker_ids", "task_path")
    for id_, started_at, workers, path in left:
        if len(workers) >= MOST_WORKERS:
            log.error("Task %s (%s) was left by %d workers and is not tried again", id_, path, len(workers))
            continue
        # By its start: another worker may have taken it up meanwhile.
        mine = DBTaskResult.objects.filter(pk=id_, status=TaskResultStatus.RUNNING, started_at=started_at)
        count += mine.update(status=TaskResultStatus.READY, started_at=None)
    return count


def after_task(sender: Any, **_: Any) -> None:
    """Receiver of `task_finished`, in the worker. What goes wrong here must not fail the task that was finished."""
    global _looked_at
    kind = sender if isinstance(sender, type) else type(sender)  # the library sends now the one, now the other
    every: timedelta = settings.TASK_ABANDONED / 10
    if not issubclass(kind, DatabaseBackend) or time.monotonic() < _looked_at + every.total_seconds():
        return
    _looked_at = time.monotonic()
    try:
        tasks_resume(timezone.now())
    except DatabaseError:
        log.exception("abandoned tasks could not be looked for")
