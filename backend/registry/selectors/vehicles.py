"""Reading the trucks and vessels the register knows."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from backend.registry.models import LicensedEquipment, Vehicle

Box = tuple[float, float, float, float]


def vehicle_row(vehicle: Vehicle) -> dict[str, Any]:
    """What phones get."""
    registration, inspection = vehicle.registration_valid_to, vehicle.inspection_valid_to
    return {
        "id": str(vehicle.id),
        "kind": vehicle.kind,
        "mark": vehicle.mark,
        "key": vehicle.mark_key,
        "description": vehicle.description,
        "registration_valid_to": registration.isoformat() if registration else None,
        "inspection_valid_to": inspection.isoformat() if inspection else None,
    }


def vehicles_named(licence_ids: Collection[UUID]) -> Iterator[tuple[Vehicle, Box | None]]:
    """The vehicles these licences name, each with the box round all licences that name it; None where one of them has
    no place. Two queries."""
    here = LicensedEquipment.objects.filter(version__licence_id__in=licence_ids).exclude(mark_key="")
    return vehicles_placed(list(Vehicle.objects.filter(mark_key__in=here.values("mark_key")).order_by("mark_key")))


def vehicles_placed(vehicles: Sequence[Vehicle]) -> Iterator[tuple[Vehicle, Box | None]]:
    """Each with the box round all licences that name it; None where none does or one has no place. One query."""
    sides = ("version__south", "version__west", "version__north", "version__east")
    rows = LicensedEquipment.objects.filter(mark_key__in=[vehicle.mark_key for vehicle in vehicles])
    boxes: dict[str, dict[UUID, list[Box]]] = defaultdict(lambda: defaultdict(list))
    for key, licence, south, *others in rows.values_list("mark_key", "version__licence_id", *sides):
        found = boxes[key][licence]
        if south is not None:
            found.append((south, *others))
    for vehicle in vehicles:
        yield vehicle, _round(boxes[vehicle.mark_key].values())


def _round(by_licence: Collection[list[Box]]) -> Box | None:
    if not by_licence or not all(by_licence):
        return None
    south, west, north, east = zip(*(box for boxes in by_licence for box in boxes), strict=True)
    return min(south), min(west), max(north), max(east)
