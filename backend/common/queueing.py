"""Tasks put into the queue together with the rows they are about."""

from typing import Any

from django.db.models import Model
from django.utils import timezone
from django_tasks.base import Task
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult, get_date_max


def waiting_row(task: "Task[..., Any]", *args: Any) -> Model | None:
    """The row that `task.enqueue(*args)` would write into the table of the queue, for `insert_together`; None where
    the queue is no table. `args`: JSON values. The task is one without a time before which it must not run."""
    backend = task.get_backend()
    if not isinstance(backend, DatabaseBackend):
        return None
    backend.validate_task(task)
    return DBTaskResult(
        args_kwargs={"args": list(args), "kwargs": {}},
        enqueued_at=timezone.now(),
        priority=task.priority,
        task_path=task.module_path,
        queue_name=task.queue_name,
        run_after=get_date_max(),
        backend_name=backend.alias,
    )
