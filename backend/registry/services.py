"""Writes to the registry."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from backend.audit import services as audit
from backend.audit.actions import Action
from backend.registry.models import Commune, Licence
from shared.geo.polygon import Area


def communes_load(rows: Iterable[dict[str, Any]], *, source: str, now: datetime) -> int:
    """Insert or update communes by code; the number of rows. `rows`: the columns of `Commune`."""
    communes = [Commune(**row) for row in rows]
    with transaction.atomic():
        Commune.objects.bulk_create(
            communes,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["province_code", "name", "kind", "lat", "lon"],
            batch_size=500,
        )
        audit.record(
            Action.REGISTRY_LOADED,
            subject="registry:communes",
            actor=audit.SYSTEM,
            at=now,
            rows=len(communes),
            source=source,
        )
    return len(communes)


def licences_load(rows: Iterable[dict[str, Any]], *, source: str, now: datetime) -> int:
    """Insert or update licences by number; ValueError when an area is none."""
    licences = [Licence(**row) for row in rows]
    for licence in licences:
        Area.from_geojson(licence.area)
    with transaction.atomic():
        Licence.objects.bulk_create(
            licences,
            update_conflicts=True,
            unique_fields=["number"],
            update_fields=["holder", "mineral", "area", "valid_from", "valid_to", "illustration"],
        )
        audit.record(
            Action.REGISTRY_LOADED,
            subject="registry:licences",
            actor=audit.SYSTEM,
            at=now,
            rows=len(licences),
            source=source,
        )
    return len(licences)
