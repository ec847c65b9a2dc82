"""A measured quantity: its value, what went into it, and how far off it may be.

The uncertainty (95 %) is what each reading's own ± makes of the result, half of f(x + u) − f(x − u), all together in
quadrature (JCGM 100:2008, 5.1.3 note 2): readings count as independent.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from shared.i18n import N_, Words
from shared.rules.measuring_words import dimension_name

LOOSE, IN_PLACE, WEIGHT = "loose", "in_place", "weight"
NO_OTHERS: Mapping[str, "Reading"] = MappingProxyType({})

NOT_A_MEASURE = N_("{name} must be above zero: measure it again.")
BAD_UNCERTAINTY = N_("The uncertainty must be zero or more: type it again ({name}).")


class Unmeasurable(Exception):
    """The readings give no such shape. `reason` is a msgid, `values` fill it; `name` is a dimension's."""

    def __init__(self, reason: str, **values: object) -> None:
        self.reason = reason
        self.values = values
        super().__init__(reason.format_map(values))

    def say(self, words: Words) -> str:
        names = {key: dimension_name(words, str(value)) for key, value in self.values.items() if key == "name"}
        return words(self.reason, **{**self.values, **names})


class Method(StrEnum):
    """How it was measured, as the report names it; words in `shared.rules.measuring_words`."""

    TRUCK_BODY = "truck_body"
    TRAPEZOID_BODY = "trapezoid_body"
    CONE_PILE = "cone_pile"
    RIDGE_PILE = "ridge_pile"
    TRUNCATED_CONE_PILE = "truncated_cone_pile"
    TRUNCATED_PILE = "truncated_pile"
    CORNERS = "corners"
    PIT = "pit"
    SPREAD_PILE = "spread_pile"
    DRAUGHT_SURVEY = "draught_survey"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read and how far off it may be: `uncertainty` 95 %, same unit. Lengths in metres."""

    value: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class Converted:
    """What the value was got from: value = `measured` × `factor`."""

    measured: float
    unit: str
    factor: float
    source: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity as the report takes it: `kind` volume | area | mass in `unit` m3 | m2 | t, `basis` loose | in_place |
    weight, None for an area; `dimensions` name → m; `uncertainty` 95 %, same unit; `formula` in the symbols of
    `measuring_words`."""

    kind: str
    value: float
    unit: str
    basis: str | None
    dimensions: Mapping[str, float]
    uncertainty: float
    method: Method
    formula: str
    conversion: Converted | None = None

    @property
    def reading(self) -> Reading:
        return Reading(self.value, self.uncertainty)


Shape = Callable[[Mapping[str, float]], float]


def measured(
    method: Method,
    formula: str,
    lengths: Mapping[str, Reading],
    shape: Shape,
    others: Mapping[str, Reading] = NO_OTHERS,
    *,
    basis: str,
) -> Measured:
    """`shape` of the values, by name, of `lengths` and `others` (what is no length)."""
    readings = {**lengths, **others}
    for name, reading in readings.items():
        checked(name, reading)
    values = {name: reading.value for name, reading in readings.items()}
    shares = (
        (shape({**values, name: r.value + r.uncertainty}) - shape({**values, name: r.value - r.uncertainty})) / 2
        for name, r in readings.items()
    )
    kind, unit = ("mass", "t") if basis == WEIGHT else ("volume", "m3")
    dimensions = {name: values[name] for name in lengths}
    return Measured(kind, shape(values), unit, basis, dimensions, math.hypot(*shares), method, formula)


def checked(name: str, reading: Reading) -> None:
    """Unmeasurable unless the reading is one; `heap` alone may be zero or below."""
    if not math.isfinite(reading.value) or (reading.value <= 0 and name != "heap"):
        raise Unmeasurable(NOT_A_MEASURE, name=name)
    if not (math.isfinite(reading.uncertainty) and reading.uncertainty >= 0):
        raise Unmeasurable(BAD_UNCERTAINTY, name=name)
