"""Readings carried out by the worker: begun by a page, followed there, ended there."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from backend.common.resuming import PASSING
from backend.registry.importing.runs import run_fill
from backend.registry.models import ImportRun
from backend.registry.services.imports import kept_path, run_progress

_TELL_S = 1.0  # how often the run says how far it is, and learns whether somebody ended it


@task()
def import_read(run_id: str) -> str:
    """Read the file of a run that was begun; the state in which that ended. A run that was ended meanwhile, or read
    already, stays as it is. Done again after it was killed or failed for a passing reason, it reads from the beginning.
    BlockingIOError, a passing reason too, while another worker reads the same file."""
    run = ImportRun.objects.get(id=UUID(run_id))
    follower = _Follower(run)
    with _alone(run) as kept:
        # A kept file that is gone does not come back by waiting.
        return run_fill(
            run=run,
            now=timezone.now(),
            progress=follower.progress,
            stop=follower.stopped,
            retried=PASSING if kept else (),
        ).state


@contextmanager
def _alone(run: ImportRun) -> Iterator[bool]:
    """A worker that was taken for dead may still read: two at one run would take each other's rows away. The lock goes
    with the process that holds it. False where there is no kept file."""
    try:
        file = kept_path(run.sha256).open("rb")
    except FileNotFoundError:
        yield False
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True


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
