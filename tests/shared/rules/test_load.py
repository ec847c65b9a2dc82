"""What is on board against what the paper says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rules.load import Density, Quantity, against_paper, converted
from shared.rules.verdict import Answer, Verdict
from tests.shared.strategies import examples

WET_SAND = Density(1.4, "số tròn để thử")
amounts = st.floats(0.1, 500)
errors = st.floats(0, 50)


def m3(value: float, uncertainty: float | None = None) -> Quantity:
    return Quantity(value, "m3", uncertainty)


def asked(measured: Quantity | None, on_paper: Quantity | None = None, density: Density | None = None) -> Verdict:
    return against_paper(measured, on_paper or m3(12.0), density)


@pytest.mark.parametrize(
    ("measured", "answer", "reason"),
    [
        (m3(12.0, 0.6), Answer.YES, "load_as_on_paper"),
        (m3(12.6, 0.6), Answer.YES, "load_as_on_paper"),
        (m3(12.61, 0.6), Answer.NO, "load_more_than_paper"),
        (m3(11.39, 0.6), Answer.CANNOT_TELL, "load_less_than_paper"),
        (m3(13.0, 1.79), Answer.YES, "load_as_on_paper"),
        (m3(13.0, 1.81), Answer.CANNOT_TELL, "load_within_uncertainty"),
        (m3(20.0, 9.0), Answer.CANNOT_TELL, "load_within_uncertainty"),
        (m3(20.0, None), Answer.CANNOT_TELL, "load_uncertainty_unknown"),
        (None, Answer.CANNOT_TELL, "load_not_measured"),
        (Quantity(20.0, "m3", 0.1, in_place=True), Answer.CANNOT_TELL, "load_in_place"),
        (Quantity(20.0, "t", 0.1), Answer.CANNOT_TELL, "load_density_unknown"),
    ],
)
def test_more_than_the_paper_is_only_what_is_more_beyond_the_uncertainty(
    measured: Quantity | None, answer: Answer, reason: str
) -> None:
    verdict = asked(measured)
    assert (verdict.answer, verdict.reasons) == (answer, (reason,))


def test_the_difference_is_said_in_the_papers_unit() -> None:
    assert asked(m3(17.4, 0.87)).numbers == {
        "paper_m3": 12.0,
        "measured_m3": 17.4,
        "uncertainty_m3": 0.87,
        "difference_m3": 5.4,
        "difference_percent": 45.0,
    }


def test_another_unit_goes_through_the_density_and_takes_its_doubt_along() -> None:
    verdict = asked(m3(20.0, 1.0), Quantity(20.0, "t"), WET_SAND)
    assert verdict.answer is Answer.NO
    assert verdict.numbers["measured_t"] == 28.0
    assert verdict.numbers["uncertainty_t"] == pytest.approx((1.4**2 + 2.8**2) ** 0.5, abs=5e-4)
    assert verdict.numbers["density_t_per_m3"] == 1.4
    back = asked(Quantity(28.0, "t", 0.0), m3(12.0), WET_SAND)
    assert (back.answer, back.numbers["measured_m3"], back.numbers["uncertainty_m3"]) == (Answer.NO, 20.0, 2.0)
    assert asked(Quantity(28.0, "t", 0.1), None, Density(0.0, "sai")).reasons == ("load_density_unknown",)


@pytest.mark.parametrize("on_paper", [0.0, -3.0, float("nan"), float("inf")])
def test_a_paper_without_a_quantity_says_nothing(on_paper: float) -> None:
    assert asked(m3(12.0, 0.6), m3(on_paper)).reasons == ("paper_without_quantity",)
    assert against_paper(m3(12.0, 0.6), None, None).reasons == ("paper_without_quantity",)


@examples
@given(amounts, errors, st.floats(0.5, 3))
def test_there_and_back_is_the_same_quantity(value: float, error: float, density: float) -> None:
    there = converted(converted(m3(value, error), Density(density, "")), Density(density, ""))
    assert there.unit == "m3"
    assert there.value == pytest.approx(value)
    assert there.uncertainty is not None
    assert there.uncertainty >= error - 1e-9


@examples
@given(amounts, amounts, errors, errors)
def test_measuring_worse_never_makes_an_answer_no(value: float, on_paper: float, one: float, other: float) -> None:
    sharp, blunt = (asked(m3(value, error), m3(on_paper)) for error in (min(one, other), max(one, other)))
    if blunt.answer is Answer.NO:
        assert sharp.answer is Answer.NO


@examples
@given(amounts, amounts, amounts, errors)
def test_carrying_more_never_makes_an_excess_go_away(one: float, other: float, on_paper: float, error: float) -> None:
    less, more = (asked(m3(value, error), m3(on_paper)) for value in (min(one, other), max(one, other)))
    if less.answer is Answer.NO:
        assert more.answer is Answer.NO
