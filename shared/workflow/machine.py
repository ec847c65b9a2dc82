"""Reads THE TABLE: what may be done now, and whether a move may be made. The same on phone and server."""

from collections.abc import Collection, Mapping
from typing import Any

from shared.clock import parse_day
from shared.problems import FieldError, Problem, Text
from shared.workflow.states import CaseAction, CaseState, Role
from shared.workflow.transitions import TRANSITIONS, Needs, Requirement, Transition


def allowed_actions(state: CaseState, roles: Collection[Role]) -> tuple[Transition, ...]:
    """The rows open from `state` to somebody with `roles`, in the table's order."""
    return tuple(row for row in TRANSITIONS if state in row.sources and not row.roles.isdisjoint(roles))


def advance(
    state: CaseState, action: str, data: Mapping[str, Any], roles: Collection[Role], *, language: str = "vi"
) -> Transition:
    """The row that leads on from `state` by `action`.

    Problem `request_invalid` when there is no such action or `data` is not what it asks for; `not_allowed` when no
    role of the officer may do it; `move_refused` when the case is in a state it does not start from.
    """
    row = next((row for row in TRANSITIONS if row.action == action), None)
    if row is None:
        expected = " | ".join(CaseAction)
        raise Problem("request_invalid", errors=(FieldError("action", "value", {"expected": expected}),))
    if row.roles.isdisjoint(roles):
        raise Problem("not_allowed")
    if state not in row.sources:
        reason = _WRONG_STATE.say(language, state=STATE_WORDS[state].say(language))
        raise Problem("move_refused", action=row.label.say(language), reasons=reason)
    errors = [error for needed in row.requires for error in _check(needed, data.get(needed.name))]
    names = {needed.name for needed in row.requires}
    errors += [FieldError(f"data.{name}", "unknown") for name in data if name not in names]
    if errors:
        raise Problem("request_invalid", errors=tuple(errors))
    return row


def _check(needed: Requirement, value: Any) -> list[FieldError]:
    path = f"data.{needed.name}"
    if value is None or (isinstance(value, str) and not value.strip()):
        return [] if needed.optional else [FieldError(path, "required")]
    if not isinstance(value, str):
        return [FieldError(path, "type", {"expected": "string"})]
    if needed.needs is Needs.CHOICE and value not in dict(needed.choices):
        return [FieldError(path, "value", {"expected": " | ".join(dict(needed.choices))})]
    if needed.needs is Needs.DATE:
        try:
            parse_day(value)
        except ValueError:
            return [FieldError(path, "value", {"expected": "2026-01-31"})]
    return []


_WRONG_STATE = Text("vụ việc đang ở trạng thái “{state}”", "the case is “{state}”")
STATE_WORDS: Mapping[CaseState, Text] = {
    CaseState.OPENED: Text("mới lập", "opened"),
    CaseState.VERIFYING: Text("đang xác minh", "being verified"),
    CaseState.RECORDED: Text("đã lập biên bản vi phạm", "violation recorded"),
    CaseState.TRANSFERRED: Text("đã chuyển cơ quan khác", "transferred"),
    CaseState.CLOSED: Text("đã kết thúc", "closed"),
}
