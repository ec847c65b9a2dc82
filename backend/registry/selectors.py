"""Reading communes and licences."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from backend.registry.models import Commune, Licence
from shared.geo.polygon import Area
from shared.wire.v1.canonical import canonical_bytes


def reference_package() -> dict[str, Any]:
    """All a phone needs to know: `{cursor, licences[], communes[]}`; `cursor` is a hash of the content."""
    licences = [
        {
            "id": str(row.id),
            "number": row.number,
            "holder": row.holder,
            "mineral": row.mineral,
            "area": row.area,
            "valid_from": row.valid_from.isoformat(),
            "valid_to": row.valid_to.isoformat(),
            "illustration": row.illustration,
        }
        for row in Licence.objects.order_by("number")
    ]
    columns = ("code", "province_code", "name", "kind", "lat", "lon")
    communes = [{"id": row["code"], **row} for row in Commune.objects.order_by("code").values(*columns)]
    content = {"licences": licences, "communes": communes}
    return {"cursor": hashlib.sha256(canonical_bytes(content)).hexdigest()[:32], **content}


def licence_areas(ids: list[UUID]) -> Iterator[tuple[UUID, Area]]:
    """(id, area) of the licences named."""
    for row in Licence.objects.filter(id__in=ids).order_by("number"):
        yield row.id, Area.from_geojson(row.area)
