"""A case is opened from accepted reports in scope, each in no other case; its number has no gaps."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.utils.dateparse import parse_datetime
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.audit.models import Event
from backend.enforcement import services
from backend.enforcement.models import Case, CaseEvent, CaseReport, CaseSerial
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, at_once, deliverer, make_cast, officer, on_postgresql, review


def ask(api: APIClient, *reports: Any, **more: Any) -> Any:
    return api.post("/api/v1/cases/", {"reports": [str(report) for report in reports], **more}, format="json")


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert Case.objects.count() == CaseReport.objects.count() == CaseEvent.objects.count() == 0
    return body


def test_case_is_opened_from_accepted_reports(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient], time_machine: time_machine.TimeMachineFixture
) -> None:
    time_machine.move_to("2026-11-23T02:00:00+00:00", tick=False)
    first, second = phone.file_accepted(cast.binh), phone.file_accepted(cast.binh)
    answer = ask(as_(cast.binh), second, first, title="Hai xe cát")
    body = answer.json()
    assert answer.status_code == 201
    assert set(body) == {
        *("id", "number", "version", "state", "state_words", "title", "unit", "opened_at", "reports", "clocks"),
        "allowed_actions",
    }
    assert (body["number"], body["version"], body["state"]) == ("VV-2026-0001", 1, "opened")
    assert (body["title"], body["opened_at"]) == ("Hai xe cát", "2026-11-23T02:00:00Z")
    assert body["unit"] == {"id": str(cast.division.id), "name": cast.division.name}
    assert body["reports"] == [str(first), str(second)]
    event = Event.objects.get(action="case:opened")
    assert (event.subject, event.actor) == (f"case:{body['id']}", str(cast.binh.id))
    assert json.loads(event.data) == {"name": "VV-2026-0001", "reports": [str(first), str(second)]}
    assert as_(cast.binh).get(f"/api/v1/cases/{body['id']}/").json() == body


def test_every_look_at_a_case_is_recorded(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    case = ask(as_(cast.binh), phone.file_accepted(cast.binh)).json()
    as_(cast.dung).get(f"/api/v1/cases/{case['id']}/")
    seen = Event.objects.get(action="case:viewed")
    assert (seen.subject, seen.actor) == (f"case:{case['id']}", str(cast.dung.id))


@pytest.mark.parametrize("verdict", [None, "returned", "rejected"])
def test_report_that_is_not_accepted_opens_no_case(
    verdict: str | None, cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    report = phone.file()
    if verdict is not None:
        review(report, cast.binh, verdict)
    body = refused(ask(as_(cast.binh), phone.file_accepted(cast.binh), report), 422, "report_not_accepted")
    assert str(report) in body["detail"]


def test_superseded_report_opens_no_case(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    older = phone.file_accepted(cast.binh)
    phone.file_accepted(cast.binh, supersedes=older)
    refused(ask(as_(cast.binh), older), 422, "report_not_accepted")


def test_report_of_another_case_is_refused_and_the_case_named(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    taken, free = phone.file_accepted(cast.binh), phone.file_accepted(cast.binh)
    case = ask(as_(cast.binh), taken).json()
    answer = ask(as_(cast.cuong), free, taken)
    assert (answer.status_code, answer.json()["code"]) == (409, "report_in_case")
    assert case["number"] in answer.json()["detail"]
    assert (Case.objects.count(), CaseSerial.objects.get().last) == (1, 1)


def test_report_out_of_scope_is_answered_as_one_that_never_was(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    report = phone.file_accepted(cast.binh)
    there = refused(ask(as_(cast.chi), report), 404, "not_found")
    assert refused(ask(as_(cast.chi), uuid4()), 404, "not_found") == there
    refused(ask(as_(cast.binh), report, uuid4()), 404, "not_found")


def test_own_report_that_another_unit_holds_opens_no_case_here(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    report = phone.file_accepted(cast.binh)
    aside = accounts.unit_create(agency=cast.department, name="Phòng khác", parent=cast.office)
    moved = officer("an-moi", aside, Role.INSPECTOR, Role.SUPERVISOR)
    type(cast.an).objects.filter(id=cast.an.id).update(unit=aside)
    cast.an.role_rows.create(role=Role.SUPERVISOR.value)
    assert as_(type(cast.an).objects.get(id=cast.an.id)).get(f"/api/v1/reports/{report}/").status_code == 200
    refused(ask(as_(type(cast.an).objects.get(id=cast.an.id)), report), 404, "not_found")
    refused(ask(as_(moved), report), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "reports"),
        ({"reports": []}, "reports"),
        ({"reports": None}, "reports"),
        ({"reports": "x"}, "reports"),
        ({"reports": ["x"]}, "reports[0]"),
        ({"reports": [str(UUID(int=1)), 5.5]}, "reports[1]"),
        ({"reports": [str(UUID(int=i)) for i in range(101)]}, "reports"),
        ({"reports": [str(UUID(int=1))], "title": "x" * 301}, "title"),
        ({"reports": [str(UUID(int=1))], "title": "a\0b"}, "title"),
        ([], ""),
    ],
)
def test_request_that_is_not_right_opens_no_case_and_says_where(
    body: Any, path: str, cast: Cast, as_: Callable[..., APIClient]
) -> None:
    answer = as_(cast.binh).post("/api/v1/cases/", body, format="json")
    assert [error["path"] for error in refused(answer, 400, "request_invalid")["errors"]] == [path]


def test_report_named_twice_opens_no_case_and_is_named(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    once, twice = phone.file_accepted(cast.binh), phone.file_accepted(cast.binh)
    body = refused(ask(as_(cast.binh), once, twice, str(twice).upper()), 400, "request_invalid")
    assert [(error["path"], error["code"]) for error in body["errors"]] == [("reports", "duplicate")]
    assert str(twice) in body["errors"][0]["detail"]


# --- numbers


def opened(cast: Cast, phone: Deliverer, at: str) -> str:
    now = parse_datetime(at)
    assert now is not None
    report = phone.file_accepted(cast.binh)
    return services.case_open(reports=[report], title="", by=cast.binh, now=now).name


def test_numbers_grow_without_gaps_and_begin_anew_each_year_of_vietnam(cast: Cast, phone: Deliverer) -> None:
    instants = (
        "2026-01-01T00:00:00Z",
        "2026-12-31T16:59:59.999Z",  # 23:59 in Vietnam
        "2026-12-31T17:00:00Z",  # midnight in Vietnam
        "2026-12-31T23:59:59Z",
        "2027-01-01T00:00:00Z",
        "2026-06-01T00:00:00Z",  # a clock set back
    )
    assert [opened(cast, phone, at) for at in instants] == [
        "VV-2026-0001",
        "VV-2026-0002",
        "VV-2027-0001",
        "VV-2027-0002",
        "VV-2027-0003",
        "VV-2026-0003",
    ]


def test_a_case_that_was_refused_uses_no_number(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    first, waiting = phone.file_accepted(cast.binh), phone.file()
    for report in (waiting, uuid4()):
        ask(as_(cast.binh), first, report)
    assert ask(as_(cast.binh), first).json()["number"].endswith("-0001")


def test_each_agency_counts_by_itself_and_its_units_together(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    minh = deliverer(officer("minh", cast.market_team, Role.INSPECTOR), cast.chi)
    numbers = [
        ask(as_(cast.binh), phone.file_accepted(cast.binh)).json()["number"],
        ask(as_(cast.chi), minh.file_accepted(cast.chi)).json()["number"],
        ask(as_(cast.cuong), phone.file_accepted(cast.binh)).json()["number"],
    ]
    assert [number[-4:] for number in numbers] == ["0001", "0001", "0002"]


def test_number_ten_thousand_has_its_digits(cast: Cast, phone: Deliverer) -> None:
    CaseSerial.objects.create(agency=cast.department, year=2026, last=9999)
    assert opened(cast, phone, "2026-11-23T00:00:00Z") == "VV-2026-10000"


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_cases_opened_at_the_same_moment_get_numbers_of_their_own() -> None:
    cast = make_cast()
    phone = deliverer(cast.an, cast.binh)
    now = parse_datetime("2026-11-23T00:00:00Z")
    assert now is not None
    reports = [phone.file_accepted(cast.binh) for _ in range(5)]

    def open_(report: UUID) -> Callable[[], str]:
        return lambda: services.case_open(reports=[report], title="", by=cast.binh, now=now).name

    assert sorted(at_once(*map(open_, reports))) == [f"VV-2026-000{i}" for i in range(1, 6)]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_one_report_claimed_by_several_cases_at_the_same_moment_goes_into_one() -> None:
    cast = make_cast()
    phone = deliverer(cast.an, cast.binh)
    now = parse_datetime("2026-11-23T00:00:00Z")
    assert now is not None
    shared, *others = [phone.file_accepted(cast.binh) for _ in range(4)]

    def open_(reports: list[UUID]) -> Callable[[], str]:
        return lambda: services.case_open(reports=reports, title="", by=cast.binh, now=now).name

    orders = ([shared, others[0]], [others[1], shared], [shared], [others[2], shared])
    assert sorted(at_once(*map(open_, orders))) == ["VV-2026-0001", *["report_in_case"] * 3]
    assert CaseReport.objects.filter(report=shared).count() == 1
