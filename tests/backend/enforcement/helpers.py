"""Tasks over HTTP, and reports that name them."""

from dataclasses import replace
from datetime import date
from typing import Any

from rest_framework.test import APIClient

from shared.wire.v1.records import BasisKind, Facts, InspectionBasis
from tests.factories import reports as make


def give(api: APIClient, to: Any, **more: Any) -> Any:
    body = {"officer": str(to.id), "words": "Xem lại bến Gạch sau 18 giờ (thử)", "due": "2026-11-25", **more}
    return api.post("/api/v1/tasks/", body, format="json")


def given(api: APIClient, to: Any, **more: Any) -> dict[str, Any]:
    answer = give(api, to, **more)
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def shown(api: APIClient, task: Any) -> dict[str, Any]:
    body: dict[str, Any] = api.get(f"/api/v1/tasks/{task['id']}/").json()
    return body


def naming(number: str | None, kind: BasisKind = BasisKind.TASK) -> Facts:
    facts = make.transport_facts()
    basis = InspectionBasis(kind, number, date(2026, 11, 23))
    return replace(facts, inspection=replace(facts.inspection, basis=basis))


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    return body
