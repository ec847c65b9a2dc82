"""The OpenAPI document: valid, the one that is committed, and of one mind with the wire."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from rest_framework.test import APIClient

from shared.problems import CATALOGUE
from shared.wire.v1.schema import ROOTS, schema

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(yaml.safe_load(OpenApiYamlRenderer().render(document)), cls=OpenAPIV31SpecValidator)


def test_committed_document_is_what_the_code_says(document: dict[str, Any]) -> None:
    said = OpenApiYamlRenderer().render(document)
    assert COMMITTED.read_bytes() == said, "backend/manage.py spectacular --file docs/openapi.yaml"


def test_served_document_is_the_committed_one(db: None) -> None:
    served = yaml.safe_load(APIClient().get("/api/v1/schema/").content)
    committed = yaml.safe_load(COMMITTED.read_bytes())
    assert served["paths"] == committed["paths"]
    assert served["components"] == committed["components"]


def test_every_operation_says_what_it_answers_and_that_it_may_be_a_problem(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        answers = operation["responses"]
        good = [status for status in answers if status.startswith("2")]
        assert good, name
        for status in good:
            has_body = bool(answers[status].get("content"))
            assert has_body or status == "204" or "upload" in name, (name, status)
        problem = answers["default"]["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/Problem"}, name


def test_every_documented_failure_is_a_problem(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        for status, answer in operation["responses"].items():
            if status[0] in "45":
                assert list(answer["content"]) == ["application/problem+json"], (name, status)


def test_every_operation_has_words_and_a_name_of_its_own(document: dict[str, Any]) -> None:
    found = operations(document)
    assert [name for name, operation in found.items() if not operation.get("description")] == []
    assert len({operation["operationId"] for operation in found.values()}) == len(found)


def test_every_operation_but_the_open_ones_names_its_token(document: dict[str, Any]) -> None:
    needed = [{"token": []}, {"cookieAuth": []}]
    for name, operation in operations(document).items():
        security = operation.get("security", [{}])
        delivery = any(part in name for part in ("uploads", "batch", "backed-up", "receipt", "PUT "))
        if delivery:
            assert security == [{"delivery_token": []}, {}], name
        elif any(part in name for part in ("hello", "audit/head", "login", "enrol")):
            assert security == [{}], name
        else:
            assert security == needed, name


def moved(shape: Any) -> Any:
    text = yaml.safe_dump(shape).replace("#/$defs/", "#/components/schemas/")
    return yaml.safe_load(text)


def test_messages_of_the_wire_are_the_shared_schemas(document: dict[str, Any]) -> None:
    components = document["components"]["schemas"]
    for name, shape in schema()["$defs"].items():
        assert components[name] == moved(shape), name
    for root in ROOTS:
        assert root.__name__ in components


def test_envelopes_and_receipts_are_documented_where_they_travel(document: dict[str, Any]) -> None:
    put = document["paths"]["/api/v1/reports/{report_id}/"]["put"]
    assert put["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Envelope")
    for status in ("200", "201"):
        assert put["responses"][status]["content"]["application/json"]["schema"]["$ref"].endswith("/Receipt")
    hello = document["paths"]["/api/v1/hello/"]["get"]["responses"]["200"]
    assert hello["content"]["application/json"]["schema"]["$ref"].endswith("/Hello")


def test_problem_names_every_code_of_the_catalogue(document: dict[str, Any]) -> None:
    problem = document["components"]["schemas"]["Problem"]
    assert problem["properties"]["code"]["enum"] == sorted(CATALOGUE)
    assert problem["required"] == ["type", "title", "status", "detail", "code"]


def test_no_reference_leads_nowhere(document: dict[str, Any]) -> None:
    text = OpenApiYamlRenderer().render(document).decode()
    components = document["components"]["schemas"]
    named = {
        line.split("#/components/schemas/")[1].strip("'\" ") for line in text.splitlines() if "#/components/" in line
    }
    assert named - set(components) == set()
