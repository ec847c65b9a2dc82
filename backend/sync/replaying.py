"""Trying again what waits in quarantine, many at a time: after an upgrade, or once a cause was mended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.accounts.models import Officer
from backend.common.problems import problem_json
from backend.sync import services
from backend.sync.models import QuarantinedEnvelope
from shared.problems import Problem

AT_ONCE = 100  # rows in one request


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one row: the report it was filed as, or why it still is not."""

    row: QuarantinedEnvelope
    status: int
    report: UUID | None
    problem: Problem | None

    @property
    def reason(self) -> Problem | None:
        """What is wrong with the envelope itself, of which `problem` says that it still is."""
        cause = None if self.problem is None else self.problem.__cause__
        return cause if isinstance(cause, Problem) else self.problem


def quarantine_replay_each(
    *, rows: QuerySet[QuarantinedEnvelope], by: Officer | None, now: datetime, language: str
) -> Iterator[Replayed]:
    """Each row in its own transactions, in the order they came, one body in memory at a time: may be stopped after any
    and taken up above the number of the last one."""
    for row_id in list(rows.values_list("id", flat=True)):
        row = QuarantinedEnvelope.objects.select_related("delivered_by").get(id=row_id)
        if row.replayed_at is not None:
            continue  # somebody else was faster
        try:
            answer = services.quarantine_replay(row=row, by=by, now=now, language=language)
        except Problem as problem:
            yield Replayed(row, problem.type.status, None, problem)
        else:
            yield Replayed(row, answer.status, answer.report.id, None)


def quarantine_replay_some(
    *, rows: QuerySet[QuarantinedEnvelope], by: Officer, now: datetime, language: str
) -> dict[str, Any]:
    """`{results, next}`: the first rows of `rows`; `next`: the number to go on above, None when these were the last."""
    first = rows[: AT_ONCE + 1]
    ids = list(first.values_list("id", "number"))
    some = rows.filter(id__in=[row_id for row_id, _ in ids[:AT_ONCE]])
    results = [
        {
            "id": str(one.row.id),
            "number": one.row.number,
            "status": one.status,
            "report": None if one.report is None else str(one.report),
            "problem": None if one.problem is None else problem_json(one.problem, language),
        }
        for one in quarantine_replay_each(rows=some, by=by, now=now, language=language)
    ]
    return {"results": results, "next": ids[AT_ONCE - 1][1] if len(ids) > AT_ONCE else None}
