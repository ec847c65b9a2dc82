"""Reading cases and tasks, always through a scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet

from backend.accounts.models import Officer
from backend.accounts.scoping import Scope, roles_over, within
from backend.enforcement.models import Case, CaseEvent, Task
from backend.registry.selectors.places import commune_names
from shared.clock import VIETNAM
from shared.problems import Problem
from shared.workflow.clocks import limitation
from shared.workflow.machine import STATE_WORDS, allowed_actions
from shared.workflow.states import CaseState
from shared.workflow.transitions import Transition


def cases_in(scope: Scope) -> QuerySet[Case]:
    return (
        Case.objects.filter(within(scope, unit="unit")).select_related("unit").prefetch_related("report_rows__report")
    )


def case_in(scope: Scope, case_id: UUID) -> Case:
    case = cases_in(scope).filter(id=case_id).first()
    if case is None:
        raise Problem("not_found")
    return case


def events_of(case: Case) -> QuerySet[CaseEvent]:
    return CaseEvent.objects.filter(case=case).select_related("officer").order_by("version")


def case_json(case: Case, *, officer: Officer, language: str) -> dict[str, Any]:
    """The case of the contract, with its clocks and what this officer may do now."""
    state = CaseState(case.state)
    return {
        "id": str(case.id),
        "number": case.name,
        "version": case.version,
        "state": case.state,
        "state_words": STATE_WORDS[state].say(language),
        "title": case.title,
        "unit": {"id": str(case.unit_id), "name": case.unit.name},
        "opened_at": case.opened_at,
        "reports": [
            str(row.report_id) for row in sorted(case.report_rows.all(), key=lambda row: row.report.number or 0)
        ],
        "clocks": clocks(case, language),
        "allowed_actions": [
            _action(row, language) for row in allowed_actions(state, roles_over(officer, case.unit.path))
        ],
    }


def clocks(case: Case, language: str) -> list[dict[str, Any]]:
    """The limitation period of each act, earliest end first. A report without a discovery starts none."""
    found = []
    for row in case.report_rows.all():
        report = row.report
        if report.discovered_at is None:
            continue
        clock = limitation(act_ended_at=report.act_ended_at, discovered_at=report.discovered_at)
        found.append(
            {
                "code": clock.row.code,
                "kind": clock.row.kind.value,
                "label": clock.row.label.say(language),
                "report": str(report.id),
                "started_on": clock.started_on.isoformat(),
                "ends_on": clock.ends_on.isoformat(),
                "citation": clock.row.citation,
                "on_expiry": clock.row.on_expiry.say(language),
            }
        )
    return sorted(found, key=lambda clock: (clock["ends_on"], clock["report"]))


def _action(row: Transition, language: str) -> dict[str, Any]:
    return {
        "action": row.action.value,
        "label": row.label.say(language),
        "requires": [
            {
                "name": needed.name,
                "kind": needed.needs.value,
                "label": needed.label.say(language),
                "optional": needed.optional,
                "choices": [{"value": value, "label": label.say(language)} for value, label in needed.choices],
            }
            for needed in row.requires
        ],
    }


# --- tasks


class TaskFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    state = django_filters.ChoiceFilter(method="in_state", choices=[("open", "open"), ("done", "done")])
    officer = django_filters.UUIDFilter(field_name="officer_id")

    class Meta:
        model = Task
        fields: tuple[str, ...] = ()

    def in_state(self, rows: QuerySet[Task], name: str, state: str) -> QuerySet[Task]:
        return rows.filter(answer__isnull=state == "open")


def tasks_in(scope: Scope) -> QuerySet[Task]:
    return Task.objects.filter(within(scope, unit="unit", owner="officer")).select_related(
        "officer", "given_by", "licence", "case"
    )


def task_in(scope: Scope, task_id: UUID) -> Task:
    """Problem `not_found` outside the scope."""
    task = tasks_in(scope).filter(id=task_id).first()
    if task is None:
        raise Problem("not_found")
    return task


def tasks_json(tasks: Sequence[Task], *, now: datetime) -> list[dict[str, Any]]:
    """Tasks of the contract, with one query for the names of all their communes."""
    names = commune_names({task.commune for task in tasks if task.commune})
    today = now.astimezone(VIETNAM).date()
    return [
        {
            "id": str(task.id),
            "number": task.name,
            "officer": {"id": str(task.officer_id), "name": task.officer.name},
            "given_by": {"id": str(task.given_by_id), "name": task.given_by.name},
            "given_at": task.given_at,
            "words": task.words,
            "due": task.due,
            "overdue": task.answer_id is None and task.due < today,
            "state": "open" if task.answer_id is None else "done",
            "done_at": task.done_at,
            "answer": task.answer_id,
            "report": task.report_id,
            "licence": None if task.licence is None else {"id": str(task.licence_id), "number": task.licence.number},
            "place": {"code": task.commune, "name": names.get(task.commune, task.commune)} if task.commune else None,
            "case": None if task.case is None else {"id": str(task.case_id), "number": task.case.name},
        }
        for task in tasks
    ]
