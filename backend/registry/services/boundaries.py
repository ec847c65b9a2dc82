"""Boundaries of provinces and communes, as a department's file gave them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import Commune, CommuneBoundary, Province, ProvinceBoundary
from backend.registry.selectors.places import in_force
from backend.registry.services.places import communes_publish
from shared.clock import VIETNAM
from shared.geo.polygon import Area
from shared.problems import FieldError, Problem

COMMUNE, PROVINCE = "commune", "province"
_MODELS: dict[str, tuple[Any, Any]] = {COMMUNE: (Commune, CommuneBoundary), PROVINCE: (Province, ProvinceBoundary)}
_BATCH = 100  # boundaries are long
_COLUMNS = ("geometry", "south", "west", "north", "east", "proposal", "source", "imported_at")


@dataclass(frozen=True, slots=True)
class BoundaryGiven:
    """`place`: COMMUNE or PROVINCE. `geometry`: GeoJSON Polygon or MultiPolygon, WGS84. `proposal`: how an invalid ring
    was mended and who confirmed it."""

    place: str
    code: str
    geometry: dict[str, Any]
    proposal: dict[str, Any] = field(default_factory=dict)
    source: str = ""


def boundaries_record(
    given: Iterable[BoundaryGiven], *, actor: str, now: datetime, subject: str = "registry:boundaries"
) -> dict[str, int]:
    """Record boundaries, in one transaction with one audit event, and tell phones where each commune matters now: how
    many of each kind differ from what there was. A boundary is that of the place as it is today; what the place was
    before gets it too where it has none. Problem `request_invalid` for a place that is not there."""
    today = now.astimezone(VIETNAM).date()
    changed: dict[str, list[str]] = {COMMUNE: [], PROVINCE: []}
    rows = iter(given)
    with transaction.atomic():
        while batch := list(islice(rows, _BATCH)):
            for place in _MODELS:
                here = [one for one in batch if one.place == place]
                changed[place] += _record(place, here, today, now) if here else []
        event = audit.record(
            Action.PLACES_RECORDED,
            subject=subject,
            actor=actor,
            at=now,
            boundaries=[f"{place}:{code}" for place, codes in changed.items() for code in codes[:4000]],
        )
        communes_publish(sorted(set(changed[COMMUNE])), day=today, number=event.index)
    return {f"{place}_boundaries": len(codes) for place, codes in changed.items()}


def _record(place: str, given: Sequence[BoundaryGiven], today: date, now: datetime) -> list[str]:
    """Codes of the places whose boundary changed. The same boundary once more changes nothing: who confirmed a repair
    of it stays."""
    model, boundary = _MODELS[place]
    latest = {one.code: one for one in given}
    codes = list(latest)
    rows: dict[str, list[Any]] = {code: [] for code in codes}
    for row in model.objects.filter(code__in=codes).order_by("valid_from"):
        rows[row.code].append(row)
    present = dict(model.objects.filter(in_force(today), code__in=codes).values_list("code", "pk"))
    if rows.keys() - present.keys():
        unknown = [i for i, one in enumerate(given) if one.code not in present]
        errors = tuple(FieldError(f"[{i}].code", "unknown_place") for i in unknown)
        raise Problem("request_invalid", errors=errors)
    stored = {getattr(one, f"{place}_id"): one for one in boundary.objects.filter(**{f"{place}__code__in": codes})}
    fresh, altered, changed = [], [], []
    for one in latest.values():
        values = _values(one, now)
        for row in rows[one.code]:
            before = stored.get(row.pk)
            if before is None:
                fresh.append(boundary(**{place: row}, **values))
            elif row.pk == present[one.code] and before.geometry != values["geometry"]:
                for name, value in values.items():
                    setattr(before, name, value)
                altered.append(before)
            else:
                continue
            changed.append(one.code)
    boundary.objects.bulk_create(fresh)
    boundary.objects.bulk_update(altered, _COLUMNS)
    return list(dict.fromkeys(changed))


def as_multi(geometry: dict[str, Any]) -> dict[str, Any]:
    """A Polygon as the MultiPolygon it is."""
    if geometry["type"] == "MultiPolygon":
        return geometry
    return {"type": "MultiPolygon", "coordinates": [geometry["coordinates"]]}


def _values(one: BoundaryGiven, now: datetime) -> dict[str, Any]:
    geometry = as_multi(one.geometry)
    south, west, north, east = Area.from_geojson(geometry).bounds
    values = (geometry, south, west, north, east, one.proposal, one.source[:200], now)
    return dict(zip(_COLUMNS, values, strict=True))
