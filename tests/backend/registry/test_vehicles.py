"""Trucks and vessels the register knows."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from backend.audit import services as audit
from backend.audit.models import Event
from backend.registry.models import ReferenceRow, Vehicle
from backend.registry.selectors.reference import bodies
from backend.registry.services.given import EquipmentGiven
from backend.registry.services.vehicles import VehicleGiven, vehicle_remove, vehicles_record
from shared.problems import Problem
from shared.rules.terms import EquipmentKind
from tests.factories.registry import licence

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
TRUCK = VehicleGiven("road", "87C-123.45", "Xe ben (thử)", date(2027, 1, 1), date(2026, 12, 31))

pytestmark = pytest.mark.django_db


def record(*given: VehicleGiven) -> list[Vehicle]:
    return vehicles_record(given, actor=audit.SYSTEM, now=NOW, source="thử")


def test_a_vehicle_reaches_phones_by_its_mark() -> None:
    (made,) = record(TRUCK)
    (row,) = bodies("vehicles")
    assert row == {
        "id": str(made.id),
        "kind": "road",
        "mark": "87C-123.45",
        "key": "87C12345",
        "description": "Xe ben (thử)",
        "registration_valid_to": "2027-01-01",
        "inspection_valid_to": "2026-12-31",
    }
    assert ReferenceRow.objects.get().south is None, "no licence names it: it matters everywhere"


def test_the_same_mark_written_otherwise_is_the_same_vehicle() -> None:
    (made,) = record(TRUCK)
    assert record(TRUCK) == []
    (changed,) = record(VehicleGiven("road", "87C 12345", inspection_valid_to=date(2027, 6, 30)))
    assert changed.id == made.id
    assert Vehicle.objects.get().inspection_valid_to == date(2027, 6, 30)
    assert Event.objects.filter(action="registry:changed").count() == 3


def test_a_vessel_a_licence_names_is_kept_where_the_licence_is() -> None:
    licence(equipment=(EquipmentGiven(EquipmentKind.WATERWAY, "HY-0123", "Tàu hút"),))
    record(VehicleGiven("waterway", "HY 0123", "Tàu hút (sửa)", date(2027, 1, 1)))
    row = ReferenceRow.objects.get(kind="vehicles")
    assert (row.south, row.west) == (20.6, 106.0)
    assert "2027-01-01" in row.body


def test_many_vehicles_are_placed_with_one_query(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    record(*(VehicleGiven("road", f"87C-{n:05d}") for n in range(2)))
    few = 2 + 60  # an insert each, and a fixed number round them
    with django_assert_max_num_queries(few + 20):
        record(*(VehicleGiven("road", f"87D-{n:05d}") for n in range(60)))


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"kind": "air"}, "[1].kind"),
        ({"mark": "–"}, "[1].mark"),
        ({"mark": "9" * 61}, "[1].mark"),
        ({"description": "x" * 301}, "[1].description"),
    ],
)
def test_what_is_no_vehicle_is_refused_whole(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(Problem) as refusal:
        record(TRUCK, VehicleGiven(**{"kind": "road", "mark": "87C-543.21", **fields}))
    assert [error.path for error in refusal.value.errors] == [path]
    assert not Vehicle.objects.exists()


def test_a_vehicle_taken_off_the_list_is_dropped_by_phones() -> None:
    (made,) = record(TRUCK)
    vehicle_remove(made.id, reason="ghi nhầm", actor="an", now=NOW)
    assert ReferenceRow.objects.get().removed
    with pytest.raises(Problem) as refusal:
        vehicle_remove(made.id, reason="ghi nhầm", actor="an", now=NOW)
    assert refusal.value.code == "not_found"
    with pytest.raises(Problem) as refusal:
        vehicle_remove(made.id, reason="", actor="an", now=NOW)
    assert refusal.value.code == "request_invalid"
