"""Reading cases, always through a scope."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.accounts.models import Officer
from backend.accounts.scoping import Scope, roles_over, within
from backend.enforcement.models import Case, CaseEvent
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
