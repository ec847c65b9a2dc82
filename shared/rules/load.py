"""Does what is on board fit what the paper says?"""

import math
from dataclasses import dataclass

from shared.rules.verdict import Answer, Verdict

RULE = "load_against_paper"
VERSION = "1"
REASONS = frozenset(
    {
        "load_as_on_paper",
        "load_more_than_paper",
        "load_less_than_paper",
        "load_within_uncertainty",
        "load_uncertainty_unknown",
        "load_not_measured",
        "load_in_place",
        "load_density_unknown",
        "paper_without_quantity",
    }
)
# A measurement this sharp (95 %, share of the paper's quantity) that agrees with the paper says "as on paper"; a worse
# one only fails to contradict it. Our own figure: a tape in a truck's body makes 5 to 10 %.
SHARP = 0.15
# What moisture and packing do to a density (95 %): our own figure, for sand between dry and wet.
DENSITY_SHARE = 0.10


@dataclass(frozen=True, slots=True)
class Quantity:
    """`unit`: m3 | t. `in_place`: counted as it lay (nguyên khối), not loose. `uncertainty`: 95 %, same unit."""

    value: float
    unit: str
    uncertainty: float | None = None
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class Density:
    """t per loose m³, and who established it."""

    value: float
    source: str


def against_paper(measured: Quantity | None, paper: Quantity | None, density: Density | None) -> Verdict:
    """YES as the paper says, NO more on board than the paper covers, CANNOT_TELL otherwise.

    Less than on the paper proves nothing: part may have been unloaded, or the paper covers several loads. Another unit
    goes through `density`. Numbers, in the paper's unit: `measured_m3` (or `_t`), `paper_m3`, `uncertainty_m3`,
    `difference_m3` (measured − paper), `difference_percent`; `density_t_per_m3` where it was used.
    """
    if paper is None or not 0 < paper.value < math.inf:
        return Verdict(RULE, VERSION, Answer.CANNOT_TELL, ("paper_without_quantity",), {})
    unit = paper.unit
    numbers: dict[str, float] = {f"paper_{unit}": round(paper.value, 3)}
    if measured is None:
        return _verdict(Answer.CANNOT_TELL, "load_not_measured", numbers)
    if measured.in_place:
        return _verdict(Answer.CANNOT_TELL, "load_in_place", numbers)
    if measured.unit != unit:
        if density is None or not 0 < density.value < math.inf:
            return _verdict(Answer.CANNOT_TELL, "load_density_unknown", numbers)
        numbers["density_t_per_m3"] = round(density.value, 3)
        measured = converted(measured, density)
    difference = measured.value - paper.value
    numbers[f"measured_{unit}"] = round(measured.value, 3)
    numbers[f"difference_{unit}"] = round(difference, 3)
    numbers["difference_percent"] = round(100 * difference / paper.value, 1)
    if measured.uncertainty is None:
        return _verdict(Answer.CANNOT_TELL, "load_uncertainty_unknown", numbers)
    numbers[f"uncertainty_{unit}"] = round(measured.uncertainty, 3)
    if abs(difference) <= measured.uncertainty:
        sharp = measured.uncertainty <= SHARP * paper.value
        return _verdict(*((Answer.YES, "load_as_on_paper") if sharp else _UNSHARP), numbers)
    if difference > 0:
        return _verdict(Answer.NO, "load_more_than_paper", numbers)
    return _verdict(Answer.CANNOT_TELL, "load_less_than_paper", numbers)


def converted(quantity: Quantity, density: Density) -> Quantity:
    """Loose m³ as tonnes, tonnes as loose m³; the density's own uncertainty joins in quadrature."""
    factor, unit = (density.value, "t") if quantity.unit == "m3" else (1 / density.value, "m3")
    value = quantity.value * factor
    if quantity.uncertainty is None:
        return Quantity(value, unit)
    return Quantity(value, unit, math.hypot(quantity.uncertainty * factor, value * DENSITY_SHARE))


_UNSHARP = (Answer.CANNOT_TELL, "load_within_uncertainty")


def _verdict(answer: Answer, reason: str, numbers: dict[str, float]) -> Verdict:
    return Verdict(RULE, VERSION, answer, (reason,), numbers)
