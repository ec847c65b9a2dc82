"""Deeper than the licence allows, beyond what the measurement may be off."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rules.depth import depth
from shared.rules.verdict import Answer, Verdict
from tests.factories.terms import terms
from tests.shared.strategies import examples

depths = st.floats(0, 50)
errors = st.floats(0, 10)


def asked(depth_m: float, uncertainty_m: float | None = 0.3, **how: Any) -> Verdict:
    limit = {name: how.pop(name) for name in ("depth_limit_m", "depth_datum") if name in how}
    return depth(terms(**limit), depth_m=depth_m, uncertainty_m=uncertainty_m, **how)


@pytest.mark.parametrize(
    ("depth_m", "answer", "reason"),
    [
        (7.7, Answer.YES, "within_depth"),
        (7.71, Answer.CANNOT_TELL, "depth_within_uncertainty"),
        (8.0, Answer.CANNOT_TELL, "depth_within_uncertainty"),
        (8.3, Answer.CANNOT_TELL, "depth_within_uncertainty"),
        (8.31, Answer.NO, "too_deep"),
    ],
)
def test_the_answer_turns_where_the_uncertainty_leaves_the_limit(depth_m: float, answer: Answer, reason: str) -> None:
    verdict = asked(depth_m)
    assert (verdict.answer, verdict.reasons) == (answer, (reason,))


def test_too_deep_says_by_how_much() -> None:
    assert asked(10.5).numbers == {"depth_m": 10.5, "limit_m": 8.0, "uncertainty_m": 0.3, "excess_m": 2.5}


def test_without_limit_or_uncertainty_it_cannot_tell() -> None:
    assert asked(99.0, depth_limit_m=None).reasons == ("depth_limit_unknown",)
    for uncertainty in (None, float("nan"), float("inf"), -1.0):
        assert asked(99.0, uncertainty).reasons == ("depth_uncertainty_unknown",)


def test_a_lowest_level_needs_the_level_of_the_surface() -> None:
    lowest: dict[str, Any] = {"depth_limit_m": -6.5, "depth_datum": "elevation"}
    assert asked(7.0, **lowest).reasons == ("depth_surface_unknown",)
    assert asked(7.0, **lowest, surface_m=0.8).answer is Answer.YES  # down to -6.2
    beyond = asked(8.0, **lowest, surface_m=0.8, through_water=True)  # down to -7.2, whatever lies above
    assert (beyond.answer, beyond.numbers["limit_m"], beyond.numbers["excess_m"]) == (Answer.NO, 7.3, 0.7)


def test_water_on_top_excuses_no_depth_but_proves_none_either() -> None:
    assert asked(7.0, through_water=True).answer is Answer.YES
    assert asked(12.0, through_water=True).reasons == ("depth_through_water",)


@examples
@given(depths, depths, errors)
def test_digging_deeper_never_makes_it_better(first: float, second: float, error: float) -> None:
    order = [Answer.YES, Answer.CANNOT_TELL, Answer.NO]
    upper, lower = (order.index(asked(at, error).answer) for at in (min(first, second), max(first, second)))
    assert upper <= lower


@examples
@given(depths, errors, errors)
def test_measuring_worse_never_makes_an_answer(depth_m: float, one: float, other: float) -> None:
    sharp, blunt = asked(depth_m, min(one, other)), asked(depth_m, max(one, other))
    assert blunt.answer in (sharp.answer, Answer.CANNOT_TELL)
