"""Questions to the database asked together: what is needed for every report, in one exchange."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, connections
from django.db.models import Model

M = TypeVar("M", bound=Model)
Statement = tuple[str, Sequence[Any]]
Answer = list[tuple[Any, ...]]


def ask_together(*statements: Statement) -> list[Answer]:
    """The rows of each statement (SQL, values), in order; on PostgreSQL all in one exchange, each seeing what was
    committed when the one before it ended."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            answers = []
            for sql, values in statements:
                cursor.execute(sql, values)
                answers.append(cursor.fetchall())
            return answers
        cursor.execute("; ".join(sql for sql, _ in statements), [one for _, values in statements for one in values])
        answers = [cursor.fetchall()]
        while cursor.nextset():
            answers.append(cursor.fetchall())
        return answers


def rows_of(model: type[M], names: tuple[str, ...], answer: Iterable[tuple[Any, ...]]) -> list[M]:
    """Rows of `model` from an answer whose columns are `names` (attribute names); what is not among them is read when
    it is asked for."""
    readers = _readers(model, names, connection.alias)
    rows = []
    for values in answer:
        read = [value if reader is None else reader(value) for value, reader in zip(values, readers, strict=True)]
        rows.append(model.from_db(connection.alias, list(names), read))
    return rows


@cache
def _readers(model: type[Model], names: tuple[str, ...], alias: str) -> tuple[Callable[[Any], Any] | None, ...]:
    """What makes a value of the driver one of the field, as the ORM does it; None where it is one already."""
    wrapper = connections[alias]
    fields = {field.attname: field for field in model._meta.concrete_fields}
    readers: list[Callable[[Any], Any] | None] = []
    for name in names:
        column: Any = fields[name].get_col(model._meta.db_table)
        steps = [*wrapper.ops.get_db_converters(column), *column.get_db_converters(wrapper)]

        def read(value: Any, column: Any = column, steps: Any = tuple(steps)) -> Any:
            for step in steps:
                value = step(value, column, connections[alias])
            return value

        readers.append(read if steps else None)
    return tuple(readers)
