"""An office newer than this phone says more than the phone knows; the phone takes what it knows and goes on."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from mobile.transport.api import HttpServerApi
from mobile.transport.http import Http, HttpAnswer
from shared.problems import Problem
from shared.wire.v1.reference import KINDS
from tests.fakes.server import FakeServer

REPORT = UUID("01936a5e-0000-7000-8000-000000000001")


@pytest.fixture
def api(server: FakeServer) -> Iterator[HttpServerApi]:
    found = HttpServerApi(Http(server.url))
    yield found
    found.close()


def richer(value: Any) -> Any:
    """`value` with one more field in every object of it."""
    if isinstance(value, dict):
        return {"colour": {"xanh": [1]}, **{name: richer(entry) for name, entry in value.items()}}
    return [richer(entry) for entry in value] if isinstance(value, list) else value


def answering(monkeypatch: pytest.MonkeyPatch, status: int, value: Any) -> None:
    """The next answers are `value`, as JSON."""

    class Answer(HttpAnswer):
        def json(self) -> Any:
            return value

    monkeypatch.setattr(Http, "call", lambda *_, **__: Answer(status, {}, b""))


def enrolled() -> dict[str, Any]:
    officer = {
        "id": str(REPORT),
        "username": "an",
        "name": "An",
        "post": "",
        "unit": str(REPORT),
        "agency": str(REPORT),
    }
    key = {"id": "0" * 64, "public_key": "PEM", "valid_from": "2026-01-01T00:00:00.000+00:00", "announced_by": None}
    return {
        "token": "t",
        "device": str(REPORT),
        "officer": {**officer, "roles": ["inspector"]},
        "keys": [key],
        "server_time": "2026-01-01T00:00:00.000+00:00",
    }


def test_enrolment_with_more_in_it_enrols(api: HttpServerApi, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 201, plain := enrolled())
    expected = api.enrol(code="x", public_key="PEM", model="m", platform="p")
    answering(monkeypatch, 201, richer(plain))
    assert api.enrol(code="x", public_key="PEM", model="m", platform="p") == expected


def test_enrolment_with_less_in_it_is_refused(api: HttpServerApi, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("token", "device", "officer", "keys"):
        answering(monkeypatch, 201, {key: value for key, value in enrolled().items() if key != name})
        with pytest.raises(Problem, match="answer_invalid"):
            api.enrol(code="x", public_key="PEM", model="m", platform="p")


def test_batch_results_with_more_in_them_are_read_each_by_itself(
    api: HttpServerApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = {
        "report": str(REPORT),
        "manifest_sha256": "0" * 64,
        "received_at": "2026-01-01T00:00:00.000+00:00",
        "number": 7,
        "state": "notarised",
        "flags": ["from_card", "a_flag_of_a_later_office"],
        "evidence": [{"id": str(REPORT), "sha256": "1" * 64, "bytes_received": 3, "state": "engraved"}],
        "audit_head": "2" * 64,
        "key": "3" * 64,
        "signature": "AAAA",
    }
    refused = {"type": "x", "title": "t", "status": 422, "detail": "d", "code": "a_later_code", "errors": [{"a": 1}]}
    results = [
        {"id": str(REPORT), "status": 201, "receipt": receipt},
        {"id": str(REPORT), "status": 422, "problem": refused},
        {"id": str(REPORT), "status": 299, "receipt": receipt},
    ]
    answering(monkeypatch, 200, richer({"results": results}))
    filed, problem, odd = api.post_batch([(REPORT, b"{}")] * 3, None)
    assert not isinstance(filed, Problem)
    assert filed.message.flags == ("from_card", "a_flag_of_a_later_office")
    assert (filed.message.state.value, filed.message.evidence[0].state.value) == ("received", "partial")
    assert isinstance(problem, Problem)
    assert (problem.type.status, problem.code) == (422, "a_later_code")
    assert isinstance(odd, Problem), "a status nobody knows is no receipt"


def test_reference_with_more_in_it_is_taken_along(api: HttpServerApi, monkeypatch: pytest.MonkeyPatch) -> None:
    value = {name: [] for name in KINDS} | {"cursor": "3.1", "settings": {}, "removed": []}
    answering(monkeypatch, 200, {**richer(value), "later_kind": [{"id": "1"}], "settings": {"colour": 1}})
    delta = api.reference(None, "t")
    assert delta is not None
    assert (delta.cursor, set(delta.items)) == ("3.1", set(KINDS))
