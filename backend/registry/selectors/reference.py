"""What a phone takes along: everything above its cursor that matters where its officer works."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Max, Q

from backend.accounts.models import Unit
from backend.registry.models import ReferenceRow, UnitArea

KINDS = ("licences", "minerals", "violation_types", "communes", "vehicles")
SETTINGS = "settings"
FORMAT = "2"  # of the rows; a phone with rows of another format gets everything anew


@dataclass(frozen=True, slots=True)
class Place:
    """`box`: south, west, north, east in degrees, margin included; None: everywhere."""

    box: tuple[float, float, float, float] | None

    @property
    def key(self) -> str:
        return "all" if self.box is None else sha256(repr(self.box).encode()).hexdigest()[:12]

    def holds(self) -> Q:
        if self.box is None:
            return Q()
        south, west, north, east = self.box
        return Q(south=None) | Q(south__lte=north, north__gte=south, west__lte=east, east__gte=west)


EVERYWHERE = Place(None)
_KM_PER_DEGREE = 111.2  # of latitude; of longitude less, so that the margin is at least what it says
_KM_PER_DEGREE_EAST = 100.0  # at Vietnam's northern end (23.4°) 102 km


def place_of(unit: Unit | None) -> Place:
    """Where a unit works, with the neighbours round it (settings.REFERENCE_MARGIN_KM); inherited from the units above;
    everywhere when none of them has a place."""
    if unit is None:
        return EVERYWHERE
    above = [part for part in unit.path.split("/") if part]
    areas = UnitArea.objects.filter(unit_id__in=above).select_related("unit")
    nearest = max(areas, key=lambda area: len(area.unit.path), default=None)
    if nearest is None:
        return EVERYWHERE
    north = settings.REFERENCE_MARGIN_KM / _KM_PER_DEGREE
    east = settings.REFERENCE_MARGIN_KM / _KM_PER_DEGREE_EAST
    box = (nearest.south - north, nearest.west - east, nearest.north + north, nearest.east + east)
    return Place(tuple(round(side, 4) for side in box))  # type: ignore[arg-type]


def _since(cursor: str | None, place: Place) -> int | None:
    """The number a phone has everything up to; None when its cursor is of another format, place or office."""
    parts = (cursor or "").split(".")
    if len(parts) != 3 or parts[0] != FORMAT or parts[2] != place.key:
        return None
    return int(parts[1]) if parts[1].isdecimal() and parts[1].isascii() and len(parts[1]) < 16 else None


def delta(place: Place, cursor: str | None) -> dict[str, Any]:
    """`{cursor, <kind>[]…, settings, removed[]}`: what changed above `cursor`, for that place.

    `removed`: ids of rows that are gone or matter elsewhere only; for a phone whose cursor is of no use, all such.
    """
    # First the number, then the rows: what is written in between comes now and once more with the next delta.
    newest = ReferenceRow.objects.aggregate(newest=Max("number"))["newest"] or 0
    since = _since(cursor, place)
    if since is not None and since > newest:
        since = None  # of another office, or of a database that was put back
    fresh = ReferenceRow.objects.exclude(kind=SETTINGS)
    if since is not None:
        fresh = fresh.filter(number__gt=since)
    here = fresh.filter(place.holds(), removed=False).order_by("kind", "row_id")
    found: dict[str, Any] = {"cursor": f"{FORMAT}.{newest}.{place.key}", **{kind: [] for kind in KINDS}}
    for kind, body in here.values_list("kind", "body"):
        found[kind].append(json.loads(body))
    found["settings"] = phone_settings()
    gone = fresh.exclude(pk__in=here.values("pk")) if cursor else fresh.none()
    found["removed"] = list(gone.order_by("row_id").values_list("row_id", flat=True))
    return found


def etag_of(package: dict[str, Any], cursor: str | None) -> str:
    """Changes whenever the answer to the same question does."""
    return sha256(json.dumps([cursor, package["cursor"], package["settings"]], sort_keys=True).encode()).hexdigest()[
        :32
    ]


def phone_settings() -> dict[str, Any]:
    rows = ReferenceRow.objects.filter(kind=SETTINGS, removed=False)
    return {key: json.loads(body) for key, body in rows.values_list("row_id", "body")}


def bodies(kind: str) -> Iterable[dict[str, Any]]:
    """Every row of a kind as phones have it, one after the other."""
    rows = ReferenceRow.objects.filter(kind=kind, removed=False).order_by("row_id").values_list("body", flat=True)
    return (json.loads(body) for body in rows.iterator(chunk_size=500))


def newest(kind: str) -> int:
    """Number of the last change of a kind: what was made from its rows is good as long as this stays."""
    return ReferenceRow.objects.filter(kind=kind).aggregate(newest=Max("number"))["newest"] or 0


def licence_history_needed(row: dict[str, Any], day: str) -> bool:
    """Whether a day (ISO) lies before every version that phones have of a licence."""
    return day < min(str(found["effective_from"]) for found in (row, *row["versions"]))
