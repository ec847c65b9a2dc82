"""Moves of a case: golden cases, and what must hold for every row of the table."""

from typing import Any

import pytest

from shared.problems import Problem, Text
from shared.workflow.machine import STATE_WORDS, advance, allowed_actions
from shared.workflow.states import CaseAction, CaseState, Role
from shared.workflow.transitions import TRANSITIONS, Needs, Requirement, Transition
from tests import golden

ROWS = [pytest.param(row, id=row.action.value) for row in TRANSITIONS]
SOME = {Needs.TEXT: "lý do", Needs.DATE: "2026-11-21"}
EVERYBODY = frozenset(Role)


def example(needed: Requirement) -> str:
    return needed.choices[0][0] if needed.needs is Needs.CHOICE else SOME[needed.needs]


def good_data(row: Transition) -> dict[str, str]:
    return {needed.name: example(needed) for needed in row.requires}


def refusal(state: CaseState, action: str, data: dict[str, Any], roles: frozenset[Role]) -> Problem:
    with pytest.raises(Problem) as caught:
        advance(state, action, data, roles)
    for language in ("vi", "en"):
        assert "{" not in caught.value.as_json(language)["detail"]
    return caught.value


@pytest.mark.parametrize("case", golden.read("workflow_cases.json"), ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    state, roles = CaseState(case["state"]), frozenset(map(Role, case["roles"]))
    if "target" in case:
        assert advance(state, case["action"], case["data"], roles).target == case["target"]
    else:
        problem = refusal(state, case["action"], case["data"], roles)
        assert (problem.code, [error.path for error in problem.errors]) == (case["code"], case["paths"])


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("role", Role)
def test_a_move_is_made_exactly_from_its_states_by_its_roles(row: Transition, state: CaseState, role: Role) -> None:
    roles = frozenset({role})
    listed = row in allowed_actions(state, roles)
    if role in row.roles and state in row.sources:
        assert listed
        assert advance(state, row.action, good_data(row), roles) is row
    else:
        assert not listed
        code = "move_refused" if role in row.roles else "not_allowed"
        assert refusal(state, row.action, good_data(row), roles).code == code


@pytest.mark.parametrize("row", ROWS)
def test_who_has_no_role_may_nothing(row: Transition) -> None:
    state = min(row.sources)
    assert allowed_actions(state, ()) == ()
    assert refusal(state, row.action, good_data(row), frozenset()).code == "not_allowed"


@pytest.mark.parametrize("row", ROWS)
def test_each_required_field_is_asked_for_and_each_optional_one_is_not(row: Transition) -> None:
    state = min(row.sources)
    for needed in row.requires:
        for nothing in (None, "", "  "):
            data = {**good_data(row), needed.name: nothing}
            if needed.optional:
                assert advance(state, row.action, data, EVERYBODY) is row
            else:
                problem = refusal(state, row.action, data, EVERYBODY)
                assert [(error.path, error.code) for error in problem.errors] == [(f"data.{needed.name}", "required")]
        without = {name: value for name, value in good_data(row).items() if name != needed.name}
        if not needed.optional:
            assert refusal(state, row.action, without, EVERYBODY).code == "request_invalid"
        for wrong in (5, ["x"], {"x": 1}, True):
            problem = refusal(state, row.action, {**good_data(row), needed.name: wrong}, EVERYBODY)
            assert [(error.path, error.code) for error in problem.errors] == [(f"data.{needed.name}", "type")]


@pytest.mark.parametrize("row", ROWS)
def test_every_choice_is_taken_and_no_other(row: Transition) -> None:
    state = min(row.sources)
    for needed in row.requires:
        if needed.needs is Needs.CHOICE:
            for value, words in needed.choices:
                assert advance(state, row.action, {**good_data(row), needed.name: value}, EVERYBODY) is row
                assert words.vi != words.en
            problem = refusal(state, row.action, {**good_data(row), needed.name: "không có"}, EVERYBODY)
            assert [(error.path, error.code) for error in problem.errors] == [(f"data.{needed.name}", "value")]


# --- the table itself


def test_one_row_an_action_and_an_action_a_row() -> None:
    assert sorted(row.action for row in TRANSITIONS) == sorted(CaseAction)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_whole(row: Transition) -> None:
    assert row.sources
    assert row.roles
    assert row.target not in row.sources, "a move that leads nowhere"
    names = [needed.name for needed in row.requires]
    assert len(names) == len(set(names))
    for needed in row.requires:
        assert bool(needed.choices) == (needed.needs is Needs.CHOICE)
    for words in (row.label, *(needed.label for needed in row.requires)):
        assert isinstance(words, Text)
        assert words.vi.strip()
        assert words.en.strip()


def test_every_state_can_be_reached_and_closed_can_be_reached_from_every_state() -> None:
    def reachable(start: CaseState) -> set[CaseState]:
        seen, new = {start}, {start}
        while new:
            new = {row.target for row in TRANSITIONS if row.sources & new} - seen
            seen |= new
        return seen

    assert reachable(CaseState.OPENED) == set(CaseState)
    assert all(CaseState.CLOSED in reachable(state) for state in CaseState)


def test_closed_has_no_way_out() -> None:
    assert allowed_actions(CaseState.CLOSED, EVERYBODY) == ()


def test_those_who_do_no_case_work_move_nothing() -> None:
    """Design §2: the auditor changes nothing, the administrator does no case work, the inspector files reports."""
    for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.INSPECTOR):
        assert not [row.action for row in TRANSITIONS if role in row.roles]


def test_a_director_may_what_a_supervisor_may() -> None:
    assert all(Role.DIRECTOR in row.roles for row in TRANSITIONS if Role.SUPERVISOR in row.roles)


def test_every_state_has_words_and_a_refusal_says_them() -> None:
    assert set(STATE_WORDS) == set(CaseState)
    row = next(row for row in TRANSITIONS if row.action is CaseAction.VERIFY)
    for language in ("vi", "en"):
        with pytest.raises(Problem) as caught:
            advance(CaseState.CLOSED, CaseAction.VERIFY, good_data(row), EVERYBODY, language=language)
        assert STATE_WORDS[CaseState.CLOSED].say(language) in caught.value.detail(language)
        assert row.label.say(language) in caught.value.detail(language)
