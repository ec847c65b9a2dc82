"""The JSON schema of version 1, made from the same types as the codec.

`python -m shared.wire.v1.schema FILE` writes it; `--check FILE` says whether FILE is still what the types say.
"""

import json
import sys
import types
import typing
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.wire.v1.codec import MAX_INTEGER, PATTERNS, field_types, optional_inner
from shared.wire.v1.messages import Envelope, Hello, Manifest, Receipt
from shared.wire.v1.records import UNITS, Assessment, Facts, IdentityPart

ROOTS = (Envelope, Manifest, Facts, Assessment, IdentityPart, Receipt, Hello)

_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER},
    float: {"type": "number", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER},
    UUID: {"type": "string", "format": "uuid", "pattern": PATTERNS[UUID]},
    datetime: {"type": "string", "format": "date-time", "pattern": PATTERNS[datetime]},
    date: {"type": "string", "format": "date", "pattern": PATTERNS[date]},
    bytes: {"type": "string", "contentEncoding": "base64", "pattern": PATTERNS[bytes]},
}


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12; every message under `$defs`, unknown fields refused."""
    definitions: dict[str, Any] = {}
    for root in ROOTS:
        _shape(root, definitions)
    definitions["Measurement"]["allOf"] = [
        {"if": {"properties": {"kind": {"const": kind.value}}}, "then": {"properties": {"unit": {"enum": list(units)}}}}
        for kind, units in UNITS.items()
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kiểm Khoáng, wire version 1",
        "oneOf": [{"$ref": f"#/$defs/{root.__name__}"} for root in ROOTS],
        "$defs": dict(sorted(definitions.items())),
    }


def _shape(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    inner = optional_inner(kind) if isinstance(kind, types.UnionType) else None
    if inner is not None:
        return {"anyOf": [_shape(inner, definitions), {"type": "null"}]}
    if is_dataclass(kind):
        name = typing.cast(type, kind).__name__
        if name not in definitions:
            definitions[name] = {}  # stands while its own fields are walked
            properties = {field: _shape(of, definitions) for field, of in field_types(typing.cast(type, kind)).items()}
            definitions[name] = {
                "type": "object",
                "additionalProperties": False,
                "required": list(properties),
                "properties": properties,
            }
        return {"$ref": f"#/$defs/{name}"}
    if typing.get_origin(kind) is tuple:
        return {"type": "array", "items": _shape(typing.get_args(kind)[0], definitions)}
    if typing.get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": _shape(typing.get_args(kind)[1], definitions)}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"type": "string", "enum": [member.value for member in kind]}
    return dict(_SCALARS[kind])


def text() -> str:
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    match arguments:
        case ["--check", file]:
            path = Path(file)
            if path.is_file() and path.read_text(encoding="utf-8") == text():
                return 0
            sys.stderr.write(
                f"{file} đã lệch với mã; chạy lại: python -m shared.wire.v1.schema {file}\n"
                f"{file} has drifted from the code; run: python -m shared.wire.v1.schema {file}\n"
            )
            return 1
        case [file] if not file.startswith("-"):
            Path(file).write_text(text(), encoding="utf-8")
            return 0
    sys.stderr.write("usage: python -m shared.wire.v1.schema [--check] FILE\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
