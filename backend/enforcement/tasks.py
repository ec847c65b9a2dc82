"""Giving tasks, and the reports that answer them."""

import logging
from collections.abc import Sequence
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
    """The same report again is no change; another one is Problem `task_answered`."""
    with transaction.atomic():
        task = Task.objects.select_for_update(of=("self",), no_key=True).get(id=task.id)
        if task.answer_id is not None and task.answer_id != report.id:
            raise Problem("task_answered", task=task.name, report=task.answer_id)
        if task.answer_id is None:
            _answered(task, report, str(by.id), now)
    return task


@dataclass(frozen=True, slots=True)
class Named:
    """A report that arrived. `number`: of the task it names as its basis, as it was typed; "" for none."""

    report: Report
    number: str


def tasks_answer(arrived: Sequence[Named], *, actor: str, now: datetime) -> None:
    """What reports that arrived say of tasks: each answers the open task it names, where that was given to whoever
    filed it; a correction takes the place of the report it corrects. Anything else they name changes nothing. The same
    again changes nothing.

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
    locked = Task.objects.select_for_update(of=("self",), no_key=True).filter(officer=report.officer_id)
    if report.supersedes is not None:
        for task in locked.filter(answer=report.supersedes).order_by("number"):
            _answered(task, report, actor, now)
    if key := number_key(one.number):
        agency = report.officer.unit.agency_id if report.officer.unit is not None else None
        named = locked.filter(agency=agency, key=key, answer=None).first()
        if named is not None:
            _answered(named, report, actor, now)


def _answered(task: Task, report: Report, actor: str, now: datetime) -> None:
    task.answer, task.done_at = report, task.done_at or now
    task.save(update_fields=["answer", "done_at"])
    audit.record(
        Action.TASK_ANSWERED,
        subject=f"task:{task.id}",
        actor=actor,
        at=now,
        report=str(report.id),
    )


def task_view_record(*, task: Task, by: Officer, now: datetime) -> None:
    with transaction.atomic():
        audit.record(Action.TASK_VIEWED, subject=f"task:{task.id}", actor=str(by.id), at=now)
