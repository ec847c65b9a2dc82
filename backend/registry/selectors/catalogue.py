"""Reading the violation catalogue: what stands, by code and by the day of the act."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from backend.registry.models import CatalogueEntry
from shared.rules import catalogue
from shared.rules.catalogue import Catalogue
from shared.rules.provisions import Consequence, ViolationType


def standing() -> QuerySet[CatalogueEntry]:
    """The rows that stand, of every day; what a later revision replaced is left out."""
    return CatalogueEntry.objects.filter(retired=False).order_by("code", "valid_from")


def entry_row(entry: CatalogueEntry) -> dict[str, Any]:
    """The row as `shared.rules.catalogue` reads it."""
    return {
        "code": entry.code,
        "valid_from": entry.valid_from.isoformat(),
        "valid_to": _iso(entry.valid_to),
        "verified_on": _iso(entry.verified_on),
        "verified_by": entry.verified_by,
        "content": entry.content,
    }


def entry_id(entry: CatalogueEntry) -> str:
    """What phones know the row by: all revisions of one provision have the same."""
    return f"{entry.code}@{entry.valid_from.isoformat()}"


def phone_row(entry: CatalogueEntry) -> dict[str, Any]:
    return {"id": entry_id(entry), **catalogue.for_phones(entry_row(entry))}


def catalogue_standing() -> Catalogue:
    """All of it, with the version that an observation made now would name. One query."""
    return catalogue.read([entry_row(entry) for entry in standing()])


def catalogue_on(day: date) -> tuple[ViolationType, ...]:
    """What is in force for an act of that day, by code. One query."""
    return _types(standing().filter(_on(day)))


def types_on(codes: Collection[str], day: date) -> dict[str, ViolationType]:
    """Code → its row in force for an act of that day; without those that have none. One query."""
    return {found.code: found for found in _types(standing().filter(_on(day), code__in=codes))}


def consequences(codes: Collection[str]) -> dict[str, Consequence]:
    """Remedies and additional sanctions by their code. One query."""
    rows = [entry_row(entry) for entry in standing().filter(code__in=codes)]
    return {row["code"]: catalogue.consequence(row) for row in rows if catalogue.is_consequence(row)}


def revisions(code: str, valid_from: date) -> QuerySet[CatalogueEntry]:
    """Everything that has stood for one provision, the last first."""
    return CatalogueEntry.objects.filter(code=code, valid_from=valid_from).order_by("-revision")


def _types(entries: QuerySet[CatalogueEntry]) -> tuple[ViolationType, ...]:
    rows = (entry_row(entry) for entry in entries)
    return tuple(catalogue.violation_type(row) for row in rows if not catalogue.is_consequence(row))


def _on(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
