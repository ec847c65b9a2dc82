"""A look that fails or whose worker is killed is made again by its task; a file that nobody looked into is never said
to be."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from backend.audit.models import Event
from backend.common import resuming
from backend.inspections.models import Content, Evidence, Finding
from backend.inspections.pictures import looking
from tests.backend.conftest import Deliverer
from tests.backend.inspections.pictures import IMMEDIATE, arrive, jpeg_of, scene

QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
LOOK = "backend.inspections.pictures.tasks.evidence_look"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _queue(settings: LazySettings) -> None:
    settings.TASKS = QUEUE


def work() -> None:
    call_command("db_worker", batch=True, startup_delay=False, interval=0, verbosity=0)


def waits_are_over() -> None:
    resuming.tasks_resume(timezone.now())
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())


def full(*args: object) -> None:
    raise OSError(28, "No space left on device")


def looks_recorded() -> int:
    return Event.objects.filter(action="evidence:looked_into").count()


def test_a_look_fails_where_the_disk_does_and_is_made_when_there_is_room(
    phone: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(looking, "_put_beside", full)
        row = arrive(phone, jpeg_of(scene(19)), media_type="image/png")
        for _ in range(5):
            work()
            waits_are_over()
        row.refresh_from_db()
        assert (row.state, row.looked_at, looks_recorded()) == ("confirmed", None, 0)
    work()
    row.refresh_from_db()
    assert row.looked_at is not None
    assert looks_recorded() == 1
    assert Finding.objects.filter(report=row.report_id, rule="photo_type").count() == 1
    assert DBTaskResult.objects.filter(task_path=LOOK).count() == 1


def test_a_look_whose_worker_was_killed_is_made_by_its_own_task_and_no_other(phone: Deliverer) -> None:
    row = arrive(phone, jpeg_of(scene(10)), media_type="image/png")
    looks = DBTaskResult.objects.filter(task_path=LOOK)
    looks.get().claim("killed")
    Evidence.objects.update(look_began_at=timezone.now() - timedelta(hours=1))
    arrive(phone, b"another file")
    work()
    row.refresh_from_db()
    assert (row.looked_at, looks.count()) == (None, 2)
    looks.filter(status=TaskResultStatus.RUNNING).update(started_at=timezone.now() - timedelta(hours=1))
    work()
    row.refresh_from_db()
    assert row.looked_at is not None
    assert set(looks.values_list("status", flat=True)) == {TaskResultStatus.SUCCESSFUL}
    assert (looks.count(), looks_recorded()) == (2, 2)
    assert Finding.objects.filter(report=row.report_id, rule="photo_type").count() == 1


def test_a_look_that_was_given_up_is_not_said_to_be_made_and_the_command_makes_it(phone: Deliverer) -> None:
    row = arrive(phone, jpeg_of(scene(11)))
    DBTaskResult.objects.filter(task_path=LOOK).update(
        status=TaskResultStatus.RUNNING,
        started_at=timezone.now() - timedelta(hours=1),
        worker_ids=["killed"] * resuming.MOST_WORKERS,
    )
    Evidence.objects.update(look_began_at=timezone.now() - timedelta(hours=1))
    arrive(phone, b"another file")
    work()
    row.refresh_from_db()
    assert DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).count() == 1
    assert (row.looked_at, Content.objects.filter(sha256=row.sha256).exists()) == (None, False)
    call_command("make_thumbnails", verbosity=0)
    row.refresh_from_db()
    assert row.looked_at is not None


def test_what_was_said_of_looks_that_were_given_up_is_taken_back(phone: Deliverer, settings: LazySettings) -> None:
    never = arrive(phone, jpeg_of(scene(12)))
    settings.TASKS = IMMEDIATE
    looked, twin = arrive(phone, jpeg_of(scene(13))), arrive(phone, jpeg_of(scene(12)))
    executor = MigrationExecutor(connection)
    executor.migrate([("inspections", "0005_manifest_index")])
    try:
        old: Any = executor.loader.project_state([("inspections", "0005_manifest_index")]).apps
        old.get_model("inspections", "Evidence").objects.update(looks_begun=3, looked_at=timezone.now())
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    said = {row.pk: row.looked_at is not None for row in Evidence.objects.all()}
    assert said == {never.pk: False, looked.pk: True, twin.pk: True}
