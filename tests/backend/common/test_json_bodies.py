"""What is no JSON, or is but breaks readers: 400 as a problem, never 500, nothing kept."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from tests.backend.sync.helpers import grown, rows

NOT_JSON = {
    "nothing": b"",
    "spaces": b" \n ",
    "NaN": b'{"a": NaN}',
    "Infinity": b"[Infinity]",
    "minus Infinity": b"[-Infinity]",
    "beyond a double": b"[1e999]",
    "beyond a double, below": b"[-1e999]",
    "5000 digits": b"[" + b"9" * 5000 + b"]",
    "lone surrogate": b'["\\ud83d"]',
    "lone surrogate as a name": b'{"\\udc00": 1}',
    "surrogates the wrong way round": b'["\\udc00\\ud83d"]',
    "surrogate in UTF-8": b'["\xed\xa0\xbd"]',
    "overlong": b'["\xc0\xaf"]',
    "not UTF-8": b'["\xff"]',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "BOM": b"\xef\xbb\xbf{}",
    "cut": b'{"a": "b',
    "two values": b"{}{}",
    "comment": b"{} // yes",
    "single quotes": b"{'a': 1}",
    "control character": b'["\x01"]',
    "lists 100,000 deep": b"[" * 100_000,
    "lists 100,000 deep and closed": b"[" * 100_000 + b"]" * 100_000,
    "objects 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "HTML": b"<html></html>",
}
CALLS = {
    "report": ("PUT", f"/api/v1/reports/{uuid4()}/"),
    "batch": ("POST", "/api/v1/reports/batch/"),
    "login": ("POST", "/api/v1/auth/login/"),
    "enrolment": ("POST", "/api/v1/devices/enrol/"),
}


def send(call: str, raw: bytes, **headers: str) -> Any:
    method, path = CALLS[call]
    api = APIClient(raise_request_exception=False)
    return api.generic(method, path, raw, content_type="application/json", headers=headers or None)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("what", NOT_JSON)
def test_body_that_is_no_json_gives_400_and_nothing_is_kept(db: None, call: str, what: str) -> None:
    before = rows()
    answer = send(call, NOT_JSON[what])
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    # Where DRF reads the body, it takes none at all for an empty object.
    assert answer.json()["code"] == (
        "request_invalid" if (call in ("login", "enrolment") and what == "nothing") else "not_json"
    )
    assert grown(before) == {}


JSON = {
    "deep but readable": b"[" * 100 + b"]" * 100,
    "a number as large as doubles go": b"[1.7e308]",
    "an escaped pair of surrogates": b'["\\ud83d\\ude00"]',
    "U+0000": b'{"a\\u0000": "\\u0000"}',
    "a name twice": b'{"a": 1, "a": 2}',
    "4000 digits": b"[" + b"9" * 4000 + b"]",
}


@pytest.mark.parametrize("what", JSON)
def test_odd_json_is_read_and_refused_for_what_it_says(db: None, what: str) -> None:
    """As a report it is kept, elsewhere it is wrong; a machine that fails at it would fail again and again."""
    answer = send("report", JSON[what])
    assert (answer.status_code, answer.json()["code"]) == (422, "envelope_invalid")
    for call in ("batch", "login", "enrolment"):
        answer = send(call, JSON[what])
        assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")


@pytest.mark.parametrize("length", ["x", "1e3", "٣"])
def test_length_that_is_none_is_no_failure_of_ours(db: None, length: str) -> None:
    answer = APIClient(raise_request_exception=False).generic(
        "PUT", CALLS["report"][1], b"{}", content_type="application/json", CONTENT_LENGTH=length
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "not_json")
