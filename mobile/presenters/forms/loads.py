"""What is carried or lies in piles: mineral, quantity, and how it was measured."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from mobile.presenters.forms.builder import Binding, Builder, Facts, text_of
from mobile.presenters.forms.context import Context
from mobile.services import typed
from mobile.services.filling import blank, paths
from mobile.state.forms import Level, Option
from shared.i18n import N_
from shared.rules import measuring
from shared.rules.measured import Measured, Reading, Unmeasurable
from shared.rules.measuring_words import METHODS, dimension_name, without_subscripts

READINGS = "#readings"  # beside the facts: {load: {"method": …, "length": 4.5, …}}, of the measuring pages
TAPE_M = 0.05  # ± of a length (95 %) until somebody says otherwise
# Which lengths each method asks for; one in brackets may be left out.
METHOD_FIELDS: Mapping[str, tuple[str, ...]] = {
    "truck_body": ("length", "width", "height", "(heap)"),
    "trapezoid_body": ("bottom_length", "bottom_width", "top_length", "top_width", "height"),
    "cone_pile": ("circumference", "height"),
    "ridge_pile": ("length", "base_width", "height", "(crest_width)"),
    "truncated_cone_pile": ("base_diameter", "top_diameter", "height"),
    "spread_pile": ("area", "height"),
    "pit": ("area", "depth"),
    "draught_survey": ("length", "breadth", "draught_loaded", "draught_light", "block", "density"),
}
ON_A_TRUCK = ("truck_body", "trapezoid_body")
ON_A_VESSEL = ("draught_survey", "truck_body", "trapezoid_body")
IN_A_YARD = ("cone_pile", "ridge_pile", "truncated_cone_pile", "spread_pile")
AT_A_MINE = ("pit", "cone_pile", "spread_pile")
_START = {"block": 0.9, "density": 1.0}
_SPREAD = {"area": 5.0, "block": 0.02, "density": 0.005}  # ± of what is no length read from a tape


def load(context: Context, build: Builder, i: int) -> None:
    names = list(context.minerals)
    chosen = context.get(f"loads/{i}/mineral") or ""
    if chosen and chosen not in names and len(names) < 12:
        names.append(chosen)
    build.choice(f"loads/{i}/mineral", N_("Mineral"), [(name, name) for name in names], needed=True)
    if not chosen or chosen not in context.minerals:
        build.text(f"loads/{i}/mineral/other", N_("Another mineral"), binding=_mineral(i))
    path = f"loads/{i}/measurements"
    build.number(f"{path}/volume", N_("Volume, loose"), binding=quantity(path, "volume", "m3", "loose"), unit="m³")
    build.number(f"{path}/mass", N_("Mass"), binding=quantity(path, "mass", "t", "weight"), unit="t")
    measured = next((m for m in context.get(path, ()) if m["method"]), None)
    if measured is not None:
        build.note(f"{path}/how", context.how(measured))
    build.action(f"open:measure/{i}", N_("Measure with a tape"), icon="ruler")
    if context.vehicle_of(i) is not None:
        build.text(f"loads/{i}/origin", N_("Loaded at"))
        build.text(f"loads/{i}/destination", N_("Going to"))
    else:
        build.text(f"loads/{i}/origin", N_("Where it comes from"))


def _mineral(i: int) -> Binding:
    """A mineral that is not among the chips stands where theirs stands."""
    path = f"loads/{i}/mineral"
    return Binding(
        lambda facts: paths.get(facts, path) or None,
        lambda facts, value: paths.put(facts, path, value or ""),
        text_of,
    )


def quantity(path: str, kind: str, unit: str, basis: str | None) -> Binding:
    """One measurement of that kind in a list; typed by hand it has no method any more."""

    def found(facts: Facts) -> int | None:
        for i, one in enumerate(paths.get(facts, path, ())):
            if one["kind"] == kind:
                return i
        return None

    def read(facts: Facts) -> Any:
        i = found(facts)
        return None if i is None else paths.get(facts, f"{path}/{i}/value")

    def write(facts: Facts, value: Any) -> Facts:
        i = found(facts)
        if value is None:
            return facts if i is None else cast(Facts, paths.drop(facts, f"{path}/{i}"))
        made = blank.measurement(kind, value, unit, basis)
        where = f"{path}/{len(paths.get(facts, path, ())) if i is None else i}"
        return cast(Facts, paths.put(facts, where, made))

    return Binding(read, write, typed.number)


def load_summary(context: Context, i: int) -> str:
    parts = [context.get(f"loads/{i}/mineral") or context.words(N_("mineral not said yet"))]
    parts += [context.quantity(one) for one in context.get(f"loads/{i}/measurements", ())]
    return " · ".join(parts)


# --- measuring


def measure(context: Context, build: Builder, i: int) -> None:
    """Lengths in, the quantity out: live, with its formula and its ±."""
    methods = _methods(context, i)
    path = f"{READINGS}/{i}"
    method = context.get(f"{path}/method") or methods[0]
    options = tuple(Option(name, context.words(METHODS[name]), name == method) for name in methods)
    build.choice(f"{path}/method", N_("Shape"), [(one.value, one.label) for one in options], clearable=False)
    build.fields[-1] = replace(build.fields[-1], options=options)
    for name in METHOD_FIELDS[method]:
        key = name.strip("()")
        start = _START.get(key)
        build.number(
            f"{path}/{key}",
            N_("Length"),
            binding=_reading(path, key, start),
            unit={"area": "m²", "block": "", "density": "t/m³"}.get(key, "m"),
            needed=name == key,
        )
        build.rename(dimension_name(context.words, key))
    build.number(f"{path}/tape", N_("± of each length"), binding=_reading(path, "tape", TAPE_M), unit="m")
    result = measured(context, i)
    if isinstance(result, Measured):
        unit = {"m3": "m³", "m2": "m²"}.get(result.unit, result.unit)
        shown = typed.number_text(round(result.value, 2), context.words.language)
        spread = typed.number_text(round(result.uncertainty, 2), context.words.language)
        build.note(f"{path}/result", f"{shown} {unit} ± {spread}\n{without_subscripts(result.formula)}", Level.GOOD)
        build.action(f"measured:{i}", N_("Take it over"), icon="check")
    elif isinstance(result, Unmeasurable):
        build.note(f"{path}/result", result.say(context.words), Level.WARN)


def _methods(context: Context, i: int) -> tuple[str, ...]:
    if i >= context.count("loads"):
        return AT_A_MINE
    if context.vehicle_of(i) is None:
        return IN_A_YARD
    return ON_A_VESSEL if context.is_vessel(i) else ON_A_TRUCK


def _reading(path: str, key: str, start: float | None) -> Binding:
    return Binding(
        lambda facts: paths.get(facts, f"{path}/{key}", start),
        lambda facts, value: paths.put(facts, f"{path}/{key}", value),
        typed.number,
    )


def measured(context: Context, i: int) -> Measured | Unmeasurable | None:
    """None while a length is missing."""
    readings = dict(context.get(f"{READINGS}/{i}", {}))
    method = readings.get("method") or _methods(context, i)[0]
    tape = readings.get("tape", TAPE_M) or 0.0
    given: dict[str, Reading] = {}
    for name in METHOD_FIELDS[method]:
        key = name.strip("()")
        value = readings.get(key, _START.get(key))
        if value is None:
            if name == key:
                return None
            continue
        given[key] = Reading(value, _SPREAD.get(key, tape))
    try:
        return _shape(method, given)
    except Unmeasurable as problem:
        return problem


def _shape(method: str, given: Mapping[str, Reading]) -> Measured:
    if method == "draught_survey":
        return measuring.draught_survey(
            given["length"],
            given["breadth"],
            given["draught_loaded"],
            given["draught_light"],
            given["block"],
            given["density"],
        )
    if method == "pit":
        return measuring.pit(given["area"], [given["depth"]])
    if method == "spread_pile":
        return measuring.spread_pile(given["area"], [given["height"]])
    if method == "cone_pile":
        return measuring.cone_pile(given["height"], circumference=given["circumference"])
    made: Measured = getattr(measuring, method)(**given)
    return made


def taken_over(facts: Facts, path: str, result: Measured) -> Facts:
    """The measured quantity in the place of one of its kind."""
    made = blank.measurement(result.kind, round(result.value, 4), result.unit, result.basis)
    made["dimensions"] = [{"name": name, "value_m": value} for name, value in result.dimensions.items()]
    made["method"], made["uncertainty"] = result.method.value, round(result.uncertainty, 4)
    there = list(paths.get(facts, path, ()))
    kept = [one for one in there if one["kind"] != result.kind]
    return cast(Facts, paths.put(facts, path, [*kept, made]))
