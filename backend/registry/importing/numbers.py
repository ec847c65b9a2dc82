"""Numbers of coordinate tables and areas, as every reading they allow."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from backend.registry.importing.headers import fold

_DMS = re.compile(
    r"([NSEWBĐTD])?\s*([+-]?\d{1,3})\s*(?:[°º˚*]|độ|do|d|\s)\s*(\d{1,2})\s*(?:['′’‘]|phút|phut|m|\s)\s*"
    r"(\d{1,2}(?:[.,]\d+)?)?\s*(?:[\"″”“]|''|′′|giây|giay|s)?\s*([NSEWBĐTD])?",
    re.IGNORECASE,
)
_SPACES = re.compile("[\\s\u00a0\u202f\u2009'’_]+")
_NUMBER = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")
_UNITS = {"ha": Decimal(1), "hecta": Decimal(1), "hectare": Decimal(1), "hectares": Decimal(1), "hec ta": Decimal(1),
          "m2": Decimal("0.0001"), "m": Decimal("0.0001"), "met vuong": Decimal("0.0001"), "sqm": Decimal("0.0001"),
          "km2": Decimal(100), "sqkm": Decimal(100)}  # fmt: skip


def readings(value: Any, decimal: str | None = None) -> tuple[Decimal, ...]:
    """Every number `value` may mean: none, one, or two where one sign could part thousands or decimals ("12.500").
    `decimal`: comma | point, where somebody said which is the decimal sign."""
    if isinstance(value, bool) or value is None:
        return ()
    if isinstance(value, (int, float, Decimal)):
        found = Decimal(str(value))
        return (found,) if found.is_finite() else ()
    text = _SPACES.sub("", str(value)).replace("−", "-")
    if not _NUMBER.fullmatch(text) or len(text) > 60:
        return ()
    if decimal in ("comma", "point"):
        sign, other = (",", ".") if decimal == "comma" else (".", ",")
        return _grouped(text, sign, other)
    return tuple(dict.fromkeys(_grouped(text, ",", ".") + _grouped(text, ".", ",")))


def _grouped(text: str, decimal: str, thousands: str) -> tuple[Decimal, ...]:
    """The number with these signs, () where they cannot stand so."""
    whole, *rest = text.split(decimal)
    if len(rest) > 1 or (rest and thousands in rest[0]):
        return ()
    groups = whole.lstrip("+-").split(thousands)
    if len(groups) > 1 and not (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])):
        return ()
    if len(groups) > 1 and groups[0].startswith("0"):
        return ()
    try:
        return (Decimal(whole.replace(thousands, "") + ("." + rest[0] if rest and rest[0] else "")),)
    except InvalidOperation:
        return ()


def degrees(value: Any) -> Decimal | None:
    """Degrees, minutes, seconds ("20°41'29,05\\"N", "106 02 34.8") as degrees; None when it is not written so."""
    match = _DMS.fullmatch(str(value).strip()) if isinstance(value, str) else None
    if match is None:
        return None
    before, whole, minutes, seconds, after = match.groups()
    size = abs(Decimal(whole)) + Decimal(minutes) / 60 + Decimal((seconds or "0").replace(",", ".")) / 3600
    if Decimal(minutes) >= 60 or Decimal((seconds or "0").replace(",", ".")) >= 60:
        return None
    negative = whole.startswith("-") or (before or after or "").upper() in {"S", "W"}
    return round(-size if negative else size, 12)


def coordinate(value: Any, decimal: str | None, fits: Callable[[Decimal], bool]) -> tuple[tuple[Decimal, ...], bool]:
    """The readings of a coordinate, and whether the range decided between two: one of them cannot be a place here."""
    exact = degrees(value)
    found = (exact,) if exact is not None else readings(value, decimal)
    fitting = tuple(reading for reading in found if fits(reading))
    if len(found) > 1 and len(fitting) == 1:
        return fitting, True
    return found, False


def area_unit(header: str) -> Decimal | None:
    """How many hectares one of the header's unit is: "Diện tích (ha)", "areaKm2"; None when it names no unit."""
    folded = fold(header).replace("²", "2")
    for unit, hectares in (("km2", "100"), ("hecta", "1"), ("ha", "1"), ("m2", "0.0001"), ("sqm", "0.0001")):
        if re.search(rf"(?<![a-z]){unit}(?![a-z0-9])|{unit}$", folded):
            return Decimal(hectares)
    return None


def split_unit(value: Any) -> tuple[Any, Decimal | None]:
    """\"298,2633 ha" → ("298,2633", 1)."""
    if not isinstance(value, str):
        return value, None
    folded = fold(value).replace("²", "2").strip()
    match = re.fullmatch(r"(.*?\d)\s*(km2|m2|m|ha|hec\s?ta|hectares?|met vuong|sqm|sqkm)\.?", folded)
    if match is None:
        return value, None
    return match[1], _UNITS[" ".join(match[2].split())]
