"""Which commune a place may be in where no boundary says so: the nearest centre points, offered and never decided.

Runs on phones, on the rows they took along, and on the server.
"""

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.geo.ground import geodesic_m

BOUNDARY, NEAREST_CENTRE = "boundary", "nearest_centre"
OFFERED = 3
_A, _E2 = 6_378_137.0, 0.00669437999014  # WGS84
# Chords put centres in order, geodesics measure them. Of points at one geodesic distance the chords differ, by the
# direction, at most 3 mm at 50 km and 25 m at 1,000 km: the nearest are among a few more than asked for.
_SPARE = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`name` with its kind ("Xã Tân Hưng"). `by`: what says so. `distance_m`: with BOUNDARY metres to the boundary,
    with NEAREST_CENTRE metres to the centre, ≥ 0. Only a BOUNDARY says that the place lies in the commune."""

    code: str
    name: str
    distance_m: float
    by: str


class Centres:
    """Centre points of communes, read once for many questions. Rows as phones have them: `code`, `name`, `kind`, `lat`,
    `lon` in degrees WGS84. ValueError for a row that is no place on Earth."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = [
            (_from_centre(lat, lon), (lat, lon), str(row["code"]), _named(row))
            for row in rows
            for lat, lon in [_degrees(row["lat"], row["lon"])]
        ]

    def __len__(self) -> int:
        return len(self._rows)

    def nearest(self, lat: float, lon: float, limit: int = OFFERED) -> list[Suggestion]:
        """The `limit` nearest centres, nearest first, equals by their code; fewer when there are fewer. ValueError for
        what is no place on Earth."""
        place = _degrees(lat, lon)
        here = _from_centre(*place)
        close = heapq.nsmallest(limit + _SPARE, self._rows, key=lambda row: math.dist(row[0], here))
        measured = [
            Suggestion(code, name, geodesic_m(place, centre), NEAREST_CENTRE) for _, centre, code, name in close
        ]
        return sorted(measured, key=lambda found: (found.distance_m, found.code))[:limit]


def nearest_centres(
    rows: Iterable[Mapping[str, Any]], lat: float, lon: float, limit: int = OFFERED
) -> list[Suggestion]:
    """`Centres(rows).nearest(…)` for one question."""
    return Centres(rows).nearest(lat, lon, limit)


def _named(row: Mapping[str, Any]) -> str:
    return " ".join(part for part in (str(row.get("kind") or ""), str(row["name"])) if part)


def _degrees(lat: Any, lon: Any) -> tuple[float, float]:
    lat, lon = float(lat), float(lon)
    if not (-90 <= lat <= 90 and math.isfinite(lon)):
        raise ValueError(f"{lat}, {lon} is no place on Earth")
    return lat, lon


def _from_centre(lat: float, lon: float) -> tuple[float, float, float]:
    """Metres from the Earth's centre, on the ellipsoid."""
    phi, lam = math.radians(lat), math.radians(lon)
    nu = _A / math.sqrt(1 - _E2 * math.sin(phi) ** 2)
    return nu * math.cos(phi) * math.cos(lam), nu * math.cos(phi) * math.sin(lam), nu * (1 - _E2) * math.sin(phi)
