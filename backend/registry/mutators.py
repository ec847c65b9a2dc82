"""Publishing to phones: called by the services, inside their transaction, with the number of their audit event."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from backend.registry.models import ReferenceRow

BATCH = 500
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# How each kind's ids look. What phones drop is a list of ids without their kinds: none may be another kind's too.
ID_FORMS = {
    "licences": _UUID,
    "vehicles": _UUID,
    "communes": r"[0-9]{5}",
    "minerals": r"mineral:.+",
    "violation_types": r"[A-Z0-9-]+@[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "settings": r"[a-z][a-z_]*",
}


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """`body`: a JSON object, with its `id` (of "settings": any JSON value, the id is its name). `box`: (south, west,
    north, east) in degrees, None: it matters everywhere."""

    id: str
    body: Any
    box: tuple[float, float, float, float] | None = None


def publish(kind: str, rows: Iterable[PhoneRow], *, number: int) -> int:
    """Make `rows` what phones get; how many differ from what they got before. Only those take the new number.

    ValueError for an id that is not of the kind's form (`ID_FORMS`) or not the body's.
    """
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
    fresh = {}
    for row in rows:
        _check(kind, row)
        body = json.dumps(row.body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        before = stored.get(row.id)
        box = row.box or (None, None, None, None)
        if before is None or before.removed or before.body != body or _box(before) != box:
            south, west, north, east = box
            fresh[row.id] = ReferenceRow(
                kind=kind,
                row_id=row.id,
                number=number,
                first=number,  # stays what it was where the row is there already
                body=body,
                south=south,
                west=west,
                north=north,
                east=east,
            )
    ReferenceRow.objects.bulk_create(
        fresh.values(),
        update_conflicts=True,
        unique_fields=["kind", "row_id"],
        update_fields=["number", "removed", "body", "south", "west", "north", "east"],
    )
    return len(fresh)


def _check(kind: str, row: PhoneRow) -> None:
    if not re.fullmatch(ID_FORMS[kind], row.id, re.DOTALL):
        raise ValueError(f"{row.id!r} is no id for {kind}: expected {ID_FORMS[kind]}")
    if kind != "settings" and row.body["id"] != row.id:
        raise ValueError(f"the body of {kind} {row.id} says that it is {row.body['id']!r}")


def _box(row: ReferenceRow) -> tuple[float | None, ...]:
    return row.south, row.west, row.north, row.east


def withdraw(kind: str, ids: Iterable[str], *, number: int) -> int:
    """Have phones drop these rows; how many they had. The row stays, for phones that learn of it later."""
    if not connection.in_atomic_block:
        raise RuntimeError("what phones get changes with what it was made from, in one transaction")
    wanted = list(ids)
    return sum(
        ReferenceRow.objects.filter(kind=kind, row_id__in=wanted[i : i + BATCH], removed=False).update(
            removed=True, number=number
        )
        for i in range(0, len(wanted), BATCH)
    )
