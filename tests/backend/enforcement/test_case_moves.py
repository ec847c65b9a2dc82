"""Every move of a case, from every state, by every role: expected from the table here, not from the one in the code."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit.models import Event
from backend.enforcement import services
from backend.enforcement.models import Case, CaseEvent
from backend.inspections.models import Report
from shared.wire.v1.records import ActEnded, ActState
from shared.workflow.states import CaseAction, CaseState
from tests.backend.conftest import Cast, Deliverer, at_once, deliverer, make_cast, on_postgresql
from tests.factories.reports import transport_facts

# action: (from these states, to this one)
MOVES: Mapping[str, tuple[set[str], str]] = {
    "verify": ({"opened"}, "verifying"),
    "record_violation": ({"opened", "verifying"}, "recorded"),
    "transfer": ({"opened", "verifying", "recorded"}, "transferred"),
    "transfer_answered": ({"transferred"}, "verifying"),
    "close": ({"opened", "verifying", "recorded", "transferred"}, "closed"),
}
GOOD: Mapping[str, dict[str, Any]] = {
    "verify": {"question": "Cát lấy từ bãi nào?"},
    "record_violation": {"number": "05/BB-VPHC", "drawn_on": "2026-11-21"},
    "transfer": {
        "receiver": "police",
        "letter": "120/SCT-KS",
        "reason": "có dấu hiệu hình sự",
        "answer_due": "2026-12-20",
    },
    "transfer_answered": {"answer": "không khởi tố"},
    "close": {"outcome": "sanctioned", "reason": "đã nộp phạt"},
}
STATES = ("opened", "verifying", "recorded", "transferred", "closed")
MOVERS = ("supervisor", "director")


@pytest.fixture
def case(cast: Cast, phone: Deliverer) -> Case:
    return services.case_open(reports=[phone.file_accepted(cast.binh)], title="", by=cast.binh, now=timezone.now())


def put_into(case: Case, state: str) -> Case:
    Case.objects.filter(id=case.id).update(state=state)
    return case


def move(api: APIClient, case: Case, action: Any, data: Any = None, version: Any = 1, **headers: str) -> Any:
    body = {"action": action, "data": GOOD.get(action, {}) if data is None else data, "expected_version": version}
    return api.post(f"/api/v1/cases/{case.id}/actions/", body, format="json", headers=headers or None)


def unmoved(answer: Any, case: Case, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    kept = Case.objects.get(id=case.id)
    assert (kept.state, kept.version) == (case.state, case.version)
    assert CaseEvent.objects.count() == 1
    return body


def test_the_table_here_has_every_action_and_every_state() -> None:
    assert set(MOVES) == set(GOOD) == set(CaseAction)
    assert set(STATES) == set(CaseState)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", MOVES)
def test_move_from_every_state_by_every_role(
    action: str, state: str, cast: Cast, case: Case, as_: Callable[..., APIClient]
) -> None:
    put_into(case, state).refresh_from_db()
    sources, target = MOVES[action]
    for role in ("inspector", "auditor", "administrator"):
        unmoved(move(as_(cast.by_role[role]), case, action), case, 403, "not_allowed")
    unmoved(move(as_(cast.chi), case, action), case, 404, "not_found")
    if state not in sources:
        for role in MOVERS:
            body = unmoved(move(as_(cast.by_role[role]), case, action), case, 422, "move_refused")
            assert "trạng thái" in body["detail"]
        return
    for role in MOVERS:
        put_into(case, state)
        version = Case.objects.get(id=case.id).version
        body = move(as_(cast.by_role[role]), case, action, version=version).json()
        assert (body["state"], body["version"]) == (target, version + 1)
        assert Case.objects.get(id=case.id).state == target


@pytest.mark.parametrize("state", STATES)
def test_allowed_actions_are_what_the_table_allows_in_that_state_to_that_role(
    state: str, cast: Cast, case: Case, as_: Callable[..., APIClient]
) -> None:
    put_into(case, state)
    expected = [action for action, (sources, _) in MOVES.items() if state in sources]
    for role, who in cast.by_role.items():
        if role in ("supervisor", "director", "auditor"):
            body = as_(who).get(f"/api/v1/cases/{case.id}/").json()
            shown = [row["action"] for row in body["allowed_actions"]]
            assert shown == (expected if role in MOVERS else []), role
            listed = as_(who).get("/api/v1/cases/").json()["results"][0]
            assert [row["action"] for row in listed["allowed_actions"]] == shown


@pytest.mark.parametrize("language", ["vi", "en"])
def test_allowed_actions_say_what_they_ask_for(
    language: str, cast: Cast, case: Case, as_: Callable[..., APIClient]
) -> None:
    body = as_(cast.binh, **{"Accept-Language": language}).get(f"/api/v1/cases/{case.id}/").json()
    actions = {row["action"]: row for row in body["allowed_actions"]}
    assert actions["verify"]["label"] == {"vi": "Yêu cầu xác minh", "en": "Order verification"}[language]
    asked = {
        action: {needed["name"]: (needed["kind"], needed["optional"]) for needed in row["requires"]}
        for action, row in actions.items()
    }
    assert asked == {
        "verify": {"question": ("text", False)},
        "record_violation": {"number": ("text", False), "drawn_on": ("date", False)},
        "transfer": {
            "receiver": ("choice", False),
            "letter": ("text", False),
            "answer_due": ("date", True),
            "reason": ("text", False),
        },
        "close": {"outcome": ("choice", False), "reason": ("text", False)},
    }
    outcome = actions["close"]["requires"][0]["choices"]
    assert [choice["value"] for choice in outcome] == [
        "no_violation",
        "limitation_passed",
        "handled_elsewhere",
        "sanctioned",
    ]
    assert all(choice["label"] for choice in outcome)


def test_refused_move_says_why_in_the_language_asked_for(cast: Cast, case: Case, as_: Callable[..., APIClient]) -> None:
    answer = move(as_(cast.binh), case, "transfer_answered", **{"Accept-Language": "en"})
    assert answer.json()["detail"] == "“The file came back to go on with” is not possible: the case is “opened”."


# --- what a move asks for


def errors(answer: Any) -> set[tuple[str, str]]:
    return {(error["path"], error["code"]) for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("action", "name", "optional"),
    [(action, name, name == "answer_due") for action, data in GOOD.items() for name in data],
)
@pytest.mark.parametrize("value", ["missing", None, "", "  "])
def test_required_data_missing_is_named_and_optional_data_may_be(
    action: str, name: str, optional: bool, value: Any, cast: Cast, case: Case, as_: Callable[..., APIClient]
) -> None:
    if action == "transfer_answered":
        put_into(case, "transferred").refresh_from_db()
    data = {**GOOD[action], name: value}
    if value == "missing":
        del data[name]
    answer = move(as_(cast.binh), case, action, data)
    if optional:
        assert answer.status_code == 200
    else:
        unmoved(answer, case, 400, "request_invalid")
        assert errors(answer) == {(f"data.{name}", "required")}


@pytest.mark.parametrize(
    ("action", "changes", "expected"),
    [
        ("verify", {"question": 5}, {("data.question", "type")}),
        ("verify", {"question": ["x"]}, {("data.question", "type")}),
        ("verify", {"question": "a\0b"}, {("data.question", "invalid")}),
        ("verify", {"colour": "xanh"}, {("data.colour", "unknown")}),
        ("verify", {"a\0b": "x"}, {("data.a\ufffdb", "unknown")}),
        ("verify", {"colour": None}, {("data.colour", "unknown")}),
        ("record_violation", {"drawn_on": "21/11/2026"}, {("data.drawn_on", "value")}),
        ("record_violation", {"drawn_on": "2026-02-30"}, {("data.drawn_on", "value")}),
        ("record_violation", {"drawn_on": "20261121"}, {("data.drawn_on", "value")}),
        ("record_violation", {"drawn_on": 20261121}, {("data.drawn_on", "type")}),
        ("transfer", {"receiver": "mafia"}, {("data.receiver", "value")}),
        ("transfer", {"answer_due": "sớm"}, {("data.answer_due", "value")}),
        ("close", {"outcome": "Sanctioned", "reason": ""}, {("data.outcome", "value"), ("data.reason", "required")}),
    ],
)
def test_data_that_is_wrong_or_unknown_is_named(
    action: str,
    changes: dict[str, Any],
    expected: set[tuple[str, str]],
    cast: Cast,
    case: Case,
    as_: Callable[..., APIClient],
) -> None:
    answer = move(as_(cast.binh), case, action, {**GOOD[action], **changes})
    unmoved(answer, case, 400, "request_invalid")
    assert errors(answer) == expected


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"data": {}, "expected_version": 1}, "action"),
        ({"action": "verify", "data": {}}, "expected_version"),
        ({"action": "verify", "data": {}, "expected_version": "một"}, "expected_version"),
        ({"action": "verify", "data": {}, "expected_version": 0}, "expected_version"),
        ({"action": "verify", "data": [], "expected_version": 1}, "data"),
        ({"action": "reopen", "data": {}, "expected_version": 1}, "action"),
        ([], ""),
    ],
)
def test_request_that_is_not_right_moves_nothing_and_says_where(
    body: Any, path: str, cast: Cast, case: Case, as_: Callable[..., APIClient]
) -> None:
    answer = as_(cast.binh).post(f"/api/v1/cases/{case.id}/actions/", body, format="json")
    assert path in {path for path, _ in errors(answer)}
    unmoved(answer, case, 400, "request_invalid")


# --- versions


@pytest.mark.parametrize("version", [1, 3, 2**60])
def test_stale_version_is_refused(version: int, cast: Cast, case: Case, as_: Callable[..., APIClient]) -> None:
    Case.objects.filter(id=case.id).update(version=2)
    case.refresh_from_db()
    body = unmoved(move(as_(cast.binh), case, "verify", version=version), case, 409, "version_stale")
    assert "phiên bản 2" in body["detail"]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_moves_at_the_same_moment_on_one_version_make_one() -> None:
    cast = make_cast()
    report = deliverer(cast.an, cast.binh).file_accepted(cast.binh)
    case = services.case_open(reports=[report], title="", by=cast.binh, now=timezone.now())

    def make(action: str) -> Callable[[], Any]:
        return lambda: (
            services.case_advance(
                case=case,
                action=action,
                data=GOOD[action],
                expected_version=1,
                by=cast.binh,
                now=timezone.now(),
                language="vi",
            ).state
        )

    results = at_once(*map(make, ("verify", "close", "record_violation", "transfer")))
    assert sorted(results, key="version_stale".__eq__)[1:] == ["version_stale"] * 3
    kept = Case.objects.get()
    assert (kept.version, CaseEvent.objects.count(), kept.state in results) == (2, 2, True)


# --- history


def test_history_has_every_move_with_who_when_and_what(
    cast: Cast, case: Case, as_: Callable[..., APIClient], time_machine: time_machine.TimeMachineFixture
) -> None:
    steps = [
        (cast.binh, "verify"),
        (cast.cuong, "transfer"),
        (cast.cuong, "transfer_answered"),
        (cast.binh, "record_violation"),
        (cast.cuong, "close"),
    ]
    for i, (who, action) in enumerate(steps):
        time_machine.move_to(f"2026-11-2{i}T03:00:00+00:00", tick=False)
        assert move(as_(who), case, action, version=i + 1).status_code == 200
    opened, *moves = as_(cast.dung).get(f"/api/v1/cases/{case.id}/events/").json()["results"]
    assert (opened["action"], opened["version"], opened["source"], opened["target"]) == ("open", 1, "", "opened")
    assert opened["data"] == {"reports": [str(row.report_id) for row in case.report_rows.all()]}
    assert opened["officer"] == {"id": str(cast.binh.id), "name": cast.binh.name}
    source = "opened"
    for i, (event, (who, action)) in enumerate(zip(moves, steps, strict=True)):
        assert event == {
            "version": i + 2,
            "action": action,
            "source": source,
            "target": MOVES[action][1],
            "officer": {"id": str(who.id), "name": who.name},
            "at": f"2026-11-2{i}T03:00:00Z",
            "data": GOOD[action],
        }
        source = event["target"]
    audited = [json.loads(event.data) for event in Event.objects.filter(action="case:moved").order_by("index")]
    assert [(row["move"], row["version"]) for row in audited] == [
        (action, i + 2) for i, (_, action) in enumerate(steps)
    ]
    # The chain is for ever, and says no more of a person than that something happened.
    assert "khởi tố" not in str(audited)


# --- clocks


def clocks_of(api: APIClient, phone: Deliverer, by: Any, **facts: Any) -> Any:
    report = phone.file_accepted(by, facts=transport_facts(**facts))
    case = services.case_open(reports=[report], title="", by=by, now=timezone.now())
    return api.get(f"/api/v1/cases/{case.id}/").json()["clocks"]


@pytest.mark.parametrize(
    ("discovered", "ended", "started_on", "ends_on"),
    [
        ("2026-11-20T01:00:00Z", None, "2026-11-20", "2028-11-20"),
        ("2026-11-20T16:59:59Z", None, "2026-11-20", "2028-11-20"),
        ("2026-11-20T17:00:00Z", None, "2026-11-21", "2028-11-21"),  # midnight in Vietnam
        ("2024-02-28T17:00:00Z", None, "2024-02-29", "2026-02-28"),
        ("2026-11-20T01:00:00Z", ("2026-10-02T00:00:00Z", "ảnh vệ tinh"), "2026-10-02", "2028-10-02"),
        ("2026-11-20T01:00:00Z", ("2026-10-02T00:00:00Z", None), "2026-11-20", "2028-11-20"),  # an end without proof
    ],
)
def test_limitation_runs_two_years_from_discovery_or_from_a_proven_end(
    discovered: str,
    ended: tuple[str, str | None] | None,
    started_on: str,
    ends_on: str,
    cast: Cast,
    phone: Deliverer,
    as_: Callable[..., APIClient],
) -> None:
    facts: dict[str, Any] = {"discovered_at": datetime.fromisoformat(discovered)}
    if ended is not None:
        facts["act_ended"] = ActEnded(ActState.ENDED, datetime.fromisoformat(ended[0]), ended[1])
    (clock,) = clocks_of(as_(cast.binh), phone, cast.binh, **facts)
    assert (clock["code"], clock["kind"]) == ("limitation", "limitation")
    assert (clock["started_on"], clock["ends_on"]) == (started_on, ends_on)
    assert clock["citation"] == "NĐ 36/2020 Đ5b"
    assert clock["label"] == "Thời hiệu xử phạt"
    assert "khắc phục hậu quả" in clock["on_expiry"]


def test_report_without_a_discovery_starts_no_clock(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    assert clocks_of(as_(cast.binh), phone, cast.binh, discovered_at=None) == []


def test_case_shows_the_clock_that_ends_first_first(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    reports = [phone.file_accepted(cast.binh) for _ in range(3)]
    for report, day in zip(reports, ("03", "01", "02"), strict=True):
        Report.objects.filter(id=report).update(discovered_at=f"2026-11-{day}T05:00:00Z")
    case = services.case_open(reports=reports, title="", by=cast.binh, now=timezone.now())
    clocks = as_(cast.binh).get(f"/api/v1/cases/{case.id}/").json()["clocks"]
    assert [clock["ends_on"] for clock in clocks] == ["2028-11-01", "2028-11-02", "2028-11-03"]
    assert [clock["report"] for clock in clocks] == [str(reports[1]), str(reports[2]), str(reports[0])]
