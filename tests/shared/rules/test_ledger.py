"""The year's output against capacity, and declared against observed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rules import ledger
from shared.rules.ledger import STEPS, step_of
from shared.rules.verdict import Answer, Verdict
from tests.factories.terms import terms, year_row
from tests.shared.strategies import examples

outputs = st.floats(0, 500_000)
errors = st.floats(0, 20_000)


def capacity(basis: str | None = "loose", **year: Any) -> Verdict:
    return ledger.capacity(
        terms(capacity={"value": 60_000.0, "unit": "m3", "basis": basis}, ledger=[year_row(**year)]), 2026
    )


def compared(**year: Any) -> Verdict:
    return ledger.declared_against_observed(terms(ledger=[year_row(**year)]), 2026)


@pytest.mark.parametrize(
    ("declared", "step"),
    [
        (60_001, 0),
        (68_999, 0),
        (69_000, 15),
        (74_999, 15),
        (75_000, 25),
        (89_999, 25),
        (90_000, 50),
        (119_999, 50),
        (120_000, 100),
        (600_000, 100),
    ],
)
def test_each_step_begins_at_its_per_cent(declared: float, step: int) -> None:
    verdict = capacity(declared=declared, observed=0.0, sampled=True)
    assert verdict.answer is Answer.NO
    assert verdict.numbers["step_percent"] == step
    assert verdict.reasons == ("over_capacity", "declared_over", *((f"over_by_{step}_percent",) if step else ()))
    assert verdict.citation == "NĐ 36/2020/NĐ-CP Đ41 (NĐ 04/2022/NĐ-CP)"
    assert (verdict.numbers["over_percent"] >= 15) == (step >= 15), "what is printed agrees with the step"


def test_up_to_the_capacity_all_is_in_order() -> None:
    verdict = capacity(declared=60_000.0, observed=59_000.0, uncertainty=1_000.0)
    assert (verdict.answer, verdict.reasons, verdict.numbers["taken_percent"]) == (
        Answer.YES,
        ("within_capacity",),
        100.0,
    )


def test_what_was_observed_counts_beyond_its_uncertainty() -> None:
    assert capacity(declared=None, observed=61_000.0, uncertainty=999.0).reasons == ("over_capacity", "observed_over")
    assert capacity(declared=None, observed=61_000.0, uncertainty=1_000.0).reasons == ("capacity_near",)
    assert capacity(declared=None, observed=59_500.0, uncertainty=501.0).reasons == ("capacity_near",)
    assert capacity(declared=None, observed=59_500.0, uncertainty=None).reasons == ("observed_uncertainty_unknown",)


def test_stops_alone_prove_neither_excess_nor_order() -> None:
    much = capacity(declared=None, observed=200_000.0, uncertainty=10.0, sampled=True)
    assert (much.answer, much.reasons) == (Answer.CANNOT_TELL, ("sampled_over", "sampled_only"))
    assert capacity(declared=None, observed=5.0, sampled=True).reasons == ("sampled_only",)
    said = capacity(declared=50_000.0, observed=200_000.0, sampled=True)
    assert said.answer is Answer.CANNOT_TELL
    assert capacity(declared=50_000.0, observed=5_000.0, sampled=True).answer is Answer.YES
    assert capacity(declared=70_000.0, observed=5_000.0, sampled=True).answer is Answer.NO, "by the licensee's own word"


def test_loose_loads_prove_nothing_against_a_capacity_in_place() -> None:
    assert capacity("in_place", declared=None, observed=200_000.0).reasons == ("observed_loose",)
    assert capacity("in_place", declared=70_000.0, observed=200_000.0).reasons[1] == "declared_over"
    solid = terms(capacity={"value": 6e4, "unit": "m3", "basis": "in_place"}, ledger=[year_row(declared=1.0)])
    assert ledger.declared_against_observed(solid, 2026).reasons == ("observed_loose",)


def test_without_figures_or_capacity_it_cannot_tell() -> None:
    assert ledger.capacity(terms(capacity=None), 2026).reasons == ("capacity_unknown",)
    assert ledger.capacity(terms(capacity={"value": 0, "unit": "m3", "basis": None}), 2026).reasons == (
        "capacity_unknown",
    )
    assert ledger.capacity(terms(), 2025).reasons == ("no_figures",)
    assert ledger.declared_against_observed(terms(), 2025).reasons == ("no_figures",)
    assert compared(declared=None).reasons == ("declared_missing",)


def test_the_numbers_carry_the_capacitys_unit() -> None:
    tonnes = terms(capacity={"value": 10.0, "unit": "t", "basis": None}, ledger=[year_row(declared=5.0, observed=4.0)])
    assert set(ledger.capacity(tonnes, 2026).numbers) >= {"permitted_t", "declared_t", "observed_t", "uncertainty_t"}


@pytest.mark.parametrize(
    ("declared", "uncertainty", "answer", "reasons"),
    [
        (90.0, 0.0, Answer.NO, ("declared_less",)),
        (90.01, 0.0, Answer.YES, ("declared_as_observed",)),
        (85.5, 5.0, Answer.NO, ("declared_less",)),
        (86.0, 5.0, Answer.CANNOT_TELL, ("declared_near",)),
        (94.5, 5.0, Answer.CANNOT_TELL, ("declared_near",)),
        (94.6, 5.0, Answer.YES, ("declared_as_observed",)),
        (110.0, 0.0, Answer.YES, ("declared_as_observed",)),
        (110.1, 0.0, Answer.YES, ("declared_as_observed", "declared_more")),
        (110.1, None, Answer.CANNOT_TELL, ("observed_uncertainty_unknown",)),
    ],
)
def test_ten_per_cent_less_is_too_little_declared(
    declared: float, uncertainty: float | None, answer: Answer, reasons: tuple[str, ...]
) -> None:
    verdict = compared(declared=declared, observed=100.0, uncertainty=uncertainty)
    assert (verdict.answer, verdict.reasons) == (answer, reasons)
    assert (verdict.citation != "") == (answer is Answer.NO)


def test_nothing_observed_and_nothing_declared_agree() -> None:
    verdict = compared(declared=0.0, observed=0.0, uncertainty=0.0)
    assert (verdict.answer, verdict.reasons) == (Answer.YES, ("declared_as_observed",))


@examples
@given(outputs, outputs, errors)
def test_stops_never_prove_that_too_little_was_declared(declared: float, observed: float, error: float) -> None:
    verdict = compared(declared=declared, observed=observed, uncertainty=error, sampled=True)
    assert (verdict.answer, verdict.reasons) == (Answer.CANNOT_TELL, ("sampled_only",))


@examples
@given(outputs, st.none() | errors)
def test_stops_never_prove_an_excess(observed: float, error: float | None) -> None:
    verdict = capacity(declared=None, observed=observed, uncertainty=error, sampled=True)
    assert verdict.answer is Answer.CANNOT_TELL


@examples
@given(outputs, outputs)
def test_taking_more_never_lowers_the_step(one: float, other: float) -> None:
    low, high = (step_of(taken, 60_000.0) for taken in (min(one, other), max(one, other)))
    assert low <= high
    assert {low, high} <= {0, *STEPS}


@examples
@given(outputs, outputs, outputs, errors)
def test_declaring_more_never_makes_the_output_less(one: float, other: float, observed: float, error: float) -> None:
    order = [Answer.YES, Answer.CANNOT_TELL, Answer.NO]
    for sampled in (False, True):
        low, high = (
            capacity(declared=said, observed=observed, uncertainty=error, sampled=sampled)
            for said in (min(one, other), max(one, other))
        )
        assert order.index(low.answer) <= order.index(high.answer)


@examples
@given(outputs, errors, errors)
def test_knowing_the_observed_worse_never_makes_an_answer(observed: float, one: float, other: float) -> None:
    sharp, blunt = (
        capacity(declared=None, observed=observed, uncertainty=error) for error in (min(one, other), max(one, other))
    )
    assert blunt.answer in (sharp.answer, Answer.CANNOT_TELL)
