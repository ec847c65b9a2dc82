"""The one way phone and server ask the geofence about a report."""

from dataclasses import replace
from datetime import timedelta

from shared.geo.polygon import Area
from shared.rules.verdict import Answer
from shared.wire.v1.judging import inside_licence, judged_position
from shared.wire.v1.records import Facts, PositionRole
from tests.factories import reports as make

OBSERVER, TARGET = (20.6000, 106.0000), (20.6040, 106.0000)


def square(centre: tuple[float, float], half: float = 0.001) -> Area:
    lat, lon = centre
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1))
    return Area(((tuple((lat + a * half, lon + b * half) for a, b in corners),),))


def seen(**target: object) -> Facts:
    base = make.extraction_facts()
    observer = make.position(lat=OBSERVER[0], lon=OBSERVER[1], fixed_at=base.started_at, accuracy_m=4.0)
    other = make.position(
        role=PositionRole.TARGET,
        lat=TARGET[0],
        lon=TARGET[1],
        fixed_at=base.started_at,
        accuracy_m=4.0,
        uncertainty_m=8.0,
    )
    return replace(base, positions=(observer, replace(other, **target)))


def judge(area: Area | None, facts: Facts) -> tuple[Answer, tuple[str, ...]]:
    verdict = inside_licence(area, facts, sealed_at=facts.started_at + timedelta(hours=2))
    return verdict.answer, verdict.reasons


def test_a_target_with_coordinates_is_judged_and_not_its_observer() -> None:
    facts = seen()
    assert judge(square(TARGET), facts)[0] is Answer.YES
    assert judge(square(OBSERVER), facts)[0] is Answer.NO


def test_a_target_known_by_bearing_alone_leaves_the_observer_to_be_judged() -> None:
    facts = seen(lat=None, lon=None)
    assert judged_position(facts) == facts.positions[0]
    assert judge(square(OBSERVER), facts)[0] is Answer.YES


def test_the_step_to_the_target_widens_the_uncertainty() -> None:
    near_edge = square((TARGET[0] - 0.001 - 0.00012, TARGET[1]))  # the target lies 13 m outside
    assert judge(near_edge, seen(uncertainty_m=1.0))[0] is Answer.NO
    assert judge(near_edge, seen(uncertainty_m=30.0)) == (Answer.CANNOT_TELL, ("within_uncertainty",))


def test_a_fix_from_before_the_check_is_stale_and_one_during_it_is_not() -> None:
    facts = seen()
    assert facts.finished_at is not None
    old = seen(fixed_at=facts.started_at - timedelta(minutes=10))
    assert judge(square(TARGET), old) == (Answer.CANNOT_TELL, ("fix_stale",))
    late = seen(fixed_at=facts.finished_at)
    assert judge(square(TARGET), late)[0] is Answer.YES


def test_a_phone_clock_that_is_wrong_by_hours_makes_no_fix_stale_when_the_offset_is_known() -> None:
    facts = seen()
    wrong = timedelta(hours=5)
    off = replace(
        facts, started_at=facts.started_at - wrong, finished_at=(facts.finished_at or facts.started_at) - wrong
    )
    assert judge(square(TARGET), off)[1] == ("fix_stale",)
    known = replace(off, device_time=replace(off.device_time, offset_s=wrong.total_seconds()))
    assert judge(square(TARGET), known)[0] is Answer.YES


def test_without_boundary_or_position_it_cannot_tell_and_says_why() -> None:
    facts = seen()
    assert judge(None, facts) == (Answer.CANNOT_TELL, ("licence_area_unknown",))
    lost = replace(facts, positions=(replace(facts.positions[0], lat=None, lon=None, missing_reason="no_receiver"),))
    assert judge(square(TARGET), lost) == (Answer.CANNOT_TELL, ("position_missing",))
