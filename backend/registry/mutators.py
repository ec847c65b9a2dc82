"""Publishing to phones: called by the services, inside their transaction, with the number of their audit event."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from backend.registry.models import ReferenceRow

BATCH = 500


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """`body`: JSON object with its `id`. `box`: (south, west, north, east) in degrees, None: it matters everywhere."""

    id: str
    body: dict[str, Any]
    box: tuple[float, float, float, float] | None = None


def publish(kind: str, rows: Iterable[PhoneRow], *, number: int) -> int:
    """Make `rows` what phones get; how many differ from what they got before. Only those take the new number."""
    if not connection.in_atomic_block:
        raise RuntimeError("what phones get changes with what it was made from, in one transaction")
    changed = 0
    batch: list[PhoneRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            changed += _publish(kind, batch, number)
            batch = []
    return changed + (_publish(kind, batch, number) if batch else 0)


def _publish(kind: str, rows: Sequence[PhoneRow], number: int) -> int:
    stored = {
        found.row_id: found for found in ReferenceRow.objects.filter(kind=kind, row_id__in=[row.id for row in rows])
    }
    fresh = []
    for row in rows:
        body = json.dumps(row.body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        south, west, north, east = row.box or (None, None, None, None)
        before = stored.get(row.id)
        if before is None or before.removed or before.body != body:
            fresh.append(
                ReferenceRow(
                    kind=kind, row_id=row.id, number=number, body=body, south=south, west=west, north=north, east=east
                )
            )
    ReferenceRow.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["kind", "row_id"],
        update_fields=["number", "removed", "body", "south", "west", "north", "east"],
    )
    return len(fresh)


def withdraw(kind: str, ids: Iterable[str], *, number: int) -> int:
    """Have phones drop these rows; how many they had. The row stays, for phones that learn of it later."""
    return ReferenceRow.objects.filter(kind=kind, row_id__in=list(ids), removed=False).update(
        removed=True, number=number
    )
