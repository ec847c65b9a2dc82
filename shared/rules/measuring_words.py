"""What measuring is called on a screen and in a report: methods, and the lengths with the symbols of the formulas."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.i18n import N_, Words

METHODS: Mapping[str, str] = MappingProxyType(
    {
        "truck_body": N_("Truck body: length × width × height"),
        "trapezoid_body": N_("Body that widens upwards"),
        "cone_pile": N_("Cone pile"),
        "ridge_pile": N_("Ridge pile"),
        "truncated_cone_pile": N_("Round pile with a flat top"),
        "truncated_pile": N_("Four-sided pile with a flat top"),
        "corners": N_("Area from its corners"),
        "pit": N_("Pit: area × mean depth"),
        "spread_pile": N_("Spread pile: area × mean height"),
        "draught_survey": N_("Draught survey"),
        "count": N_("Count × volume of one"),
    }
)
# Name → symbol, words. Of several of a kind (depth_1, depth_2) the number is put behind both.
NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "length": ("L", N_("Length")),
        "width": ("W", N_("Width")),
        "height": ("H", N_("Height")),
        "heap": ("h", N_("Mean height above the rim")),
        "bottom_length": ("L₀", N_("Length at the bottom")),
        "bottom_width": ("W₀", N_("Width at the bottom")),
        "top_length": ("L₁", N_("Length at the top")),
        "top_width": ("W₁", N_("Width at the top")),
        "circumference": ("C", N_("Circumference of the foot")),
        "diameter": ("D", N_("Diameter of the foot")),
        "base_diameter": ("D", N_("Diameter at the foot")),
        "top_diameter": ("d", N_("Diameter at the top")),
        "base_width": ("B", N_("Width at the foot")),
        "crest_width": ("b", N_("Width of the crest")),
        "depth": ("h", N_("Depth")),
        "area": ("S", N_("Area")),
        "corners": ("E, N", N_("Coordinates of the corners")),
        "east": ("E", N_("East of corner")),
        "north": ("N", N_("North of corner")),
        "breadth": ("B", N_("Breadth of the vessel")),
        "draught": ("T", N_("Draught")),
        "draught_loaded": ("T₁", N_("Loaded draught")),
        "draught_light": ("T₀", N_("Light draught")),
        "block": ("Cb", N_("Block coefficient")),
        "density": ("ρ", N_("Density of the water")),
        "each": ("V₁", N_("Volume of one")),
        "swell": ("k", N_("Swell factor")),
    }
)
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ON_THE_LINE = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def method_name(words: Words, method: str) -> str:
    return words(METHODS[method])


def dimension_name(words: Words, name: str) -> str:
    """ "Chiều dài", "Độ sâu 2"."""
    kind, number = _parted(name)
    said = words(NAMES[kind][1])
    return words("{name} {n}", name=said, n=number) if number else said


def symbol(name: str) -> str:
    """As the formula writes it: "L₀", "h₂"."""
    kind, number = _parted(name)
    sign = NAMES[kind][0]
    # One of many heights is an h like one of many depths; H is the only one.
    return f"{sign.lower() if kind == 'height' else sign}{number.translate(_SUBSCRIPTS)}" if number else sign


def without_subscripts(formula: str) -> str:
    """For a font without signs below the line, as Roboto is one: "L0" for "L₀", "E(i+1)" for "Eᵢ₊₁"."""
    for sign, written in (("ᵢ₊₁", "(i+1)"), ("ᵢ", "(i)"), ("ₙ", "n")):
        formula = formula.replace(sign, written)
    return formula.translate(_ON_THE_LINE)


def _parted(name: str) -> tuple[str, str]:
    kind, _, number = name.rpartition("_")
    return (kind, number) if number.isdigit() else (name, "")
