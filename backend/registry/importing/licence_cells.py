"""The cells of a register's row as the terms of a licence."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from backend.registry.importing.cells import Cells, amount_of, basis_of, text_of, unit_of
from backend.registry.importing.headers import fold
from backend.registry.importing.rows import Outcome
from backend.registry.services.given import AreaGiven, HolderGiven, LicenceGiven, tax_code_checked
from shared.problems import Problem
from shared.rules.terms import DepthDatum, IssuerLevel, MineralGroup
from shared.vietnamese import name_key

NUMBER_LIMIT = 60
_CAPACITY_LIMIT = Decimal(10) ** 15  # the column holds 18 digits, three of them decimals
_MILLI = Decimal("0.001")
_GROUPS = {"i": "I", "1": "I", "ii": "II", "2": "II", "iii": "III", "3": "III", "iv": "IV", "4": "IV"}
_BETWEEN = re.compile(r"\s*[;,+/]\s*|\s+và\s+|\s+and\s+", re.IGNORECASE)
_LEVEL_WORDS = re.compile(r"\b(cot|cote|cos|cao do|muc|elevation)\b")

# Normalised name or code in lower case → codes of the register.
Minerals = Mapping[str, str]


def fields_of(cells: Cells, minerals: Minerals) -> dict[str, Any]:
    """What the row says of its licence, as JSON; notes and outcome are in `cells`."""
    capacity, unit, basis = _capacity(cells)
    depth, datum = _depth(cells)
    issuer = cells.text("issuer", 200)
    return {
        "number": _number(cells),
        "holder": _holder(cells),
        "tax_code": _tax_code(cells),
        "address": cells.text("address", 500),
        "issuer": issuer,
        "issuer_level": _issuer_level(issuer),
        "minerals": _minerals(cells, minerals),
        "group": _group(cells),
        "purpose": cells.text("purpose", 300),
        "basis": cells.text("basis", 200),
        "capacity": None if capacity is None else f"{capacity.normalize():f}",
        "capacity_unit": unit,
        "capacity_basis": basis,
        "depth": depth,
        "depth_datum": datum,
        **{name: _iso(cells.day(name)) for name in ("valid_from", "valid_to", "issued_on", "effective_from")},
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _number(cells: Cells) -> str:
    number = cells.text("number")
    if not number:
        cells.note("number_missing", Outcome.REFUSED)
    elif len(number) > NUMBER_LIMIT:
        cells.note("number_too_long", Outcome.REFUSED, length=len(number), limit=NUMBER_LIMIT)
        return ""
    return number


def _holder(cells: Cells) -> str:
    holder = cells.text("holder", 300)
    if not holder:
        cells.note("holder_missing", Outcome.REFUSED)
    return holder


def _tax_code(cells: Cells) -> str:
    value = cells.text("tax_code")
    try:
        return tax_code_checked(value)
    except Problem:
        cells.note("tax_code_refused", value=value[:30])
        return ""


def _issuer_level(issuer: str) -> str:
    """What the name of the office says: a people's committee is a province's, a ministry a ministry's."""
    plain = fold(issuer)
    if re.search(r"\bubnd\b|\buy ban nhan dan\b", plain):
        return IssuerLevel.PROVINCE.value
    return IssuerLevel.MINISTRY.value if re.match(r"bo\b", plain) else ""


def _minerals(cells: Cells, minerals: Minerals) -> list[str]:
    value = cells.text("mineral")
    if not value:
        return []
    whole = _mineral(value, minerals)
    if whole:
        return [whole]
    found = []
    for part in _BETWEEN.split(value):
        code = _mineral(part, minerals)
        if code:
            found.append(code)
        elif part:
            cells.note("mineral_unknown", value=part[:100])
    return sorted(set(found))


def _mineral(name: str, minerals: Minerals) -> str | None:
    return minerals.get(name.casefold()) or minerals.get(name_key(name))


def _group(cells: Cells) -> str:
    value = cells.text("group")
    if not value:
        return ""
    plain = re.sub(r"^(nhom|group)\s+", "", fold(value))
    if plain not in _GROUPS:
        cells.note("group_unknown", value=value[:40])
    return _GROUPS.get(plain, "")


def _capacity(cells: Cells) -> tuple[Decimal | None, str, str]:
    """(a calendar year's quantity, unit, basis); a unit that nobody said is a question."""
    value = cells.raw("capacity")
    if value is None:
        return None, "", ""
    said = text_of(value)
    basis = basis_of(cells.text("capacity_basis"))
    if isinstance(value, str):
        amount = amount_of(said)
        if amount is None or amount.per not in ("", "nam", "year", "yr", "n"):
            cells.note("cell_number_unreadable", field=cells.title("capacity"), value=said[:60])
            return None, "", ""
        number = cells.number("capacity", amount.number)
        unit, times, basis = amount.unit, amount.times, amount.basis or basis
    else:
        number, unit, times = cells.number("capacity", value), "", 1
    unit = unit or _unit_said(cells, "capacity")
    if number is None:
        return None, "", ""
    if not unit:
        cells.ask("capacity_unit_missing", "capacity_unit", "m3", "t", value=said[:60])
        return None, "", ""
    quantity = number * times
    if not 0 <= quantity < _CAPACITY_LIMIT or quantity != quantity.quantize(_MILLI):
        cells.note("cell_number_unreadable", field=cells.title("capacity"), value=said[:60])
        return None, "", ""
    return quantity, unit, basis if basis in ("loose", "in_place") else ""


def _unit_said(cells: Cells, name: str) -> str:
    """By an answer, by a column of its own, or by what the header of the quantity says in brackets."""
    aside = re.search(r"[(\[{](.*?)[)\]}]", cells.columns.get(name, ""))
    in_header = unit_of(re.split(r"/", aside[1])[0]) if aside else ""
    return unit_of(cells.answer(f"{name}_unit") or "") or unit_of(cells.text(f"{name}_unit")) or in_header


def _depth(cells: Cells) -> tuple[float | None, str]:
    """Metres. A level (cốt, cao độ, or below zero) is in the national height system, everything else below ground."""
    value = cells.raw("depth")
    if value is None:
        return None, DepthDatum.SURFACE.value
    text = fold(text_of(value)).replace("−", "-")
    match = re.search(r"[-+]?\d[\d.,]*", text)
    number = cells.number("depth", value if not isinstance(value, str) else match[0] if match else text)
    if number is None or abs(number) > 10_000:
        return None, DepthDatum.SURFACE.value
    level = number < 0 or "+" in text or _LEVEL_WORDS.search(text) is not None
    return float(number), (DepthDatum.ELEVATION if level else DepthDatum.SURFACE).value


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Fields in which two rows of one licence contradict each other; a cell left empty contradicts nothing."""
    empty: tuple[Any, ...] = (None, "", [])
    return [
        name
        for name in one
        if one[name] not in empty
        and other.get(name) not in empty
        and one[name] != other.get(name)
        and name != "depth_datum"
    ]


def merged(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The first value that any of a licence's rows gives."""
    found = dict(rows[0])
    for row in rows[1:]:
        for name, value in row.items():
            if found.get(name) in (None, "", []):
                found[name] = value
                if name == "depth":
                    found["depth_datum"] = row["depth_datum"]
    return found


def given_of(fields: Mapping[str, Any], areas: Sequence[AreaGiven], today: date) -> LicenceGiven:
    """A version as the register takes it. It takes effect when the row says, else with the licence, else today."""
    valid_from = _day(fields["valid_from"])
    return LicenceGiven(
        number=fields["number"],
        effective_from=_day(fields["effective_from"]) or valid_from or today,
        holder=HolderGiven(fields["holder"], fields["tax_code"], address=fields["address"]),
        minerals=tuple(fields["minerals"]),
        areas=tuple(areas),
        basis=fields["basis"],
        issuer=fields["issuer"],
        issuer_level=IssuerLevel(fields["issuer_level"]) if fields["issuer_level"] else None,
        issued_on=_day(fields["issued_on"]),
        group=MineralGroup(fields["group"]) if fields["group"] else None,
        purpose=fields["purpose"],
        depth_limit_m=fields["depth"],
        depth_datum=DepthDatum(fields["depth_datum"]),
        capacity=None if fields["capacity"] is None else Decimal(fields["capacity"]),
        capacity_unit=fields["capacity_unit"],
        capacity_basis=fields["capacity_basis"],
        valid_from=valid_from,
        valid_to=_day(fields["valid_to"]),
    )


def dated(fields: Mapping[str, Any]) -> bool:
    """Whether the row says when it takes effect."""
    return bool(fields["effective_from"] or fields["valid_from"])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
