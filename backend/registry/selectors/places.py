"""Places on a day: which commune a position is in, or may be in; which one a name of old papers means now."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import shapely
from django.db.models import Q
from geopy.distance import geodesic
from shapely.geometry import shape

from backend.registry.models import Commune, CommuneBoundary, FormerCommune, Province, ProvinceBoundary
from backend.registry.selectors.place_names import address_parts, place_key, split_kind
from shared.geo.communes import BOUNDARY, OFFERED, Centres, Suggestion
from shared.geo.edges import E2

BATCH = 500
BORDER_M = 1.0  # nearer than this to a boundary a position is on it: both sides are said
_REACH_KM = 35.0  # centres within this are looked at first; nearly everywhere three are among them
_KM_PER_DEGREE = 110.5  # of latitude, at the least
_BORDER_DEGREES = 2 * BORDER_M / 1000 / _KM_PER_DEGREE

Box = tuple[float, float, float, float]


def in_force(day: date, prefix: str = "") -> Q:
    """Rows valid on a day; `prefix`: of the row's table as seen from the question ("commune__")."""
    begun = Q(**{f"{prefix}valid_from__lte": day})
    return begun & (Q(**{f"{prefix}valid_to": None}) | Q(**{f"{prefix}valid_to__gte": day}))


# --- where a position is


def communes_at(lat: float, lon: float, day: date) -> list[Suggestion]:
    """The commune whose boundary holds a position, on a border both; where no boundary does, the nearest centres, which
    say so. At most three queries. ValueError for what is no place on Earth."""
    rows = CommuneBoundary.objects.filter(_round(lat, lon), in_force(day, "commune__"))
    found = _holding(rows.values_list("commune__code", "commune__kind", "commune__name", "geometry"), lat, lon)
    return found or _near(lat, lon, day)


def provinces_at(lat: float, lon: float, day: date) -> list[Suggestion]:
    """The province whose boundary holds a position, on a border both; none where no boundary does. One query."""
    rows = ProvinceBoundary.objects.filter(_round(lat, lon), in_force(day, "province__"))
    return _holding(rows.values_list("province__code", "province__kind", "province__name", "geometry"), lat, lon)


def _round(lat: float, lon: float) -> Q:
    """Boundaries whose box holds a position or touches it."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"{lat}, {lon} is no place on Earth")
    north = _BORDER_DEGREES
    east = north / max(math.cos(math.radians(lat)), 1e-6)
    return Q(south__lte=lat + north, north__gte=lat - north, west__lte=lon + east, east__gte=lon - east)


def _holding(rows: Any, lat: float, lon: float) -> list[Suggestion]:
    """Those that hold the position, deepest first, and then those whose boundary it touches from outside.

    By shapely in the plane tangent at the position, in degrees of latitude: a boundary of thousands of corners is read
    for this one question. Edges are straight in degrees, as everywhere.
    """
    narrow = _degree_east(lat)
    here = shapely.Point(lon * narrow, lat)
    found = []
    for code, kind, name, geometry in rows:
        area = shapely.transform(shape(geometry), lambda xy: xy * (narrow, 1.0))
        line = area.boundary
        nearest = line.interpolate(line.project(here))
        metres = float(geodesic((lat, lon), (nearest.y, nearest.x / narrow)).meters)
        inside = bool(area.covers(here))
        if inside or metres <= BORDER_M:
            rank = (not inside, -metres if inside else metres, code)
            found.append((rank, Suggestion(code, f"{kind} {name}", metres, BOUNDARY)))
    return [one for _, one in sorted(found, key=lambda ranked: ranked[0])]


def _degree_east(lat: float) -> float:
    """A degree of longitude over one of latitude."""
    phi = math.radians(min(max(lat, -89.9), 89.9))
    return math.cos(phi) * (1 - E2 * math.sin(phi) ** 2) / (1 - E2)


def _near(lat: float, lon: float, day: date) -> list[Suggestion]:
    """The nearest centres. A commune with a boundary is not offered, for that says that the position is elsewhere;
    unless all have one."""
    south, north = lat - _REACH_KM / _KM_PER_DEGREE, lat + _REACH_KM / _KM_PER_DEGREE
    narrowest = math.cos(math.radians(min(max(-south, north), 89.0)))
    east = _REACH_KM / _KM_PER_DEGREE / narrowest
    window = Q(lat__range=(south, north), lon__range=(lon - east, lon + east))
    close, _ = _centres(window, day)
    found = close.nearest(lat, lon)
    if len(found) == OFFERED and found[-1].distance_m <= _REACH_KM * 1000:
        return found
    without, everything = _centres(Q(), day)
    return (without if len(without) else everything).nearest(lat, lon)


def _centres(window: Q, day: date) -> tuple[Centres, Centres]:
    """Of the communes without a boundary, and of all."""
    rows = Commune.objects.filter(window, in_force(day)).values("code", "kind", "name", "lat", "lon", "boundary__id")
    every = list(rows)
    return Centres(row for row in every if row["boundary__id"] is None), Centres(every)


def places_at(lat: float, lon: float, day: date) -> dict[str, Any]:
    """`communes_at` with the province of each, and `provinces_at`. At most six queries."""
    communes = communes_at(lat, lon, day)
    of = provinces_of([one.code for one in communes], day)
    results = [
        asdict(one) | dict(zip(("province_code", "province"), of.get(one.code, ("", "")), strict=True))
        for one in communes
    ]
    return {"day": day, "results": results, "provinces": provinces_at(lat, lon, day)}


def provinces_of(codes: Collection[str], day: date) -> dict[str, tuple[str, str]]:
    """Commune's code → code and name with its kind of its province on a day. Two queries."""
    communes = Commune.objects.filter(in_force(day), code__in=codes).values_list("code", "province_code")
    names = _province_names(day)
    return {code: (province, names.get(province, "")) for code, province in communes}


def _province_names(day: date) -> dict[str, str]:
    rows = Province.objects.filter(in_force(day)).values_list("code", "kind", "name")
    return {code: f"{kind} {name}" for code, kind, name in rows}


# --- which commune a name means


@dataclass(frozen=True, slots=True)
class Named:
    """A commune as it is on the day asked for. `former`: the unit of that name which went into it, "" when the name is
    its own."""

    code: str
    name: str
    province_code: str
    province: str
    former: str = ""


def communes_named(text: str, day: date) -> list[Named]:
    """Communes of a day that a name means: their own, one they had, or one of a unit that went into them. What follows
    the name ("huyện Văn Giang, tỉnh Hưng Yên") narrows it down, by the districts and provinces there were or are. Own
    names first, then those of the kind written. Five queries, whatever the name."""
    parts = address_parts(text)
    if not parts:
        return []
    key, (kind, _) = place_key(parts[0]), split_kind(parts[0])
    wider = {place_key(part) for part in parts[1:]}
    meant = _meant(key)
    now = {row.code: row for row in Commune.objects.filter(in_force(day), code__in={one.code for one in meant})}
    names = _province_names(day)
    found = []
    for one in meant:
        row = now.get(one.code)
        if row is None:
            continue
        province = names.get(row.province_code, "")
        if wider <= one.around | {place_key(province)}:
            former = "" if one.words == str(row) else one.words
            rank = (bool(former), bool(kind) and one.kind != kind, one.code, former)
            found.append((rank, Named(row.code, str(row), row.province_code, province, former)))
    return [named for _, named in sorted(found, key=lambda ranked: ranked[0])]


@dataclass(frozen=True, slots=True)
class _Meant:
    """A unit of the name looked for. `code`: of the commune it is or went into. `around`: keys of the district and the
    province it lay in."""

    code: str
    kind: str
    words: str
    around: frozenset[str] = frozenset()


def _meant(key: str) -> list[_Meant]:
    own = [_Meant(row.code, row.kind, str(row)) for row in Commune.objects.filter(name_key=key)]
    return own + [
        _Meant(successor.code, unit.kind, str(unit), frozenset((place_key(unit.district), place_key(unit.province))))
        for unit in FormerCommune.objects.filter(name_key=key).prefetch_related("successors")
        for successor in unit.successors.all()
    ]


def commune_names(codes: Collection[str]) -> dict[str, str]:
    """Code → "Xã Đức Hợp", as the commune was named last; one query. Codes of none are not in it."""
    rows = Commune.objects.filter(code__in=codes).order_by("valid_from") if codes else ()
    return {row.code: f"{row.kind} {row.name}".strip() for row in rows}


# --- what phones get


def commune_rows(codes: Sequence[str], day: date) -> Iterator[tuple[dict[str, Any], Box]]:
    """(row as phones have it, where it matters) of the communes in force on a day; four queries for each 500. Codes
    that are in force no more give nothing."""
    for i in range(0, len(codes), BATCH):
        batch = codes[i : i + BATCH]
        former = _former_names(batch, day)
        for row in Commune.objects.filter(in_force(day), code__in=batch).select_related("boundary").order_by("code"):
            yield _commune_row(row, former[row.code]), commune_box(row)


def _commune_row(row: Commune, former: Sequence[str]) -> dict[str, Any]:
    return {
        "id": row.code,
        "code": row.code,
        "province_code": row.province_code,
        "name": row.name,
        "key": row.name_key,
        "kind": row.kind,
        "lat": row.lat,
        "lon": row.lon,
        "valid_from": row.valid_from.isoformat(),
        "former": list(former),
    }


def commune_box(row: Commune) -> Box:
    """That of its boundary, else its centre: phones take a margin along (settings.REFERENCE_MARGIN_KM)."""
    boundary = getattr(row, "boundary", None)
    if boundary is not None:
        return boundary.south, boundary.west, boundary.north, boundary.east
    return row.lat, row.lon, row.lat, row.lon


def _former_names(codes: Sequence[str], day: date) -> Mapping[str, list[str]]:
    """Code → what it was called or made of before, with the district and province of old papers."""
    found: dict[str, list[str]] = defaultdict(list)
    earlier = Commune.objects.filter(code__in=codes, valid_to__lt=day).order_by("code", "valid_from")
    for code, kind, name in earlier.values_list("code", "kind", "name"):
        found[code].append(f"{kind} {name}")
    units = FormerCommune.objects.filter(successors__code__in=codes).distinct()
    rows = units.values_list("successors__code", "kind", "name", "district", "province")
    for code, kind, name, district, province in sorted(rows):
        found[code].append(", ".join(part for part in (f"{kind} {name}".strip(), district, province) if part))
    return found
