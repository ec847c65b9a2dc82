"""`/healthz`: can this office do its work? Database, storage, queue, what keeps the audit chain."""

import os
import uuid
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from backend.audit.selectors import head_hash
from backend.audit.triggers import trigger_faults
from backend.common.resuming import tasks_given_up
from backend.inspections.store import store_ensure
from shared.problems import Problem

# A task that waited longer than this says that no worker runs.
QUEUE_PATIENCE = timedelta(minutes=5)
# For so long it is told how many tasks were given up.
GIVEN_UP_TOLD = timedelta(days=7)


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 when not; names what is wrong, shows nothing else. `tasks_given_up`: how many in the
    last days, for whoever tends the office; the office goes on without them."""
    parts = {"database": _database(), "storage": _storage()}
    parts["queue"] = _queue() if parts["database"] == "ok" else "unknown"
    parts["audit"] = _audit() if parts["database"] == "ok" else "unknown"
    healthy = all(state == "ok" for state in parts.values())
    said = {"status": "ok" if healthy else "failing", **parts, "tasks_given_up": _given_up(parts["database"])}
    return JsonResponse(said, status=200 if healthy else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        head_hash()
    except Error:
        return "failing"
    return "ok"


def _audit() -> str:
    """Whether the triggers stand that keep the audit chain from being changed; `manage.py migrate` makes them."""
    try:
        return "failing" if trigger_faults() else "ok"
    except Error:
        return "failing"


def _storage() -> str:
    """Writes, reads back and removes a file where evidence goes."""
    folder = Path(settings.EVIDENCE_DIR)
    probe = folder / f".probe-{os.getpid()}-{uuid.uuid4().hex}"
    try:
        store_ensure()
        probe.write_bytes(b"probe")
        readable = probe.read_bytes() == b"probe"
        probe.unlink()
    except (OSError, Problem):
        return "failing"
    return "ok" if readable else "failing"


def _queue() -> str:
    try:
        late = timezone.now() - QUEUE_PATIENCE
        # A task without a time of its own is due at once; the library writes that as the year 9999.
        due = Q(run_after=get_date_max(), enqueued_at__lt=late) | Q(run_after__lt=late)
        waiting = DBTaskResult.objects.filter(due, status=TaskResultStatus.READY).exists()
    except Error:
        return "failing"
    return "failing" if waiting else "ok"


def _given_up(database: str) -> int | None:
    """None where that is not known."""
    try:
        return tasks_given_up(timezone.now() - GIVEN_UP_TOLD) if database == "ok" else None
    except Error:
        return None
