"""The catalogue: every failure has words in both languages that say the same."""

import re
from string import Formatter
from typing import Any

import pytest

from shared.problems import CATALOGUE, FIELD_ERRORS, FieldError, Problem, ProblemType, Text
from tests import golden

ENTRIES = list(CATALOGUE.values())
TEXTS = (
    [(f"{entry.code} title", entry.title) for entry in ENTRIES]
    + [(f"{entry.code} detail", entry.detail) for entry in ENTRIES]
    + [(f"field {code}", text) for code, text in FIELD_ERRORS.items()]
)


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


def values_for(*texts: Text) -> dict[str, Any]:
    return {name: "…" for text in texts for name in placeholders(text.vi)}


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=[name for name, _ in TEXTS])
def test_both_languages_say_something_and_use_the_same_values(name: str, text: Text) -> None:
    assert text.vi.strip()
    assert text.en.strip()
    assert text.vi != text.en
    assert placeholders(text.vi) == placeholders(text.en)
    assert "" not in placeholders(text.vi), "a value without a name"


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.code for entry in ENTRIES])
def test_every_problem_is_sane(entry: ProblemType) -> None:
    assert CATALOGUE[entry.code] is entry
    assert re.fullmatch("[a-z]+(_[a-z]+)*", entry.code)
    assert 400 <= entry.status <= 599
    assert entry.uri.endswith("/" + entry.code)
    assert not placeholders(entry.title.vi), "RFC 9457: the title is the same each time"
    if entry.alert:
        assert entry.status >= 500, "what a client does wrong wakes nobody"
    problem = Problem(entry.code, **values_for(entry.detail))
    for language in ("vi", "en"):
        body = problem.as_json(language)
        assert set(body) == {"type", "title", "status", "detail", "code"}
        assert (body["status"], body["code"], body["type"]) == (entry.status, entry.code, entry.uri)
        assert "{" not in body["detail"]


def test_codes_are_unique() -> None:
    """A mapping would swallow the second one, so the source is counted."""
    from shared import problems

    assert len(problems._ALL) == len(CATALOGUE)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("not_json", 400),
        ("too_large", 413),
        ("report_differs", 409),
        ("version_stale", 409),
        ("move_refused", 422),
        ("envelope_invalid", 422),
        ("schema_unknown", 422),
        ("device_unknown", 422),
        ("signature_bad", 422),
        ("part_hash_mismatch", 422),
        ("not_canonical", 422),
        ("report_invalid", 422),
    ],
)
def test_the_statuses_of_the_contract_are_kept(code: str, status: int) -> None:
    assert CATALOGUE[code].status == status


@pytest.mark.parametrize(("code", "text"), FIELD_ERRORS.items())
def test_a_field_error_says_where_and_what(code: str, text: Text) -> None:
    error = FieldError("facts.loads[0]", code, values_for(text))
    for language in ("vi", "en"):
        body = error.as_json(language)
        assert (body["path"], body["code"]) == ("facts.loads[0]", code)
        assert "{" not in body["detail"]


def test_values_are_put_into_the_words_and_braces_in_them_stay() -> None:
    problem = Problem("schema_unknown", schema="report/{9}")
    assert "report/{9}" in problem.detail("vi")
    assert "report/{9}" in str(problem)


def test_an_unknown_language_gets_vietnamese() -> None:
    assert Problem("not_found").detail("fr") == Problem("not_found").detail("vi")


def test_an_unknown_code_and_a_forgotten_value_fail_where_they_are_written() -> None:
    with pytest.raises(KeyError):
        Problem("no_such_code")
    with pytest.raises(KeyError):
        Problem("throttled")


def test_errors_travel_with_the_problem() -> None:
    problem = Problem("report_invalid", errors=(FieldError("facts.unit", "missing"),))
    assert problem.as_json("en")["errors"] == [
        {"path": "facts.unit", "code": "missing", "detail": "This field is missing."}
    ]


@pytest.mark.parametrize(
    "case", golden.read("problem_bodies.json"), ids=lambda case: case["body"]["code"] + case["language"]
)
def test_golden_bodies_are_still_what_the_catalogue_can_say(case: dict[str, Any]) -> None:
    """Words may be improved; the names, the statuses and the codes may not change under a phone."""
    body = case["body"]
    entry = CATALOGUE[body["code"]]
    assert (body["status"], body["type"]) == (entry.status, entry.uri)
    assert set(body) - {"errors"} == {"type", "title", "status", "detail", "code"}
    assert all(
        set(error) == {"path", "code", "detail"} and error["code"] in FIELD_ERRORS for error in body.get("errors", [])
    )
