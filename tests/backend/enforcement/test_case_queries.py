"""Lists ask the database as often for twenty rows as for two."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts.models import Officer
from backend.enforcement import services
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, deliverer, officer
from tests.factories.reports import assessment, envelope_json, jpeg


def queries(api: APIClient, address: str, rows: int) -> int:
    with CaptureQueriesContext(connection) as asked:
        answer = api.get(address)
    assert (answer.status_code, len(answer.json()["results"])) == (200, rows), answer.content[:300]
    return len(asked)


def grow(make: Callable[[], Any], api: APIClient, address: str, already: int = 0) -> None:
    for _ in range(2):
        make()
    few = queries(api, address, already + 2)
    for _ in range(18):
        make()
    assert queries(api, address, already + 20) == few
    assert few < 12


def test_list_of_reports_does_not_ask_per_row(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    grow(lambda: phone.file(files=[jpeg("ảnh")], assessment=assessment("VC-01")), as_(cast.binh), "/api/v1/reports/")


def test_list_of_cases_does_not_ask_per_row(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    def case() -> None:
        reports = [phone.file_accepted(cast.binh) for _ in range(2)]
        services.case_open(reports=reports, title="", by=cast.binh, now=timezone.now())

    grow(case, as_(cast.binh), "/api/v1/cases/")


def test_history_of_a_case_does_not_ask_per_row(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    report = phone.file_accepted(cast.binh)
    case = services.case_open(reports=[report], title="", by=cast.binh, now=timezone.now())
    moves = {"transfer": {"receiver": "police", "letter": "1", "reason": "x"}, "transfer_answered": {"answer": "x"}}
    versions = iter(range(1, 100))

    def move() -> None:
        version = next(versions)
        action = "transfer" if version % 2 else "transfer_answered"
        services.case_advance(
            case=case,
            action=action,
            data=moves[action],
            expected_version=version,
            by=cast.binh,
            now=timezone.now(),
            language="vi",
        )

    grow(move, as_(cast.binh), f"/api/v1/cases/{case.id}/events/", already=1)


@pytest.mark.parametrize("address", ["/api/v1/devices/", "/api/v1/devices/gaps/"])
def test_lists_of_devices_do_not_ask_per_row(address: str, cast: Cast, as_: Callable[..., APIClient]) -> None:
    api = as_(cast.binh)

    def device() -> None:
        phone = deliverer(cast.an, cast.binh)
        phone.phone.seal()  # never sent: a gap
        phone.file()
        api.get(address)  # gaps are kept as ranges: what came since the last look is read and written once

    grow(device, api, address)


def test_list_of_quarantine_does_not_ask_per_row(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    def quarantined() -> None:
        sealed = phone.phone.seal()
        body = phone.phone.tampered(envelope_json(sealed), "signature_by_another_phone")
        assert phone.put_json(str(sealed.manifest.id), body).status_code == 422

    grow(quarantined, as_(cast.em), "/api/v1/quarantine/")


def test_one_case_does_not_ask_per_report(cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]) -> None:
    api = as_(cast.binh)

    def asked(reports: int) -> int:
        found = [phone.file_accepted(cast.binh) for _ in range(reports)]
        case = services.case_open(reports=found, title="", by=cast.binh, now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            assert len(api.get(f"/api/v1/cases/{case.id}/").json()["clocks"]) == reports
        return len(queries)

    assert asked(2) == asked(20)


def test_roles_are_read_once_a_request(cast: Cast, as_: Callable[..., APIClient]) -> None:
    api = as_(officer("hai vai", cast.team, Role.SUPERVISOR, Role.INSPECTOR))
    with CaptureQueriesContext(connection) as asked:
        assert api.get("/api/v1/cases/").status_code == 200
    assert sum("accounts_officerrole" in query["sql"] for query in asked) == 1
    assert Officer.objects.count() > 1
