"""Puts the wire's own schema into the OpenAPI document, so that it is written once."""

from typing import Any

from backend.common.problems import PROBLEM_JSON
from shared.problems import CATALOGUE
from shared.wire.v1.schema import schema


def add_wire_messages(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A drf-spectacular hook: `Envelope`, `Receipt`, `Hello` and what they are made of, and the problem."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    for name, shape in schema()["$defs"].items():
        schemas[name] = _moved(shape)
    schemas["FieldError"] = _object(
        {"path": {"type": "string"}, "code": {"type": "string"}, "detail": {"type": "string"}}
    )
    schemas["Problem"] = _object(
        {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string", "enum": sorted(CATALOGUE)},
        }
    )
    schemas["Problem"]["properties"]["errors"] = {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}}
    schemas["BatchResult"] = _object({"id": {"type": ["string", "null"]}, "status": {"type": "integer"}})
    schemas["BatchResult"]["properties"] |= {
        "receipt": {"$ref": "#/components/schemas/Receipt"},
        "problem": {"$ref": "#/components/schemas/Problem"},
    }
    schemas["BatchResults"] = _object(
        {"results": {"type": "array", "items": {"$ref": "#/components/schemas/BatchResult"}}}
    )
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


PROBLEM = {"$ref": "#/components/schemas/Problem"}


def say_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A drf-spectacular hook: every operation may answer with a problem, as RFC 9457 labels it; deliveries take a
    token and need none."""
    for item in result["paths"].values():
        for operation in item.values():
            answers = operation["responses"]
            for answer in answers.values():
                content = answer.get("content", {})
                if content.get("application/json", {}).get("schema") == PROBLEM:
                    answer["content"] = {PROBLEM_JSON: content["application/json"]}
            answers["default"] = {"description": "RFC 9457", "content": {PROBLEM_JSON: {"schema": PROBLEM}}}
            if {"delivery_token": []} in operation.get("security", []):
                operation["security"].append({})
    return result


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _moved(shape: Any) -> Any:
    """`#/$defs/X` → `#/components/schemas/X`, all the way down."""
    if isinstance(shape, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/")
            if key == "$ref" and isinstance(value, str)
            else _moved(value)
            for key, value in shape.items()
        }
    return [_moved(entry) for entry in shape] if isinstance(shape, list) else shape
