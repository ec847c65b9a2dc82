"""Every failure is RFC 9457, in the reader's language, and leaves nothing half done."""

import errno
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import OperationalError
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from shared.problems import CATALOGUE, TYPE_PREFIX
from tests.backend.conftest import Cast, Deliverer
from tests.backend.sync.helpers import body_of, grown, put_bytes, rows

As = Callable[..., APIClient]


def assert_problem(answer: Any, status: int, code: str, language: str = "vi") -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["code"], body["status"], body["type"]) == (code, status, TYPE_PREFIX + code)
    assert body["title"] == CATALOGUE[code].title.say(language)
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("vi", "vi"),
        ("fr", "vi"),
        ("fr,en;q=0.1", "en"),
        ("*", "vi"),
    ],
)
def test_problem_speaks_vietnamese_unless_english_is_asked_for(db: None, accepted: str | None, language: str) -> None:
    api = APIClient(headers={} if accepted is None else {"Accept-Language": accepted})
    answer = api.get("/api/v1/me/")
    assert_problem(answer, 401, "not_signed_in", language)
    assert answer["Content-Language"] == language
    assert answer["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("path", ["/api/v1/nowhere/", "/nowhere", "/api/v1/me", "/api/v1/reports/no-uuid/", "/%ff"])
def test_unknown_address_is_a_problem(db: None, path: str) -> None:
    assert_problem(APIClient().get(path), 404, "not_found")
    assert_problem(APIClient(headers={"Accept-Language": "en"}).post(path), 404, "not_found", "en")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/reports/batch/"),
        ("DELETE", "/api/v1/uploads/"),
        ("PATCH", "/api/v1/hello/"),
        ("GET", "/api/v1/auth/login/"),
        ("PUT", "/api/v1/devices/enrol/"),
    ],
)
def test_wrong_method_is_a_problem_that_names_it(db: None, method: str, path: str) -> None:
    answer = APIClient().generic(method, path, headers={"Tus-Resumable": "1.0.0"})
    assert method in assert_problem(answer, 405, "method_not_allowed")["detail"]
    assert method not in answer["Allow"]


@pytest.mark.parametrize(
    "media_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/xml"],
)
def test_wrong_media_type_is_a_problem_that_says_which_is_right(db: None, media_type: str) -> None:
    answer = APIClient().generic("POST", "/api/v1/auth/login/", b"username=an&password=x", content_type=media_type)
    assert "application/json" in assert_problem(answer, 415, "media_type_unsupported")["detail"]


def test_answer_in_a_form_we_do_not_have_is_a_problem(db: None) -> None:
    assert_problem(
        APIClient(headers={"Accept": "image/png"}).get("/api/v1/hello/?nonce=12345678"), 406, "not_acceptable"
    )


@pytest.mark.parametrize("token", ["Token x", "Token " + "0" * 64, "Token", "Token a b", "Token \xff"])
def test_bad_token_is_a_problem(db: None, token: str) -> None:
    api = APIClient(headers={"Authorization": token}, raise_request_exception=False)
    assert_problem(api.get("/api/v1/me/"), 401, "token_invalid")


def test_role_that_may_not_is_a_problem(cast: Cast, as_: As) -> None:
    assert_problem(as_(cast.an).get("/api/v1/quarantine/"), 403, "not_allowed")


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, {"username": "required", "password": "required"}),
        ({"username": "", "password": None}, {"username": "required", "password": "required"}),
        ({"username": "x" * 151, "password": []}, {"username": "invalid", "password": "invalid"}),
        ({"username": "a\0b", "password": "x"}, {"username": "invalid"}),
        ([], {"": "invalid"}),
        ("text", {"": "invalid"}),
    ],
    ids=repr,
)
def test_validation_names_the_path_of_each_field(db: None, body: Any, paths: dict[str, str]) -> None:
    answer = APIClient(raise_request_exception=False).post("/api/v1/auth/login/", body, format="json")
    errors = assert_problem(answer, 400, "request_invalid")["errors"]
    assert {error["path"]: error["code"] for error in errors} == paths
    assert all(error["detail"] for error in errors)


def test_validation_names_the_place_in_a_list(cast: Cast, as_: As) -> None:
    wish = {"reports": [str(uuid4()), "no uuid", str(uuid4())], "title": "x"}
    answer = as_(cast.binh).post("/api/v1/cases/", wish, format="json")
    errors = assert_problem(answer, 400, "request_invalid")["errors"]
    assert [error["path"] for error in errors] == ["reports[1]"]


def test_too_many_requests_are_a_problem_that_says_how_long_to_wait(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"sign_in": "2/min", "delivery": "2/min"})
    cache.clear()
    wish = {"username": "nobody", "password": "x"}
    answers = [APIClient().post("/api/v1/auth/login/", wish, format="json") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    wait = int(answers[2]["Retry-After"])
    assert 0 < wait <= 61
    assert str(wait) in assert_problem(answers[2], 429, "throttled")["detail"]


def test_deliveries_by_strangers_are_throttled_and_those_of_an_enrolled_phone_are_not(
    phone: Deliverer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"delivery": "2/min"})
    cache.clear()
    sealed = phone.phone.seal()
    raw = body_of(sealed)
    statuses = [put_bytes(APIClient(), sealed.manifest.id, raw).status_code for _ in range(3)]
    assert statuses == [201, 200, 429]
    assert [put_bytes(phone.api, sealed.manifest.id, raw).status_code for _ in range(3)] == [200] * 3


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    "where",
    [
        "backend.inspections.receiving.drawn_rows",
        "backend.inspections.receiving._mend_successors",
        "backend.inspections.receiving.audit.record_many",
        "backend.sync.filing._officer",
    ],
)
def test_failure_nobody_foresaw_is_a_500_that_tells_nothing_and_leaves_nothing(
    phone: Deliverer, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    sealed = phone.phone.seal(files=[b"one"])
    before = rows()
    with monkeypatch.context() as patched:
        patched.setattr(where, raising(ZeroDivisionError("bí mật trong phiếu")))
        answer = phone.put(sealed)
        english = phone.put(sealed, headers={"Accept-Language": "en"})
    assert "bí mật" not in answer.content.decode()
    assert_problem(answer, 500, "server_error")
    assert_problem(english, 500, "server_error", "en")
    assert grown(before) == {}
    assert phone.put(sealed).status_code == 201


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OperationalError("database or disk is full"),
        OperationalError('could not extend file "base/1": No space left on device'),
    ],
    ids=repr,
)
def test_full_disk_anywhere_is_507_and_leaves_nothing(
    phone: Deliverer, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    sealed = phone.phone.seal()
    before = rows()
    with monkeypatch.context() as patched:
        patched.setattr("backend.inspections.receiving.drawn_rows", raising(error))
        assert_problem(phone.put(sealed), 507, "storage_full")
    assert grown(before) == {}


def test_host_that_is_not_ours_is_a_problem(db: None) -> None:
    assert_problem(
        APIClient(headers={"Host": "evil.example"}).get("/api/v1/hello/?nonce=12345678"), 400, "request_invalid"
    )
