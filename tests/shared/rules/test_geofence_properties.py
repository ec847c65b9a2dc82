"""Knowing a place less well never turns "cannot tell" into inside or outside."""

from hypothesis import given
from hypothesis import strategies as st

from shared.geo.polygon import Area, Point, Ring
from shared.rules.geofence import geofence
from shared.rules.verdict import Answer
from tests.shared.strategies import examples
from tests.shared.test_polygon import points, star_rings

radii = st.floats(0, 1e6, exclude_min=True)
offsets = st.floats(0, 1e6)


@examples
@given(star_rings(), points, radii, radii, offsets)
def test_a_larger_accuracy_radius_never_makes_an_answer(
    ring: Ring, point: Point, one: float, other: float, offset: float
) -> None:
    area = Area(((ring,),))

    def answer(accuracy: float) -> Answer:
        return geofence(area, lat=point[0], lon=point[1], accuracy_m=accuracy, age_s=0.0, offset_m=offset).answer

    sharp, blunt = answer(min(one, other)), answer(max(one, other))
    if sharp is Answer.CANNOT_TELL:
        assert blunt is Answer.CANNOT_TELL
    assert blunt in (sharp, Answer.CANNOT_TELL)


@examples
@given(star_rings(), points, radii, offsets, offsets)
def test_a_target_less_well_known_never_makes_an_answer(
    ring: Ring, point: Point, accuracy: float, one: float, other: float
) -> None:
    area = Area(((ring,),))

    def answer(offset: float) -> Answer:
        return geofence(area, lat=point[0], lon=point[1], accuracy_m=accuracy, age_s=0.0, offset_m=offset).answer

    sharp, blunt = answer(min(one, other)), answer(max(one, other))
    assert blunt in (sharp, Answer.CANNOT_TELL)
