"""Inside, outside, cannot tell: the golden places, and what must hold at any place."""

import math
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.geo.polygon import Area, Point, Ring
from shared.rules.geofence import geofence
from shared.rules.verdict import Answer, Verdict
from tests import golden
from tests.shared.strategies import examples
from tests.shared.test_polygon import points, star_rings, turns

GOLDEN = golden.read("geofence_cases.json")
AREAS = {name: Area.from_geojson(geometry) for name, geometry in GOLDEN["areas"].items()}
accuracies = st.floats(0.01, 300)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    asked = {name: case[name] for name in ("lat", "lon", "accuracy_m", "age_s", "mock", "offset_m")}
    verdict = geofence(AREAS[case["area"]], **asked)
    assert (verdict.answer, list(verdict.reasons)) == (case["answer"], case["reasons"])
    assert AREAS[case["area"]].distance_to_boundary_m(case["lat"], case["lon"]) == pytest.approx(
        case["distance_m"], abs=0.005
    )
    assert verdict.numbers["distance_m"] == pytest.approx(case["distance_m"], abs=0.051)
    if case["uncertainty_m"] is None:
        assert "uncertainty_m" not in verdict.numbers
    else:
        assert verdict.numbers["uncertainty_m"] == pytest.approx(case["uncertainty_m"], abs=0.06)
    assert verdict.numbers.get("age_s") == case["age_s"]


def judge(ring: Ring, point: Point, **given: Any) -> Verdict:
    lat, lon = point
    return geofence(Area(((ring,),)), lat=lat, lon=lon, **{"accuracy_m": 4.0, "age_s": 1.0, **given})


@examples
@given(star_rings(), points, accuracies)
def test_an_answer_is_never_wrong(ring: Ring, point: Point, accuracy: float) -> None:
    verdict = judge(ring, point, accuracy_m=accuracy)
    if verdict.answer is not Answer.CANNOT_TELL:
        assert (verdict.answer is Answer.YES) == (turns(ring, *point) == 1)
        assert verdict.numbers["distance_m"] >= verdict.numbers["uncertainty_m"] - 0.1


@examples
@given(star_rings(), points)
def test_far_from_the_boundary_there_is_an_answer(ring: Ring, point: Point) -> None:
    verdict = judge(ring, point)
    assume(verdict.numbers["distance_m"] > 10)
    assert verdict.answer is (Answer.YES if turns(ring, *point) == 1 else Answer.NO)


@examples
@given(star_rings(), points, accuracies, accuracies, st.floats(0, 50), st.floats(0, 50))
def test_knowing_less_never_makes_an_answer(
    ring: Ring, point: Point, accuracy: float, other: float, offset: float, other_offset: float
) -> None:
    better = judge(ring, point, accuracy_m=min(accuracy, other), offset_m=min(offset, other_offset))
    worse = judge(ring, point, accuracy_m=max(accuracy, other), offset_m=max(offset, other_offset))
    if better.answer is Answer.CANNOT_TELL:
        assert worse.answer is Answer.CANNOT_TELL
    if worse.answer is not Answer.CANNOT_TELL:
        assert worse.answer is better.answer
    assert worse.numbers["uncertainty_m"] >= better.numbers["uncertainty_m"]


@examples
@given(
    star_rings(),
    points,
    st.sampled_from([None, 0.0, -3.0, math.nan, math.inf, 4.0]),
    st.sampled_from([None, math.nan, math.inf, -math.inf, 121.0, -121.0, 1.0]),
    st.booleans(),
)
def test_what_is_not_known_well_is_not_told(
    ring: Ring, point: Point, accuracy: float | None, age: float | None, mock: bool
) -> None:
    assume((accuracy, age, mock) != (4.0, 1.0, False))
    verdict = judge(ring, point, accuracy_m=accuracy, age_s=age, mock=mock)
    assert verdict.answer is Answer.CANNOT_TELL
    assert verdict.reasons
    assert all(math.isfinite(number) for number in verdict.numbers.values()), "goes into a sealed report"


@pytest.mark.parametrize("offset", [math.nan, math.inf, 1e300, -1e300])
def test_an_offset_that_is_no_distance_makes_no_answer(offset: float) -> None:
    ring = ((20.64, 106.04), (20.64, 106.05), (20.65, 106.05), (20.65, 106.04), (20.64, 106.04))
    assert judge(ring, (20.645, 106.045)).answer is Answer.YES
    verdict = judge(ring, (20.645, 106.045), offset_m=offset)
    assert (verdict.answer, verdict.reasons) == (Answer.CANNOT_TELL, ("within_uncertainty",))
    assert all(math.isfinite(number) for number in verdict.numbers.values())
    assert judge(ring, (20.645, 106.045), accuracy_m=1e300).answer is Answer.CANNOT_TELL


@examples
@given(star_rings(), points)
def test_a_verdict_names_its_rule_and_a_reason(ring: Ring, point: Point) -> None:
    verdict = judge(ring, point)
    assert (verdict.rule, verdict.version) == ("geofence", "1")
    assert verdict.reasons
    assert verdict.numbers["distance_m"] >= 0
