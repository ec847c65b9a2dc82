"""What a phone takes along: everything above its cursor that matters where its officer works.

A cursor is `<format>.<number>.<place>.<mark>`: the format of the rows, the number of the last change it holds, where
its officer works, and the beginning of that change's hash in the audit chain. A number alone would not do: an office
put back from a backup gives the same numbers once more, to other changes.

Nothing can be missed: a number is an audit index, and whoever appends to the chain holds its head until the commit, so
numbers become visible in their order (`tests/backend/registry/test_reference_concurrent.py`).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Max, Q, TextField, Value, When

from backend.accounts.models import Unit
from backend.audit.models import Event
from backend.registry.models import ReferenceRow, UnitArea
from shared.wire.v1.reference import ALL_ELSE, KINDS
from shared.wire.v1.reference import ROW_FORMAT as FORMAT

SETTINGS = "settings"
_MARK = 8


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
_KM_PER_DEGREE = 110.5  # of latitude, at the least (at the equator), so that the margin is at least what it says
_KM_PER_DEGREE_EAST = 100.0  # of longitude; at Vietnam's northern end (23.4°) 102 km


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
    up = settings.REFERENCE_MARGIN_KM / _KM_PER_DEGREE
    aside = settings.REFERENCE_MARGIN_KM / _KM_PER_DEGREE_EAST
    box = (nearest.south - up, nearest.west - aside, nearest.north + up, nearest.east + aside)
    south, west, north, east = (round(side, 4) for side in box)
    return Place((south, west, north, east))


@dataclass(frozen=True, slots=True)
class Asked:
    """A phone's question as the office stands now. `since`: the number it has everything up to; None when it has
    nothing, or nothing of use. `cursor`: what it will have. `anew`: it has rows, and gets all of them anew."""

    place: Place
    since: int | None
    cursor: str
    anew: bool
    etag: str


def asked(place: Place, cursor: str | None) -> Asked:
    """Three queries with the place's: enough to say that there is nothing new, without reading a row."""
    newest = ReferenceRow.objects.aggregate(newest=Max("number"))["newest"] or 0
    number, mark = _number(cursor, place)
    marks = dict(Event.objects.filter(index__in=(newest, number)).values_list("index", "hash"))
    since = number if number <= newest and mark == _mark(marks, number) else None
    now = f"{FORMAT}.{newest}.{place.key}.{_mark(marks, newest)}"
    etag = sha256(json.dumps([cursor, now]).encode()).hexdigest()[:32]
    return Asked(place, since, now, anew=bool(cursor) and since is None, etag=etag)


def _number(cursor: str | None, place: Place) -> tuple[int, str]:
    """Number and mark of a cursor; one that no office gave for this format and place has a mark that never fits."""
    parts = (cursor or "").split(".")
    if len(parts) != 4 or (parts[0], parts[2]) != (FORMAT, place.key):
        return 0, ""
    fits = parts[1].isdecimal() and parts[1].isascii() and len(parts[1]) < 16
    return (int(parts[1]), parts[3]) if fits else (0, "")


def _mark(hashes: dict[int, str], number: int) -> str:
    return hashes.get(number, "-")[:_MARK]


def delta(question: Asked) -> dict[str, Any]:
    """`{cursor, <kind>[]…, settings, removed[]}`: what changed since, for that place; `settings` always whole.

    `removed`: ids of rows that are gone or matter elsewhere only. A phone that gets everything anew is told `ALL_ELSE`
    as well, for it may hold what this office has never had.
    """
    # The number was read before the rows: what is written in between comes now and once more with the next delta.
    here = question.place.holds() & Q(removed=False)
    rows = ReferenceRow.objects.exclude(kind=SETTINGS)
    if question.since is not None:
        # What came and went again in between, or came elsewhere, is none of this phone's business.
        rows = rows.filter(here | Q(first__lte=question.since), number__gt=question.since)
    elif not question.anew:
        rows = rows.filter(here)
    # One statement for what comes and what goes, so that no row can be in both or in neither.
    text = Case(When(here, then=F("body")), default=Value(None), output_field=TextField(null=True))
    found: dict[str, Any] = {"cursor": question.cursor, **{kind: [] for kind in KINDS}}
    removed = [ALL_ELSE] if question.anew else []
    for kind, row_id, body in rows.order_by("kind", "row_id").values_list("kind", "row_id", text):
        if body is None:
            removed.append(row_id)
        else:
            found[kind].append(json.loads(body))
    return {**found, "settings": phone_settings(), "removed": removed}


def phone_settings() -> dict[str, Any]:
    rows = ReferenceRow.objects.filter(kind=SETTINGS, removed=False).order_by("row_id")
    return {key: json.loads(body) for key, body in rows.values_list("row_id", "body")}


def bodies(kind: str) -> Iterable[dict[str, Any]]:
    """Every row of a kind as phones have it, one after the other."""
    rows = ReferenceRow.objects.filter(kind=kind, removed=False).order_by("row_id").values_list("body", flat=True)
    return (json.loads(body) for body in rows.iterator(chunk_size=500))
