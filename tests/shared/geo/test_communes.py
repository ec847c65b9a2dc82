"""The nearest centres: the true nearest, in their order, wherever one stands."""

import math
from time import process_time
from typing import Any

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from shared.geo.communes import BOUNDARY, NEAREST_CENTRE, Centres, Suggestion, nearest_centres


def row(code: str, lat: Any, lon: Any, name: str = "Tân Hưng", kind: str = "Xã") -> dict[str, Any]:
    return {"id": code, "code": code, "name": name, "kind": kind, "lat": lat, "lon": lon}


def grid(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Centres strewn over Vietnam's box, the same ones every time."""
    state, rows = seed, []
    for number in range(count):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        lat = 8.5 + 14.8 * (state / 2**31)
        state = (state * 1_103_515_245 + 12_345) % 2**31
        rows.append(row(f"{number:05d}", lat, 102.2 + 7.2 * (state / 2**31)))
    return rows


def test_a_suggestion_says_what_it_is() -> None:
    (found,) = nearest_centres([row("11977", 20.6384, 106.097)], 20.6384, 106.107)
    assert found == Suggestion("11977", "Xã Tân Hưng", found.distance_m, NEAREST_CENTRE)
    # 0.01° of longitude at latitude 20.6384° on WGS84: a cos φ / √(1 − e² sin² φ) × π/18000
    assert found.distance_m == pytest.approx(1042.1874, abs=0.001)
    assert NEAREST_CENTRE != BOUNDARY


def test_nearest_first_and_no_more_than_asked_for() -> None:
    rows = [row("00003", 20.0, 106.03), row("00001", 20.0, 106.01), row("00002", 20.0, 105.98), row("00004", 21, 106)]
    assert [one.code for one in nearest_centres(rows, 20.0, 106.0)] == ["00001", "00002", "00003"]
    assert [one.code for one in nearest_centres(rows, 20.0, 106.0, 1)] == ["00001"]
    assert len(nearest_centres(rows, 20.0, 106.0, 9)) == 4
    assert nearest_centres([], 20.0, 106.0) == []


def test_centres_at_one_distance_come_by_their_code() -> None:
    rows = [row("00002", 20.0, 106.0), row("00001", 20.0, 106.0)]
    assert [one.code for one in nearest_centres(rows, 20.1, 106.0)] == ["00001", "00002"]


def test_across_the_antimeridian_the_short_way_counts() -> None:
    (found, _) = nearest_centres([row("00001", 0.0, -179.9), row("00002", 0.0, 170.0)], 0.0, 179.9)
    assert (found.code, round(found.distance_m)) == ("00001", 22264)


@pytest.mark.parametrize(("lat", "lon"), [(90.1, 0.0), (math.nan, 0.0), (0.0, math.inf), (0.0, math.nan)])
def test_what_is_no_place_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="no place on Earth"):
        Centres([row("00001", 20.0, 106.0)]).nearest(lat, lon)
    with pytest.raises(ValueError, match="no place on Earth"):
        Centres([row("00001", lat, lon)])


@given(lat=st.floats(7.0, 24.0), lon=st.floats(101.5, 115.0), seed=st.integers(1, 50), limit=st.integers(1, 5))
def test_they_are_the_nearest_by_geodesic(lat: float, lon: float, seed: int, limit: int) -> None:
    rows = grid(60, seed)
    by_distance = sorted((float(geodesic((lat, lon), (one["lat"], one["lon"])).meters), one["code"]) for one in rows)
    found = Centres(rows).nearest(lat, lon, limit)
    assert [(one.distance_m, one.code) for one in found] == by_distance[:limit]


def test_a_phone_answers_for_the_whole_country_at_once() -> None:
    """Measured against reading the rows' numbers once, on the same machine."""
    rows = grid(3321)
    centres = Centres(rows)
    assert len(centres) == 3321

    def best(times: int, call: Any) -> float:
        spent = []
        for _ in range(times):
            began = process_time()
            call()
            spent.append(process_time() - began)
        return min(spent)

    once = best(7, lambda: [math.hypot(float(one["lat"]) - 20.6, float(one["lon"]) - 106.0) for one in rows])
    assert best(7, lambda: centres.nearest(20.6, 106.0)) < 8 * once
