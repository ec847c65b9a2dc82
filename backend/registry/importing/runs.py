"""An import run: the file is kept and read once without consequences, looked at, and then taken whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction

from backend.accounts.models import Officer
from backend.registry.importing.boundary_rows import BoundaryLook, boundaries_apply, boundaries_compare
from backend.registry.importing.cells import storable
from backend.registry.importing.licence_rows import LicenceLook, licences_apply, licences_compare
from backend.registry.importing.output_rows import OutputLook, outputs_apply, outputs_compare
from backend.registry.importing.reading import read_file
from backend.registry.importing.rows import AreaRow, FileRefused, ReadOptions, size_words
from backend.registry.importing.run_words import words_of
from backend.registry.models import ImportRow, ImportRun
from backend.registry.selectors.imports import BATCH, open_rows, outcomes
from backend.registry.services import imports
from shared.clock import VIETNAM
from shared.problems import Problem

LICENCES, BOUNDARIES, DECLARED_OUTPUT = "licences", "boundaries", "declared_output"

_COMPARE = {LICENCES: licences_compare, BOUNDARIES: boundaries_compare, DECLARED_OUTPUT: outputs_compare}
_APPLY = {LICENCES: licences_apply, BOUNDARIES: boundaries_apply, DECLARED_OUTPUT: outputs_apply}
_BATCH_BYTES = 8 * 2**20

Progress = Callable[[int, int | None], None]
Stop = Callable[[], bool]


class Look(Protocol):
    """Rows of the file as rows of the run, batch by batch."""

    def rows(self, batch: list[AreaRow]) -> list[ImportRow]: ...


def run_read(
    *,
    path: Path,
    file_name: str,
    kind: str,
    options: ReadOptions,
    answers: Mapping[str, str],
    by: Officer | None,
    now: datetime,
    defaults: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> ImportRun:
    """Keep the file and read it; nothing is imported. The run ends as `checked`, `refused` (its `problem` says why) or
    `stopped`. `defaults`: what a field is where the row is silent. Problem `import_kind_other`; OSError when the file
    cannot be read or kept. Memory stays flat: 500 rows at a time are written.
    """
    run = run_begin(
        path=path,
        file_name=file_name,
        kind=kind,
        options=options,
        answers=answers,
        by=by,
        now=now,
        defaults=defaults,
    )
    return run_fill(run=run, now=now, limits=options, progress=progress, stop=stop)


def run_begin(
    *,
    path: Path,
    file_name: str,
    kind: str,
    options: ReadOptions,
    answers: Mapping[str, str],
    by: Officer | None,
    now: datetime,
    defaults: Mapping[str, str] | None = None,
) -> ImportRun:
    """Keep the file and open a run that `run_fill` reads, here or in the background. A file too large is not kept: the
    run is refused at once. Problem `import_kind_other`; OSError."""
    if kind not in _APPLY:
        raise Problem("import_kind_other", kind=kind)
    size = path.stat().st_size
    too_large = size > options.max_bytes
    sha256, size = ("", size) if too_large else imports.file_keep(path)
    name, _ = storable(Path(file_name).name)
    said = {
        "kind": "records" if kind == DECLARED_OUTPUT else options.kind,
        "epsg": options.epsg,
        "encoding": options.encoding,
        "columns": dict(options.columns),
        "defaults": dict(defaults or {}),
    }
    run = imports.run_open(
        kind=kind, file_name=name, sha256=sha256, size=size, options=said, answers=dict(answers), by=by, now=now
    )
    if too_large:
        problem = {"code": "too_large", "values": {"size": size_words(size), "limit": size_words(options.max_bytes)}}
        return imports.run_close(run, state=imports.REFUSED, now=now, problem=problem)
    return run


def run_fill(
    *,
    run: ImportRun,
    now: datetime,
    limits: ReadOptions | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
    retried: tuple[type[BaseException], ...] = (),
) -> ImportRun:
    """Read the kept file of a run that was begun, from its beginning to its end. `limits`: of size, time and memory.
    `retried`: after these the run is not ended, because the caller reads it again. A run that ended already stays as
    it is."""
    if not imports.run_anew(run):
        return run
    said = run.options
    options = replace(
        limits or ReadOptions(),
        kind=said["kind"],
        epsg=said["epsg"],
        encoding=said["encoding"],
        columns=said["columns"],
        answers=run.answers,
    )
    source = imports.kept_path(run.sha256)
    try:
        state = _read(run, source, options, now, progress or (lambda done, total: None), stop or (lambda: False))
    except FileRefused as refused:
        problem, _ = storable({"code": refused.code, "values": refused.values})
        return imports.run_close(run, state=imports.REFUSED, now=now, problem=problem)
    except BaseException as error:
        if not isinstance(error, retried):
            imports.run_close(run, state=imports.STOPPED, now=now)
        raise
    return imports.run_close(run, state=state, now=now)


def run_again(*, run: ImportRun, answers: Mapping[str, str], by: Officer | None, now: datetime) -> ImportRun:
    """Open a new run on the kept file of a run, with these answers beside the earlier ones. Problem
    `import_file_changed`."""
    imports.file_check(run)
    said = run.options
    return imports.run_open(
        kind=run.kind,
        file_name=run.file_name,
        sha256=run.sha256,
        size=run.size,
        options=said,
        answers={**run.answers, **answers},
        by=by,
        now=now,
    )


def run_answer(
    *,
    run: ImportRun,
    answers: Mapping[str, str],
    by: Officer | None,
    now: datetime,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> ImportRun:
    """`run_again`, and read at once."""
    again = run_again(run=run, answers=answers, by=by, now=now)
    return run_fill(run=again, now=now, progress=progress, stop=stop)


def run_apply(*, run: ImportRun, by: Officer | None, now: datetime, leave_out_questions: bool = False) -> ImportRun:
    """Take what the run accepted, in one transaction: all of it or nothing. What `run_read` was told of columns and
    defaults holds, so that what was looked at is what is imported.

    Problems: `import_already_applied`, `import_not_checked`, `import_file_changed`, `import_open_questions` (unless
    they are left out, with all rows of their licence), `import_nothing`; `request_invalid` of the register.
    """
    with transaction.atomic():
        locked = imports.run_locked(run)
        imports.file_check(locked)
        waiting = open_rows(locked)
        if waiting and not leave_out_questions:
            raise Problem("import_open_questions", count=waiting)
        actor = imports.actor_of(by)
        applied = _APPLY[locked.kind](locked, actor=actor, now=now)
        return imports.run_applied(locked, by=by, now=now, applied=applied)


def _read(run: ImportRun, source: Path, options: ReadOptions, now: datetime, progress: Progress, stop: Stop) -> str:
    """The state in which reading ended."""
    look = _look(run, options, now)
    stopped = False

    def told() -> bool:
        nonlocal stopped
        stopped = stopped or stop()
        return stopped

    with closing(read_file(source, options, progress=progress, stop=told)) as rows:
        for batch in _batches(rows):
            imports.rows_write(look.rows(batch))
    if stopped:
        return imports.STOPPED
    _COMPARE[run.kind](run)
    return imports.CHECKED


def _look(run: ImportRun, options: ReadOptions, now: datetime) -> Look:
    today, defaults = now.astimezone(VIETNAM).date(), run.options["defaults"]
    if run.kind == LICENCES:
        return LicenceLook(run, options.columns, defaults, today)
    if run.kind == BOUNDARIES:
        return BoundaryLook(run, options.columns, defaults, today)
    return OutputLook(run, options.columns, defaults, now, today)


def _batches(rows: Iterable[AreaRow]) -> Iterator[list[AreaRow]]:
    """As many rows as are written at once, and no more than some megabytes of them."""
    batch: list[AreaRow] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += row.size
        if len(batch) == BATCH or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def problem_words(run: ImportRun, language: str) -> str:
    """Why the whole file was refused; "" when it was not."""
    return words_of(run.problem["code"], run.problem["values"], language) if run.problem else ""


def row_words(row: ImportRow, language: str) -> list[str]:
    """A sentence for each note of a row."""
    return [words_of(note["code"], note["values"], language) for note in row.notes]


def summary(run: ImportRun) -> dict[str, Any]:
    """Counts by outcome, as they stand in the rows."""
    return dict(outcomes(run))
