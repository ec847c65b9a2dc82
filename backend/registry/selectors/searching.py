"""The licence register as lists and pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.registry.models import Licence, LicenceArea, LicenceVersion
from backend.registry.selectors.licences import in_force, version_row, with_terms
from backend.registry.selectors.terms import History, Register, register
from shared.problems import Problem
from shared.rules.terms import LicenceTerms, MineralFamily
from shared.vietnamese import number_key, search_key

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`q`: words of the number, a holder or a mineral, with or without accents; `number`: the whole number, however it
    is written; `mineral`: a code; `valid_on`: not known to have ended or not begun that day; `box`: south, west, north,
    east in degrees. What an amendment changed counts as it stands on `day`; `q` finds former holders too."""

    day: date
    q: str = ""
    number: str = ""
    mineral: str = ""
    family: MineralFamily | None = None
    valid_on: date | None = None
    box: Box | None = None


def licences(wanted: Wanted) -> QuerySet[Licence]:
    """Those that fit, in a list to be paged by their number. Reads the register that the process keeps."""
    known = register()
    fit = [licence for licence, history in known.licences.items() if _fits(history, wanted)]
    everything = Licence.objects.order_by("number")
    return everything if len(fit) == len(known.licences) else everything.filter(id__in=fit)


def _fits(history: History, wanted: Wanted) -> bool:
    terms = history.on(wanted.valid_on or wanted.day)
    return (
        all(word in history.words for word in search_key(wanted.q).split())
        and (not wanted.number or history.key == number_key(wanted.number))
        and (not wanted.mineral or any(mineral.code == wanted.mineral for mineral in terms.minerals))
        and (wanted.family is None or wanted.family in terms.families)
        and (wanted.valid_on is None or _may_be_valid(terms, wanted.valid_on))
        and (wanted.box is None or _meets(terms, wanted.box))
    )


def _may_be_valid(terms: LicenceTerms, day: date) -> bool:
    begun = (terms.valid_from or terms.effective_from) <= day
    return begun and (terms.valid_to is None or day <= terms.valid_to)


def _meets(terms: LicenceTerms, box: Box) -> bool:
    if terms.area is None:
        return False
    south, west, north, east = terms.area.bounds
    return south <= box[2] and box[0] <= north and west <= box[3] and box[1] <= east


def lines(rows: Iterable[Licence], day: date) -> list[dict[str, Any]]:
    """One line of the list each: the version in force on `day`."""
    known = register()
    return [line for row in rows if (line := _line(known, row.id, day)) is not None]


def _line(known: Register, licence: UUID, day: date) -> dict[str, Any] | None:
    terms = known.licence(licence, day)
    if terms is None:
        return None  # recorded between two queries; on the next page or the next time
    return {
        "id": terms.id,
        "number": terms.number,
        "version": terms.version,
        "effective_from": terms.effective_from,
        "holder": terms.holder,
        "tax_code": terms.tax_code,
        "issuer": terms.issuer,
        "issuer_level": terms.issuer_level,
        "group": terms.group,
        "minerals": [{"code": m.code, "name": m.name, "family": m.family} for m in terms.minerals],
        "capacity": None
        if terms.capacity is None
        else {"value": terms.capacity.value, "unit": terms.capacity.unit, "basis": terms.capacity.basis},
        "valid_from": terms.valid_from,
        "valid_to": terms.valid_to,
        "box": None if terms.area is None else list(terms.area.bounds),
        "illustration": terms.illustration,
    }


def licence_detail(licence_id: UUID, day: date) -> dict[str, Any]:
    """A licence with all its versions, the newest first; in a fixed number of queries. Problem `not_found`."""
    licence = with_terms().prefetch_related("versions__areas").filter(id=licence_id).first()
    versions = list(licence.versions.all()) if licence else []
    if licence is None or not versions:
        raise Problem("not_found")
    current = in_force(versions, day)
    return {
        "id": licence.id,
        "number": licence.number,
        "illustration": licence.illustration,
        "versions": [_version(version, in_force=version == current) for version in reversed(versions)],
    }


def _version(version: LicenceVersion, *, in_force: bool) -> dict[str, Any]:
    return {
        **version_row(version),
        "in_force": in_force,
        "recorded_at": version.recorded_at,
        "areas": [_area(area) for area in version.areas.all()],
    }


def _area(area: LicenceArea) -> dict[str, Any]:
    declared = None if area.declared_ha is None else float(area.declared_ha)
    return {
        "name": area.name,
        "epsg": area.epsg,
        "corner_table": area.corner_table,
        "geometry": area.geometry,
        "declared_ha": declared,
        "computed_ha": area.computed_ha,
        "difference_percent": round(100 * (area.computed_ha / declared - 1), 2) if declared else None,
        "repair": area.repair,
        "source": area.source,
    }
