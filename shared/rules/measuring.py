"""From what a tape reads to cubic metres and tonnes: the shapes met on trucks, in stockyards, pits and on vessels.

Every helper is pure and says how it got there: formula, lengths, and how far off the result may be (95 %), see
`shared.rules.measured`. What a shape is not (bulging boards, a pile on uneven ground) is not in its uncertainty.

Volumes of bodies and piles are textbook geometry, and loose; a pit's is in place.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from shared.i18n import N_
from shared.rules.measured import (
    BAD_UNCERTAINTY,
    IN_PLACE,
    LOOSE,
    NOT_A_MEASURE,
    WEIGHT,
    Converted,
    Measured,
    Method,
    Reading,
    Shape,
    Unmeasurable,
    checked,
    measured,
)

Point = tuple[float, float]

# Water met in rivers, estuaries and at sea, t/m³.
DENSITIES = (0.99, 1.03)
# Student's t, 95 % two-sided, 1 to 20 degrees of freedom (JCGM 100:2008, table G.2); beyond, the last.
_T = (
    12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23,
    2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10, 2.09, 2.09,
)  # fmt: skip

_NOTHING_LEFT = N_("The load would be empty: check the height and how far it stands below the rim.")
_TOO_SHORT = N_("The pile is shorter than it is wide: measure it as a cone, or check length and width.")
_TOP_WIDER = N_("The top of the pile is wider than its base: check both widths.")
_FEW_CORNERS = N_("An area needs at least three corners: measure the missing ones.")
_NOT_ROUND = N_("The corners do not go round one area: put them in the order of walking round it.")
_NOT_DEEPER = N_("The loaded draught must be more than the light draught: check both readings.")
_NO_WATER = N_("The density of water lies between {least} and {most} t/m³: check the reading.")
_NO_READING = N_("A mean needs at least one reading: measure the depth or the height.")
_NO_COUNT = N_("Nothing was counted: the number must be at least 1.")
_NO_SOURCE = N_("The conversion factor has no source: say who established it.")
_WRONG_FACTOR = N_("Loose material takes up no less room than in place: the swell factor must be 1 or more.")
_WRONG_BASIS = N_("Only a volume that is loose or in place can be converted: measure a volume.")


# --- on a truck


def truck_body(length: Reading, width: Reading, height: Reading, heap: Reading | None = None) -> Measured:
    """A box, inside measures. `height` from the floor to the rim; `heap`: mean height of the load above the rim, below
    it negative, None for level."""
    lengths = {"length": length, "width": width, "height": height}
    if heap is None:
        return _volume(Method.TRUCK_BODY, "V = L × W × H", lengths, lambda v: v["length"] * v["width"] * v["height"])
    if height.value + heap.value <= 0:
        raise Unmeasurable(_NOTHING_LEFT)
    return _volume(
        Method.TRUCK_BODY,
        "V = L × W × (H + h)",
        {**lengths, "heap": heap},
        lambda v: v["length"] * v["width"] * (v["height"] + v["heap"]),
    )


def trapezoid_body(
    bottom_length: Reading, bottom_width: Reading, top_length: Reading, top_width: Reading, height: Reading
) -> Measured:
    """A body that widens upwards (or a load that narrows): a prismoid, level at the top."""
    return _prismoid(Method.TRAPEZOID_BODY, bottom_length, bottom_width, top_length, top_width, height)


# --- in a stockyard


def cone_pile(height: Reading, *, circumference: Reading | None = None, diameter: Reading | None = None) -> Measured:
    """One of the two, at the foot: round the pile is the easier to tape. ValueError unless exactly one is given."""
    if circumference is not None and diameter is None:
        return _volume(
            Method.CONE_PILE,
            "V = C² × H / (12 × π)",
            {"circumference": circumference, "height": height},
            lambda v: v["circumference"] ** 2 * v["height"] / (12 * math.pi),
        )
    if diameter is not None and circumference is None:
        return _volume(
            Method.CONE_PILE,
            "V = π × D² × H / 12",
            {"diameter": diameter, "height": height},
            lambda v: math.pi * v["diameter"] ** 2 * v["height"] / 12,
        )
    raise ValueError("either the circumference or the diameter")


def ridge_pile(length: Reading, base_width: Reading, height: Reading, crest_width: Reading | None = None) -> Measured:
    """A windrow, `length` along the ground from tip to tip: a prism of trapezoid section (a triangle without
    `crest_width`) with half a cone at either end."""
    if length.value < base_width.value:
        raise Unmeasurable(_TOO_SHORT)
    lengths = {"length": length, "base_width": base_width, "height": height}
    if crest_width is None:
        return _volume(
            Method.RIDGE_PILE,
            "V = (L − B) × B × H / 2 + π × B² × H / 12",
            lengths,
            lambda v: _ridge(v["length"], v["base_width"], 0.0, v["height"]),
        )
    if crest_width.value > base_width.value:
        raise Unmeasurable(_TOP_WIDER)
    return _volume(
        Method.RIDGE_PILE,
        "V = (L − B) × (B + b) × H / 2 + π × H × (B² + B × b + b²) / 12",
        {**lengths, "crest_width": crest_width},
        lambda v: _ridge(v["length"], v["base_width"], v["crest_width"], v["height"]),
    )


def truncated_cone_pile(base_diameter: Reading, top_diameter: Reading, height: Reading) -> Measured:
    """A round pile with a flat top."""
    if top_diameter.value > base_diameter.value:
        raise Unmeasurable(_TOP_WIDER)
    return _volume(
        Method.TRUNCATED_CONE_PILE,
        "V = π × H × (D² + D × d + d²) / 12",
        {"base_diameter": base_diameter, "top_diameter": top_diameter, "height": height},
        lambda v: _frustum(v["base_diameter"], v["top_diameter"], v["height"]),
    )


def truncated_pile(
    bottom_length: Reading, bottom_width: Reading, top_length: Reading, top_width: Reading, height: Reading
) -> Measured:
    """A four-sided pile with a flat top."""
    if top_length.value > bottom_length.value or top_width.value > bottom_width.value:
        raise Unmeasurable(_TOP_WIDER)
    return _prismoid(Method.TRUNCATED_PILE, bottom_length, bottom_width, top_length, top_width, height)


# --- on the ground


def corners_area(corners: Sequence[Point], uncertainty_m: float) -> Measured:
    """m² between corners (east, north) in metres of one plane (VN-2000), in the order of walking round, the first not
    repeated. `uncertainty_m` 95 % of each coordinate. Gauss's area formula."""
    if len(corners) < 3:
        raise Unmeasurable(_FEW_CORNERS)
    if not (math.isfinite(uncertainty_m) and uncertainty_m >= 0):
        raise Unmeasurable(BAD_UNCERTAINTY, name="corners")
    if not all(math.isfinite(number) for corner in corners for number in corner):
        raise Unmeasurable(NOT_A_MEASURE, name="corners")
    if _crosses_itself(corners):
        raise Unmeasurable(_NOT_ROUND)
    # Near the origin nothing is lost to the size of the coordinates.
    (e0, n0), count = corners[0], len(corners)
    near = [(east - e0, north - n0) for east, north in corners]
    terms = [a[0] * b[1] - b[0] * a[1] for a, b in zip(near, near[1:] + near[:1], strict=True)]
    # ∂A/∂e and ∂A/∂n of a corner are half the distance between its neighbours in the other axis.
    spans = [math.dist(corners[i - 1], corners[(i + 1) % count]) / 2 for i in range(count)]
    area = abs(math.fsum(terms)) / 2
    if not area:
        raise Unmeasurable(_NOT_ROUND)
    dimensions = {f"{axis}_{i}": c[k] for i, c in enumerate(corners, 1) for k, axis in enumerate(("east", "north"))}
    return Measured(
        "area", area, "m2", None, dimensions, uncertainty_m * math.hypot(*spans), Method.CORNERS,
        "S = |Σ (Eᵢ × Nᵢ₊₁ − Eᵢ₊₁ × Nᵢ)| / 2",
    )  # fmt: skip


def pit(area: Reading, depths: Sequence[Reading]) -> Measured:
    """`area` in m² times the mean of depths taken evenly over it, in place. With several depths their scatter counts: t
    × s / √n joins what the tape may be off (JCGM 100:2008, 4.2.3 and table G.2)."""
    return _by_mean(Method.PIT, "V = S × (h₁ + … + hₙ) / n", area, "depth", depths, IN_PLACE)


def spread_pile(area: Reading, heights: Sequence[Reading]) -> Measured:
    """A pile spread flat: `area` in m² times the mean of heights taken evenly over it, loose; scatter as for a pit."""
    return _by_mean(Method.SPREAD_PILE, "V = S × (h₁ + … + hₙ) / n", area, "height", heights, LOOSE)


# --- on the water


def mean_draught(forward: Sequence[Reading], midship: Sequence[Reading], aft: Sequence[Reading]) -> Reading:
    """Of the marks read on port and starboard (one or two at each place): (F + A + 6 M) / 8, the mean of means of
    draught surveys (UN/ECE code ECE/ENERGY/19, 1992), which allows for a hull that sags or hogs."""
    places = ((forward, 1 / 8), (midship, 6 / 8), (aft, 1 / 8))
    if not all(marks for marks, _ in places):
        raise ValueError("a reading forward, midship and aft")
    weighed = [(mark, weight / len(marks)) for marks, weight in places for mark in marks]
    for mark, _ in weighed:
        checked("draught", mark)
    return Reading(
        math.fsum(mark.value * weight for mark, weight in weighed),
        math.hypot(*(mark.uncertainty * weight for mark, weight in weighed)),
    )


def draught_survey(
    length: Reading, breadth: Reading, loaded: Reading, light: Reading, block: Reading, density: Reading
) -> Measured:
    """Tonnes on board from how much deeper a vessel lies than empty: length and breadth at the waterline, mean
    draughts, block coefficient, density of the water in t/m³.

    The principle is that of draught surveys (UN/ECE code ECE/ENERGY/19, 1992). That code reads displacements from the
    vessel's tables; one block coefficient for both draughts is our simplification, fair for the box-shaped barges of
    rivers. Ballast, fuel and water on board must be the same both times.
    """
    if loaded.value <= light.value:
        raise Unmeasurable(_NOT_DEEPER)
    if not DENSITIES[0] <= density.value <= DENSITIES[1]:
        raise Unmeasurable(_NO_WATER, least=DENSITIES[0], most=DENSITIES[1])
    return measured(
        Method.DRAUGHT_SURVEY,
        "m = ρ × Cb × L × B × (T₁ − T₀)",
        {"length": length, "breadth": breadth, "draught_loaded": loaded, "draught_light": light},
        lambda v: v["density"] * v["block"] * v["length"] * v["breadth"] * (v["draught_loaded"] - v["draught_light"]),
        {"block": block, "density": density},
        basis=WEIGHT,
    )


# --- by number


def counted(count: int, each: Reading, basis: str = LOOSE) -> Measured:
    """So many buckets, bags or truckloads of `each` m³; a wrong `each` is wrong every time."""
    if count < 1:
        raise Unmeasurable(_NO_COUNT)
    return measured(Method.COUNT, "V = n × V₁", {}, lambda v: count * v["each"], {"each": each}, basis=basis)


# --- loose and in place


def converted(volume: Measured, to: str, swell: Reading, source: str) -> Measured:
    """A loose volume as in place, or back. `swell` = loose / in place (hệ số nở rời), 1 or more; `source` says who
    established it, and is printed."""
    if volume.kind != "volume" or {volume.basis, to} != {LOOSE, IN_PLACE}:
        raise Unmeasurable(_WRONG_BASIS)
    if not source.strip():
        raise Unmeasurable(_NO_SOURCE)
    checked("swell", swell)
    if swell.value < 1:
        raise Unmeasurable(_WRONG_FACTOR)
    factor = 1 / swell.value if to == IN_PLACE else swell.value
    value = volume.value * factor
    share = swell.uncertainty / swell.value
    return replace(
        volume,
        value=value,
        basis=to,
        uncertainty=math.hypot(volume.uncertainty * factor, value * share),
        conversion=Converted(volume.value, volume.unit, factor, source.strip()),
    )


# --- what they share


def _volume(method: Method, formula: str, lengths: Mapping[str, Reading], shape: Shape) -> Measured:
    return measured(method, formula, lengths, shape, basis=LOOSE)


def _by_mean(
    method: Method, formula: str, area: Reading, name: str, heights: Sequence[Reading], basis: str
) -> Measured:
    if not heights:
        raise Unmeasurable(_NO_READING)
    named = {f"{name}_{i}": height for i, height in enumerate(heights, 1)}

    def volume(v: Mapping[str, float]) -> float:
        return v["area"] * math.fsum(v[one] for one in named) / len(named)

    of_tape = measured(method, formula, named, volume, {"area": area}, basis=basis)
    scatter = area.value * _scatter([height.value for height in heights])
    return replace(of_tape, uncertainty=math.hypot(of_tape.uncertainty, scatter))


def _prismoid(
    method: Method,
    bottom_length: Reading,
    bottom_width: Reading,
    top_length: Reading,
    top_width: Reading,
    height: Reading,
) -> Measured:
    """Ends and four times the middle section, by a sixth of the height."""
    return _volume(
        method,
        "V = H × (L₀ × W₀ + (L₀ + L₁) × (W₀ + W₁) + L₁ × W₁) / 6",
        {
            "bottom_length": bottom_length, "bottom_width": bottom_width, "top_length": top_length,
            "top_width": top_width, "height": height,
        },
        lambda v: v["height"] / 6 * (
            v["bottom_length"] * v["bottom_width"]
            + (v["bottom_length"] + v["top_length"]) * (v["bottom_width"] + v["top_width"])
            + v["top_length"] * v["top_width"]
        ),
    )  # fmt: skip


def _frustum(base: float, top: float, height: float) -> float:
    return math.pi * height * (base * base + base * top + top * top) / 12


def _ridge(length: float, base: float, top: float, height: float) -> float:
    return (length - base) * (base + top) * height / 2 + _frustum(base, top, height)


def _scatter(values: Sequence[float]) -> float:
    """95 % half-width of the mean of a sample, 0 for a single value."""
    if len(values) < 2:
        return 0.0
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return _T[min(len(values) - 1, len(_T)) - 1] * deviation / math.sqrt(len(values))


def _crosses_itself(corners: Sequence[Point]) -> bool:
    sides = list(pairwise([*corners, corners[0]]))
    return any(
        _cross(*sides[i], *sides[j])
        for i in range(len(sides))
        for j in range(i + 2, len(sides))
        if not (i == 0 and j == len(sides) - 1)
    )


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two sides share a point; sides in one line that do not meet do not."""
    if _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0:
        return True
    return _on(a, b, c) or _on(a, b, d) or _on(c, d, a) or _on(c, d, b)


def _on(a: Point, b: Point, p: Point) -> bool:
    inside = min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])
    return inside and _side(a, b, p) == 0


def _side(a: Point, b: Point, p: Point) -> int:
    turn = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    return (turn > 0) - (turn < 0)
