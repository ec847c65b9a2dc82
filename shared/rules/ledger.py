"""The year's output against the licensed capacity, and what was declared against what was observed."""

import math
from collections.abc import Iterator
from datetime import date

from shared.rules.citing import CAPACITY, DECLARED, cited
from shared.rules.terms import Capacity, LicenceTerms, YearSoFar
from shared.rules.verdict import Answer, Verdict

OVER, DECLARED_LESS = "capacity", "declared_against_observed"
VERSION = "1"
REASONS = frozenset(
    {
        "within_capacity",
        "over_capacity",
        "over_by_15_percent",
        "over_by_25_percent",
        "over_by_50_percent",
        "over_by_100_percent",
        "capacity_near",
        "capacity_unknown",
        "declared_over",
        "observed_over",
        "no_figures",
        "sampled_only",
        "sampled_over",
        "observed_uncertainty_unknown",
        "observed_loose",
        "declared_as_observed",
        "declared_less",
        "declared_more",
        "declared_near",
        "declared_missing",
    }
)
# Per cent over the yearly capacity at which a heavier band begins (NĐ 36/2020 Đ41 k2–k5).
STEPS = (100, 50, 25, 15)
# Declared less than observed by this much or more (NĐ 36/2020 Đ54 k3).
LESS_SHARE = 0.10


def capacity(terms: LicenceTerms, year: int) -> Verdict:
    """YES within the licensed output of that year so far, NO over it.

    What was declared counts as declared; what was observed counts where every load was seen, and only beyond its
    uncertainty. Stops that saw some loads never prove an excess, nor that there is none; nor do loose loads against a
    capacity in place (nguyên khối), for nobody has said how much the mineral swells. Numbers, in the capacity's
    unit: `permitted_m3` (or `_t`), `declared_m3`, `observed_m3`, `uncertainty_m3`, and per cent of the capacity
    `taken_percent` (of what decided), `over_percent`, `step_percent` (the last of `STEPS` that was reached).
    """
    permitted, figures = terms.capacity, terms.year(year)
    if permitted is None or not 0 < permitted.value < math.inf:
        return Verdict(OVER, VERSION, Answer.CANNOT_TELL, ("capacity_unknown",), {})
    numbers: dict[str, float] = {f"permitted_{permitted.unit}": permitted.value}
    if figures is None:
        return Verdict(OVER, VERSION, Answer.CANNOT_TELL, ("no_figures",), numbers)
    numbers.update(_figures(figures, permitted.unit))
    proven = dict(_proven(figures, permitted))
    decided = max(proven, key=lambda name: proven[name], default=None)
    if decided is not None and proven[decided] > permitted.value:
        over = 100 * (proven[decided] / permitted.value - 1)
        step = step_of(proven[decided], permitted.value)
        numbers.update(over_percent=_down(over), taken_percent=_down(over + 100), step_percent=step)
        reasons = ["over_capacity", f"{decided}_over", *([f"over_by_{step}_percent"] if step else [])]
        return Verdict(OVER, VERSION, Answer.NO, tuple(reasons), numbers, cited(CAPACITY, date(year, 12, 31)))
    doubts = tuple(_doubts(figures, permitted))
    if doubts:
        return Verdict(OVER, VERSION, Answer.CANNOT_TELL, doubts, numbers)
    taken = max(figures.declared or 0.0, 0.0 if figures.sampled else figures.observed)  # doubts end all else
    numbers["taken_percent"] = round(100 * taken / permitted.value, 1)
    return Verdict(OVER, VERSION, Answer.YES, ("within_capacity",), numbers)


def step_of(taken: float, permitted: float) -> int:
    """The last of `STEPS` that was reached, 0 below the first."""
    # In one unit and without dividing, so that exactly 115 of 100 is 15 % over.
    return next((step for step in STEPS if 100 * taken >= (100 + step) * permitted), 0)


def _down(percent: float) -> float:
    """To a tenth, towards less, so that nothing reads 15 % that has not reached it."""
    return math.floor(percent * 10 + 1e-6) / 10


def _figures(figures: YearSoFar, unit: str) -> Iterator[tuple[str, float]]:
    yield f"observed_{unit}", round(figures.observed, 3)
    if figures.declared is not None:
        yield f"declared_{unit}", round(figures.declared, 3)
    if figures.uncertainty is not None:
        yield f"uncertainty_{unit}", round(figures.uncertainty, 3)


def _proven(figures: YearSoFar, permitted: Capacity) -> Iterator[tuple[str, float]]:
    """At least this much was taken out, by whose word."""
    if figures.declared is not None:
        yield "declared", figures.declared
    if not figures.sampled and figures.uncertainty is not None and not _in_place(permitted):
        yield "observed", figures.observed - figures.uncertainty


def _doubts(figures: YearSoFar, permitted: Capacity) -> Iterator[str]:
    """Why it cannot be said that the output stays within the capacity."""
    if figures.sampled:
        if figures.observed > permitted.value:
            yield "sampled_over"
        if figures.declared is None or figures.observed > permitted.value:
            yield "sampled_only"
    elif _in_place(permitted):
        yield "observed_loose"
    elif figures.uncertainty is None:
        yield "observed_uncertainty_unknown"
    elif figures.observed + figures.uncertainty > permitted.value:
        yield "capacity_near"


def _in_place(permitted: Capacity | None) -> bool:
    return permitted is not None and permitted.basis == "in_place"


def declared_against_observed(terms: LicenceTerms, year: int) -> Verdict:
    """NO where less was declared than observed by 10 % or more, beyond the observed figure's uncertainty.

    Stops that saw some loads never prove it. Numbers as of `capacity`, and `less_percent` of the observed (negative:
    more was declared). More declared than observed by over 10 % is in order here, but has to be explained in writing
    (TT 36/2025/TT-BNNMT): `declared_more`.
    """
    figures = terms.year(year)
    if figures is None:
        return Verdict(DECLARED_LESS, VERSION, Answer.CANNOT_TELL, ("no_figures",), {})
    unit = "m3" if terms.capacity is None else terms.capacity.unit
    numbers = dict(_figures(figures, unit))
    if figures.declared is None:
        return Verdict(DECLARED_LESS, VERSION, Answer.CANNOT_TELL, ("declared_missing",), numbers)
    if figures.observed > 0:
        numbers["less_percent"] = round(100 * (1 - figures.declared / figures.observed), 1)
    if figures.sampled:
        return Verdict(DECLARED_LESS, VERSION, Answer.CANNOT_TELL, ("sampled_only",), numbers)
    if _in_place(terms.capacity):
        return Verdict(DECLARED_LESS, VERSION, Answer.CANNOT_TELL, ("observed_loose",), numbers)
    if figures.uncertainty is None:
        return Verdict(DECLARED_LESS, VERSION, Answer.CANNOT_TELL, ("observed_uncertainty_unknown",), numbers)
    least, most = figures.observed - figures.uncertainty, figures.observed + figures.uncertainty
    if least > 0 and figures.declared <= (1 - LESS_SHARE) * least:
        citation = cited(DECLARED, date(year, 12, 31))
        return Verdict(DECLARED_LESS, VERSION, Answer.NO, ("declared_less",), numbers, citation)
    if most > 0 and figures.declared <= (1 - LESS_SHARE) * most:
        return Verdict(DECLARED_LESS, VERSION, Answer.CANNOT_TELL, ("declared_near",), numbers)
    more = figures.declared > (1 + LESS_SHARE) * most
    reasons = ("declared_as_observed", "declared_more") if more else ("declared_as_observed",)
    return Verdict(DECLARED_LESS, VERSION, Answer.YES, reasons, numbers)
