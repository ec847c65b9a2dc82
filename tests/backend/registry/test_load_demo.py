"""The demo province: real communes, and licences that say everywhere that they are none."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.accounts.models import Agency, Officer, Unit
from backend.audit.models import Event
from backend.audit.selectors import verify
from backend.registry import demo_province
from backend.registry.models import Commune, Licence
from shared.geo.polygon import Area

MARK = "minh họa"


@pytest.fixture
def told(db: None) -> dict[str, Any]:
    out = StringIO()
    call_command("load_demo", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


def test_communes_of_the_province_are_loaded_with_codes_and_places(told: dict[str, Any]) -> None:
    communes = list(Commune.objects.all())
    assert told["communes"] == len(communes) == 104
    assert {commune.province_code for commune in communes} == {"33"}
    assert all(len(commune.code) == 5 and commune.code.isdigit() and commune.name for commune in communes)
    assert all(20.2 < commune.lat < 21.1 and 105.8 < commune.lon < 106.7 for commune in communes)
    assert Commune.objects.get(name__contains="Phố Hiến").kind == "Phường"


def test_licences_are_all_marked_as_illustration(told: dict[str, Any]) -> None:
    licences = list(Licence.objects.all())
    assert told["licences"] == len(licences) == 12
    for licence in licences:
        assert licence.illustration
        assert MARK in licence.holder
        assert MARK in licence.mineral
        assert "MINHHOA" in licence.number
        assert licence.valid_from < licence.valid_to


def test_licences_have_areas_one_with_a_hole_and_one_in_two_parts(told: dict[str, Any]) -> None:
    polygons = [licence.area["coordinates"] for licence in Licence.objects.order_by("number")]
    assert [len(parts) for parts in polygons].count(2) == 1
    assert sorted(len(part) for parts in polygons for part in parts) == [1] * 12 + [2]
    for licence in Licence.objects.all():
        Area.from_geojson(licence.area)  # or ValueError


def test_demo_accounts_sign_in_and_say_that_they_are_no_people(told: dict[str, Any]) -> None:
    assert {"inspector", "supervisor", "director", "auditor", "administrator"} <= set(told["accounts"])
    for name, account in told["accounts"].items():
        body = {"username": account["username"], "password": account["password"]}
        answer = APIClient().post("/api/v1/auth/login/", body, format="json")
        assert (answer.status_code, answer.json()["officer"]["id"]) == (200, account["id"]), name
    assert all(MARK in officer.name for officer in Officer.objects.all())
    assert all(MARK in agency.name for agency in Agency.objects.all())


def test_stranger_of_the_demo_belongs_to_another_agency(told: dict[str, Any]) -> None:
    stranger = Officer.objects.get(username="stranger")
    assert stranger.unit is not None
    inspector = Officer.objects.get(username="inspector")
    assert inspector.unit is not None
    assert stranger.unit.agency_id != inspector.unit.agency_id
    assert inspector.unit.path.startswith(Officer.objects.get(username="supervisor").unit.path)  # type: ignore[union-attr]
    assert Agency.objects.get(hosts=True).id == inspector.unit.agency_id


def test_loading_is_recorded_in_the_audit_chain(told: dict[str, Any]) -> None:
    rows = [json.loads(event.data) for event in Event.objects.filter(action="registry:loaded").order_by("index")]
    assert [(row["rows"], row["source"]) for row in rows] == [
        (104, demo_province.COMMUNE_SOURCE),
        (12, demo_province.MARK),
    ]
    assert list(verify()) == []


def test_database_in_use_is_refused_and_left_as_it_is(db: None) -> None:
    agency = accounts.agency_create(name="Cơ quan thật")
    with pytest.raises(CommandError) as refusal:
        call_command("load_demo", stdout=StringIO())
    assert refusal.value.returncode == 2
    assert [list(Agency.objects.all()), Unit.objects.count(), Officer.objects.count()] == [[agency], 0, 0]
    assert [Commune.objects.count(), Licence.objects.count(), Event.objects.count()] == [0, 0, 0]


def test_loading_twice_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        call_command("load_demo", stdout=StringIO())
    assert Officer.objects.count() == len(told["accounts"])
