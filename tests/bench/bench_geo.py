"""A verdict for a position against every licence the phone has, beside one bare point-in-polygon test."""

import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, cast
from uuid import UUID

from mobile.ports import Outbox
from mobile.services.reference import ReferenceData
from mobile.services.register import PhoneRegister
from shared.geo.index import AreaIndex
from shared.geo.polygon import Area, Point
from shared.rules.geofence import geofence
from shared.rules.verdict import Verdict
from tests.bench.frame import Figure, at_most, progress, ratios, timed
from tests.factories.terms import DAY, licence_row

RUNS = 15
PLACES = 400
# Along the rivers of one province and its neighbours: where a phone's licences lie.
PROVINCE = (20.3, 105.6, 21.3, 106.7)
VIETNAM = (8.5, 102.5, 23.3, 109.4)
# Corners of ten licences: the deciles (in the middle of each tenth) of a public register of 777 mining titles that are
# bounded by corner tables, as Vietnamese ones are; their mean is 17.
CORNERS = (4, 5, 6, 8, 10, 13, 16, 21, 28, 48)
# An area remembers the place it was asked last, so no place is asked twice: each round is a centimetre farther north.
STEP_DEG = 1e-7
Box = tuple[float, float, float, float]


def licence(chance: random.Random, box: Box) -> Area:
    """Some 200 m to 2 km across (sand pits and river stretches): corners in the order of bearing."""
    lat, lon = chance.uniform(box[0], box[2]), chance.uniform(box[1], box[3])
    size, flat, turn = chance.uniform(100, 1000), chance.uniform(0.2, 1), chance.uniform(0, math.pi)
    corners = chance.choice(CORNERS)
    ring: list[Point] = []
    for corner in range(corners):
        angle = 2 * math.pi * (corner + chance.uniform(0, 0.6)) / corners
        along, across = size * math.cos(angle), size * flat * math.sin(angle)
        north, east = (
            along * math.cos(turn) - across * math.sin(turn),
            along * math.sin(turn) + across * math.cos(turn),
        )
        ring.append((lat + north / 110_700, lon + east / (111_320 * math.cos(math.radians(lat)))))
    return Area((((*ring, ring[0]),),))


def places(chance: random.Random, areas: list[Area], box: Box) -> list[Point]:
    """A third inside a licence, a third within two kilometres of one, a third anywhere."""
    found: list[Point] = []
    while len(found) < PLACES // 3:
        south, west, north, east = chance.choice(areas).bounds
        lat, lon = chance.uniform(south, north), chance.uniform(west, east)
        if any(area.contains(lat, lon) for area in areas):
            found.append((lat, lon))
    for _ in range(PLACES // 3):
        south, west, north, east = chance.choice(areas).bounds
        found.append((chance.uniform(south - 0.02, north + 0.02), chance.uniform(west - 0.02, east + 0.02)))
    while len(found) < PLACES:
        found.append((chance.uniform(box[0], box[2]), chance.uniform(box[1], box[3])))
    return found


@dataclass(frozen=True)
class Taken:
    """Reference data that a phone took along: licences, and nothing else."""

    licences: Sequence[dict[str, Any]]

    def rows(self, table: str) -> Sequence[dict[str, Any]]:
        return self.licences if table == "licences" else ()

    def settings(self) -> dict[str, Any]:
        return {}


def register_of(areas: Sequence[Area]) -> PhoneRegister:
    """The phone's register of licences with these areas, numbered from 0."""
    rows = []
    for number, area in enumerate(areas):
        polygons = [[[[lon, lat] for lat, lon in ring] for ring in polygon] for polygon in area.polygons]
        where = {"type": "MultiPolygon", "coordinates": polygons}
        rows.append(licence_row(id=str(UUID(int=number)), number=str(number), area=where))
    return PhoneRegister(cast(ReferenceData, Taken(rows)), cast(Outbox, None))


def verdicts(register: PhoneRegister, lat: float, lon: float) -> list[tuple[str, Verdict]]:
    """(number, verdict) of every licence whose area holds the place, else of the nearest one within 5 km."""
    return [
        (terms.number, geofence(terms.area, lat=lat, lon=lon, accuracy_m=4.0, age_s=1.0))
        for terms in register.licences_at(lat, lon, DAY)
        if terms.area
    ]


def figures() -> Iterator[Figure]:
    chance = random.Random(2026)
    areas = [licence(chance, PROVINCE) for _ in range(500)]
    register = register_of(areas)
    here = places(chance, areas, PROVINCE)
    # A bare test that has to look at the edges: a place within the licence's bounds.
    bare = []
    for _ in here:
        area = chance.choice(areas)
        south, west, north, east = area.bounds
        bare.append((area, chance.uniform(south, north), chance.uniform(west, east)))

    rounds = count()

    def judge() -> None:
        moved = next(rounds) * STEP_DEG
        for lat, lon in here:
            verdicts(register, lat + moved, lon)

    def test_bare() -> None:
        for area, lat, lon in bare:
            area.contains(lat, lon)

    progress("500 giấy phép / licences")
    yield at_most(
        "Kết luận trong hay ngoài cho một vị trí với 500 giấy phép / verdict for a position against 500 licences",
        ratios(judge, test_bare, runs=RUNS, repeats=2, yardstick_repeats=20, clock=time.process_time),
        "×",
        limit=20,
        limit_words="20 lần một phép thử điểm trong đa giác (4–48 đỉnh), cùng lượt đo / "
        "20 times one bare point-in-polygon test (4 to 48 corners), same run",
    )

    many = [licence(chance, VIETNAM) for _ in range(5000)]
    country = AreaIndex(enumerate(many))
    there = places(chance, many, VIETNAM)

    def ask() -> None:
        moved = next(rounds) * STEP_DEG
        for lat, lon in there:
            country.containing(lat + moved, lon)
            country.nearest(lat + moved, lon)

    progress("5 000 giấy phép / licences")
    yield at_most(
        "Tìm trong 5 000 giấy phép: chứa vị trí và gần nhất / query of 5,000 licences: containing and nearest",
        [1000 * second / len(there) for second in timed(ask, runs=RUNS, clock=time.process_time)],
        "ms",
        limit=1.0,
        limit_words="1 ms một vị trí / 1 ms a position",
    )
