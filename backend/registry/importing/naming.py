"""What a row of a GIS file is called, and which area it declares."""

from typing import Any

from backend.registry.importing.columns import declared_column, name_column
from backend.registry.importing.numbers import area_unit, readings, split_unit
from backend.registry.importing.rows import Draft, ReadOptions


def name_and_area(draft: Draft, options: ReadOptions, identifier: Any = None) -> None:
    """From the draft's properties; the feature's id where no property names it."""
    names = list(draft.properties)
    named = name_column(names, options.columns)
    value = draft.properties.get(named) if named is not None else None
    if value is None or value == "":
        value = identifier
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        draft.name = value if isinstance(value, str) else str(value)
    column = declared_column(names, options.columns)
    if column is not None:
        declare(draft, column, draft.properties[column])


def declare(draft: Draft, header: str, value: Any) -> None:
    """The declared area in hectares; a number that can be read in two ways is asked about, one that cannot be read is
    noted."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return
    bare, unit = split_unit(value)
    factor = unit or area_unit(header)
    found = readings(bare, draft.answer("decimal"))
    if len(found) > 1:
        answered = readings(draft.answer("number"), "point")
        found = tuple(reading for reading in found if reading in answered) or found
    if not found:
        draft.note("area_unreadable", value=str(value)[:60])
        return
    if len(found) > 1:
        choices = [f"{reading:f}" for reading in found]
        draft.ask("number_ambiguous", "number", *choices, value=str(value)[:60], one=choices[0], other=choices[1])
        return
    if factor is None:
        draft.note("area_unit_assumed", value=str(value)[:60])
    if found[0] > 0:
        draft.declared_ha = found[0] * (factor or 1)
    else:
        draft.note("area_unreadable", value=str(value)[:60])
