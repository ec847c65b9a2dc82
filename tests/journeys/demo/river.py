"""Where the boats of the story lie."""

from typing import Any

from shared.geo.polygon import bounds
from tests.journeys.demo import story

_METRES_A_DEGREE_OF_LONGITUDE = 104_000  # at 20.8° north


def places(number: int, licences: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """(lat, lon) of each stop of a phone: east of the middle of its licence's first area by `aside_m`."""
    found = []
    for stop in story.STORIES[number]:
        outer = licences[stop.licence]["area"]["coordinates"][0][0]
        south, west, north, east = bounds([tuple((lat, lon) for lon, lat in outer)])
        found.append(((south + north) / 2, (west + east) / 2 + stop.aside_m / _METRES_A_DEGREE_OF_LONGITUDE))
    return found
