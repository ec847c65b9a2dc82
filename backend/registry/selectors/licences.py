"""Reading the licence register: as phones get it, as the rules read it, as lists show it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from backend.registry.models import LedgerYear, Licence, LicenceVersion
from shared.problems import Problem

# Reports arrive late: a phone and the assessment have at hand what was in force this long ago; older versions are read
# from the register when a report asks for them.
RECENT = timedelta(days=60)

DECIMALS = 7  # of a degree, in the rows that phones get

Box = tuple[float, float, float, float]


def with_terms() -> QuerySet[Licence]:
    """Licences with all that `licence_row` reads, in a fixed number of queries."""
    versions = LicenceVersion.objects.select_related("holder").prefetch_related(
        "minerals__mineral", "equipment", "stockyards"
    )
    return Licence.objects.order_by("number").prefetch_related(
        Prefetch("versions", versions.order_by("effective_from", "version")),
        Prefetch("ledger_years", LedgerYear.objects.order_by("year")),
    )


def licence_by_id(licence_id: UUID) -> Licence:
    """Problem `not_found`."""
    licence = Licence.objects.filter(id=licence_id).first()
    if licence is None:
        raise Problem("not_found")
    return licence


def licence_row(licence: Licence, *, today: date, all_versions: bool = False) -> dict[str, Any]:
    """What phones get and `shared.rules.terms.terms_on` reads: the version in force today, `versions` with those that
    were in force lately or will be (all of them when asked for)."""
    versions = list(licence.versions.all())
    current = in_force(versions, today)
    index = versions.index(current)
    ended = {v.pk: later.effective_from for v, later in zip(versions, versions[1:], strict=False)}
    others = [
        version_row(version)
        for i, version in enumerate(versions)
        if i != index and (all_versions or i > index or ended[version.pk] >= today - RECENT)
    ]
    return {
        "id": str(licence.id),
        "number": licence.number,
        "illustration": licence.illustration,
        **version_row(current),
        "versions": [{**other, "illustration": licence.illustration} for other in others],
        "ledger": [
            {
                "year": entry.year,
                "declared": entry.declared,
                "observed": entry.observed,
                "uncertainty": entry.uncertainty,
                "sampled": entry.sampled,
                "as_of": _iso(entry.as_of),
            }
            for entry in licence.ledger_years.all()
            if entry.year >= today.year - 1
        ],
    }


def in_force(versions: list[LicenceVersion], day: date) -> LicenceVersion:
    """The last that had taken effect on `day`, the first when none had. `versions` by effective_from, version."""
    begun = [version for version in versions if version.effective_from <= day]
    return begun[-1] if begun else versions[0]


def licence_box(licence: Licence) -> Box | None:
    """Round all its versions, so that a phone learns of an area that moved away; None when the register has no area."""
    boxes = [(v.south, v.west, v.north, v.east) for v in licence.versions.all() if v.south is not None]
    if not boxes:
        return None
    south, west, north, east = (tuple(float(side or 0.0) for side in sides) for sides in zip(*boxes, strict=True))
    return min(south), min(west), max(north), max(east)


def version_row(version: LicenceVersion) -> dict[str, Any]:
    """One version as JSON; null where the register does not know."""
    return {
        "version": version.version,
        "effective_from": version.effective_from.isoformat(),
        "basis": version.basis,
        "holder": version.holder.name,
        "tax_code": version.holder.tax_code or None,
        "issuer": version.issuer,
        "issuer_level": version.issuer_level or None,
        "issued_on": _iso(version.issued_on),
        "group": version.group or None,
        "purpose": version.purpose,
        "minerals": [
            {
                "code": row.mineral.code,
                "name": row.mineral.name,
                "key": row.mineral.name_key,
                "family": row.mineral.family,
                "density": row.mineral.density,
                "density_source": row.mineral.density_source,
            }
            for row in version.minerals.all()
        ],
        "area": None if version.area is None else area_in_row(version.area),
        "depth_limit_m": version.depth_limit_m,
        "depth_datum": version.depth_datum,
        "capacity": None
        if version.capacity is None
        else {
            "value": float(version.capacity),
            "unit": version.capacity_unit,
            "basis": version.capacity_basis or None,
        },
        "hours": version.hours,
        "season": version.season,
        "equipment": [
            {
                "kind": row.kind,
                "mark": row.mark,
                "key": row.mark_key,
                "description": row.description,
                "count": row.count,
            }
            for row in version.equipment.all()
        ],
        "stockyards": [
            {"name": row.name, "address": row.address, "lat": row.lat, "lon": row.lon}
            for row in version.stockyards.all()
        ],
        "explosives": version.explosives,
        "valid_from": _iso(version.valid_from),
        "valid_to": _iso(version.valid_to),
    }


def area_in_row(area: dict[str, Any]) -> dict[str, Any]:
    """The MultiPolygon with 7 decimals (1 cm), which is a third of what phones would fetch otherwise; both sides judge
    by it. A ring so small that its corners would fall together stays as it is."""
    return {
        "type": area["type"],
        "coordinates": [[_rounded(ring) for ring in polygon] for polygon in area["coordinates"]],
    }


def _rounded(ring: list[list[float]]) -> list[list[float]]:
    corners = [[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat, *_ in ring]
    apart = [corner for i, corner in enumerate(corners) if i == 0 or corner != corners[i - 1]]
    return apart if len(apart) >= 4 else ring


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
