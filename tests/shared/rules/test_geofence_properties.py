"""Knowing a place less well never turns "cannot tell" into inside or outside."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from shared.geo.polygon import Area, Point, Ring
from shared.rules.geofence import MAX_ACCURACY_M, geofence
from shared.rules.verdict import Answer
from tests.shared.strategies import examples
from tests.shared.test_polygon import metres_away, points, star_rings

# Where an answer can turn, and far beyond: each place is asked with all of them, the worse after the better.
LADDER = (0.01, 1.0, 3.0, 6.0, 12.0, 20.0, 30.0, 45.0, 60.0, 80.0, MAX_ACCURACY_M, MAX_ACCURACY_M + 0.1, 500.0, 1e6)
near_the_middle = st.builds(metres_away, st.floats(-120, 120), st.floats(-120, 120))
places = points | near_the_middle


def falls_silent_and_stays_so(answer: Callable[[float], Answer], drawn: float) -> None:
    said = [answer(metres) for metres in sorted({*LADDER, drawn})]
    told = [one for one in said if one is not Answer.CANNOT_TELL]
    assert said == told + [Answer.CANNOT_TELL] * (len(said) - len(told))
    assert len(set(told)) <= 1, "and it never turns from inside to outside"


@examples
@given(star_rings(), places, st.floats(0, 1e6, exclude_min=True), st.floats(0, 40) | st.just(0.0))
def test_a_larger_accuracy_radius_never_makes_an_answer(ring: Ring, place: Point, drawn: float, offset: float) -> None:
    area = Area(((ring,),))

    def answer(accuracy: float) -> Answer:
        return geofence(area, lat=place[0], lon=place[1], accuracy_m=accuracy, age_s=0.0, offset_m=offset).answer

    falls_silent_and_stays_so(answer, drawn)


@examples
@given(star_rings(), places, st.floats(0, 1e6), st.floats(0.01, 20))
def test_a_target_less_well_known_never_makes_an_answer(
    ring: Ring, place: Point, drawn: float, accuracy: float
) -> None:
    area = Area(((ring,),))

    def answer(offset: float) -> Answer:
        return geofence(area, lat=place[0], lon=place[1], accuracy_m=accuracy, age_s=0.0, offset_m=offset).answer

    falls_silent_and_stays_so(answer, drawn)
