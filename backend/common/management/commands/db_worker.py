"""The library's worker, which also looks for tasks that would be left undone."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Command as LibraryCommand

from backend.common.resuming import look, looking


class Command(LibraryCommand):
    help = "Run a database background worker that also takes up what was left or failed for a passing reason"

    def handle(self, **options: Any) -> None:
        if options["batch"]:  # ends by itself: it looks once
            look(timezone.now())
            super().handle(**options)
            return
        with looking(settings.TASK_LOOK_EVERY):
            super().handle(**options)
