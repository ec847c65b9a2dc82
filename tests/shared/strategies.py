"""Messages of the wire made up from their types: one full sample of each, and hypothesis strategies."""

import math
import typing
import unicodedata
from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from shared.clock import to_millisecond
from shared.wire.v1.codec import MAX_INTEGER, field_types, optional_inner
from shared.wire.v1.records import Measurement
from shared.wire.v1.schema import ROOTS

# No database: what one run found does not change the next.
examples = settings(
    deadline=None,
    max_examples=30,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],  # a busy machine is no defect
)
few = settings(examples, max_examples=10)  # for whole messages, which take long to make up

_SAMPLES: dict[Any, Any] = {
    str: "nước ròng",
    bool: True,
    int: 7,
    float: 4.5,
    UUID: "0193480a-2c00-7000-8000-000000000001",
    datetime: "2026-11-20T01:00:00.000+00:00",
    date: "2026-11-20",
    bytes: "c8OhdA==",
}


def sample(kind: Any) -> Any:
    """A JSON value of `kind` with everything there: no null, no empty list."""
    kind = optional_inner(kind) or kind
    if is_dataclass(kind):
        value = {name: sample(of) for name, of in field_types(typing.cast(type, kind)).items()}
        if kind is Measurement:
            value["unit"] = "m3"  # what fits the first quantity, volume: the schema knows that rule
        return value
    if typing.get_origin(kind) is tuple:
        return [sample(typing.get_args(kind)[0])]
    if typing.get_origin(kind) is dict:
        return {"distance_m": sample(typing.get_args(kind)[1])}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return next(iter(kind)).value
    return _SAMPLES[kind]


Place = tuple[type, tuple[str | int, ...], Any]


def places() -> Iterator[Place]:
    """(root message, keys that lead to a value in its sample, the value's type), for every field of every message."""
    for root in ROOTS:
        yield from _below(root, (), root)


def _below(root: type, keys: tuple[str | int, ...], kind: Any) -> Iterator[Place]:
    yield root, keys, kind
    inner = optional_inner(kind) or kind
    if is_dataclass(inner):
        for name, of in field_types(typing.cast(type, inner)).items():
            yield from _below(root, (*keys, name), of)
    elif typing.get_origin(inner) is tuple:
        yield from _below(root, (*keys, 0), typing.get_args(inner)[0])
    elif typing.get_origin(inner) is dict:
        yield from _below(root, (*keys, "distance_m"), typing.get_args(inner)[1])


def written(keys: tuple[str | int, ...]) -> str:
    """The keys as the codec names a path: `loads[0].measurements[0].unit`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def parent(value: Any, keys: tuple[str | int, ...]) -> Any:
    """The object or list that holds what `keys` lead to."""
    for key in keys[:-1]:
        value = value[key]
    return value


def texts() -> st.SearchStrategy[str]:
    """NFC, because what is sealed is; no lone surrogates, because they are no text."""
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(
        lambda text: unicodedata.normalize("NFC", text)
    )


_STRATEGIES: dict[Any, st.SearchStrategy[Any]] = {
    str: texts(),
    bool: st.booleans(),
    int: st.integers(-MAX_INTEGER, MAX_INTEGER),
    float: st.floats(-MAX_INTEGER, MAX_INTEGER) | st.integers(-1000, 1000).map(float),
    UUID: st.uuids(),
    datetime: st.datetimes(timezones=st.just(UTC)).map(to_millisecond),
    date: st.dates(),
    bytes: st.binary(max_size=20),
}


def messages(kind: Any) -> st.SearchStrategy[Any]:
    """Any message of type `kind` that types allow (it may contradict itself: `checks` is another matter)."""
    inner = optional_inner(kind)
    if inner is not None:
        return st.none() | messages(inner)
    if is_dataclass(kind):
        record = typing.cast(type, kind)
        return st.builds(record, **{name: messages(of) for name, of in field_types(record).items()})
    if typing.get_origin(kind) is tuple:
        return st.lists(messages(typing.get_args(kind)[0]), max_size=2).map(tuple)
    if typing.get_origin(kind) is dict:
        return st.dictionaries(texts(), messages(typing.get_args(kind)[1]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(list(kind))
    return _STRATEGIES[kind]


def wrong_values(kind: Any) -> list[tuple[Any, str]]:
    """(value that is no `kind`, code of the error); every one of them is JSON but for the infinities."""
    inner = optional_inner(kind)
    if inner is not None:
        return [pair for pair in wrong_values(inner) if pair[0] is not None]
    if is_dataclass(kind) or typing.get_origin(kind) is dict:
        return [(None, "type"), ([], "type"), ("x", "type")]
    if typing.get_origin(kind) is tuple:
        return [(None, "type"), ({}, "type"), ("x", "type")]
    if issubclass(kind, StrEnum):
        return [(None, "value"), (5, "value"), ("", "value"), (next(iter(kind)).value.upper(), "value")]
    return _WRONG[kind]


_WRONG: dict[Any, list[tuple[Any, str]]] = {
    str: [(None, "type"), (5, "type"), (True, "type"), ([], "type")],
    bool: [(None, "type"), (0, "type"), ("true", "type")],
    int: [(None, "type"), ("7", "type"), (True, "type"), (7.5, "type"), (MAX_INTEGER + 1, "value")],
    float: [
        (None, "type"), ("4.5", "type"), (False, "type"), (MAX_INTEGER + 1, "value"), (1e20, "value"),
        (-1e300, "value"), (math.inf, "value"),
    ],
    UUID: [
        (None, "value"), (5, "value"), ("", "value"), ("0193480A-2C00-7000-8000-000000000001", "value"),
        ("0193480a2c0070008000000000000001", "value"), ("{0193480a-2c00-7000-8000-000000000001}", "value"),
    ],
    datetime: [
        (None, "value"), (1763600400, "value"), ("2026-11-20", "value"), ("2026-11-20T01:00:00", "value"),
        ("2026-11-20 01:00:00Z", "value"), ("2026-02-30T01:00:00Z", "value"), ("2026-11-20T25:00:00Z", "value"),
        ("2026-W47-5T01:00:00Z", "value"), ("2026-11-20T01:00:00,5Z", "value"), ("2026-11-20T01:00+00:00", "value"),
        ("2026-11-20T010000+00:00", "value"), ("2026-11-20T01:00:00+07:00:30", "value"),
    ],
    date: [
        (None, "value"), (20261120, "value"), ("2026-2-3", "value"), ("2026-02-30", "value"), ("20261120", "value"),
        ("2026-W47-5", "value"), ("2026-11-20T01:00:00Z", "value"), ("20/11/2026", "value"),
    ],
    bytes: [
        (None, "type"), (5, "type"), ("%%%%", "base64"), ("c8OhdA", "base64"), ("c8OhdB==", "base64"),
        ("c8Oh\ndA==", "base64"), ("cát=", "base64"), ("_-_-", "base64"),
    ],
}  # fmt: skip
