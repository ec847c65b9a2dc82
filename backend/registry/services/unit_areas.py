"""Where a unit works, and with it what its phones take along."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from backend.accounts.models import Unit
from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import Commune, UnitArea
from shared.problems import FieldError, Problem

Box = tuple[float, float, float, float]
# What a commune known by its centre only may reach to each side, in degrees (about 10 km).
_ROUND_A_CENTRE = 0.1


def unit_area_set(
    *,
    unit: Unit,
    province_code: str,
    commune_codes: Collection[str],
    box: Box | None,
    actor: str,
    now: datetime,
) -> UnitArea:
    """Say where a unit works. `box` (south, west, north, east in degrees): None for that of the communes named, or of
    all of the province when none is. Its phones fetch everything anew with their next pull. Problem `request_invalid`
    where the place is not known."""
    codes = sorted(set(commune_codes))
    south, west, north, east = _box_checked(box) if box else _box_of(province_code, codes)
    with transaction.atomic():
        area, _ = UnitArea.objects.update_or_create(
            unit=unit,
            defaults={
                "province_code": province_code,
                "commune_codes": codes,
                "south": south,
                "west": west,
                "north": north,
                "east": east,
            },
        )
        audit.record(
            Action.PLACES_RECORDED,
            subject=f"unit:{unit.id}",
            actor=actor,
            at=now,
            province=province_code,
            communes=codes,
            box=[south, west, north, east],
        )
    return area


def _box_checked(box: Box) -> Box:
    south, west, north, east = box
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        raise Problem("request_invalid", errors=(FieldError("box", "value", {"expected": "S < N, W < E (°)"}),))
    return box


def _box_of(province_code: str, codes: list[str]) -> Box:
    wanted = Q(code__in=codes) if codes else Q(province_code=province_code)
    found = list(Commune.objects.filter(wanted, valid_to=None).select_related("boundary"))
    if not found or set(codes) - {commune.code for commune in found}:
        field = "commune_codes" if codes else "province_code"
        raise Problem("request_invalid", errors=(FieldError(field, "unknown_place"),))
    boxes = [_commune_box(commune) for commune in found]
    south, west, north, east = zip(*boxes, strict=True)
    return min(south), min(west), max(north), max(east)


def _commune_box(commune: Commune) -> Box:
    boundary = getattr(commune, "boundary", None)
    if boundary is not None:
        return boundary.south, boundary.west, boundary.north, boundary.east
    reach = _ROUND_A_CENTRE
    return commune.lat - reach, commune.lon - reach, commune.lat + reach, commune.lon + reach
