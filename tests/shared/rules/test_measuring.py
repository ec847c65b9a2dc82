"""Shapes worked out by hand, what holds for every shape, and how far off the results may be."""

import ast
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.i18n import LANGUAGES, Words
from shared.rules import measuring
from shared.rules.measured import IN_PLACE, LOOSE, Measured, Method, Reading, Unmeasurable
from shared.rules.measuring import (
    cone_pile,
    converted,
    corners_area,
    counted,
    draught_survey,
    mean_draught,
    pit,
    ridge_pile,
    spread_pile,
    trapezoid_body,
    truck_body,
    truncated_cone_pile,
    truncated_pile,
)
from shared.rules.measuring_words import METHODS, NAMES, dimension_name, method_name, symbol
from shared.wire.v1.records import UNITS, Basis, QuantityKind


def tape(value: float, uncertainty: float = 0.02) -> Reading:
    return Reading(value, uncertainty)


def exact(value: float) -> Reading:
    return Reading(value, 0.0)


# --- worked out by hand


def test_a_truck_of_twelve_cubic_metres() -> None:
    """5,00 × 2,40 × 1,00 m. ±2 cm each: 12 × √(0,004² + 0,00833² + 0,02²) = 0,2644 m³."""
    measured = truck_body(tape(5.0), tape(2.4), tape(1.0))
    assert measured.value == pytest.approx(12.0)
    assert measured.uncertainty == pytest.approx(0.2644, abs=5e-5)
    assert (measured.kind, measured.unit, measured.basis) == ("volume", "m3", "loose")
    assert measured.dimensions == {"length": 5.0, "width": 2.4, "height": 1.0}
    assert measured.method is Method.TRUCK_BODY
    assert measured.formula == "V = L × W × H"


@pytest.mark.parametrize(("heap", "volume"), [(0.25, 15.0), (-0.25, 9.0), (0.0, 12.0)])
def test_a_load_above_or_below_the_rim(heap: float, volume: float) -> None:
    """12 m² × (1 + h); ±2 cm of the height and ±5 cm of the heap join."""
    measured = truck_body(exact(5.0), exact(2.4), tape(1.0), tape(heap, 0.05))
    assert measured.value == pytest.approx(volume)
    assert measured.uncertainty == pytest.approx(12 * math.hypot(0.02, 0.05))
    assert measured.dimensions["heap"] == heap


def test_a_body_that_widens_upwards() -> None:
    """Bottom 4 × 2, top 5 × 3, 1,2 m high: 1,2 / 6 × (8 + 9 × 5 + 15) = 13,6 m³."""
    measured = trapezoid_body(exact(4), exact(2), exact(5), exact(3), exact(1.2))
    assert measured.value == pytest.approx(13.6)


def test_a_cone_by_its_circumference_or_its_diameter() -> None:
    """D 6 m, H 2 m: π × 36 × 2 / 12 = 18,850 m³; round its foot 18,850 m as well."""
    assert cone_pile(exact(2), diameter=exact(6)).value == pytest.approx(18.8496, abs=1e-4)
    by_tape = cone_pile(tape(2, 0.1), circumference=tape(18.85, 0.2))
    assert by_tape.value == pytest.approx(18.8506, abs=1e-3)
    # 2 × 0,2 / 18,85 = 2,12 %; 0,1 / 2 = 5 %: together 5,43 % of 18,85.
    assert by_tape.uncertainty == pytest.approx(1.024, abs=1e-3)
    assert by_tape.dimensions == {"circumference": 18.85, "height": 2}


@pytest.mark.parametrize("given", [{}, {"circumference": tape(10), "diameter": tape(3)}])
def test_a_cone_has_one_or_the_other(given: dict[str, Reading]) -> None:
    with pytest.raises(ValueError, match="either"):
        cone_pile(tape(2), **given)


def test_a_windrow() -> None:
    """20 m long, 4 m wide, 1,5 m high. Pointed: 16 × 4 × 1,5 / 2 + π × 16 × 1,5 / 12 = 48 + 6,283. With a crest of 1 m:
    16 × 5 × 1,5 / 2 + π × 1,5 × 21 / 12 = 60 + 8,247."""
    assert ridge_pile(exact(20), exact(4), exact(1.5)).value == pytest.approx(54.2832, abs=1e-4)
    assert ridge_pile(exact(20), exact(4), exact(1.5), exact(1)).value == pytest.approx(68.2467, abs=1e-4)


def test_piles_with_a_flat_top() -> None:
    """Round, 8 and 4 m across, 2 m high: π × 2 × 112 / 12. Four-sided, 10 × 6 and 8 × 4: 2 / 6 × (60 + 180 + 32)."""
    assert truncated_cone_pile(exact(8), exact(4), exact(2)).value == pytest.approx(58.6431, abs=1e-4)
    assert truncated_pile(exact(10), exact(6), exact(8), exact(4), exact(2)).value == pytest.approx(90.6667, abs=1e-4)


def test_a_spread_pile_of_1410_square_metres() -> None:
    """1.410 m² × 0,35 m = 493,5 m³ (the Tánh Linh pile). ±3 cm of 0,35 and ±20 m² of 1.410: √(42,3² + 7²) = 42,9."""
    measured = spread_pile(Reading(1410, 20), [tape(0.35, 0.03)])
    assert measured.value == pytest.approx(493.5)
    assert measured.uncertainty == pytest.approx(42.88, abs=0.01)
    assert measured.basis == "loose"
    assert measured.dimensions == {"height_1": 0.35}


def test_a_pit_takes_the_mean_depth_and_its_scatter() -> None:
    """Depths 2,0 2,4 2,2 m over 100 m²: 220 m³ in place; s = 0,2, t₂ = 4,30: 4,30 × 0,2 / √3 × 100 = 49,65 m³, and
    ±5 cm each: 0,05 / √3 × 100 = 2,887."""
    measured = pit(exact(100), [tape(2.0, 0.05), tape(2.4, 0.05), tape(2.2, 0.05)])
    assert measured.value == pytest.approx(220)
    assert measured.uncertainty == pytest.approx(math.hypot(49.65, 2.887), abs=0.02)
    assert measured.basis == "in_place"
    assert measured.dimensions == {"depth_1": 2.0, "depth_2": 2.4, "depth_3": 2.2}


def test_many_depths_scatter_as_a_large_sample() -> None:
    """26 depths, half 2 m, half 3 m: s = 0,5 × √(26 / 25) = 0,50990; 2,09 × 0,50990 / √26 = 0,2090 m."""
    measured = pit(exact(1), [exact(2)] * 13 + [exact(3)] * 13)
    assert measured.value == pytest.approx(2.5)
    assert measured.uncertainty == pytest.approx(0.2090, abs=1e-4)


def test_an_area_from_corners_in_vn2000() -> None:
    """30 × 47 m = 1.410 m², far from the origin; ±0,5 m a coordinate: 0,5 × √4 × √(30² + 47²) / 2 = 27,9 m²."""
    e, n = 561_000.27, 2_287_000.83
    measured = corners_area([(e, n), (e + 30, n), (e + 30, n + 47), (e, n + 47)], 0.5)
    assert measured.value == pytest.approx(1410, abs=1e-6)
    assert measured.uncertainty == pytest.approx(27.88, abs=0.01)
    assert (measured.kind, measured.unit, measured.basis) == ("area", "m2", None)
    assert measured.dimensions["north_3"] == n + 47
    volume = pit(measured.reading, [tape(0.35, 0.03)])
    assert volume.value == pytest.approx(493.5)
    assert volume.uncertainty == pytest.approx(math.hypot(0.03 * 1410, 0.35 * 27.88), abs=0.01)


def test_a_barge_by_its_draught() -> None:
    """40 × 8 m, Cb 0,90, 0,55 to 2,05 m in fresh water: 1 × 0,9 × 320 × 1,5 = 432 t."""
    measured = draught_survey(
        tape(40, 0.1), tape(8, 0.05), tape(2.05), tape(0.55), Reading(0.9, 0.03), Reading(1.0, 0.002)
    )
    assert measured.value == pytest.approx(432)
    assert (measured.kind, measured.unit, measured.basis) == ("mass", "t", "weight")
    assert set(measured.dimensions) == {"length", "breadth", "draught_loaded", "draught_light"}
    shares = [432 * 0.1 / 40, 432 * 0.05 / 8, 288 * 0.02, 288 * 0.02, 432 * 0.03 / 0.9, 432 * 0.002]
    assert measured.uncertainty == pytest.approx(math.hypot(*shares))


def test_six_marks_weigh_the_midship_most() -> None:
    """F 2,00/2,04, M 2,10/2,14, A 2,20/2,24: (2,02 + 2,22 + 6 × 2,12) / 8 = 2,12 m."""
    mean = mean_draught((tape(2.00), tape(2.04)), (tape(2.10), tape(2.14)), (tape(2.20), tape(2.24)))
    assert mean.value == pytest.approx(2.12)
    assert mean.uncertainty == pytest.approx(0.02 * math.hypot(*[1 / 16] * 4, *[3 / 8] * 2))
    sagging = mean_draught([exact(2)], [exact(2.4)], [exact(2)])
    assert sagging.value == pytest.approx(2.3)


def test_buckets_counted() -> None:
    """37 buckets of 1,2 ± 0,1 m³ = 44,4 ± 3,7: the same error in each."""
    measured = counted(37, Reading(1.2, 0.1))
    assert measured.value == pytest.approx(44.4)
    assert measured.uncertainty == pytest.approx(3.7)
    assert counted(2, exact(3), IN_PLACE).basis == "in_place"


def test_loose_is_converted_to_in_place_with_a_named_factor() -> None:
    """12 ± 0,3 m³ loose, k = 1,25 ± 0,05: 9,6 m³; √((0,3 / 1,25)² + (9,6 × 0,04)²) = 0,453."""
    loose = replace(truck_body(exact(5), exact(2.4), exact(1)), uncertainty=0.3)
    in_place = converted(loose, IN_PLACE, Reading(1.25, 0.05), " Sở Xây dựng, CV 12/SXD ")
    assert in_place.value == pytest.approx(9.6)
    assert in_place.uncertainty == pytest.approx(0.4528, abs=1e-4)
    assert in_place.basis == "in_place"
    conversion = in_place.conversion
    assert conversion is not None
    assert conversion.measured * conversion.factor == pytest.approx(in_place.value)
    assert (conversion.unit, conversion.source) == ("m3", "Sở Xây dựng, CV 12/SXD")
    back = converted(in_place, LOOSE, exact(1.25), "x")
    assert back.value == pytest.approx(12)


# --- what is no shape


NAN = Reading(math.nan, 0.1)
REFUSED: dict[str, Callable[[], object]] = {
    "zero length": lambda: truck_body(exact(0), tape(2), tape(1)),
    "negative height": lambda: cone_pile(tape(-1), diameter=tape(3)),
    "not a number": lambda: truck_body(tape(2), NAN, tape(1)),
    "negative uncertainty": lambda: truck_body(tape(2), Reading(2, -0.1), tape(1)),
    "unknown uncertainty": lambda: truck_body(tape(2), Reading(2, math.nan), tape(1)),
    "load below the floor": lambda: truck_body(tape(5), tape(2), tape(1), tape(-1)),
    "heap not a number": lambda: truck_body(tape(5), tape(2), tape(1), NAN),
    "windrow too short": lambda: ridge_pile(tape(3), tape(4), tape(1)),
    "crest wider than foot": lambda: ridge_pile(tape(9), tape(4), tape(1), tape(5)),
    "top wider, round": lambda: truncated_cone_pile(tape(4), tape(5), tape(1)),
    "top wider, four-sided": lambda: truncated_pile(tape(4), tape(4), tape(3), tape(5), tape(1)),
    "top longer": lambda: truncated_pile(tape(4), tape(4), tape(5), tape(3), tape(1)),
    "two corners": lambda: corners_area([(0, 0), (1, 1)], 0.1),
    "bow tie": lambda: corners_area([(0, 0), (2, 2), (2, 0), (0, 2)], 0.1),
    "corner on another side": lambda: corners_area([(0, 0), (4, 0), (4, 4), (2, 0), (0, 4)], 0.1),
    "out and back": lambda: corners_area([(0, 0), (2, 0), (0, 0), (0, 2)], 0.1),
    "all in a line": lambda: corners_area([(0, 0), (1, 1), (2, 2)], 0.1),
    "corner nowhere": lambda: corners_area([(0, 0), (math.inf, 1), (2, 2)], 0.1),
    "corners without uncertainty": lambda: corners_area([(0, 0), (1, 0), (0, 2)], math.nan),
    "no depth": lambda: pit(tape(100), []),
    "no height": lambda: spread_pile(tape(100), []),
    "depth of zero": lambda: pit(tape(100), [exact(0)]),
    "lighter than empty": lambda: draught_survey(tape(40), tape(8), tape(1), tape(1), exact(0.9), exact(1)),
    "grams per litre": lambda: draught_survey(tape(40), tape(8), tape(2), tape(1), exact(0.9), exact(1000)),
    "no density": lambda: draught_survey(tape(40), tape(8), tape(2), tape(1), exact(0.9), NAN),
    "no block": lambda: draught_survey(tape(40), tape(8), tape(2), tape(1), exact(0), exact(1)),
    "draught of zero": lambda: mean_draught([exact(0)], [tape(1)], [tape(1)]),
    "none counted": lambda: counted(0, tape(1)),
    "area converted": lambda: converted(corners_area([(0, 0), (1, 0), (0, 2)], 0.1), IN_PLACE, exact(1.2), "x"),
    "converted to itself": lambda: converted(counted(1, tape(1)), LOOSE, exact(1.2), "x"),
    "no source": lambda: converted(counted(1, tape(1)), IN_PLACE, exact(1.2), " "),
    "shrinking": lambda: converted(counted(1, tape(1)), IN_PLACE, exact(0.9), "x"),
    "factor not a number": lambda: converted(counted(1, tape(1)), IN_PLACE, NAN, "x"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_readings_that_give_no_shape_are_refused_in_both_languages(case: str) -> None:
    with pytest.raises(Unmeasurable) as caught:
        REFUSED[case]()
    said = {language: caught.value.say(Words(language)) for language in LANGUAGES}
    assert said["vi"] != said["en"]
    assert all(sentence.endswith(".") and "{" not in sentence for sentence in said.values())


def test_a_reading_is_named_in_the_language() -> None:
    with pytest.raises(Unmeasurable) as caught:
        pit(tape(10), [tape(2), exact(0)])
    assert caught.value.say(Words("vi")) == "Độ sâu 2 phải lớn hơn không: hãy đo lại."
    assert caught.value.say(Words("en")) == "Depth 2 must be above zero: measure it again."


def test_a_draught_is_read_at_each_place() -> None:
    with pytest.raises(ValueError, match="midship"):
        mean_draught([tape(1)], [], [tape(1)])


def test_sides_in_one_line_that_do_not_meet_are_no_crossing() -> None:
    """A U whose two arms end in one line: 3 × 3 − 1 × 2."""
    area = corners_area([(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)], 0.1)
    assert area.value == pytest.approx(7)


# --- for every shape

LENGTH = st.floats(0.2, 60)
SHARE = st.floats(0, 0.05)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    value = draw(LENGTH)
    return Reading(value, value * draw(SHARE))


@given(a=readings(), b=readings(), c=readings())
def test_shapes_that_coincide_agree(a: Reading, b: Reading, c: Reading) -> None:
    box = truck_body(a, b, c)
    assert trapezoid_body(a, b, a, b, c).value == pytest.approx(box.value)
    assert truck_body(a, b, c, exact(0)).value == pytest.approx(box.value)
    cone = cone_pile(c, diameter=a)
    assert cone_pile(c, circumference=exact(a.value * math.pi)).value == pytest.approx(cone.value)
    assert ridge_pile(a, a, c).value == pytest.approx(cone.value)
    assert truncated_cone_pile(a, exact(1e-9), c).value == pytest.approx(cone.value)
    assert truncated_cone_pile(a, a, c).value == pytest.approx(3 * cone.value)
    assert truncated_pile(a, b, a, b, c).value == pytest.approx(box.value)
    assert pit(exact(a.value * b.value), [c]).value == pytest.approx(box.value)


@given(a=readings(), b=readings(), c=readings(), scale=st.floats(0.1, 10))
def test_twice_the_length_is_eight_times_the_volume(a: Reading, b: Reading, c: Reading, scale: float) -> None:
    def scaled(reading: Reading) -> Reading:
        return Reading(reading.value * scale, reading.uncertainty * scale)

    for shape in (truck_body, lambda x, y, z: cone_pile(z, diameter=x), lambda x, y, z: ridge_pile(_sum(x, y), y, z)):
        small, large = shape(a, b, c), shape(scaled(a), scaled(b), scaled(c))
        assert large.value == pytest.approx(small.value * scale**3)
        assert large.uncertainty == pytest.approx(
            small.uncertainty * scale**3, rel=1e-9, abs=1e-9 + 1e-12 * large.value
        )  # read off by small steps


def _sum(a: Reading, b: Reading) -> Reading:
    return Reading(a.value + b.value, math.hypot(a.uncertainty, b.uncertainty))


@given(a=readings(), b=readings(), c=readings())
def test_exact_lengths_give_an_exact_volume_and_worse_ones_a_worse(a: Reading, b: Reading, c: Reading) -> None:
    assert truck_body(*map(exact, (a.value, b.value, c.value))).uncertainty == 0
    measured, worse = truck_body(a, b, c), truck_body(Reading(a.value, a.uncertainty * 2 + 0.01), b, c)
    assert worse.uncertainty > measured.uncertainty
    # A product: relative uncertainties in quadrature.
    relative = math.hypot(*(r.uncertainty / r.value for r in (a, b, c)))
    assert measured.uncertainty == pytest.approx(measured.value * relative, rel=1e-9, abs=1e-9)


@given(
    corners=st.integers(3, 9).flatmap(lambda n: st.lists(st.floats(5, 80), min_size=n, max_size=n)),
    turn=st.integers(0, 8),
    east=st.floats(-1e6, 1e6),
)
def test_an_area_is_the_same_from_any_corner_in_either_direction(corners: list[float], turn: int, east: float) -> None:
    """Corners on rays from one point cross nowhere."""
    step = 2 * math.pi / len(corners)
    ring = [(east + r * math.cos(i * step), r * math.sin(i * step)) for i, r in enumerate(corners)]
    parts = (r * corners[(i + 1) % len(corners)] * math.sin(step) / 2 for i, r in enumerate(corners))
    area = corners_area(ring, 0.3)
    assert area.value == pytest.approx(math.fsum(parts), rel=1e-6)
    turn %= len(ring)
    for other in (ring[turn:] + ring[:turn], ring[::-1]):
        assert corners_area(other, 0.3).value == pytest.approx(area.value, rel=1e-6)
        assert corners_area(other, 0.3).uncertainty == pytest.approx(area.uncertainty)


# --- what the report takes, and the words


def every_method() -> list[Measured]:
    square = corners_area([(0, 0), (1, 0), (1, 1), (0, 1)], 0.1)
    return [
        truck_body(tape(5), tape(2), tape(1), tape(0.1)),
        trapezoid_body(tape(4), tape(2), tape(5), tape(3), tape(1)),
        cone_pile(tape(2), circumference=tape(20)),
        cone_pile(tape(2), diameter=tape(6)),
        ridge_pile(tape(20), tape(4), tape(1)),
        ridge_pile(tape(20), tape(4), tape(1), tape(1)),
        truncated_cone_pile(tape(8), tape(4), tape(2)),
        truncated_pile(tape(10), tape(6), tape(8), tape(4), tape(2)),
        square,
        pit(square.reading, [tape(2), tape(3)]),
        spread_pile(square.reading, [tape(2)]),
        draught_survey(tape(40), tape(8), tape(2), tape(1), exact(0.9), exact(1)),
        counted(3, tape(1)),
    ]


def test_every_method_gives_what_the_report_takes() -> None:
    found = every_method()
    assert {measured.method for measured in found} == set(Method)
    for measured in found:
        assert measured.unit in UNITS[QuantityKind(measured.kind)]
        assert measured.basis is None or Basis(measured.basis)
        assert all(name.partition("_")[0] for name in measured.dimensions)


def test_every_length_stands_in_its_formula_and_has_a_name() -> None:
    for measured in every_method():
        for name in measured.dimensions:
            if name.startswith(("depth", "height_", "east", "north")):
                continue  # the formula writes any number of them as h₁ … hₙ, Eᵢ, Nᵢ
            signs = re.findall(r"[A-Za-z]+[₀₁]?", measured.formula)
            assert symbol(name) in signs, (measured.formula, name)
        for language in LANGUAGES:
            names = [dimension_name(Words(language), name) for name in measured.dimensions]
            assert len(set(names)) == len(names)
            assert method_name(Words(language), measured.method)


def test_symbols_carry_their_number() -> None:
    assert [symbol(name) for name in ("length", "depth_2", "height_12", "height", "east_3")] == [
        "L",
        "h₂",
        "h₁₂",
        "H",
        "E₃",
    ]
    assert dimension_name(Words("vi"), "depth_2") == "Độ sâu 2"


def test_every_method_and_every_name_used_has_words() -> None:
    assert set(METHODS) == {method.value for method in Method}
    tree = ast.parse(Path(measuring.__file__).read_text(encoding="utf-8"))
    used = {
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    }
    assert len(used) > 15
    assert used <= set(NAMES)
