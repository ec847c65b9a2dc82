"""Distances and directions on the WGS84 ellipsoid, by geopy (Karney 2013), which is loaded when it is first asked.

`import geopy` brings every geocoder it knows and their network libraries along: a quarter of a second of processor time
that a phone would spend before it shows anything.
"""

from functools import cache
from typing import Any

Place = tuple[float, float]  # (lat, lon) in degrees WGS84


def geodesic_m(one: Place, other: Place) -> float:
    """Length of the geodesic between both."""
    return float(_geodesic()(one, other).meters)


def destination(start: Place, bearing_deg: float, distance_m: float) -> Place:
    """Where one arrives: `bearing_deg` clockwise from true north."""
    there = _geodesic()(meters=distance_m).destination(start, bearing_deg)
    return float(there.latitude), float(there.longitude)


@cache
def _geodesic() -> Any:
    from geopy.distance import geodesic

    return geodesic
