"""Rows written without a model's detour: for what is written once for every report."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import zip_longest
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model

# Values of a statement; SQLite takes 32,766 of them.
MOST_VALUES = 10_000
# What the driver of PostgreSQL takes as it is. Django asks each of them for every value whether it may be something
# else, which for the rows of a report costs more than binding them.
_AS_IT_IS = frozenset(
    {"BooleanField", "CharField", "TextField", "UUIDField", "DateTimeField", "FloatField", "DecimalField"}
    | {"BinaryField", "IntegerField", "BigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"}
)
Statement = tuple[str, list[Any]]
Write = Callable[[Any, BaseDatabaseWrapper], Any]


def insert_rows(rows: Sequence[Model]) -> None:
    """INSERT rows of one model, all columns but a key that the database gives. As `bulk_create` (no signals), at half
    its CPU; the rows do not learn their keys. IntegrityError as there."""
    insert_together(rows)


def insert_together(*groups: Sequence[Model], then: Sequence[Statement] = ()) -> None:
    """`insert_rows` for several models, in this order, and other statements after them; on PostgreSQL in one exchange
    with the database. Within a transaction, where all are wanted or none."""
    wrapper = connections[connection.alias]  # asked for every value, and `connection` looks it up each time
    statements = [one for rows in groups if rows for one in _statements(rows, wrapper)]
    statements += then
    with wrapper.cursor() as cursor:
        if wrapper.vendor == "postgresql":
            if statements:
                # Bound here and not by the driver: it would first look for the placeholders of all rows in one text.
                with wrapper.wrap_database_errors:
                    text = "; ".join(_bound(statements, wrapper.connection))
                cursor.execute(text)
        else:
            for sql, values in statements:
                cursor.execute(sql, values)
    for rows in groups:
        for row in rows:
            row._state.adding, row._state.db = False, wrapper.alias


def _bound(statements: Iterable[Statement], driver: Any) -> Iterator[str]:
    """SQL with its values written as literals by the driver."""
    from psycopg.adapt import Transformer

    literals = Transformer.from_context(driver)
    for sql, values in statements:
        parts = sql.split("%s")
        written = [literals.as_literal(value).decode("utf-8") for value in values]
        yield "".join(part for pair in zip_longest(parts, written, fillvalue="") for part in pair)


def _statements(rows: Sequence[Model], wrapper: BaseDatabaseWrapper) -> Iterator[Statement]:
    columns, head = _columns(type(rows[0]), wrapper.alias)
    batch = max(1, MOST_VALUES // len(columns))
    one = f"({', '.join(['%s'] * len(columns))})"
    for i in range(0, len(rows), batch):
        part = rows[i : i + batch]
        yield (
            f"{head} VALUES {', '.join([one] * len(part))}",
            [
                value if write is None or value is None else write(value, wrapper)
                for values in [row.__dict__ for row in part]
                for value, write in [(values[name], write) for name, write in columns]
            ],
        )


@cache
def _columns(model: type[Model], alias: str) -> tuple[tuple[tuple[str, Write | None], ...], str]:
    """Name of each value with what makes it ready for the database (None: nothing to do), and the statement's head."""
    wrapper = connections[alias]
    fields = tuple(
        field
        for field in model._meta.concrete_fields
        if not (field.primary_key and field.get_internal_type() in ("AutoField", "BigAutoField", "SmallAutoField"))
    )
    quote = wrapper.ops.quote_name
    columns = ", ".join(quote(field.column or field.attname) for field in fields)
    names = tuple((field.attname, _write(field, wrapper)) for field in fields)
    return names, f"INSERT INTO {quote(model._meta.db_table)} ({columns})"


def _write(field: "Field[object, object]", wrapper: BaseDatabaseWrapper) -> Write | None:
    target: Any = getattr(field, "target_field", field)  # a relation is as what it points to
    plain = wrapper.vendor == "postgresql" and target.get_internal_type() in _AS_IT_IS
    return None if plain else field.get_db_prep_save
