"""Readings carried out by the worker: begun by a page, followed there, ended there."""

from time import monotonic
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from backend.registry.importing.runs import run_fill
from backend.registry.models import ImportRun
from backend.registry.services.imports import run_progress

_TELL_S = 1.0  # how often the run says how far it is, and learns whether somebody ended it


@task()
def import_read(run_id: str) -> str:
    """Read the file of a run that was begun; the state in which that ended. A run that was ended meanwhile, or read
    already, stays as it is."""
    run = ImportRun.objects.get(id=UUID(run_id))
    follower = _Follower(run)
    return run_fill(run=run, now=timezone.now(), progress=follower.progress, stop=follower.stopped).state


class _Follower:
    """Tells the run how far its reading is."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.done = 0
        self.total: int | None = None
        self.ended = False
        self.told = monotonic() - _TELL_S

    def progress(self, done: int, total: int | None) -> None:
        self.done, self.total = done, total

    def stopped(self) -> bool:
        if not self.ended and monotonic() - self.told >= _TELL_S:
            self.told = monotonic()
            self.ended = not run_progress(self.run, done=self.done, total=self.total)
        return self.ended
