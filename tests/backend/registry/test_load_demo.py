"""The demo province: real communes, and licences that say everywhere that they are none."""

import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from rest_framework.test import APIClient

from backend.accounts import services as accounts
from backend.accounts.models import Agency, Officer, Unit
from backend.audit.models import Event
from backend.audit.verifying import verify
from backend.registry import demo_province
from backend.registry.models import (
    AgencyDuty,
    CatalogueEntry,
    Commune,
    DeclaredOutput,
    LedgerYear,
    Licence,
    LicenceVersion,
    Mineral,
    UnitArea,
)
from shared.clock import VIETNAM
from shared.geo.polygon import Area

MARK = "minh họa"


@pytest.fixture
def told(db: None) -> dict[str, Any]:
    out = StringIO()
    call_command("load_demo", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


def versions() -> list[LicenceVersion]:
    return list(LicenceVersion.objects.select_related("licence", "holder").order_by("licence__number"))


def test_communes_of_the_province_are_loaded_with_codes_and_places(told: dict[str, Any]) -> None:
    communes = list(Commune.objects.all())
    assert told["communes"] == len(communes) == 104
    assert {commune.province_code for commune in communes} == {"33"}
    assert all(len(commune.code) == 5 and commune.code.isdigit() and commune.name for commune in communes)
    assert all(20.2 < commune.lat < 21.1 and 105.8 < commune.lon < 106.7 for commune in communes)
    assert Commune.objects.get(name__contains="Phố Hiến").kind == "Phường"


def test_licences_are_all_marked_as_illustration(told: dict[str, Any]) -> None:
    found = versions()
    assert told["licences"] == len(found) == Licence.objects.count() == 12
    for version in found:
        assert version.licence.illustration
        assert "MINHHOA" in version.licence.number
        assert MARK in version.holder.name
        assert MARK in version.issuer
        assert version.valid_from is not None
        assert version.valid_to is not None
        assert version.valid_from < version.valid_to
        assert version.capacity
    assert all(
        mineral.illustration and MARK in mineral.name for mineral in Mineral.objects.filter(code__startswith="MH")
    )


def test_licences_have_areas_one_with_a_hole_and_one_in_two_parts(told: dict[str, Any]) -> None:
    polygons = [version.area["coordinates"] for version in versions()]
    assert [len(parts) for parts in polygons].count(2) == 1
    assert sorted(len(part) for parts in polygons for part in parts) == [1] * 12 + [2]
    for version in versions():
        Area.from_geojson(version.area)  # or ValueError
        assert version.areas.get().corner_table.startswith("Điểm góc\tX (m)\tY (m)\n1\t")


def test_declared_output_leaves_one_licence_over_and_one_silent(told: dict[str, Any]) -> None:
    months = defaultdict(list)
    for row in DeclaredOutput.objects.select_related("licence"):
        assert MARK in row.source
        months[row.licence.number].append(row)
    today = timezone.now().astimezone(VIETNAM).date()
    assert len(months) == 11
    assert told["declared"] == DeclaredOutput.objects.count() == 10 * today.month + 1
    shares = {}
    for version in versions():
        rows = months.get(version.licence.number)
        if rows is None:
            assert version.licence.number == demo_province.SILENT
            continue
        assert {row.year for row in rows} == {today.year}
        assert max(row.month for row in rows) == today.month
        shares[version.licence.number] = sum((row.quantity for row in rows), Decimal(0)) / (version.capacity or 1)
    over = shares.pop(demo_province.OVER)
    assert Decimal("1.25") < over < Decimal("1.5")
    assert all(share <= Decimal("0.51") for share in shares.values())
    sums = LedgerYear.objects.get(licence__number=demo_province.OVER, year=today.year)
    assert sums.declared == pytest.approx(26_000, abs=0.02)


def test_catalogue_and_duties_are_those_of_the_release(told: dict[str, Any]) -> None:
    assert told["violation_types"] == CatalogueEntry.objects.count() > 50
    assert told["duties"] > 10
    hosts = Agency.objects.get(hosts=True)
    assert AgencyDuty.objects.filter(agency=hosts, duty="lead_minerals").exists()
    assert not CatalogueEntry.objects.exclude(verified_on=None).exists()


def test_units_have_places_and_the_river_team_takes_along_what_lies_there(
    told: dict[str, Any], as_: Callable[..., APIClient]
) -> None:
    assert UnitArea.objects.count() == 3
    answer = as_(Officer.objects.get(username="inspector")).get("/api/v1/reference/").json()
    assert [len(answer[kind]) for kind in ("licences", "minerals", "violation_types")] == [
        12,
        Mineral.objects.count(),
        told["violation_types"],
    ]
    assert 30 < len(answer["communes"]) < 104
    everything = as_(Officer.objects.get(username="director")).get("/api/v1/reference/").json()
    assert len(everything["communes"]) == 104


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
    rows = [(event.action, json.loads(event.data)) for event in Event.objects.order_by("index")]
    said = {action: data for action, data in rows if action in ("places:recorded", "licences:recorded")}
    (licences,) = [data for action, data in rows if action == "licences:recorded"]
    assert (licences["versions"], licences["source"]) == (12, demo_province.MARK)
    assert "places:recorded" in said
    assert any(data.get("source") == demo_province.COMMUNE_SOURCE for _, data in rows)
    assert list(verify()) == []


def test_database_in_use_is_refused_and_left_as_it_is(db: None) -> None:
    agency = accounts.agency_create(name="Cơ quan thật")
    with pytest.raises(CommandError) as refusal:
        call_command("load_demo", stdout=StringIO())
    assert refusal.value.returncode == 2
    assert [list(Agency.objects.all()), Unit.objects.count(), Officer.objects.count()] == [[agency], 0, 0]
    assert [Commune.objects.count(), Licence.objects.count(), Event.objects.count()] == [0, 0, 1]


def test_loading_twice_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        call_command("load_demo", stdout=StringIO())
    assert Officer.objects.count() == len(told["accounts"])
