"""Rows written without a model's detour: for what is written once for every report."""

from collections.abc import Sequence
from functools import cache

from django.db import connection, connections
from django.db.models import Field, Model

# Values of a statement; SQLite takes 32,766 of them.
MOST_VALUES = 10_000


def insert_rows(rows: Sequence[Model]) -> None:
    """INSERT rows of one model, all columns but a key that the database gives. As `bulk_create` (no signals), at half
    its CPU; the rows do not learn their keys. IntegrityError as there."""
    if not rows:
        return
    fields, head = _columns(type(rows[0]))
    wrapper = connections[connection.alias]  # asked for every value, and `connection` looks it up each time
    batch = max(1, MOST_VALUES // len(fields))
    one = f"({', '.join(['%s'] * len(fields))})"
    with wrapper.cursor() as cursor:
        for i in range(0, len(rows), batch):
            part = rows[i : i + batch]
            values = [field.get_db_prep_save(getattr(row, field.attname), wrapper) for row in part for field in fields]
            cursor.execute(f"{head} VALUES {', '.join([one] * len(part))}", values)
    for row in rows:
        row._state.adding, row._state.db = False, wrapper.alias


@cache
def _columns(model: type[Model]) -> tuple[tuple["Field[object, object]", ...], str]:
    fields = tuple(
        field
        for field in model._meta.concrete_fields
        if not (field.primary_key and field.get_internal_type() in ("AutoField", "BigAutoField", "SmallAutoField"))
    )
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column or field.attname) for field in fields)
    return fields, f"INSERT INTO {quote(model._meta.db_table)} ({columns})"
