"""Giving tasks, and the reports that answer them."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import DatabaseError, transaction

from backend.accounts.models import Agency, Officer
from backend.accounts.permissions import CASE_WORKERS
from backend.accounts.scoping import roles_of, scope_of
from backend.accounts.selectors import officer_in
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.enforcement.models import Task, TaskSerial
from backend.enforcement.selectors import case_in
from backend.inspections.models import Report
from backend.inspections.receiving import may_replace
from backend.inspections.selectors import report_in
from backend.registry.selectors.licences import licence_by_id
from backend.registry.selectors.places import commune_names
from shared.clock import VIETNAM
from shared.identity import uuid7
from shared.problems import FieldError, Problem
from shared.vietnamese import number_key
from shared.workflow.states import Role

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class About:
    """What a task is about; every part may be missing. `place`: code of a commune."""

    report: UUID | None = None
    licence: UUID | None = None
    place: str = ""
    case: UUID | None = None


def task_give(*, officer: UUID, words: str, due: date, about: About, by: Officer, now: datetime) -> Task:
    """To an officer who inspects and belongs to a unit of the giver's.

    Problems `not_found` (an officer, report, licence or case that the giver does not see), `request_invalid` (somebody
    who does not inspect, a day that is over, a commune that is none).
    """
    with transaction.atomic():
        scope = scope_of(by, CASE_WORKERS)
        to = officer_in(scope, officer)
        if to.unit is None:
            raise Problem("not_found")
        _check(to, due, about.place, now)
        task = Task.objects.create(
            id=uuid7(now),
            **_next_name(to.unit.agency, now),
            agency=to.unit.agency,
            unit=to.unit,
            officer=to,
            words=words,
            due=due,
            report=None if about.report is None else report_in(scope, about.report),
            licence=None if about.licence is None else licence_by_id(about.licence),
            commune=about.place,
            case=None if about.case is None else case_in(scope, about.case),
            given_by=by,
            given_at=now,
        )
        event = audit.record(
            Action.TASK_GIVEN,
            subject=f"task:{task.id}",
            actor=str(by.id),
            at=now,
            name=task.name,
            officer=str(to.id),
            due=due.isoformat(),
        )
        task.number = event.index
        task.save(update_fields=["number"])
    return task


def _check(to: Officer, due: date, place: str, now: datetime) -> None:
    today = now.astimezone(VIETNAM).date()
    errors = []
    if Role.INSPECTOR not in roles_of(to):
        errors.append(FieldError("officer", "value", {"expected": "an inspector"}))
    if due < today:
        errors.append(FieldError("due", "value", {"expected": f"≥ {today.isoformat()}"}))
    if place and place not in commune_names([place]):
        errors.append(FieldError("place", "value", {"expected": "a commune's code"}))
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))


def _next_name(agency: Agency, now: datetime) -> dict[str, str]:
    """`NV-2026-0001`: numbers restart each year (of Vietnam) and agency, without gaps."""
    year = now.astimezone(VIETNAM).year
    TaskSerial.objects.bulk_create([TaskSerial(agency=agency, year=year)], ignore_conflicts=True)
    serial = TaskSerial.objects.select_for_update().get(agency=agency, year=year)
    serial.last += 1
    serial.save(update_fields=["last"])
    name = f"NV-{year}-{serial.last:04d}"
    return {"name": name, "key": number_key(name)}


def task_answer(*, task: Task, report: Report, by: Officer, now: datetime) -> Task:
    """By hand. A report that was corrected stands for its last correction. The one that is the answer already is no
    change; another one is Problem `task_answered`."""

    def choose(task: Task) -> Report:
        last = _last_correction(report)
        if task.answer is not None and _last_correction(task.answer) != last:
            raise Problem("task_answered", task=task.name, report=task.answer_id)
        return last

    return _settle(task.id, choose, actor=str(by.id), by=by.id, now=now)


@dataclass(frozen=True, slots=True)
class Named:
    """A report that arrived. `number`: of the task it names as its basis, as it was typed; "" for none."""

    report: Report
    number: str


def tasks_answer(arrived: Sequence[Named], *, actor: str, now: datetime) -> None:
    """What reports that arrived say of tasks: each answers the open task it names, where that was given to whoever
    filed it; a correction, of whoever may correct a report, takes the place of the report it corrects. Anything else
    they name changes nothing. The same again changes nothing.

    Whatever goes wrong here but the database is the office's to mend: the report is received all the same.
    """
    for one in arrived:
        try:
            with transaction.atomic():
                _answer(one, actor, now)
        except DatabaseError:
            raise
        except Exception:
            log.exception("task %r was not answered by report %s", one.number, one.report.id)


def _answer(one: Named, actor: str, now: datetime) -> None:
    report = one.report

    def corrected(task: Task) -> Report | None:
        if task.answer is None or task.answer_id != report.supersedes:
            return None
        return _last_correction(task.answer)

    def named(task: Task) -> Report | None:
        return _last_correction(report) if task.answer is None else None

    if report.supersedes is not None:
        for task in Task.objects.filter(answer=report.supersedes).order_by("number"):
            _settle(task.id, corrected, actor=actor, by=report.officer_id, now=now)
    if key := number_key(one.number):
        # Two agencies may have given the same number to an officer who went from one to the other: the newer is meant.
        mine = Task.objects.filter(officer=report.officer_id, key=key, answer=None).order_by("-number")
        if (task_id := mine.values_list("id", flat=True).first()) is not None:
            _settle(task_id, named, actor=actor, by=report.officer_id, now=now)


def _last_correction(report: Report) -> Report:
    """The report, its correction, that one's, … as far as they arrived; of two of one report, the first to arrive. Of
    reports that correct each other in a ring, which no honest phone makes, the last to arrive."""
    path = [report]
    while True:
        last = path[-1]
        corrections = Report.objects.filter(supersedes=last.id).order_by("number")
        newer = next((row for row in corrections if may_replace(last, row.officer_id, row.unit_id)), None)
        if newer is None:
            return last
        if newer in path:
            return max(path, key=lambda row: row.number or 0)
        path.append(newer)


class _Overtaken(Exception):
    """Somebody changed what was decided upon before it was written."""


def _settle(task_id: UUID, choose: Callable[[Task], Report | None], *, actor: str, by: UUID, now: datetime) -> Task:
    """Make what `choose` says of the task as it stands its answer; None for no change.

    Nothing is locked but the audit chain: a report that arrives holds it before it comes to a task (a card's, in one
    transaction), so whoever held a task and then waited for the chain could wait for ever. Who has it is alone with
    tasks' answers and with reports that arrive: what is decided again then holds.
    """
    while True:
        try:
            with transaction.atomic():
                task = _as_it_stands(task_id)
                answer = choose(task)
                if answer is None or answer.id == task.answer_id:
                    return task
                audit.record(
                    Action.TASK_ANSWERED, subject=f"task:{task_id}", actor=actor, at=now, report=str(answer.id)
                )
                task = _as_it_stands(task_id)
                if choose(task) != answer or answer.id == task.answer_id:
                    raise _Overtaken
                task.answer, task.done_at = answer, task.done_at or now
                task.done_by_id = task.done_by_id or by
                task.save(update_fields=["answer", "done_at", "done_by"])
                return task
        except _Overtaken:
            continue


def _as_it_stands(task_id: UUID) -> Task:
    return Task.objects.select_related("answer", "officer", "given_by", "licence", "case").get(id=task_id)


def task_view_record(*, task: Task, by: Officer, now: datetime) -> None:
    with transaction.atomic():
        audit.record(Action.TASK_VIEWED, subject=f"task:{task.id}", actor=str(by.id), at=now)
