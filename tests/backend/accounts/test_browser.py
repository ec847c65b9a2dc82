"""The same addresses in a browser: signed in with a session, shown by the browsable API."""

import re
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.enforcement import services as enforcement
from backend.enforcement.models import Case
from shared.workflow.states import Role
from tests.backend.conftest import PASSWORD, Cast, Deliverer, deliverer, officer

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture
def case(cast: Cast, phone: Deliverer) -> Case:
    report = phone.file_accepted(cast.binh)
    return enforcement.case_open(reports=[report], title="Xe <b>cát</b>", by=cast.binh, now=timezone.now())


@pytest.fixture
def neighbours(cast: Cast) -> list[str]:
    """Another agency's unit, officer, report and device: what must not show up in any choice."""
    minh = deliverer(officer("minh", cast.market_team, Role.INSPECTOR), cast.chi)
    report = minh.file()
    sibling = accounts.unit_create(agency=cast.department, name="Phòng kề bên", parent=cast.office)
    return [
        str(report),
        str(minh.device.id),
        cast.market_team.name,
        str(cast.market_team.id),
        "Minh (thử)",
        sibling.name,
    ]


def browser(username: str, **more: Any) -> APIClient:
    api = APIClient(headers={"Accept": HTML}, raise_request_exception=False, **more)
    assert api.login(username=username, password=PASSWORD)
    return api


@pytest.mark.parametrize(
    "address",
    [
        "",
        "me/",
        "reports/",
        "reports/?review=accepted",
        "reports/{report}/",
        "cases/",
        "cases/{case}/",
        "cases/{case}/events/",
        "cases/{case}/actions/",
        "reports/{report}/review/",
        "devices/",
        "devices/gaps/",
        "devices/codes/",
        "reference/",
        "statistics/monthly/?month=2026-11",
    ],
)
def test_page_of_the_browsable_api_is_shown_and_offers_nothing_of_other_units(
    address: str, cast: Cast, case: Case, neighbours: list[str]
) -> None:
    report = case.report_rows.get().report_id
    answer = browser("binh").get("/api/v1/" + address.format(case=case.id, report=report))
    expected = 403 if address.endswith(("actions/", "codes/", "review/")) else 200  # those are for POST
    assert (answer.status_code, answer["Content-Type"]) == (expected, "text/html; charset=utf-8")
    page = answer.content.decode()
    assert "<html" in page
    assert [name for name in neighbours if name in page] == []
    assert "<b>cát</b>" not in page


def test_page_of_a_case_offers_raw_json_and_no_list_of_choices(cast: Cast, case: Case, neighbours: list[str]) -> None:
    page = browser("binh").get("/api/v1/cases/").content.decode()
    assert "<textarea" in page
    assert re.findall(r"<select name=\"(\w+)\"", page) == ["_content_type"]


def test_stranger_in_a_browser_gets_a_page_with_401_and_a_way_to_sign_in(cast: Cast) -> None:
    answer = APIClient(headers={"Accept": HTML}).get("/api/v1/reports/")
    assert answer.status_code == 401
    assert "/web-session/login/?next=/api/v1/reports/" in answer.content.decode()


def test_sign_in_page_is_shown_and_signs_in(cast: Cast) -> None:
    api = APIClient(enforce_csrf_checks=True)
    page = api.get("/web-session/login/")
    assert (page.status_code, b'name="password"' in page.content) == (200, True)
    body = {"username": "binh", "password": PASSWORD, "csrfmiddlewaretoken": api.cookies["csrftoken"].value}
    answer = api.post("/web-session/login/", body, format="multipart")
    assert (answer.status_code, answer["Location"]) == (302, "/api/v1/")
    assert api.get("/api/v1/me/").json()["username"] == "binh"


def test_sign_in_page_leads_nowhere_else(cast: Cast) -> None:
    api = APIClient()
    body = {"username": "binh", "password": PASSWORD, "next": "https://example.org/"}
    assert api.post("/web-session/login/?next=https://example.org/", body, format="multipart")["Location"] == "/api/v1/"


def test_form_without_its_csrf_token_is_refused_as_a_problem(cast: Cast) -> None:
    api = APIClient(enforce_csrf_checks=True)
    answer = api.post("/web-session/login/", {"username": "binh", "password": PASSWORD}, format="multipart")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["code"] == "csrf_failed"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_session_without_its_csrf_token_changes_nothing(language: str, cast: Cast, phone: Deliverer) -> None:
    report = phone.file()
    api = APIClient(enforce_csrf_checks=True, headers={"Accept-Language": language})
    api.login(username="binh", password=PASSWORD)
    answer = api.post(f"/api/v1/reports/{report}/review/", {"verdict": "accepted"}, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["code"] == "csrf_failed"
    assert api.get(f"/api/v1/reports/{report}/").json()["state"] == "received"


def test_address_that_is_none_is_a_problem_even_for_a_browser(cast: Cast) -> None:
    answer = APIClient(headers={"Accept": HTML}).get("/api/v1/nothing/")
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        404,
        "application/problem+json",
        "not_found",
    )


def test_schema_and_its_page_are_shown_to_everybody(db: None) -> None:
    assert APIClient().get("/api/v1/schema/").status_code == 200
    assert APIClient(headers={"Accept": HTML}).get("/api/v1/docs/").status_code == 200
