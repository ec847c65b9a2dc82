"""Messages of a server that may be newer than the program that reads them.

A reader of this version passes over fields it does not know, and takes a state it does not know for the most careful
one it does. The signature stands over the object as the server wrote it, so neither makes it any less true.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar, get_args, get_origin

from shared.problems import Problem
from shared.wire.v1.canonical import canonical_bytes
from shared.wire.v1.codec import decode, field_types, optional_inner
from shared.wire.v1.messages import EvidenceState, ReportState

T = TypeVar("T")

# What stands for a state that a newer server has and this program has not: never more than what is certain.
_CAREFUL: Mapping[type[StrEnum], StrEnum] = MappingProxyType(
    {EvidenceState: EvidenceState.PARTIAL, ReportState: ReportState.RECEIVED}
)


@dataclass(frozen=True, slots=True)
class Signed(Generic[T]):
    """A message of the server with what its signature stands over (RFC 8785 form without `signature`) and the JSON
    text it came in."""

    message: T
    signed: bytes
    text: str


def read_signed(kind: type[T], value: Any) -> Signed[T]:
    """Problem `answer_invalid`. Whether to believe it is for the caller to find out."""
    message = read_known(kind, value)
    without = {name: entry for name, entry in value.items() if name != "signature"}
    try:
        return Signed(message, canonical_bytes(without), canonical_bytes(value).decode("utf-8"))
    except ValueError as error:
        raise Problem("answer_invalid") from error


def read_known(kind: type[T], value: Any) -> T:
    """`value` as a `kind`, whatever else stands in it; Problem `answer_invalid`."""
    return decode(kind, _known(kind, value), problem="answer_invalid")


def _known(kind: Any, value: Any) -> Any:
    kind = optional_inner(kind) or kind
    if get_origin(kind) is tuple and isinstance(value, list):
        return [_known(get_args(kind)[0], entry) for entry in value]
    if is_dataclass(kind) and isinstance(kind, type) and isinstance(value, dict):
        types = field_types(kind)
        return {
            field.name: _known(types[field.name], value[field.name]) for field in fields(kind) if field.name in value
        }
    if kind in _CAREFUL and isinstance(value, str) and value not in {member.value for member in kind}:
        return _CAREFUL[kind].value
    return value
