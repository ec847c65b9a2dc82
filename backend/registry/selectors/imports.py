"""Reading import runs: what a file holds and what became of each of its rows."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from backend.registry.models import ImportRow, ImportRun

ACCEPTED, REPAIRED, QUESTION, REFUSED = "accepted", "repaired", "question", "refused"
BATCH = 500


def runs() -> QuerySet[ImportRun]:
    """Newest first."""
    return ImportRun.objects.select_related("made_by").order_by("-made_at", "id")


def run_rows(run: ImportRun) -> Iterator[ImportRow]:
    """In the order of the file, memory flat."""
    return run.rows.order_by("number").iterator(chunk_size=BATCH)


def outcomes(run: ImportRun) -> dict[str, int]:
    """Outcome → number of rows; those that do not occur are 0."""
    counted = dict(run.rows.values_list("outcome").annotate(n=Count("id")).order_by())
    return {outcome: counted.get(outcome, 0) for outcome in (ACCEPTED, REPAIRED, QUESTION, REFUSED)}


def open_rows(run: ImportRun) -> int:
    """How many rows wait for an answer."""
    return run.rows.filter(outcome=QUESTION).count()


def taken_rows(run: ImportRun) -> QuerySet[ImportRow]:
    """What an import takes, ordered by key: accepted rows and confirmed repairs, unless a row of the same key is left
    out. A licence lacking one of its areas would make its holder a trespasser there."""
    left_out = run.rows.filter(outcome__in=(QUESTION, REFUSED)).exclude(key="")
    wanted = run.rows.filter(outcome__in=(ACCEPTED, REPAIRED)).exclude(key="")
    return wanted.exclude(key__in=left_out.values("key")).order_by("key", "number")


def taken_keys(run: ImportRun) -> list[str]:
    """Keys of `taken_rows`, in the order in which the file names them first."""
    rows = taken_rows(run).order_by().values("key").annotate(first=Min("number")).order_by("first")
    return list(rows.values_list("key", flat=True))


def repeated_keys(run: ImportRun) -> list[str]:
    """Keys that more than one row has."""
    rows = run.rows.exclude(key="").order_by().values("key").annotate(n=Count("id")).filter(n__gt=1)
    return list(rows.order_by("key").values_list("key", flat=True))


def run_json(run: ImportRun) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "kind": run.kind,
        "file_name": run.file_name,
        "sha256": run.sha256,
        "size": run.size,
        "state": run.state,
        "counts": run.counts,
        "problem": run.problem,
    }


def run_of(run_id: UUID) -> ImportRun | None:
    return runs().filter(id=run_id).first()
