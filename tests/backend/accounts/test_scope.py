"""Which rows an officer may see: the one place that says so, tried at its edges."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.accounts.models import Officer, Unit, unit_path
from backend.accounts.scoping import scope_of
from shared.workflow.states import Role
from tests.backend.conftest import Cast, Deliverer, deliverer, officer


def ids(answer: Any) -> set[UUID]:
    assert answer.status_code == 200, answer.content
    return {UUID(row["id"]) for row in answer.json()["results"]}


def test_unit_path_begins_with_the_agency_names_every_unit_above_and_ends_with_a_slash(cast: Cast) -> None:
    above = f"/{cast.department.id}/{cast.office.id}/{cast.division.id}/"
    assert cast.division.path == above
    assert cast.team.path == f"{above}{cast.team.id}/"
    assert unit_path(cast.market, None, "x") == f"/{cast.market.id}/x/"


def test_a_unit_whose_path_begins_with_the_same_signs_is_not_below(cast: Cast, as_: Callable[..., APIClient]) -> None:
    # An id is not a prefix of another, so the trap is set by hand: a sibling that goes on where the team ends.
    lookalike = accounts.unit_create(agency=cast.department, name="Tổ trông giống", parent=cast.division)
    Unit.objects.filter(id=lookalike.id).update(path=cast.team.path.rstrip("/") + "0/")
    other = deliverer(officer("giống", lookalike, Role.INSPECTOR), cast.cuong)
    mine, theirs = deliverer(cast.an, cast.binh).file(), other.file()
    team_head = as_(officer("tổ trưởng", cast.team, Role.SUPERVISOR))
    assert ids(team_head.get("/api/v1/reports/")) == {mine}
    assert ids(team_head.get("/api/v1/devices/")).isdisjoint({other.device.id})
    assert team_head.get(f"/api/v1/reports/{theirs}/").status_code == 404
    answer = team_head.get(f"/api/v1/statistics/monthly/?month=2026-11&unit={lookalike.id}")
    assert answer.status_code == 404


def test_supervisor_who_also_inspects_sees_the_own_unit_and_what_they_filed_elsewhere(
    cast: Cast, as_: Callable[..., APIClient]
) -> None:
    both = officer("hai vai", cast.team, Role.INSPECTOR, Role.SUPERVISOR)
    in_team = deliverer(cast.an, cast.binh).file()
    own = deliverer(both, cast.binh).file()
    away = accounts.unit_create(agency=cast.department, name="Phòng mới", parent=cast.office)
    foreign = deliverer(officer("lạ", cast.office, Role.INSPECTOR), cast.cuong).file()
    api = as_(both)
    assert ids(api.get("/api/v1/reports/")) == {in_team, own}
    Officer.objects.filter(id=both.id).update(unit=away)
    assert ids(api.get("/api/v1/reports/")) == {own}
    assert api.get(f"/api/v1/reports/{foreign}/").status_code == 404


def test_administrator_who_also_inspects_sees_all_devices_and_own_reports_only(
    cast: Cast, as_: Callable[..., APIClient]
) -> None:
    both = officer("hai vai", cast.office, Role.INSPECTOR, Role.ADMINISTRATOR)
    an = deliverer(cast.an, cast.binh)
    an.file()
    mine = deliverer(both, cast.em)
    own = mine.file()
    api = as_(both)
    assert ids(api.get("/api/v1/reports/")) == {own}
    assert ids(api.get("/api/v1/devices/")) == {an.device.id, mine.device.id}
    assert api.get("/api/v1/cases/").status_code == 403


def test_supervisor_who_also_audits_sees_the_agency_and_changes_things_in_the_own_unit_alone(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    aside = accounts.unit_create(agency=cast.department, name="Phòng khác", parent=cast.office)
    both = officer("kiêm nhiệm", aside, Role.SUPERVISOR, Role.AUDITOR)
    received, accepted = phone.file(), phone.file_accepted(cast.binh)
    in_case = phone.file_accepted(cast.binh)
    case = as_(cast.binh).post("/api/v1/cases/", {"reports": [str(in_case)]}, format="json").json()
    api = as_(both)
    assert ids(api.get("/api/v1/reports/")) == {received, accepted, in_case}
    shown = api.get(f"/api/v1/cases/{case['id']}/").json()
    assert (shown["number"], shown["allowed_actions"]) == (case["number"], [])
    move = {"action": "verify", "data": {"question": "?"}, "expected_version": 1}
    for address, body in (
        (f"reports/{received}/review/", {"verdict": "accepted"}),
        ("cases/", {"reports": [str(accepted)]}),
        (f"cases/{case['id']}/actions/", move),
        ("devices/codes/", {"officer": str(cast.an.id)}),
        (f"devices/{phone.device.id}/revoke/", None),
    ):
        assert api.post(f"/api/v1/{address}", body, format="json").status_code == 404, address
    here = deliverer(officer("dưới quyền", aside, Role.INSPECTOR), both).file()
    assert api.post(f"/api/v1/reports/{here}/review/", {"verdict": "accepted"}, format="json").status_code == 200


@pytest.mark.parametrize("role", Role)
def test_officer_without_a_unit_sees_nothing(
    role: Role, cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    phone.file()
    nobody = officer("không đơn vị", cast.office, role)
    nobody.unit = None
    nobody.save()
    api = as_(nobody)
    for address in ("reports/", "cases/", "devices/", "devices/gaps/", "quarantine/"):
        answer = api.get(f"/api/v1/{address}")
        assert answer.status_code == 403 or answer.json()["results"] == [], (address, answer.content)
    me = api.get("/api/v1/me/").json()
    assert (me["unit"], me["agency"]) == (None, None)
    assert scope_of(nobody).case_work == scope_of(nobody).people == ()


def test_officer_without_a_role_may_do_nothing(cast: Cast, as_: Callable[..., APIClient]) -> None:
    api = as_(officer("không vai", cast.office))
    for address in ("", "me/", "reports/", "reference/", "devices/"):
        answer = api.get(f"/api/v1/{address}")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), address


def test_agency_with_the_same_unit_names_stays_apart(
    cast: Cast, phone: Deliverer, as_: Callable[..., APIClient]
) -> None:
    twin = accounts.unit_create(agency=cast.market, name=cast.team.name)
    phone.file()
    assert ids(as_(officer("sinh đôi", twin, Role.DIRECTOR)).get("/api/v1/reports/")) == set()
