"""One codec for every message: frozen dataclasses ⇄ JSON values. Errors name the path of the field.

Strict both ways: every field is present (null where it may be), nothing else is. The same walk over the types makes
the JSON schema (`schema.py`), so neither can drift from the other.
"""

import base64
import binascii
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from shared.clock import instant_text, parse_day
from shared.problems import FieldError, Problem

T = TypeVar("T")
_MISSING = object()
# An integer that every JSON reader keeps exactly (RFC 8785 §3.2.2.3, RFC 7493 §2.2).
MAX_INTEGER = 2**53 - 1
# The shapes of text, for the schema too. Python reads more than RFC 3339 allows (weeks, commas, offsets with seconds)
# and takes base64 whose last bits are not zero: another client would not.
PATTERNS: Mapping[type, str] = {
    UUID: r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    datetime: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$",
    date: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    bytes: r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$",
}


def encode(value: Any) -> Any:
    """The JSON value (dict, list, str, number, bool, None) of a message or of anything it holds."""
    match value:
        case None | bool() | int() | float():
            return value
        case StrEnum():
            return value.value
        case str():
            return value
        case UUID():
            return str(value)
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case Mapping():
            return {key: encode(entry) for key, entry in value.items()}
        case tuple() | list():
            return [encode(entry) for entry in value]
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"the wire has no form for {type(value).__name__}")


def decode(kind: type[T], value: Any, *, problem: str = "report_invalid", path: str = "") -> T:
    """`value` as a `kind`; Problem `problem` listing every wrong field with its path when it is not one."""
    wanted: Any = kind
    try:
        return typing.cast(T, _reader(wanted)(value))
    except _Wrong:
        pass  # what is wrong, and where, the walk with paths below says
    errors: list[FieldError] = []
    result = _decode(kind, value, path, errors)
    if errors:
        raise Problem(problem, errors=tuple(errors))
    return typing.cast(T, result)


@cache
def field_types(kind: type) -> dict[str, Any]:
    """Field name → resolved type, in the order of the class."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def optional_inner(kind: Any) -> Any | None:
    """`X` for `X | None`, else None."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        inner = [arm for arm in typing.get_args(kind) if arm is not types.NoneType]
        if len(inner) == 1:
            return inner[0]
        raise TypeError(f"the wire knows X | None only, not {kind}")
    return None


class _Wrong(Exception):
    """The value is not of its type."""


Reader = Callable[[Any], Any]


@cache
def _reader(kind: Any) -> Reader:
    """Reads what `_decode` reads without a word on what is wrong: most of what is decoded is right, and words for where
    it might not be take longer than all the rest. Raises `_Wrong`."""
    inner = optional_inner(kind)
    if inner is not None:
        read_inner = _reader(inner)
        return lambda value: None if value is None else read_inner(value)
    if is_dataclass(kind):
        return _record_reader(typing.cast(type, kind))
    if typing.get_origin(kind) is tuple:
        return _list_reader(_reader(typing.get_args(kind)[0]))
    if typing.get_origin(kind) is dict:
        return _object_reader(_reader(typing.get_args(kind)[1]))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _enum_reader(kind)
    return _string_reader if kind is str else _scalar_reader(_SCALARS[kind])


def _record_reader(kind: type) -> Reader:
    readers = tuple((name, _reader(field_type)) for name, field_type in field_types(kind).items())

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or len(value) != len(readers):
            raise _Wrong
        try:
            return kind(*[read_field(value[name]) for name, read_field in readers])
        except KeyError as missing:
            raise _Wrong from missing

    return read


def _list_reader(read_item: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise _Wrong
        return tuple([read_item(entry) for entry in value])

    return read


def _object_reader(read_item: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _Wrong
        return {key: read_item(entry) for key, entry in value.items()}

    return read


def _enum_reader(kind: type[StrEnum]) -> Reader:
    members: dict[str, StrEnum] = {member.value: member for member in kind}

    def read(value: Any) -> Any:
        if not isinstance(value, str) or value not in members:
            raise _Wrong
        return members[value]

    return read


def _string_reader(value: Any) -> Any:
    if not isinstance(value, str):
        raise _Wrong
    return value


def _scalar_reader(scalar: Callable[[Any, str, list[FieldError]], Any]) -> Reader:
    def read(value: Any) -> Any:
        errors: list[FieldError] = []
        found = scalar(value, "", errors)
        if errors:
            raise _Wrong
        return found

    return read


def _decode(kind: Any, value: Any, path: str, errors: list[FieldError]) -> Any:
    inner = optional_inner(kind)
    if inner is not None:
        return None if value is None else _decode(inner, value, path, errors)
    if is_dataclass(kind):
        return _decode_record(typing.cast(type, kind), value, path, errors)
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list):
            return _wrong(errors, path, "type", "list")
        item = typing.get_args(kind)[0]
        return tuple(_decode(item, entry, f"{path}[{index}]", errors) for index, entry in enumerate(value))
    if typing.get_origin(kind) is dict:
        if not isinstance(value, dict):
            return _wrong(errors, path, "type", "object")
        item = typing.get_args(kind)[1]
        return {key: _decode(item, entry, f"{path}.{key}", errors) for key, entry in value.items()}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        members = [member.value for member in kind]
        return (
            kind(value)
            if value in members and isinstance(value, str)
            else _wrong(errors, path, "value", " | ".join(members))
        )
    return _SCALARS[kind](value, path, errors)


def _decode_record(kind: type, value: Any, path: str, errors: list[FieldError]) -> Any:
    if not isinstance(value, dict):
        return _wrong(errors, path, "type", "object")
    before = len(errors)
    prefix = f"{path}." if path else ""
    types_of = field_types(kind)
    decoded = {}
    for name, field_type in types_of.items():
        if (entry := value.get(name, _MISSING)) is _MISSING:
            errors.append(FieldError(prefix + name, "missing"))
        else:
            decoded[name] = _decode(field_type, entry, prefix + name, errors)
    errors.extend(FieldError(prefix + name, "unknown") for name in value if name not in types_of)
    return kind(**decoded) if len(errors) == before else None


def _wrong(errors: list[FieldError], path: str, code: str, expected: str) -> None:
    errors.append(FieldError(path, code, {"expected": expected}))


def _string(value: Any, path: str, errors: list[FieldError]) -> Any:
    return value if isinstance(value, str) else _wrong(errors, path, "type", "string")


def _boolean(value: Any, path: str, errors: list[FieldError]) -> Any:
    return value if isinstance(value, bool) else _wrong(errors, path, "type", "boolean")


def _integer(value: Any, path: str, errors: list[FieldError]) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        return _wrong(errors, path, "type", "integer")
    return value if abs(value) <= MAX_INTEGER else _wrong(errors, path, "value", f"≤ {MAX_INTEGER}")


def _number(value: Any, path: str, errors: list[FieldError]) -> Any:
    # RFC 8785 writes 9.0 as 9, so a whole number is a number too.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _wrong(errors, path, "type", "number")
    if isinstance(value, float) and not math.isfinite(value):
        return _wrong(errors, path, "value", "a finite number")
    return float(value) if abs(value) <= MAX_INTEGER else _wrong(errors, path, "value", f"≤ {MAX_INTEGER}")


def _uuid(value: Any, path: str, errors: list[FieldError]) -> Any:
    if isinstance(value, str):
        try:
            parsed = UUID(value)
        except ValueError:
            return _wrong(errors, path, "value", "UUID")
        if str(parsed) == value:
            return parsed
    return _wrong(errors, path, "value", "UUID")


def _instant(value: Any, path: str, errors: list[FieldError]) -> Any:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            parsed = datetime.fromisoformat(value)
            parsed.astimezone(UTC)  # year 1 with an offset cannot become UTC
            return parsed
        except (ValueError, OverflowError):
            pass  # falls to the one answer below
    return _wrong(errors, path, "value", "2026-01-31T08:00:00.000+00:00")


def _date(value: Any, path: str, errors: list[FieldError]) -> Any:
    if isinstance(value, str):
        try:
            return parse_day(value)
        except ValueError:
            pass  # falls to the one answer below
    return _wrong(errors, path, "value", "2026-01-31")


def _bytes(value: Any, path: str, errors: list[FieldError]) -> Any:
    if isinstance(value, str):
        try:
            raw = base64.b64decode(value.encode("ascii"), validate=True)
        except (ValueError, binascii.Error):
            raw = b""
        if base64.b64encode(raw).decode("ascii") == value:
            return raw
        errors.append(FieldError(path, "base64"))
        return None
    return _wrong(errors, path, "type", "base64 string")


_INSTANT = re.compile(PATTERNS[datetime])
_SCALARS: dict[Any, Callable[[Any, str, list[FieldError]], Any]] = {
    str: _string,
    bool: _boolean,
    int: _integer,
    float: _number,
    UUID: _uuid,
    datetime: _instant,
    date: _date,
    bytes: _bytes,
}
