"""A task's row written with others is the one that the library writes."""

from typing import Any

import pytest
from django.conf import LazySettings
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from backend.common.inserting import insert_rows
from backend.common.queueing import waiting_row

done: list[tuple[str, list[int]]] = []


@task(priority=3)
def note(word: str, numbers: list[int]) -> None:
    done.append((word, numbers))


def queued(*args: Any) -> DBTaskResult:
    row = waiting_row(note, *args)
    assert isinstance(row, DBTaskResult)
    insert_rows([row])
    return DBTaskResult.objects.get(pk=row.pk)


@pytest.fixture
def _queue(db: None, settings: LazySettings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}


@pytest.mark.usefixtures("_queue")
def test_row_is_the_one_that_enqueue_writes() -> None:
    theirs = DBTaskResult.objects.get(pk=note.enqueue("đá", [1, 2]).id)
    ours = queued("đá", [1, 2])
    names = [field.attname for field in DBTaskResult._meta.concrete_fields]
    different = {name for name in names if getattr(ours, name) != getattr(theirs, name)}
    assert different == {"id", "enqueued_at"}
    assert ours.enqueued_at >= theirs.enqueued_at


@pytest.mark.usefixtures("_queue")
def test_a_worker_finds_it_and_what_to_call() -> None:
    done.clear()
    row = queued("cát", [7])
    assert list(DBTaskResult.objects.ready()) == [row]
    order = row.task_result
    order.task.call(*order.args, **order.kwargs)
    assert done == [("cát", [7])]
    assert order.status == TaskResultStatus.READY


def test_where_the_queue_is_no_table_there_is_no_row(settings: LazySettings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    assert waiting_row(note, "x", []) is None
